"""Follows join attempts through the events of a log (device-facts 3.4)."""

import copy
from collections import deque
from collections.abc import Callable
from dataclasses import replace
from typing import ClassVar, Final, Self, TypeVar

from diag.join.attempts import Attempt, Outcome, Supplicant
from diag.join.credentials import CredentialsTrack
from diag.join.history import History, Mark
from diag.join.links import LinkTrack
from diag.log import Event, Kind

_BURST_GAP_MS: Final = 1_800
"""The network watchdog waits 2 s between bursts; attempts of one burst follow within 0.5 s."""
_SYSTEM: Final = ("hal", "system", "comm")
_FAMILIES_KEPT: Final = 16

_Key = TypeVar("_Key")


class JoinTracker:
    """Folds events into a `History`. Memory is bounded: only the latest attempts are kept."""

    KEPT: Final = 400
    """Attempts kept one by one."""
    KEPT_READINGS: Final = 16
    """Signal readings, vitals and the like kept one by one."""

    def __init__(self) -> None:
        """Start before any event."""
        self._attempts: deque[Attempt] = deque(maxlen=self.KEPT)
        self._open: Attempt | None = None
        self._count = 0
        self._episode = 0
        self._burst = 0
        self._new_burst = True
        self._rounds: dict[str | None, int] = {}
        self._last_end_ms: int | None = None
        self._boot = 0
        self._marks: dict[Kind, Mark] = {}
        self._families: dict[str, Mark] = {}
        self._server_log: dict[str, Mark] = {}
        self._credentials = CredentialsTrack()
        self._links = LinkTrack()
        self._restarts: deque[int] = deque(maxlen=self.KEPT_READINGS)
        self._signals: deque[tuple[int, int]] = deque(maxlen=self.KEPT_READINGS)
        self._vitals: deque[tuple[int, str]] = deque(maxlen=self.KEPT_READINGS)
        self._words: deque[tuple[int, int]] = deque(maxlen=self.KEPT_READINGS)
        self._repeated = 0
        self._system = 0
        self._other = 0
        self._foreign = 0
        self._levels: set[str] = set()
        self._last_line = 0
        self._settings_line: int | None = None

    def copy(self) -> Self:
        """Return an independent tracker in the same state."""
        return copy.deepcopy(self)

    def feed(self, events: list[Event]) -> None:
        """Take the next events."""
        for event in events:
            self._take(event)

    def settings_changed(self) -> None:
        """Take note that something changed beside the log: later attempts are another matter."""
        self._settings_line = self._last_line
        self._next_episode()

    def history(self) -> History:
        """Return what is known so far."""
        attempts = tuple(self._attempts) + ((self._open,) if self._open is not None else ())
        return History(
            attempts=attempts[-self.KEPT :],
            attempt_count=self._count,
            episode=self._episode,
            marks=dict(self._marks),
            families=dict(self._families),
            server_log=dict(self._server_log),
            links=self._links.links(),
            eap_valid_line=self._credentials.valid_line,
            eap_invalid_line=self._credentials.invalid_line,
            eap_unanswered_line=self._credentials.unanswered_line,
            cleared_line=self._credentials.cleared_line,
            settings_line=self._settings_line,
            restart_lines=tuple(self._restarts),
            repeated_lines=self._repeated,
            system_lines=self._system,
            other_lines=self._other,
            foreign_lines=self._foreign,
            levels=frozenset(self._levels),
            last_line=self._last_line,
            signals=tuple(self._signals),
            vitals=tuple(self._vitals),
            status_words=tuple(self._words),
        )

    def _take(self, event: Event) -> None:
        kind = event.kind
        if kind is Kind.FOREIGN:
            self._foreign += event.number or 0
            return
        self._last_line = event.line
        if event.repeated:
            self._repeated += 1
            return
        if event.boot != self._boot:
            self._restart(event)
        if event.level:
            if event.category.split(".", 1)[0] in _SYSTEM:
                self._system += 1
            else:
                self._other += 1
            self._levels.add(event.level)
        if kind is Kind.OTHER:
            return
        _mark(self._marks, kind, event)
        handler = self._HANDLERS.get(kind)
        if handler is not None:
            handler(self, event)
        if self._credentials.take(event):
            self._settings_line = event.line
            self._next_episode()
        self._links.take(event)

    # -- attempts ----------------------------------------------------------------

    def _begin(self, event: Event, ssid: str | None = None) -> Attempt:
        self._close(Outcome.OPEN)
        gap = None
        if event.ms is not None and self._last_end_ms is not None:
            gap = event.ms - self._last_end_ms
        if self._new_burst or (gap is not None and gap > _BURST_GAP_MS):
            self._burst += 1
            self._rounds = {}
            self._new_burst = False
        self._count += 1
        return Attempt(
            number=self._count,
            ssid=ssid,
            burst=self._burst,
            round=0,
            episode=self._episode,
            boot=event.boot,
            start_line=event.line,
        )

    def _named(self, attempt: Attempt, ssid: str | None) -> Attempt:
        if ssid not in self._rounds and len(self._rounds) >= self.KEPT:
            self._rounds = {}
        self._rounds[ssid] = self._rounds.get(ssid, 0) + 1
        return replace(attempt, ssid=ssid, round=self._rounds[ssid])

    def _close(self, outcome: Outcome, **changes: int | None) -> None:
        attempt = self._open
        if attempt is None:
            return
        self._open = None
        if attempt.round == 0:
            attempt = self._named(attempt, attempt.ssid)
        if attempt.outcome is not Outcome.CANCELLED or outcome is Outcome.JOINED:
            attempt = replace(attempt, outcome=outcome)
        attempt = replace(attempt, **changes)  # pyright: ignore[reportArgumentType]
        self._attempts.append(attempt)
        if attempt.end_ms is not None:
            self._last_end_ms = attempt.end_ms

    def _supplicant_phase(self, event: Event) -> Attempt:
        """The open attempt, begun anew when the open one is already past its supplicant."""
        attempt = self._open
        if attempt is None or attempt.round:
            attempt = self._begin(event)
        return attempt

    def _heap_before_supplicant(self, event: Event) -> None:
        self._open = replace(self._begin(event), heap_before=event.number)

    def _supplicant_starting(self, event: Event) -> None:
        attempt = self._supplicant_phase(event)
        if attempt.supplicant is not Supplicant.NOT_SEEN:
            attempt = self._begin(event)
        self._open = replace(attempt, supplicant=Supplicant.STARTING)

    def _supplicant_started(self, event: Event) -> None:
        state = Supplicant.STARTED if event.number == 0 else Supplicant.REFUSED
        self._open = replace(
            self._supplicant_phase(event), supplicant=state, supplicant_code=event.number
        )

    def _heap_after_supplicant(self, event: Event) -> None:
        attempt = self._supplicant_phase(event)
        if attempt.supplicant is Supplicant.NOT_SEEN:
            attempt = replace(attempt, supplicant=Supplicant.STARTING)
        self._open = attempt

    def _joining(self, event: Event) -> None:
        attempt = self._open
        if attempt is None or attempt.round:
            attempt = self._begin(event)
        self._open = replace(self._named(attempt, event.name), start_ms=event.ms)

    def _heap_at_join(self, event: Event) -> None:
        if self._open is not None:
            self._open = replace(self._open, heap_at_join=event.number)

    def _join_failed(self, event: Event) -> None:
        if self._open is None:
            self._open = self._begin(event)
        self._close(Outcome.FAILED, code=event.number, end_line=event.line, end_ms=event.ms)

    def _supplicant_stopping(self, event: Event) -> None:
        attempt = self._open
        if attempt is None:
            return
        joined = attempt.round > 0
        if joined and attempt.outcome is not Outcome.CANCELLED:
            # The result line prints errors only; the supplicant stops after a success as well.
            self._succeed(event)
        else:
            self._close(Outcome.NO_SUPPLICANT, end_line=event.line, end_ms=event.ms)

    def _succeed(self, event: Event) -> None:
        self._close(Outcome.JOINED, end_line=event.line, end_ms=event.ms)
        self._next_episode()
        self._new_burst = True

    def _interface_up(self, event: Event) -> None:
        if self._open is not None:
            self._succeed(event)
            return
        last = self._attempts[-1] if self._attempts else None
        if last is None or last.boot != event.boot:
            self._open = self._begin(event)
            self._succeed(event)
        elif last.outcome is Outcome.CANCELLED and last.code is None:
            # The cancel came too late.
            self._open = self._attempts.pop()
            self._succeed(event)
        elif last.outcome is not Outcome.JOINED:
            self._open = self._begin(event)
            self._succeed(event)

    def _heap_after_stop(self, event: Event) -> None:
        if self._open is None and self._attempts:
            self._attempts[-1] = replace(self._attempts[-1], heap_after=event.number)

    def _cancelled(self, event: Event) -> None:
        if self._open is not None:
            self._open = replace(self._open, outcome=Outcome.CANCELLED)
        self._new_burst = True

    # -- around them -----------------------------------------------------------------

    def _restart(self, event: Event) -> None:
        self._boot = event.boot
        self._restarts.append(event.line)
        self._close(Outcome.OPEN)
        self._new_burst = True
        self._last_end_ms = None

    def _burst_ends(self, event: Event) -> None:
        self._new_burst = True

    def _next_episode(self) -> None:
        last = self._open or (self._attempts[-1] if self._attempts else None)
        if last is not None and last.episode == self._episode:
            self._episode += 1

    def _family(self, event: Event) -> None:
        if event.name is not None and len(self._families) < _FAMILIES_KEPT:
            _mark(self._families, event.name, event)

    def _status_word(self, event: Event) -> None:
        self._family(event)
        if event.number is not None:
            self._words.append((event.line, event.number))

    def _server(self, event: Event) -> None:
        if event.name is not None:
            _mark(self._server_log, event.name, event)

    def _signal(self, event: Event) -> None:
        if event.number is not None:
            self._signals.append((event.line, event.number))

    def _vital(self, event: Event) -> None:
        self._vitals.append((event.line, event.text))

    _HANDLERS: ClassVar[dict[Kind, "Callable[[JoinTracker, Event], None]"]] = {
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
        Kind.FAMILY: _family,
        Kind.WICED_SDK: _status_word,
        Kind.SERVER_LOG: _server,
        Kind.RSSI: _signal,
        Kind.VITALS: _vital,
    }


def _mark(marks: dict[_Key, Mark], key: _Key, event: Event) -> None:
    old = marks.get(key)
    if old is None:
        marks[key] = Mark(1, event.line, event.line, event.number, event.name)
    else:
        marks[key] = Mark(old.count + 1, old.first_line, event.line, event.number, event.name)
