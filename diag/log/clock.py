"""The device's clock: milliseconds since boot, 32 bits wide (device-facts 2.2)."""

from typing import Final

_WRAP: Final = 1 << 32
_NEAR_WRAP: Final = 10 * 60_000
"""How near both ends of the range two readings must be to count as a wrap."""
_JITTER: Final = 2_000
"""Threads print late: a reading this much behind the last one is no restart."""


class DeviceClock:
    """Turns printed readings into a count that does not wrap, and notices restarts."""

    __slots__ = ("_base", "_last", "boot")

    def __init__(self) -> None:
        """Start before any reading."""
        self.boot = 0
        self._base = 0
        self._last: int | None = None

    def read(self, printed: int) -> int:
        """Return milliseconds since boot; `boot` counts the restarts seen."""
        last = self._last
        if self._base and last is not None and last < _NEAR_WRAP and printed > _WRAP - _NEAR_WRAP:
            return self._base - _WRAP + printed
        if last is not None and printed < last - _JITTER:
            if last > _WRAP - _NEAR_WRAP and printed < _NEAR_WRAP:
                self._base += _WRAP
            else:
                self.boot += 1
                self._base = 0
        self._last = printed
        return self._base + printed
