"""Bytes that keep the time they came at while they wait for a decision."""

from collections.abc import Iterator


class Waiting:
    """Bytes in order, each with the time of the chunk it came in."""

    __slots__ = ("_ends", "data")

    def __init__(self) -> None:
        """Begin empty."""
        self.data = b""
        self._ends: list[tuple[int, float]] = []

    def append(self, data: bytes, time: float) -> None:
        """Add bytes at the end."""
        self.data = self.data + data if self.data else data
        if self._ends and self._ends[-1][1] == time:
            del self._ends[-1]
        self._ends.append((len(self.data), time))

    def time(self, place: int) -> float:
        """Return when the byte at `place` came; the last time of all when it is behind the end."""
        for end, time in self._ends:
            if place < end:
                return time
        return self._ends[-1][1] if self._ends else 0.0

    def cut(self, start: int, end: int) -> Iterator[tuple[float, bytes]]:
        """Yield the bytes from `start` to `end`, a piece for each time."""
        for limit, time in self._ends:
            if start >= end:
                return
            if start < limit:
                yield time, self.data[start : min(limit, end)]
                start = limit

    def drop(self, count: int) -> None:
        """Forget the first bytes."""
        if count:
            self.data = self.data[count:]
            self._ends = [(end - count, time) for end, time in self._ends if end > count]
