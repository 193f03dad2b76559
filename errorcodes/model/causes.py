"""Root causes."""

from collections.abc import Mapping
from typing import NamedTuple

from errorcodes.model.confidence import Confidence


class Cure(NamedTuple):
    """A fix and the chance (0 to 1) that it cures the cause if that is the cause."""

    fix: str
    chance: float


class Cause(NamedTuple):
    """A root cause: what speaks for and against it, and what cures it."""

    id: str
    title: str
    summary: str
    stage: str
    prior: float
    """Decibans relative to "none of these": 0 is as likely, -10 a tenth as likely."""
    evidence: Mapping[str, float]
    """Decibans by observation id; negative speaks against."""
    rules_out: tuple[str, ...]
    """Observations under which this cause is impossible."""
    requires: tuple[str, ...]
    """Observations of which at least one must hold; empty means none needed."""
    cures: tuple[Cure, ...]
    confidence: Confidence
    source: str
    server_log: Mapping[str, str] = {}
    """What the authentication server's log shows, by server product."""


class Lookalike(NamedTuple):
    """Causes that cannot be told apart from the device's side."""

    causes: tuple[str, ...]
    text: str
    tell_apart: str
    source: str
