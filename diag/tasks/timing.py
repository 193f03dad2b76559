"""Gives a plain log the time it lacks: each line at the device's own clock."""

import re
from collections.abc import Iterable, Iterator
from typing import Final

from diag.stream import Chunk, Direction, Item

_STAMP: Final = re.compile(rb"(?<!\d)(\d{10})(?= \[|:)|\"t\":(\d{1,10})[,}]")
_LONGEST: Final = 64 * 1024
"""Bytes of an unterminated line after which it goes on as it stands."""


def timed(items: Iterable[Item], begin: float = 0.0) -> Iterator[Item]:
    """Cut the output of a log into lines, each at the seconds since its first time stamp.

    Time never goes back: a restart of the device goes on where the log was.
    """
    clock = _Clock(begin)
    partial = b""
    for item in items:
        if not isinstance(item, Chunk) or item.direction is not Direction.OUTPUT:
            yield item
            continue
        *lines, partial = (partial + item.data).split(b"\n")
        for line in lines:
            yield Chunk(clock.at(line), Direction.OUTPUT, line + b"\n")
        if len(partial) > _LONGEST:
            yield Chunk(clock.at(partial), Direction.OUTPUT, partial)
            partial = b""
    if partial:
        yield Chunk(clock.at(partial), Direction.OUTPUT, partial)


class _Clock:
    def __init__(self, begin: float) -> None:
        self._now = begin
        self._last: int | None = None

    def at(self, line: bytes) -> float:
        stamp = _STAMP.search(line)
        if stamp is not None:
            ms = int(stamp[1] or stamp[2])
            if self._last is not None and ms > self._last:
                self._now = round(self._now + (ms - self._last) / 1000, 3)
            self._last = ms
        return self._now
