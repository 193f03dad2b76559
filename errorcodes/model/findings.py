"""Symptoms, remarks and warnings."""

from typing import Literal, NamedTuple

from errorcodes.model.confidence import Confidence


class Finding(NamedTuple):
    """A symptom, stage statement or warning; not a cause."""

    id: str
    kind: Literal["finding", "warning"]
    title: str
    text: str
    source: str
    confidence: Confidence
    next: tuple[str, ...] = ()
    """Fixes that this calls for in its own right, such as getting a better log."""
