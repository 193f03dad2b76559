"""The fold from items to a diagnosis."""

import copy
from collections.abc import Iterable
from typing import Self

from diag.diagnosis import Diagnosis, diagnose
from diag.join import History, JoinTracker
from diag.log import Event, LogReader
from diag.stream import Chunk, Direction, Fact, FactValue, Item


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
            events = self._reader.feed(item.data)
            self._tracker.feed(events)
            return events
        return []

    def feed_all(self, items: Iterable[Item]) -> Self:
        """Take many items and the end of the log; return the session itself."""
        for item in items:
            self.feed(item)
        self.close()
        return self

    def close(self) -> list[Event]:
        """Take the end of the log: its last line may lack an end."""
        events = self._reader.close()
        self._tracker.feed(events)
        return events

    def checkpoint(self) -> Self:
        """Return an independent copy in the same state."""
        twin = copy.copy(self)
        twin._reader = self._reader.copy()
        twin._tracker = self._tracker.copy()
        twin._facts = dict(self._facts)
        return twin

    def history(self) -> History:
        """Return what the log has said so far."""
        return self._tracker.history()

    def diagnosis(self) -> Diagnosis:
        """Return the diagnosis as it stands now."""
        return diagnose(self._tracker.history(), self._facts)

    def _add(self, fact: Fact) -> None:
        # Fixes tried add up; of anything else the latest word holds.
        before = self._facts.get(fact.name)
        if fact.name == "tried" and before:
            self._facts["tried"] = f"{before},{fact.value}"
        else:
            self._facts[fact.name] = fact.value
