"""What a dialogue asks of its driver."""

import re
from collections.abc import Generator
from dataclasses import dataclass
from typing import TypeVar

from diag.stream.secrets import Secret

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Send:
    """Type bytes."""

    data: bytes


@dataclass(frozen=True, slots=True)
class Type:
    """Type bytes and wait until the device has echoed them all; answers whether it has."""

    data: bytes
    seconds: float = 3.0
    strictly: bool = True
    """Whether only whole lines of other output may have come between what was echoed."""


@dataclass(frozen=True, slots=True)
class Await:
    """Wait for one of several texts; answers the one found, or None after `seconds`."""

    texts: tuple[bytes, ...]
    seconds: float


@dataclass(frozen=True, slots=True)
class Match:
    """Wait for a regular expression; answers the match, or None after `seconds`."""

    pattern: re.Pattern[bytes]
    seconds: float


@dataclass(frozen=True, slots=True)
class Settle:
    """Let output come for `seconds` and forget it."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Know:
    """Tell whoever masks secrets of one that is about to be typed."""

    secret: Secret


Step = Send | Type | Await | Match | Settle | Know
Answer = bytes | re.Match[bytes] | bool | None
"""What a dialogue is sent for a step: see each."""
Dialogue = Generator[Step, Answer, T]
