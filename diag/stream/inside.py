"""Take apart what stands in a masked place: secret bytes, log lines between them, the end."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final, Literal

from diag.stream.loglines import LIMIT, START, log_lines, open_start

Part = tuple[Literal["log", "end", "wait"], int, int]

_STRING_END: Final = re.compile(rb"[\"\r\n]")
_QUOTE: Final = ord('"')
_BACKSLASH: Final = ord("\\")


@dataclass(frozen=True, slots=True)
class End:
    """How a masked place ends."""

    find: Callable[[bytes, int], int | None]
    """Where, from a place on, the first byte stands that is not secret any more; None: not yet."""
    backslashes: int = 1
    """Of how many backslashes in a row nothing follows for what comes next."""


def _first(pattern: re.Pattern[bytes]) -> End:
    def find(data: bytes, start: int) -> int | None:
        found = pattern.search(data, start)
        return found.start() if found else None

    return End(find)


LINE: Final = _first(re.compile(rb"[\r\n]"))
WORD: Final = _first(re.compile(rb"[^A-Za-z0-9._~+/=\-]"))


def string(quote: bytes) -> End:
    """Return the end of a JSON string that began with `quote`.

    Backslashes before the quotation mark say that the string stands inside another; the
    string's own backslashes and quotation marks have more of them.
    """
    depth = len(quote) - 1
    unit = 2 * (depth + 1)

    def find(data: bytes, start: int) -> int | None:
        for sign in _STRING_END.finditer(data, start):
            place = sign.start()
            if data[place] != _QUOTE:
                return place
            if _backslashes(data, start, place) % unit == depth:
                return place - depth
        return None

    return End(find, unit)


def _backslashes(data: bytes, start: int, end: int) -> int:
    place = end
    while place > start and data[place - 1] == _BACKSLASH:
        place -= 1
    return end - place


def next_part(data: bytes, start: int, ending: End, *, logs: bool, final: bool) -> Part:
    """Return what comes next in a masked place, and where that begins and ends.

    Everything from `start` to its beginning is secret. `wait` is the part that cannot be
    judged before more has come; with `final` nothing more comes, and it is empty.
    """
    place = start
    while True:
        end = ending.find(data, place)
        log = START.search(data, place, len(data) if end is None else end + 1) if logs else None
        if log is None or (end is not None and log.start() >= end):
            break
        begin = log.start()
        newline = data.find(b"\n", begin, begin + LIMIT)
        if newline < 0 and len(data) - begin < LIMIT and not final:
            return "wait", begin, len(data)
        line = next(log_lines(data, place, newline + 1), None) if newline >= 0 else None
        if line and (end is None or end >= line[0]):
            return "log", *line
        if end is not None:
            break
        place = log.end()
    if end is not None:
        return "end", end, end
    if final:
        return "wait", len(data), len(data)
    held = open_start(data, start) if logs else len(data)
    undone = _backslashes(data, start, len(data)) % ending.backslashes
    return "wait", min(held, len(data) - undone), len(data)


def without(
    data: bytes, lines: list[tuple[int, int]], end: int
) -> tuple[bytes, list[tuple[int, int]]]:
    """Return the data up to `end` without the log lines, and where its parts stand."""
    kept: list[tuple[int, int]] = []
    place = 0
    for start, after in lines:
        if after > end:
            break
        if start > place:
            kept.append((place, start))
        place = after
    if end > place:
        kept.append((place, end))
    if len(kept) == 1 and kept[0] == (0, len(data)):
        return data, kept
    return b"".join(data[a:b] for a, b in kept), kept


def place_of(kept: list[tuple[int, int]], place: int) -> int:
    """Return where a byte of the joined parts stands in the data."""
    for start, end in kept:
        if place < end - start:
            return start + place
        place -= end - start
    return kept[-1][1] if kept else 0


def after(kept: list[tuple[int, int]], count: int) -> int:
    """Return where in the data the first `count` bytes of the joined parts end."""
    return place_of(kept, count - 1) + 1


def spread(kept: list[tuple[int, int]], start: int, end: int) -> list[tuple[int, int]]:
    """Return the parts of the data that a range of the joined parts covers."""
    parts: list[tuple[int, int]] = []
    before = 0
    for first, last in kept:
        behind = before + last - first
        if start < behind and end > before:
            parts.append((first + max(start - before, 0), first + min(end, behind) - before))
        before = behind
    return parts
