"""Picks the dialogue out of what a device prints.

An application built before Device OS 1.4.0 is not muted in listening mode (device-facts
2.11): its log lines and prints stand between, and inside, prompts and echoes.
"""

import re
from collections.abc import Sequence
from typing import Final

_LOG_LINE: Final = re.compile(
    rb"\d{10} (?:\[[^\]\r\n]{1,64}\] )?(?:[^\s:\[]{1,64}(?::\d{1,6})?(?:, [^()\r\n]{1,64}\(\))?: )?"
    rb"(?:TRACE|INFO|WARN|ERROR|PANIC): [^\r\n]*\r?\n"
    rb"|\{\"l\":\"[^\r\n]*\}\r?\n"
)
_OPEN_LINE: Final = re.compile(rb"(?:\d{10} \[|\{\"l\":\")[^\r\n]*\r?$")
"""A log line whose end has not come yet."""
_KEPT: Final = 4096
"""Bytes of unclaimed output that are kept: more than any prompt with what may stand inside."""
_LIMIT: Final = 16 * 1024
_CHATTER: Final = 512
"""Bytes of foreign output looked over between two pieces of one prompt."""
_TELLING: Final = 20
"""Bytes from which a prompt in pieces is no chance whatever stands between them."""
_PIECE: Final = 2
"""Bytes a piece of a prompt has at least; less is chance."""


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

        Of two that begin at one place the longer wins.
        """
        text = self.text
        found = [(at, -len(p), p) for p in patterns if (at := text.find(p)) >= 0]
        if not found:
            return None
        at, _, pattern = min(found)
        self._raw = text[at + len(pattern) :] + self._open()
        return pattern

    def find_broken(self, patterns: Sequence[bytes]) -> bytes | None:
        """Return a pattern that other output has broken into up to three pieces.

        For when output has paused, since what comes next could still be the pattern whole.
        """
        text = self.text
        for pattern in sorted(patterns, key=len, reverse=True):
            end = _broken_end(text, pattern)
            if end is not None:
                self._raw = text[end:] + self._open()
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
        """Whether what was typed has come back, whatever else came between."""
        rest = iter(self.text)
        return all(byte in rest for byte in typed)

    def _open(self) -> bytes:
        match = _OPEN_LINE.search(_LOG_LINE.sub(b"", self._raw))
        return match.group() if match else b""


def _broken_end(text: bytes, pattern: bytes) -> int | None:
    """Where the pattern ends if it is there in two or three pieces, the last one of all.

    What stands between has to be whole lines if the pattern is short: its pieces could be
    chance otherwise.
    """
    lines = len(pattern) < _TELLING
    for cut in range(len(pattern) - _PIECE, _PIECE - 1, -1):
        tail = pattern[cut:]
        at = text.rfind(tail)
        if at < 0:
            return None  # a longer tail is not there either
        if _before(text, pattern[:cut], at, lines=lines) is not None:
            return at + len(tail)
        for second in range(_PIECE, cut - _PIECE + 1):
            middle = _before(text, pattern[second:cut], at, lines=lines)
            if middle is None:
                continue
            if _before(text, pattern[:second], middle, lines=lines) is not None:
                return at + len(tail)
    return None


def _before(text: bytes, piece: bytes, at: int, *, lines: bool) -> int | None:
    """Where a piece stands last before a place, with not too much between them."""
    if lines and not text.endswith(b"\n", 0, at):
        return None
    found = text.rfind(piece, max(0, at - len(piece) - _CHATTER), at)
    return None if found < 0 else found
