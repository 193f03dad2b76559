"""The fold from items to a diagnosis."""

import copy
from collections.abc import Iterable
from dataclasses import replace
from typing import Final, Self, cast

from diag.diagnosis import VITALS, Diagnosis, accepted, diagnose
from diag.join import History, JoinTracker, Outcome
from diag.log import Event, LogReader
from diag.stream import GAP_BEGINS, Chunk, Direction, Fact, FactValue, Item, Marker

_READINGS: Final = ("rssi", "led", "tried", "vitals-tainted")
"""Facts that may change without the settings having changed."""


class Session:
    """Everything known of one device, built item by item.

    `checkpoint` gives an independent copy, so that moving about in a long
    recording does not start over.
    """

    def __init__(self) -> None:
        """Start before any item."""
        self._reader = LogReader()
        self._tracker = JoinTracker()
        self._facts: dict[str, FactValue] = {}
        self._before: dict[str, FactValue] = {}
        self._told: dict[str, FactValue] = {}
        self._time = 0.0

    @property
    def time(self) -> float:
        """Host seconds of the latest item."""
        return self._time

    @property
    def facts(self) -> dict[str, FactValue]:
        """What was told or measured beside the log."""
        return dict(self._facts)

    def feed(self, item: Item) -> list[Event]:
        """Take one item; return the events of the log that it completes."""
        self._time = max(self._time, item.time)
        if isinstance(item, Fact):
            self._add(item)
            return []
        if isinstance(item, Chunk) and item.direction is Direction.OUTPUT:
            return self._follow(self._reader.feed(item.data))
        if isinstance(item, Marker) and item.label == GAP_BEGINS:
            return self._follow(self._reader.cut())
        return []

    def feed_all(self, items: Iterable[Item]) -> Self:
        """Take many items and the end of the log; return the session itself."""
        for item in items:
            self.feed(item)
        self.close()
        return self

    def close(self) -> list[Event]:
        """Take the end of the log: its last line may lack an end."""
        return self._follow(self._reader.close())

    def checkpoint(self) -> Self:
        """Return an independent copy in the same state."""
        twin = copy.copy(self)
        twin._reader = self._reader.copy()
        twin._tracker = self._tracker.copy()
        twin._facts = dict(self._facts)
        twin._before = dict(self._before)
        twin._told = dict(self._told)
        return twin

    def tell(self, facts: Iterable[Fact]) -> None:
        """Take facts that hold for the whole session and prevail over recorded ones."""
        for fact in facts:
            _put(self._told, fact)

    def history(self) -> History:
        """Return what the log has said so far."""
        return self._tracker.history()

    def diagnosis(self, *, brief: bool = False) -> Diagnosis:
        """Return the diagnosis as it stands now; a brief one has no questions."""
        facts = {**self._facts, **self._before}
        for name, value in self._told.items():
            _put(facts, Fact(self._time, name, value))
        return diagnose(self._tracker.history(), facts, brief=brief)

    def _follow(self, events: list[Event]) -> list[Event]:
        self._tracker.feed(events)
        self._settle()
        return events

    def _add(self, fact: Fact) -> None:
        value = accepted(fact.name, fact.value)
        if value is None:
            return
        if fact.name == VITALS:
            self._tracker.take_vitals(str(value))
            self._settle()
            return
        fact = replace(fact, value=value)
        before = self._facts.get(fact.name)
        changed = before is not None and before != value
        if changed and _is_setting(fact.name) and self._tracker.attempted:
            # The failures so far happened under the old value and are judged by it.
            self._before.setdefault(fact.name, cast("FactValue", before))
            self._tracker.settings_changed()
        _put(self._facts, fact)

    def _settle(self) -> None:
        """Once an attempt under the new settings has ended, the old ones are history."""
        if not self._before:
            return
        history = self._tracker.history()
        if history.vitals and not history.attempts:
            self._before = {}
            return
        ended = [a for a in history.attempts if a.outcome is not Outcome.OPEN]
        if ended and ended[-1].episode >= history.episode - (ended[-1].outcome is Outcome.JOINED):
            self._before = {}


def _is_setting(name: str) -> bool:
    return name not in _READINGS and not name.startswith("net:")


def _put(facts: dict[str, FactValue], fact: Fact) -> None:
    """Fixes tried add up; of anything else the latest word holds."""
    before = facts.get(fact.name)
    if fact.name == "tried" and before:
        facts["tried"] = f"{before},{fact.value}"
    else:
        facts[fact.name] = fact.value
