"""Judge the lines of a private key as they come: which are shown, and when the key ends."""

import re
from enum import Enum
from typing import Final

from diag.stream.mask_rules import KEY_CLOSERS, KEY_LINES

_LIMIT: Final = 1 << 14
"""Bytes after which a key that does not end is taken for ended."""
_REACH: Final = 64
_END: Final = re.compile(rb"-----END [A-Z0-9 ]{0,24}PRIVATE KEY-----")


class Verdict(Enum):
    """What is to be done with the bytes that begin a line."""

    UNDECIDED = "undecided"
    SHOWN = "shown"
    HIDDEN = "hidden"
    ENDED = "ended"
    """Hidden, and the key ends inside the line, as in JSON."""
    CLOSED = "closed"
    """Not of the key any more."""


class KeyBlock:
    """One private key, line by line.

    As the answer to a prompt it ends with an empty line, as the device ends it, unless
    that comes inside the block (device-facts 6.3). Else it ends with its last line.
    """

    def __init__(self, *, dialogue: bool, echo: bool) -> None:
        """Begin behind the prompt, or behind the first line of the block.

        Args:
            dialogue: It is the answer to a prompt.
            echo: It is what the device prints, so that the prompt's own line end comes first.
        """
        self._dialogue = dialogue
        self._filled = echo or not dialogue
        self._hidden = False
        self._size = 0
        self._tail = b""
        self._last = b""
        self.open = not dialogue
        """Whether the block has begun and not ended."""
        self.complete = False
        """Whether its last line was seen."""
        self.over = False

    def text(self) -> None:
        """There is something on this line."""
        self._filled = True
        self._last = b""

    def judge(self, text: bytes, *, closers: bool, undecided: bool) -> tuple[Verdict, int]:
        """Judge what stands on this line since the last verdict.

        Returns the verdict, and how many bytes it is about when it is SHOWN or ENDED.
        """
        if not self._hidden:
            for line in KEY_LINES:
                if text.startswith(line):
                    self._edge(line)
                    return Verdict.SHOWN, len(line)
            if closers and text.startswith(KEY_CLOSERS):
                return Verdict.CLOSED, 0
            if undecided and _may_become(text, closers=closers):
                return Verdict.UNDECIDED, 0
        self._hidden = True
        before = len(self._tail)
        tail = self._tail + text
        found = _END.search(tail) if self.open else None
        self._size += len(text)
        if found:
            self._tail = b""
            self._edge(b"-----END PRIVATE KEY")
            return Verdict.ENDED, found.end() - before
        self._tail = tail[-_REACH:]
        return Verdict.HIDDEN, 0

    def _edge(self, line: bytes) -> None:
        if b"PRIVATE KEY" in line:
            self.open = line.startswith(b"-----BEGIN")
            self.complete = not self.open
            self.over = self.complete and not self._dialogue

    def line_end(self, sign: bytes) -> bool:
        """Take a line end, CR LF being one; return whether the key ends with it."""
        if sign == b"\n" and self._last == b"\r":
            self._last = b""
            return False
        empty = not self._filled
        self._last = sign
        self._filled = self._hidden = False
        self._tail = b""
        return (empty and self._dialogue and not self.open) or self._size > _LIMIT


def _may_become(text: bytes, *, closers: bool) -> bool:
    return any(line.startswith(text) for line in KEY_LINES) or (
        closers and any(line.startswith(text) for line in KEY_CLOSERS)
    )
