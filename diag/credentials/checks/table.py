"""The texts of the checks."""

import tomllib
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any, cast, get_args

from diag.credentials.checks.model import Confidence, Severity


@dataclass(frozen=True, slots=True)
class Entry:
    """One check as the table has it."""

    id: str
    title: str
    severity: Severity
    """The worst it can be; a finding may be milder where less is at stake."""
    reason: str
    """Text with `{figures}` that the check fills in."""
    remedy: str
    source: str
    confidence: Confidence


@cache
def entries() -> dict[str, Entry]:
    """Every check by id, in the order in which findings of equal severity are told.

    Raises:
        ValueError: an entry is malformed.
    """
    text = files("diag.credentials").joinpath("checks.toml").read_text("utf-8")
    found: dict[str, Entry] = {}
    for raw in cast("list[dict[str, Any]]", tomllib.loads(text)["check"]):
        texts: dict[str, Any] = {**raw, "severity": Severity[str(raw["severity"]).upper()]}
        entry = Entry(**texts)
        if entry.confidence not in get_args(Confidence):
            raise ValueError(f"{entry.id}: no such confidence: {entry.confidence}")
        if entry.id in found:
            raise ValueError(f"{entry.id} stands there twice")
        if entry.confidence == "inferred" and entry.severity is Severity.REFUSE:
            raise ValueError(f"{entry.id} rests on an inference and must not refuse")
        found[entry.id] = entry
    return found
