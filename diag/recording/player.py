"""The pace of a replay: which item comes next, and how long to wait before it.

No clock and no sleep in here: whoever shows the items does the waiting.
"""

import math
from collections.abc import Iterable, Iterator
from typing import Final

from diag.recording.errors import RecordingError
from diag.stream import Item, Marker, inert

_NAMED: Final = 10
"""How many marks the error about a missing one lists."""


def pace(
    items: Iterable[Item],
    *,
    speed: float = 1.0,
    start: str | None = None,
    idle_cap: float | None = None,
) -> Iterator[tuple[float, Item]]:
    """Yield each item with the seconds to wait before showing it.

    `speed` 2.0 is twice as fast; infinite means no waiting at all. `idle_cap` bounds the
    wait in recorded seconds, before the speed is applied. With `start`, the label of a
    marker, all items before that marker come without a wait, so that what they say is
    known when the replay begins. If no such marker comes, the end is a RecordingError.
    """
    if not speed > 0:
        raise ValueError("speed has to be greater than 0")
    if idle_cap is not None and not idle_cap >= 0:
        raise ValueError("idle_cap has to be 0 or more")
    return _paced(items, speed, None if start is None else inert(start), idle_cap)


def _paced(
    items: Iterable[Item], speed: float, start: str | None, idle_cap: float | None
) -> Iterator[tuple[float, Item]]:
    latest = 0.0
    sought = start
    labels: list[str] = []
    for item in items:
        gap = max(0.0, item.time - latest)
        latest = max(latest, item.time)
        if sought is not None:
            gap = 0.0
            if isinstance(item, Marker):
                if inert(item.label) == sought:
                    sought = None
                elif len(labels) < _NAMED:
                    labels.append(inert(item.label))
        if idle_cap is not None:
            gap = min(gap, idle_cap)
        yield (0.0 if math.isinf(speed) else gap / speed), item
    if sought is not None:
        known = f"its marks are: {', '.join(labels)}" if labels else "it has no marks"
        raise RecordingError(f"the recording has no mark {sought}; {known}")
