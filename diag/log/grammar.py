"""The shape of one log line, in every variant the facts name (device-facts 2)."""

import json
import re
from typing import Final, NamedTuple

JSON_START: Final = '{"l":"'
LEVELS: Final = ("TRACE", "INFO", "WARN", "ERROR", "PANIC")
OLD_LEVELS: Final = ("LOG  ", "DEBUG", "INFO ", "WARN ", "ERROR", "PANIC")

_SOURCE: Final = r"(?:[^\s:\[\]]{1,60}?(?::\d{1,6})?(?:, [^()]{1,80}\(\)|): )?"
_LEVEL: Final = "(?P<level>" + "|".join(LEVELS) + ")"
_WITH_CATEGORY: Final = re.compile(
    rf"(?:(?P<ms>\d{{10}}) )?\[(?P<category>[\w.\-]{{1,40}})\] {_SOURCE}{_LEVEL}: (?P<message>.*)",
    re.DOTALL | re.ASCII,
)
_WITHOUT_CATEGORY: Final = re.compile(
    rf"(?P<ms>\d{{10}}) (?P<category>){_SOURCE}{_LEVEL}: (?P<message>.*)", re.DOTALL | re.ASCII
)
_TORN: Final = re.compile(
    rf"(?P<ms>)(?P<category>)[\w.]*\] {_SOURCE}{_LEVEL}: (?P<message>.*)", re.DOTALL | re.ASCII
)
"""The end of a header whose start an application print has cut off."""
_OLD: Final = re.compile(
    r"(?P<ms>\d{10}):(?P<level>"
    + "|".join(OLD_LEVELS)
    + r"):[ ]?(?P<category>)(?:(?!0000).){0,160}?\(\d{1,6}\):(?P<message>.*)",
    re.DOTALL | re.ASCII,
)
"""0.4 and 0.5: `0000066665:DEBUG: int Func() (634):text`."""
_RECORD_START: Final = re.compile(r"\d{10} (?=\[[\w.\-]{1,40}\] )|\d{10}:(?=[A-Z])|(?=\{\"l\":\")")
_CODE_DETAILS: Final = re.compile(r" \[(?:code = (-?\d{1,10}))?(?:, )?(?:details = .*)?\]\Z")
_ANSI: Final = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]")
_TRAILING_RESET: Final = re.compile(r"(?:\x1b\[[0-9;]*m)+\Z")
_TYPOGRAPHY: Final = str.maketrans(
    {
        "\u00a0": " ",
        "\u202f": " ",
        "\u2007": " ",
        "\u201c": '"',
        "\u201d": '"',
        "\u201e": '"',
        "\u2018": "'",
        "\u2019": "'",
        "\u2013": "-",
        "\u2014": "-",
        "\u200b": None,
        "\ufeff": None,
    }
)


class Record(NamedTuple):
    """A line taken apart, its message not yet understood."""

    ms: int | None
    category: str
    level: str
    message: str


def split_records(text: str) -> list[str]:
    """Cut a line where a new record starts in its middle.

    An application print, or a lost line end, can put several records, or chatter
    and a record, on one line. The first piece may be chatter.
    """
    starts = [match.start() for match in _RECORD_START.finditer(text)]
    cuts = [0, *(start for start in starts if start > 0), len(text)]
    return [text[a:b] for a, b in zip(cuts, cuts[1:], strict=False) if b > a]


def parse_record(text: str) -> Record | None:
    """Take one record apart; None when the text holds none.

    Tried as it stands first, so that an SSID with a typographic apostrophe stays
    itself; then without terminal colours; then with the typography that forums
    and word processors put in taken back.
    """
    record = _parse(text)
    if record is None and "\x1b" in text:
        record = _parse(_ANSI.sub("", text))
    if record is None and not text.isascii():
        record = _parse(text.translate(_TYPOGRAPHY))
    if record is not None and "\x1b" in record.message:
        return record._replace(message=_TRAILING_RESET.sub("", record.message))
    return record


def plain_typography(text: str) -> str:
    """Take back colours and forum typography, for matching words in a line without a header."""
    if "\x1b" in text:
        text = _ANSI.sub("", text)
    return text if text.isascii() else text.translate(_TYPOGRAPHY)


def _parse(text: str) -> Record | None:
    start = text.find(JSON_START)
    if start >= 0:
        return _parse_json(text[start:])
    match = _WITH_CATEGORY.search(text) or _WITHOUT_CATEGORY.search(text)
    if match is None:
        match = _OLD.search(text) or _TORN.search(text)
    if match is None:
        return None
    message = _CODE_DETAILS.sub("", match["message"]).rstrip()
    ms = match["ms"]
    return Record(int(ms) if ms else None, match["category"], match["level"].strip(), message)


def _parse_json(text: str) -> Record | None:
    try:
        entry, _ = json.JSONDecoder().raw_decode(text)
    except (ValueError, RecursionError):
        return None
    if not isinstance(entry, dict):
        return None
    level, message = entry.get("l"), entry.get("m")  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    category, ms = entry.get("c"), entry.get("t")  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    if level not in LEVELS or not isinstance(message, str):
        return None
    return Record(
        ms if isinstance(ms, int) and 0 <= ms < 1 << 32 else None,
        category if isinstance(category, str) else "",
        str(level),  # pyright: ignore[reportUnknownArgumentType]
        message,
    )
