"""Text for a terminal: widths, colour that is never the only signal, inert device text."""

import os
import sys
import textwrap
from typing import Final

import click

from diag.inert import inert

_NARROWEST: Final = 40
_WIDEST: Final = 100
_USUAL: Final = 80


def width() -> int:
    """Columns to write in."""
    columns = os.environ.get("COLUMNS", "")
    if columns.isascii() and columns.isdigit() and 0 < len(columns.lstrip("0")) < 6:
        wanted = int(columns)
    else:
        try:
            wanted = os.get_terminal_size(sys.stdout.fileno()).columns or _USUAL
        except (OSError, ValueError, AttributeError):
            wanted = _USUAL
    return max(_NARROWEST, min(wanted, _WIDEST))


def fancy() -> bool:
    """Whether standard output can show more than ASCII."""
    encoding = (getattr(sys.stdout, "encoding", "") or "ascii").lower()
    return encoding.startswith("utf")


def wrap(text: str, indent: str = "", hanging: str | None = None) -> str:
    """Fill a paragraph; device text in it is made inert."""
    return textwrap.fill(
        inert(text),
        width(),
        initial_indent=indent,
        subsequent_indent=" " * len(indent) if hanging is None else hanging,
        break_long_words=True,
        break_on_hyphens=False,
    )


def heading(text: str) -> str:
    """A section heading."""
    return click.style(text, bold=True)


def bar(share: float, cells: int = 12) -> str:
    """A bar for a share of 0 to 1."""
    full = round(share * cells)
    filled, empty = ("█", "░") if fancy() else ("#", ".")
    return filled * full + empty * (cells - full)


def mark(good: bool | None) -> str:
    """A sign for yes, no or neither."""
    if not fancy():
        return {True: "+", False: "x", None: "."}[good]
    return {True: "✓", False: "✗", None: "·"}[good]


def lines_note(lines: tuple[int, ...]) -> str:
    """Name the lines that show something: " (lines 6, 8)"."""
    if not lines:
        return ""
    shown = sorted(set(lines))
    if len(shown) > 4:
        return f" (lines {shown[0]}, {shown[1]} … {shown[-1]})"
    return f" (line{'s' if len(shown) > 1 else ''} {', '.join(map(str, shown))})"
