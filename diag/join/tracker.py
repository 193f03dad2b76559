"""Folds the events of a log into its history."""

import copy
from collections import deque
from typing import Final, Self, TypeVar

from diag.join.attempt_track import KEPT, AttemptTrack
from diag.join.credentials import CredentialsTrack
from diag.join.history import History, Mark
from diag.join.links import LinkTrack
from diag.log import Event, Kind

_NAMES_KEPT: Final = 16

_Key = TypeVar("_Key")
_Marks = dict[_Key, list[int | str | None]]
"""Count, first line, last line, number and name: a `Mark` that still changes."""


class JoinTracker:
    """Folds events into a `History`. Memory is bounded: only the latest attempts are kept."""

    KEPT: Final = KEPT
    """Attempts kept one by one."""
    KEPT_READINGS: Final = 16
    """Signal readings, vitals and the like kept one by one."""

    def __init__(self) -> None:
        """Start before any event."""
        self._attempts = AttemptTrack()
        self._credentials = CredentialsTrack()
        self._links = LinkTrack()
        self._boot = 0
        self._marks: _Marks[Kind] = {}
        self._families: _Marks[str] = {}
        self._server_log: _Marks[str] = {}
        self._restarts: deque[int] = deque(maxlen=self.KEPT_READINGS)
        self._signals: deque[tuple[int, int]] = deque(maxlen=self.KEPT_READINGS)
        self._vitals: deque[tuple[int, str]] = deque(maxlen=self.KEPT_READINGS)
        self._words: deque[tuple[int, int]] = deque(maxlen=self.KEPT_READINGS)
        self._repeated = 0
        self._levels: set[str] = set()
        self._last_line = 0
        self._settings_line: int | None = None

    def copy(self) -> Self:
        """Return an independent tracker in the same state."""
        twin = copy.copy(self)
        twin._attempts = self._attempts.copy()
        twin._credentials = copy.copy(self._credentials)
        twin._links = self._links.copy()
        for name in ("_marks", "_families", "_server_log"):
            marks: _Marks[str] = getattr(self, name)
            setattr(twin, name, {key: list(mark) for key, mark in marks.items()})
        for name in ("_restarts", "_signals", "_vitals", "_words", "_levels"):
            setattr(twin, name, getattr(self, name).copy())
        return twin

    def feed(self, events: list[Event]) -> None:
        """Take the next events."""
        levels, marks = self._levels, self._marks
        for event in events:
            kind, line, _, _, _, boot, _, category, level, number, name, repeated = event
            if kind is Kind.FOREIGN:
                continue
            self._last_line = line
            if repeated:
                self._repeated += 1
                continue
            if boot != self._boot:
                self._restart(boot, line)
            if level:
                levels.add(level)
            if kind is not Kind.OTHER:
                _mark(marks, kind, line, number, name)
                follow, stores, links, aside = _ROUTES[kind]
                if follow is not None:
                    follow(self._attempts, event)
                if stores and self._credentials.take(event):
                    self._settings_line = line
                    self._attempts.next_episode()
                    self._vitals.clear()
                if links:
                    self._links.take(event)
                elif aside:
                    self._aside(kind, line, event.text, number, name)
            elif level == "ERROR" and category == "hal.wlan":
                self._attempts.spoil()

    @property
    def attempted(self) -> bool:
        """Whether any attempt has begun, or the vitals tell of one."""
        return self._attempts.count > 0 or bool(self._vitals)

    def settings_changed(self) -> None:
        """Take note that something changed beside the log: later attempts are another matter."""
        self._settings_line = self._last_line
        self._attempts.next_episode()
        self._vitals.clear()

    def take_vitals(self, text: str) -> None:
        """Take a reading of the vitals, as JSON, that was made beside the log."""
        self._vitals.append((0, text))

    def history(self) -> History:
        """Return what is known so far."""
        return History(
            boot=self._boot,
            attempts=self._attempts.attempts(),
            attempt_count=self._attempts.count,
            episode=self._attempts.episode,
            marks=_frozen(self._marks),
            families=_frozen(self._families),
            server_log=_frozen(self._server_log),
            links=self._links.links(),
            eap_valid_line=self._credentials.valid_line,
            eap_invalid_line=self._credentials.invalid_line,
            eap_unanswered_line=self._credentials.unanswered_line,
            cleared_line=self._credentials.cleared_line,
            settings_line=self._settings_line,
            restart_lines=tuple(self._restarts),
            repeated_lines=self._repeated,
            levels=frozenset(self._levels),
            last_line=self._last_line,
            signals=tuple(self._signals),
            vitals=tuple(self._vitals),
            status_words=tuple(self._words),
        )

    def _restart(self, boot: int, line: int) -> None:
        self._boot = boot
        self._restarts.append(line)
        self._attempts.restart()

    def _aside(
        self, kind: Kind, line: int, text: str, number: int | None, name: str | None
    ) -> None:
        """Take what is neither attempt, credentials nor link."""
        if kind is Kind.VITALS:
            self._vitals.append((line, text))
        elif kind is Kind.RSSI and number is not None:
            self._signals.append((line, number))
        elif kind is Kind.SERVER_LOG and name is not None:
            _mark(self._server_log, name, line, number, name)
        elif name is not None and (name in self._families or len(self._families) < _NAMES_KEPT):
            _mark(self._families, name, line, number, name)
        if kind is Kind.WICED_SDK and number is not None:
            self._words.append((line, number))


_ASIDE: Final = frozenset({Kind.FAMILY, Kind.WICED_SDK, Kind.SERVER_LOG, Kind.RSSI, Kind.VITALS})
_ROUTES: Final = {
    kind: (
        AttemptTrack.HANDLERS.get(kind),
        kind in CredentialsTrack.KINDS,
        kind in LinkTrack.KINDS,
        kind in _ASIDE,
    )
    for kind in Kind
}
"""Who takes which event: attempts, credentials, links, or none of them."""


def _mark(marks: _Marks[_Key], key: _Key, line: int, number: int | None, name: str | None) -> None:
    mark = marks.get(key)
    if mark is None:
        marks[key] = [1, line, line, number, name]
    else:
        mark[0] += 1  # pyright: ignore[reportOperatorIssue] - the count is a number
        mark[2:] = line, number, name


def _frozen(marks: _Marks[_Key]) -> dict[_Key, Mark]:
    return {key: Mark(*mark) for key, mark in marks.items()}  # pyright: ignore[reportArgumentType]
