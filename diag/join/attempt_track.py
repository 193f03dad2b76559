"""Follows join attempts (device-facts 3.4)."""

import copy
from collections import deque
from collections.abc import Callable
from typing import ClassVar, Final, Self

from diag.join.attempts import Attempt, Outcome, Supplicant
from diag.join.draft import Draft
from diag.log import Event, Kind

KEPT: Final = 400
"""Attempts kept one by one."""
_WHOLE_WAIT_MS: Final = 6_500
"""An attempt without an error line that took the whole join wait of 7 s did not succeed."""
_BURST_GAP_MS: Final = 1_800
"""The network watchdog waits 2 s between bursts; attempts of one burst follow within 0.5 s."""


class AttemptTrack:
    """The latest attempts, the one under way included. Memory is bounded."""

    __slots__ = (
        "_attempts",
        "_burst",
        "_last_end_ms",
        "_new_burst",
        "_open",
        "_rounds",
        "count",
        "episode",
    )

    def __init__(self) -> None:
        """Start before any event."""
        self.count = 0
        """Attempts begun so far."""
        self.episode = 0
        """Counts successes and changes of settings."""
        self._attempts: deque[Draft] = deque(maxlen=KEPT)
        self._open: Draft | None = None
        self._burst = 0
        self._new_burst = True
        self._rounds: dict[str | None, int] = {}
        self._last_end_ms: int | None = None

    def copy(self) -> Self:
        """Return an independent track in the same state."""
        twin = copy.copy(self)
        twin._attempts = self._attempts.copy()
        # Only the last ended attempt and the open one can still change.
        if twin._attempts:
            twin._attempts[-1] = twin._attempts[-1].copy()
        twin._open = None if self._open is None else self._open.copy()
        twin._rounds = dict(self._rounds)
        return twin

    def attempts(self) -> tuple[Attempt, ...]:
        """The latest attempts, oldest first."""
        found = [draft.attempt() for draft in self._attempts]
        if self._open is not None:
            found.append(self._open.attempt())
        return tuple(found[-KEPT:])

    def restart(self) -> None:
        """The device restarted: what was under way is over."""
        self._close(Outcome.OPEN)
        self._new_burst = True
        self._last_end_ms = None

    def next_episode(self) -> None:
        """What comes is another matter: settings have changed, or an attempt succeeded."""
        last = self._open or (self._attempts[-1] if self._attempts else None)
        if last is not None and last.episode == self.episode:
            self.episode += 1

    def spoil(self) -> None:
        """An error line that cannot be read stands in the attempt under way."""
        if self._open is not None:
            self._open.spoiled = True

    def _begin(self, event: Event) -> Draft:
        self._close(Outcome.OPEN)
        before = self._attempts[-1] if self._attempts else None
        if before is not None and before.presumed:
            # The first success ends the tries (device-facts 3.4), so it was none: its
            # error line is missing from the log.
            before.presumed = False
            before.outcome = Outcome.OPEN
        last = self._last_end_ms
        if self._new_burst or (
            event.ms is not None and last is not None and event.ms - last > _BURST_GAP_MS
        ):
            self._burst += 1
            self._rounds = {}
            self._new_burst = False
        self.count += 1
        draft = Draft(self.count, self._burst, self.episode, event.boot, event.line)
        self._open = draft
        return draft

    def _name(self, draft: Draft, ssid: str | None) -> None:
        if ssid not in self._rounds and len(self._rounds) >= KEPT:
            self._rounds = {}
        self._rounds[ssid] = draft.round = self._rounds.get(ssid, 0) + 1
        draft.ssid = ssid

    def _close(self, outcome: Outcome, end: Event | None = None, code: int | None = None) -> None:
        draft = self._open
        if draft is None:
            return
        self._open = None
        if draft.round == 0:
            self._name(draft, draft.ssid)
        if draft.outcome is not Outcome.CANCELLED or outcome is Outcome.JOINED:
            draft.outcome = outcome
        if end is not None:
            draft.code, draft.end_line, draft.end_ms = code, end.line, end.ms
            if end.ms is not None:
                self._last_end_ms = end.ms
        self._attempts.append(draft)

    def _supplicant_phase(self, event: Event) -> Draft:
        """The open attempt, begun anew when the open one is already past its supplicant."""
        draft = self._open
        return self._begin(event) if draft is None or draft.round else draft

    def _heap_before_supplicant(self, event: Event) -> None:
        draft = self._begin(event)
        draft.heap_before, draft.heap_line = event.number, event.line

    def _supplicant_starting(self, event: Event) -> None:
        draft = self._supplicant_phase(event)
        if draft.supplicant is not Supplicant.NOT_SEEN:
            draft = self._begin(event)
        draft.supplicant = Supplicant.STARTING

    def _supplicant_started(self, event: Event) -> None:
        draft = self._supplicant_phase(event)
        draft.supplicant = Supplicant.STARTED if event.number == 0 else Supplicant.REFUSED
        draft.supplicant_code, draft.supplicant_line = event.number, event.line

    def _heap_after_supplicant(self, event: Event) -> None:
        draft = self._supplicant_phase(event)
        if draft.supplicant is Supplicant.NOT_SEEN:
            draft.supplicant = Supplicant.STARTING

    def _joining(self, event: Event) -> None:
        draft = self._supplicant_phase(event)
        self._name(draft, event.name)
        draft.start_ms = event.ms

    def _heap_at_join(self, event: Event) -> None:
        if self._open is not None:
            self._open.heap_at_join, self._open.heap_line = event.number, event.line

    def _join_failed(self, event: Event) -> None:
        if self._open is None:
            self._begin(event)
        self._close(Outcome.FAILED, event, event.number)

    def _supplicant_stopping(self, event: Event) -> None:
        draft = self._open
        if draft is None:
            last = self._attempts[-1] if self._attempts else None
            if last is not None and last.supplicant is Supplicant.NOT_SEEN:
                # What is stopped was running: the log begins after its start.
                last.supplicant = Supplicant.STARTED
        elif draft.round == 0 or draft.outcome is Outcome.CANCELLED:
            self._close(Outcome.NO_SUPPLICANT, event)
        elif draft.spoiled:
            self._close(Outcome.FAILED, event)
        elif (
            draft.start_ms is not None
            and event.ms is not None
            and event.ms - draft.start_ms > _WHOLE_WAIT_MS
        ):
            self._close(Outcome.OPEN, event)
        else:
            # The result line prints errors only; the supplicant stops after a success as well.
            draft.presumed = True
            self._close(Outcome.JOINED, event)

    def _succeed(self, event: Event) -> None:
        self._close(Outcome.JOINED, event)
        self.next_episode()
        self._new_burst = True

    def _interface_up(self, event: Event) -> None:
        if self._open is not None:
            self._succeed(event)
            return
        last = self._attempts[-1] if self._attempts else None
        if last is not None and last.presumed and last.boot == event.boot:
            last.presumed = False
            self.next_episode()
            self._new_burst = True
        elif last is None or last.boot != event.boot:
            self._begin(event)
            self._succeed(event)
        elif last.outcome is Outcome.CANCELLED and last.code is None:
            # The cancel came too late.
            self._open = self._attempts.pop()
            self._succeed(event)
        elif last.outcome is not Outcome.JOINED:
            self._begin(event)
            self._succeed(event)

    def _heap_after_stop(self, event: Event) -> None:
        if self._open is None and self._attempts:
            self._attempts[-1].heap_after = event.number

    def _cancelled(self, event: Event) -> None:
        if self._open is not None:
            self._open.outcome = Outcome.CANCELLED
        self._new_burst = True

    def _burst_ends(self, event: Event) -> None:
        self._new_burst = True

    HANDLERS: ClassVar[dict[Kind, "Callable[[AttemptTrack, Event], None]"]] = {
        Kind.HEAP_BEFORE_SUPPLICANT: _heap_before_supplicant,
        Kind.SUPPLICANT_STARTING: _supplicant_starting,
        Kind.SUPPLICANT_STARTED: _supplicant_started,
        Kind.HEAP_AFTER_SUPPLICANT: _heap_after_supplicant,
        Kind.JOINING: _joining,
        Kind.HEAP_AT_JOIN: _heap_at_join,
        Kind.JOIN_FAILED: _join_failed,
        Kind.SUPPLICANT_STOPPING: _supplicant_stopping,
        Kind.HEAP_AFTER_STOP: _heap_after_stop,
        Kind.INTERFACE_UP: _interface_up,
        Kind.CONNECT_CANCELLED: _cancelled,
        Kind.WIFI_ON: _burst_ends,
        Kind.WLAN_RESET: _burst_ends,
    }
    """What it does with which event; any other is none of its business."""
