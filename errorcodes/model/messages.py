"""Lines a device prints."""

from collections.abc import Mapping
from typing import NamedTuple

from errorcodes.model.confidence import Confidence


class Message(NamedTuple):
    """One line the system prints."""

    id: str
    text: str
    """As printed, with `%d`, `%s`, … where values stand."""
    event: str
    """Name of the event the log reader makes of it."""
    category: str
    level: str
    means: str
    source: str
    confidence: Confidence
    bare: bool = False
    """True when the text alone, without a log header, identifies it."""
    values: Mapping[str, str] = {}
