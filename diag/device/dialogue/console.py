"""Picks the dialogue out of what a device prints.

An application built before Device OS 1.4.0 is not muted in listening mode (device-facts
2.11): its log lines and prints stand between, and inside, prompts and echoes. A text that
stands as the device prints it is taken at once; one that other output has damaged, or that
could as well be quoted by the application, only when nothing better comes.
"""

import re
from collections.abc import Iterable, Sequence
from typing import Final

_LOG_LINE: Final = re.compile(
    rb"\d{10} (?:\[[^\]\r\n]{1,64}\] )?(?:[^\s:\[]{1,64}(?::\d{1,6})?(?:, [^()\r\n]{1,64}\(\))?: )?"
    rb"(?:TRACE|INFO|WARN|ERROR|PANIC): [^\r\n]*\r?\n"
    rb"|\{\"l\":\"[^\r\n]*\}\r?\n"
)
_OPEN_LINE: Final = re.compile(rb"(?:\d{10} \[|\{\"l\":\")[^\r\n]*\r?$")
"""A log line whose end has not come yet."""
_PROMPT_ENDS: Final = (b": ", b":\r\n")
_KEPT: Final = 4096
"""Bytes of unclaimed output that are kept: more than any prompt with what may stand inside."""
_LIMIT: Final = 16 * 1024
_CHATTER: Final = 512
"""Bytes of foreign output looked over between two pieces of one prompt."""
_TELLING: Final = 20
"""Bytes from which a text in pieces is no chance whatever stands between them."""
_TELLING_PIECE: Final = 7
"""Bytes a piece has on average at least, where pieces are looked for anywhere."""
_PIECE: Final = 2
"""Bytes a piece of such a text has at least; less is chance."""


class Console:
    """Output of a device since the last thing that was recognised in it."""

    def __init__(self) -> None:
        """Begin with nothing."""
        self._raw = b""

    @property
    def text(self) -> bytes:
        """The output so far without the log lines in it."""
        return _OPEN_LINE.sub(b"", _LOG_LINE.sub(b"", self._raw))

    def feed(self, data: bytes) -> None:
        """Take output."""
        self._raw += data
        if len(self._raw) > _LIMIT:
            whole = _LOG_LINE.sub(b"", self._raw)
            self._raw = whole[-_KEPT:]

    def clear(self) -> None:
        """Forget what came so far."""
        self._raw = b""

    def find(self, patterns: Sequence[bytes]) -> bytes | None:
        """Return the pattern that comes first, and forget the output up to its end.

        Of two that begin at one place the longer wins. A prompt begins a line and is the
        last thing on it: else it is part of a sentence of the application.
        """
        text = self.text
        return self._take(text, _first(text, patterns))

    def find_damaged(self, patterns: Sequence[bytes]) -> bytes | None:
        """Return a pattern that other output stands in front of, or has broken into pieces.

        For when output has paused, since what comes next could still be the pattern whole.
        """
        text = self.text
        for pattern in patterns:
            if pattern.endswith(_PROMPT_ENDS) and text.endswith(pattern):
                return self._take(text, (len(text) - len(pattern), pattern))
        # Two security prompts begin alike; a piece of the longer is not the shorter.
        chosen = [p for p in patterns if not _begins_another(p, patterns)]
        for pattern in sorted(chosen, key=len, reverse=True):
            end = _end_between_lines(self._raw, pattern)
            if end is not None:
                self._raw = self._raw[end:]
                return pattern
            end = _end_in_pieces(text, pattern) if len(pattern) >= _TELLING else None
            if end is not None:
                return self._take(text, (end - len(pattern), pattern))
        return None

    def find_quoted(self, patterns: Sequence[bytes]) -> bytes | None:
        """Return a pattern wherever it stands, also in and among pieces of log lines.

        For when nothing else has come in all the time there was. A short one that another
        prompt could be waited at instead of is not taken: the application may just name it.
        """
        prompts = [p for p in patterns if p.endswith(_PROMPT_ENDS)]
        for pattern in sorted(patterns, key=len, reverse=True):
            if len(pattern) < _TELLING and len(prompts) > 1:
                continue
            end = _end_in_few_pieces(self._raw, pattern)
            if end is not None:
                self._raw = self._raw[end:]
                return pattern
        return None

    def find_match(self, pattern: re.Pattern[bytes]) -> re.Match[bytes] | None:
        """Return a match of a regular expression, and forget the output up to its end."""
        text = self.text
        match = pattern.search(text)
        if match is not None:
            self._raw = text[match.end() :] + self._open()
        return match

    def echoed(self, typed: bytes) -> bool:
        """Whether what was typed has come back, in one piece or with whole lines between."""
        return (
            typed in self._raw
            or typed in self.text
            or _end_between_lines(self._raw, typed, anywhere=True) is not None
        )

    def echoed_somehow(self, typed: bytes) -> bool:
        """Whether every byte of it has come back in its order, whatever came between."""
        rest = iter(self._raw)
        return all(byte in rest for byte in typed)

    def _take(self, text: bytes, found: tuple[int, bytes] | None) -> bytes | None:
        if found is None:
            return None
        at, pattern = found
        self._raw = text[at + len(pattern) :] + self._open()
        return pattern

    def _open(self) -> bytes:
        match = _OPEN_LINE.search(_LOG_LINE.sub(b"", self._raw))
        return match.group() if match else b""


def _first(text: bytes, patterns: Iterable[bytes]) -> tuple[int, bytes] | None:
    """Where which pattern stands first, and of those the longest."""
    found: list[tuple[int, int, bytes]] = []
    for pattern in patterns:
        at = text.find(pattern)
        while at >= 0:
            if not pattern.endswith(_PROMPT_ENDS) or _alone(text, at, pattern):
                found.append((at, -len(pattern), pattern))
                break
            at = text.find(pattern, at + 1)
    if not found:
        return None
    at, _, pattern = min(found)
    return at, pattern


def _alone(text: bytes, at: int, pattern: bytes) -> bool:
    """Whether a prompt begins its line, and nothing follows that could belong to it."""
    begins = at == 0 or text.endswith((b"\n", b"\r"), 0, at)
    return begins and (pattern.endswith(b"\n") or at + len(pattern) == len(text))


def _begins_another(pattern: bytes, patterns: Iterable[bytes]) -> bool:
    head = pattern.rstrip(b": ")
    return any(len(other) > len(pattern) and other.startswith(head) for other in patterns)


def _end_between_lines(text: bytes, pattern: bytes, *, anywhere: bool = False) -> int | None:
    """Where the pattern ends if it is there with whole lines between its pieces.

    Args:
        text: output.
        pattern: what is looked for; its beginning begins a line.
        anywhere: whether it may also begin in the middle of a line.
    """
    going: set[int] = set()
    """How much of the pattern has come, the last of it just now."""
    broken: dict[int, int] = {}
    """The same where other output began after it, and where that was."""
    begins = True
    for at, byte in enumerate(text):
        reached: set[int] = set()
        for count in going:
            if pattern[count] == byte:
                reached.add(count + 1)
            broken[count] = at
        if begins:
            reached |= {
                count + 1
                for count, since in broken.items()
                if pattern[count] == byte and at - since <= _CHATTER
            }
        if (begins or anywhere) and pattern[0] == byte:
            reached.add(1)
        if len(pattern) in reached:
            return at + 1
        going = reached
        begins = byte == 0x0A
    return None


def _end_in_pieces(text: bytes, pattern: bytes) -> int | None:
    """Where a long pattern ends if it is there in two or three pieces, the last one of all."""
    for cut in range(len(pattern) - _PIECE, _PIECE - 1, -1):
        tail = pattern[cut:]
        at = text.rfind(tail)
        if at < 0:
            return None  # a longer tail is not there either
        if _before(text, pattern[:cut], at) is not None:
            return at + len(tail)
        for second in range(_PIECE, cut - _PIECE + 1):
            middle = _before(text, pattern[second:cut], at)
            if middle is not None and _before(text, pattern[:second], middle) is not None:
                return at + len(tail)
    return None


def _end_in_few_pieces(text: bytes, pattern: bytes) -> int | None:
    """Where the pattern ends if it is there in pieces of some bytes each, wherever they stand."""
    most = 1 + len(pattern) // _TELLING_PIECE
    going: dict[int, int] = {}
    """By how much of the pattern has come, the last of it just now: pieces it took."""
    broken: dict[int, tuple[int, int]] = {}
    """The same where other output began after it, and where that was."""
    for at, byte in enumerate(text):
        reached: dict[int, int] = {}
        for count, (pieces, since) in list(broken.items()):
            if at - since > _CHATTER:
                del broken[count]
            elif pattern[count] == byte and pieces < most:
                reached[count + 1] = pieces + 1
        for count, pieces in going.items():
            if pattern[count] == byte:
                reached[count + 1] = min(pieces, reached.get(count + 1, most))
            broken[count] = (pieces, at)
        if pattern[0] == byte:
            reached[1] = 1
        if len(pattern) in reached:
            return at + 1
        going = reached
    return None


def _before(text: bytes, piece: bytes, at: int) -> int | None:
    """Where a piece stands last before a place, with not too much between them."""
    found = text.rfind(piece, max(0, at - len(piece) - _CHATTER), at)
    return None if found < 0 else found
