"""Result codes, LED states and their number spaces."""

from typing import Literal, NamedTuple

from errorcodes.model.confidence import Confidence


class Family(NamedTuple):
    """A number space: which numbers, printed where."""

    id: str
    title: str
    contexts: tuple[str, ...]
    """Where such a number is met: `join`, `supplicant`, `credentials`, `cloud`, …"""
    printed_as: str
    source: str


class Led(NamedTuple):
    """How an LED state looks."""

    colour: str
    rhythm: Literal["solid", "breathing", "blinking", "flash", "sos"]
    period_ms: int
    blinks: int = 0
    """Number of blinks for states that count, else 0."""


class Code(NamedTuple):
    """One result code, panic code, LED state or vitals value."""

    id: str
    """Unique: `FAMILY:SYMBOL`."""
    number: int | None
    symbol: str
    family: str
    meaning: str
    origin: str
    source: str
    confidence: Confidence
    not_meaning: str = ""
    """What people read into it wrongly; empty where nothing is known to mislead."""
    aliases: tuple[str, ...] = ()
    led: Led | None = None
