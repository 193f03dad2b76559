"""The three things a session is made of."""

from dataclasses import dataclass
from enum import Enum
from typing import Final


class Direction(Enum):
    """Which way bytes went on the wire."""

    OUTPUT = "o"
    """From the device to the host."""
    INPUT = "i"
    """From the host to the device."""


FactValue = str | int | float | bool
"""What a fact may hold: a shape or a measurement, never a secret."""


@dataclass(frozen=True, slots=True)
class Chunk:
    """Bytes as they passed on the wire, chunk boundaries kept."""

    time: float
    """Host seconds since the session began, monotonic."""
    direction: Direction
    data: bytes


@dataclass(frozen=True, slots=True)
class Fact:
    """Something known that did not pass on the wire: vitals, Device OS, what was tried."""

    time: float
    """Host seconds since the session began, monotonic."""
    name: str
    value: FactValue


@dataclass(frozen=True, slots=True)
class Marker:
    """A named moment, set by a person or by the tool."""

    time: float
    """Host seconds since the session began, monotonic."""
    label: str


GAP_BEGINS: Final = "device gone"
"""Label of the marker after which nothing continues what came before: a line that lacks
its end never gets it."""
GAP_ENDS: Final = "device back"

Item = Chunk | Fact | Marker
