"""Gives lines their time, and knows those that a second log handler prints again."""

import copy
from collections.abc import Callable
from typing import Final, Self, cast

from diag.log.clock import DeviceClock
from diag.log.events import Event
from diag.log.template import Template

_MAX_MS: Final = (1 << 32) - 1
"""The device's clock is 32 bits wide: digits beyond are no time of its."""


class Dating:
    """Makes events of templates, in the order of their lines."""

    __slots__ = ("_at_ms", "_at_this_ms", "clock")

    def __init__(self) -> None:
        """Start before any line."""
        self.clock = DeviceClock()
        self._at_ms: int | None = None
        self._at_this_ms: tuple[Template, ...] = ()
        """The latest lines of the same millisecond, to know those a second handler repeats."""

    def copy(self) -> Self:
        """Return an independent one in the same state."""
        twin = copy.copy(self)
        twin.clock = copy.copy(self.clock)
        return twin

    def event(
        self, template: Template, printed: int | None, line: int, offset: int, length: int
    ) -> Event:
        """Return the event of a line with the time printed on it, if any."""
        repeated = False
        ms = None
        if printed is not None and printed <= _MAX_MS:
            ms = self.clock.read(printed)
            if printed != self._at_ms:
                self._at_ms = printed
                self._at_this_ms = (template,)
            elif template in self._at_this_ms:
                repeated = True
            else:
                self._at_this_ms = (*self._at_this_ms[-7:], template)
        kind, text, category, level, number, name = template
        where = (kind, line, offset, length, ms, self.clock.boot)
        # Made without the named tuple's own constructor, which costs as much as all the rest.
        return _make(Event, (*where, text, category, level, number, name, repeated))


_make = cast(
    "Callable[[type[Event], tuple[object, ...]], Event]",
    tuple.__new__,  # pyright: ignore[reportUnknownMemberType]
)
