"""An attempt while it is being put together."""

import copy
from typing import Self

from diag.join.attempts import Attempt, Outcome, Supplicant


class Draft:
    """An `Attempt` that still changes; the fields mean the same."""

    __slots__ = (
        "boot",
        "burst",
        "code",
        "end_line",
        "end_ms",
        "episode",
        "heap_after",
        "heap_at_join",
        "heap_before",
        "heap_line",
        "number",
        "outcome",
        "presumed",
        "round",
        "spoiled",
        "ssid",
        "start_line",
        "start_ms",
        "supplicant",
        "supplicant_code",
        "supplicant_line",
    )

    def __init__(self, number: int, burst: int, episode: int, boot: int, line: int) -> None:
        """Begin an attempt; `round` stays 0 until its network is known."""
        self.number = number
        self.ssid: str | None = None
        self.burst = burst
        self.round = 0
        self.episode = episode
        self.boot = boot
        self.outcome = Outcome.OPEN
        self.code: int | None = None
        self.start_line = line
        self.end_line: int | None = None
        self.start_ms: int | None = None
        self.end_ms: int | None = None
        self.supplicant = Supplicant.NOT_SEEN
        self.supplicant_code: int | None = None
        self.heap_before: int | None = None
        self.heap_at_join: int | None = None
        self.heap_after: int | None = None
        self.supplicant_line: int | None = None
        self.heap_line: int | None = None
        self.presumed = False
        """Whether only the absence of an error says that it joined."""
        self.spoiled = False
        """Whether an error line that cannot be read stands in it."""

    def copy(self) -> Self:
        """Return an independent draft in the same state."""
        return copy.copy(self)

    def attempt(self) -> Attempt:
        """Return what it is so far."""
        return Attempt(
            number=self.number,
            ssid=self.ssid,
            burst=self.burst,
            round=self.round,
            episode=self.episode,
            boot=self.boot,
            outcome=self.outcome,
            code=self.code,
            start_line=self.start_line,
            end_line=self.end_line,
            start_ms=self.start_ms,
            end_ms=self.end_ms,
            supplicant=self.supplicant,
            supplicant_code=self.supplicant_code,
            heap_before=self.heap_before,
            heap_at_join=self.heap_at_join,
            heap_after=self.heap_after,
            supplicant_line=self.supplicant_line,
            heap_line=self.heap_line,
        )
