"""Make text from a device or a file harmless to a terminal and to a reader.

Control characters, terminal escapes, bidirectional overrides and zero-width
characters are shown as visible escapes such as `\\x1b` or `\\u202e`. Nothing
else is changed, so ordinary text of any script stays readable.
"""

import re
from typing import Final

_HOSTILE: Final = re.compile(
    "[\x00-\x1f\x7f-\x9f"  # C0, DEL and C1 controls, ESC and the one-byte CSI among them
    "\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f"
    "\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb"
    "\ud800-\udfff\U000e0000-\U000e0fff]"
)


def inert(text: str) -> str:
    """Return `text` with every character that acts on a terminal made visible."""
    return _HOSTILE.sub(_escape, text)


def _escape(match: re.Match[str]) -> str:
    point = ord(match.group())
    if point < 0x100:
        return f"\\x{point:02x}"
    return f"\\u{point:04x}" if point < 0x10000 else f"\\U{point:08x}"
