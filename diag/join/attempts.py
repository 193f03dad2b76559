"""One try to join one network."""

from dataclasses import dataclass
from enum import StrEnum


class Outcome(StrEnum):
    """How an attempt ended."""

    FAILED = "failed"
    """With a result code."""
    JOINED = "joined"
    NO_SUPPLICANT = "no-supplicant"
    """The supplicant could not be prepared or started; no join was tried and no code printed."""
    CANCELLED = "cancelled"
    """Called off from outside; its code, if any, says nothing of the network."""
    OPEN = "open"
    """The log ends, or goes on elsewhere, before its result."""


class Supplicant(StrEnum):
    """What is seen of the 802.1X supplicant in an attempt."""

    NOT_SEEN = "not-seen"
    STARTING = "starting"
    STARTED = "started"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Attempt:
    """One try to join one network. Line numbers are 1-based, times device milliseconds."""

    number: int
    """Counts from 1 over the whole log."""
    ssid: str | None
    """None when the "Joining" line is not in the log."""
    burst: int
    """Attempts made in one go, without a pause of the network watchdog, share a burst."""
    round: int
    """Which time this network is tried within the burst, from 1."""
    episode: int
    """Counts successes and changes of credentials: attempts of one episode are alike."""
    boot: int
    outcome: Outcome = Outcome.OPEN
    code: int | None = None
    start_line: int | None = None
    """Line of the first sign of the attempt."""
    end_line: int | None = None
    start_ms: int | None = None
    """When "Joining" was printed."""
    end_ms: int | None = None
    """When the result was printed."""
    supplicant: Supplicant = Supplicant.NOT_SEEN
    supplicant_code: int | None = None
    heap_before: int | None = None
    """Free heap in bytes before the supplicant."""
    heap_at_join: int | None = None
    """Free heap in bytes at the join."""
    heap_after: int | None = None
    """Free heap in bytes after the supplicant stopped."""
    supplicant_line: int | None = None
    """Where the supplicant's start, or refusal, is printed."""
    heap_line: int | None = None
    """Where `heap` is printed."""

    @property
    def elapsed_ms(self) -> int | None:
        """Milliseconds from "Joining" to the result; None when one of them is not known."""
        if self.start_ms is None or self.end_ms is None:
            return None
        return self.end_ms - self.start_ms

    @property
    def lines(self) -> tuple[int, ...]:
        """The lines that show it: its start and its result."""
        return tuple(line for line in (self.start_line, self.end_line) if line is not None)

    @property
    def heap(self) -> int | None:
        """Free heap at the join, else before the supplicant."""
        return self.heap_at_join if self.heap_at_join is not None else self.heap_before
