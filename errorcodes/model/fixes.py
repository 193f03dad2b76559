"""What can be done."""

from typing import Literal, NamedTuple

from errorcodes.model.confidence import Confidence


class Fix(NamedTuple):
    """Something a person or the tool can do."""

    id: str
    title: str
    steps: tuple[str, ...]
    minutes: int
    risk: Literal["none", "low", "medium", "high"]
    risk_text: str
    action: str
    """Name of the task that can do it, empty when a person must."""
    who: Literal["user", "network-administrator"]
    caution: str
    source: str
    confidence: Confidence
    supersedes: tuple[str, ...] = ()
    """Observations of the state before it, which no longer hold once it was done."""
