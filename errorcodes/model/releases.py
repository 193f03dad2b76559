"""Device OS releases."""

from typing import NamedTuple

from errorcodes.model.confidence import Confidence


class Defect(NamedTuple):
    """A fault or trait that a range of releases has."""

    id: str
    title: str
    since: str
    """First release that has it; empty for "from the beginning"."""
    fixed: str
    """First release without it; empty for "never"."""
    source: str
    confidence: Confidence


class Release(NamedTuple):
    """One Device OS release."""

    version: str
    module_version: int
    date: str
    note: str
    source: str


class Visibility(NamedTuple):
    """What a stock build of a range of releases prints, by log category."""

    since: str
    before: str
    shows: tuple[str, ...]
    """Of `hal`, `system`, `comm`."""
    text: str
    source: str
    confidence: Confidence
