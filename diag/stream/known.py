"""Find secrets that are known, in every encoding, also where a log line cuts one in two."""

from collections import Counter
from collections.abc import Iterator
from typing import Final

from diag.stream.encodings import SHORTEST, spellings
from diag.stream.inside import place_of, spread, without
from diag.stream.loglines import interrupts, log_lines, open_starts
from diag.stream.mask_rules import KNOWN, MASK
from diag.stream.timed import Waiting

SPAN: Final = 4096
"""Bytes over which the pieces of one secret may be spread by log lines between them."""

Piece = tuple[float, bytes]


class Needles:
    """Everything to look for, grouped so that most of it is not looked for most of the time."""

    def __init__(self) -> None:
        """Begin with nothing to look for."""
        self._groups: dict[bytes, list[bytes]] = {b"\0": [], b"%": [], b"": []}
        self._by_two: dict[bytes, list[bytes]] = {}
        self._first: dict[int, int] = {}
        self._all: set[bytes] = set()
        self._longest = 0

    def __bool__(self) -> bool:
        """Return whether there is anything to look for."""
        return bool(self._all)

    def add(self, text: str) -> None:
        """Look for a secret from now on."""
        for needle in spellings(text) - self._all:
            self._all.add(needle)
            group = next(sign for sign in (b"\0", b"%", b"") if sign in needle)
            self._groups[group].append(needle)
            self._by_two.setdefault(needle[:2], []).append(needle)
            self._first[needle[0]] = max(self._first.get(needle[0], 0), len(needle))
            self._longest = max(self._longest, len(needle))

    def find(self, data: bytes) -> Iterator[tuple[int, int]]:
        """Yield where something begins and ends, in any order and overlapping."""
        for sign, needles in self._groups.items():
            if sign in data:
                for needle in needles:
                    place = data.find(needle)
                    while place >= 0:
                        yield place, place + len(needle)
                        place = data.find(needle, place + 1)

    def begun(self, data: bytes) -> tuple[int, int]:
        """Return how many of the last bytes may be the beginning of something, and of what length.

        Zero when they are not.
        """
        size = len(data)
        for place in range(max(size - self._longest + 1, 0), size - 1):
            for needle in self._by_two.get(data[place : place + 2], ()):
                if len(needle) > size - place and needle.startswith(data[place:]):
                    return size - place, len(needle)
        if size and data[-1] in self._first:
            return 1, self._first[data[-1]]
        return 0, 0


class KnownMask:
    """Masks what is known in the bytes of one direction.

    What has been given out already but may be the first part of a secret is remembered, so
    that the rest of it is still masked.
    """

    def __init__(self, needles: Needles, masked: "Counter[str]") -> None:
        """Look for `needles`, which may grow, and count into `masked`."""
        self._needles = needles
        self._masked = masked
        self._waiting = Waiting()
        self._out = 0
        self._hiding = False
        self._marked = False
        self._pieces: list[tuple[int, int, bool]] = []

    @property
    def held(self) -> int:
        """How many bytes wait for a decision."""
        return len(self._waiting.data) - self._out

    def feed(self, data: bytes, time: float) -> list[Piece]:
        """Take bytes in, return those that are decided."""
        if not self._needles and not self._waiting.data:
            self._hiding = False
            return [(time, data)]
        self._waiting.append(data, time)
        return self._give(self._undecided(), self._found())

    def end(self) -> list[Piece]:
        """Return everything: nothing more comes that would belong to it.

        The greater part of a secret, cut off, is masked too.
        """
        data = self._waiting.data
        found = self._found()
        size, whole = self._needles.begun(data)
        if size >= max(SHORTEST, (whole + 1) // 2):
            found.append((len(data) - size, len(data), True))
        return self._give(len(data), found)

    def release(self, before: float) -> list[Piece]:
        """Return what came before that time, if it is but a byte or two of something."""
        data = self._waiting.data
        if not self.held or self._waiting.time(self._out) > before or self._longest_begun() > 2:
            return []
        return self._give(len(data), self._found(), keep=self._undecided())

    def _longest_begun(self) -> int:
        return max((size for size, _ in self._beginnings()), default=0)

    def _undecided(self) -> int:
        """Where the part begins that may become a secret with what comes next."""
        return min((place for _, place in self._beginnings()), default=len(self._waiting.data))

    def _beginnings(self) -> Iterator[tuple[int, int]]:
        """Yield length and place of what may be the first part of a secret.

        That is the end of the data, or, when a log line has just cut it off, what stands
        before that.
        """
        below = max(len(self._waiting.data) - SPAN + 1, 0)
        data = self._waiting.data[below:]
        size, _ = self._needles.begun(data)
        if size:
            yield size, below + len(data) - size
        cuts = [cut for cut in open_starts(data) if cut]
        lines = list(log_lines(data)) if interrupts(data) else []
        for cut in cuts + ([len(data)] if lines else []):
            text, kept = without(data, lines, cut)
            size, _ = self._needles.begun(text)
            if size:
                yield size, below + place_of(kept, len(text) - size)

    def _found(self) -> list[tuple[int, int, bool]]:
        """Return begin and end of all that is masked, and whether a secret begins there."""
        data = self._waiting.data
        found = self._pieces + [(start, end, True) for start, end in self._needles.find(data)]
        if interrupts(data) and (lines := list(log_lines(data))):
            text, kept = without(data, lines, len(data))
            for start, end in self._needles.find(text):
                pieces = spread(kept, start, end)
                if len(pieces) > 1 and pieces[-1][1] - pieces[0][0] <= SPAN:
                    found += [(a, b, a == pieces[0][0]) for a, b in pieces]
        return sorted(found)

    def _give(
        self, decided: int, found: list[tuple[int, int, bool]], keep: int | None = None
    ) -> list[Piece]:
        keep = decided if keep is None else keep
        runs: list[list[int]] = []
        for start, end, first in sorted(found):
            if end <= self._out:
                continue
            if runs and start <= runs[-1][1]:
                runs[-1][1] = max(runs[-1][1], end)
                runs[-1][2] |= first
            else:
                runs.append([start, end, first])
        waiting, pieces = self._waiting, list[Piece]()
        for start, end, first in runs:
            if start >= decided:
                break
            decided = max(decided, end)
            if start > self._out:
                pieces += waiting.cut(self._out, start)
                self._out = start
                self._hiding = False
            self._marked = self._marked and self._hiding
            if first and not self._marked:
                pieces.append((waiting.time(self._out), MASK))
                self._masked[KNOWN] += 1
                self._marked = True
            self._hiding = True
            self._out = end
        if decided > self._out:
            pieces += waiting.cut(self._out, decided)
            self._out = decided
            self._hiding = False
        # A log line may divide what is found; its later pieces are not found without the first.
        self._pieces = [
            (start - keep, end - keep, first)
            for start, end, first in dict.fromkeys(found)
            if start >= decided
        ]
        waiting.drop(keep)
        self._out -= keep
        return pieces
