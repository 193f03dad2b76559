"""Where log lines lie in a stream of bytes that also holds something else.

A Photon whose log is not muted prints log lines into its prompts and into the echo of what
is typed (device-facts 2.11, 6.3, 11.3), so a line may begin anywhere.
"""

import re
from collections.abc import Iterator
from typing import Final

LIMIT: Final = 1024
"""Bytes of the longest log line, its line end included; a message has at most 159
(device-facts 2.4), a JSON line some more."""

START: Final = re.compile(rb"\d{10}[ :]|\{\"l\":\"")
"""What every log line begins with, and some other text too."""
_HEADER: Final = re.compile(
    rb"\d{10} (?:\[[\w.\-]{1,40}\] )?"
    rb"(?:[^\s:\[\]]{1,60}?(?::\d{1,6})?(?:, [^()\r\n]{1,80}\(\)|): )?"
    rb"(?:TRACE|INFO|WARN|ERROR|PANIC): "
    rb"|\d{10}:(?:LOG  |DEBUG|INFO |WARN |ERROR|PANIC):"
    rb"|\{\"l\":\""
)
"""Device-facts 2.2, 2.7 and 2.12."""
_PARTIAL: Final = re.compile(rb"\d{1,10}\Z|\{(?:\"(?:l(?:\"(?::)?)?)?)?\Z")
_JSON: Final = b'{"l":"'
_DIGITS: Final = bytes.maketrans(b"123456789", b"000000000")


def log_lines(data: bytes, start: int = 0, end: int | None = None) -> Iterator[tuple[int, int]]:
    """Yield where the complete log lines begin and end, wherever on a line they begin.

    One that another cuts off is not complete; the other is.
    """
    end = len(data) if end is None else end
    headers = _HEADER.finditer(data, start, end)
    header = next(headers, None)
    while header is not None:
        following = next(headers, None)
        begin = header.start()
        limit = end if following is None else min(end, following.start())
        newline = data.find(b"\n", header.end(), min(limit, begin + LIMIT))
        if newline >= 0 and (
            data[begin : begin + 1] != b"{" or data[begin:newline].rstrip().endswith(b"}")
        ):
            yield begin, newline + 1
        header = following


def interrupts(data: bytes) -> bool:
    """Return whether a log line may begin elsewhere than at the beginning of a line.

    A quick look that errs on the side of yes.
    """
    digits = b"\n" + data.translate(_DIGITS)
    ten = b"0" * 10
    beginnings = digits.count(b"\n" + ten) - digits.count(b"\n0" + ten)
    return digits.count(ten) > beginnings or _json_inside(data)


def _json_inside(data: bytes) -> bool:
    return data.count(_JSON) > data.count(b"\n" + _JSON) + data.startswith(_JSON)


def open_start(data: bytes, start: int = 0) -> int:
    """Return where the end of `data` may be the beginning of a log line's first bytes."""
    partial = _PARTIAL.search(data, max(start, len(data) - 10))
    return partial.start() if partial else len(data)


def open_starts(data: bytes) -> list[int]:
    """Return every place where a log line may have begun that is not complete yet."""
    line = max(data.rfind(b"\n") + 1, len(data) - LIMIT + 1, 0)
    return [match.start() for match in START.finditer(data, line)] + [
        *range(open_start(data, line), len(data))
    ]
