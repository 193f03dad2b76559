"""The shape of one log line, in every variant the facts name (device-facts 2)."""

import json
import re
from itertools import pairwise
from typing import Final, NamedTuple

JSON_START: Final = '{"l":"'
TYPOGRAPHIC_JSON_START: Final = "{\u201cl\u201d:\u201c"
LEVELS: Final = ("TRACE", "INFO", "WARN", "ERROR", "PANIC")
_JSON_TRIES: Final = 8
"""Broken JSON entries on one line that are looked into; each may cost the whole line."""
SYSTEM: Final = ("hal", "system", "comm", "")
"""First part of the categories whose messages are the system's own; old lines have none."""
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
    rf"(?:\A|\])(?P<ms>)(?P<category>)[^\[\]]{{0,80}}\] {_SOURCE}{_LEVEL}: (?P<message>.*)",
    re.DOTALL | re.ASCII,
)
"""The end of a header whose start an application print has cut off: what its `]` closes
is not on the line."""
_OLD: Final = re.compile(
    r"(?P<ms>\d{10}):(?P<level>"
    + "|".join(OLD_LEVELS)
    + r"):[ ]?(?P<category>)(?:(?!0000).){0,160}?\(\d{1,6}\):(?P<message>.*)",
    re.DOTALL | re.ASCII,
)
"""0.4 and 0.5: `0000066665:DEBUG: int Func() (634):text`."""
_RECORD_START: Final = re.compile(
    rf"\d{{10}} (?=\[[\w.\-]{{1,40}}\] |(?:{'|'.join(LEVELS)}): )"
    r"|\d{10}:(?=[A-Z])|(?=\{\"l\":\")",
    re.ASCII,
)
_JOINING: Final = ": Joining "
_SSID_BYTES: Final = 32
_CODE_DETAILS: Final = re.compile(
    r" \[(?:code = -?\d{1,10}(?:, details = .*)?|details = .*)\]\Z", re.DOTALL | re.ASCII
)
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
    start: int
    """Where in the text it starts."""


def split_records(text: str) -> list[str]:
    """Cut a line where a new record starts in its middle.

    An application print, or a lost line end, can put several records, or chatter
    and a record, on one line. The first piece may be chatter.
    """
    starts = [match.start() for match in _RECORD_START.finditer(text)]
    if starts in ([], [0]):
        return [text]
    cuts, free, tries = [0], 1, 0
    for start in starts:
        if start >= free and not _in_ssid(text, start):
            cuts.append(start)
        if start in (0, cuts[-1]) and text.startswith(JSON_START, start) and tries < _JSON_TRIES:
            end = _json_end(text, start)
            tries += end == start + 1
            free = end
    cuts.append(len(text))
    return [text[a:b] for a, b in pairwise(cuts)]


def _in_ssid(text: str, start: int) -> bool:
    """Whether what looks like a record there is part of a network's name, which may be anything."""
    if len(text) - start > _SSID_BYTES:
        return False
    name = text.rfind(_JOINING, 0, start)
    return name >= 0 and len(text[name + len(_JOINING) :].encode("utf-8", "replace")) <= _SSID_BYTES


def _json_end(text: str, start: int) -> int:
    """Where the JSON entry ends that starts there; just after its start when it is none."""
    try:
        return json.JSONDecoder().raw_decode(text, start)[1]
    except (ValueError, RecursionError):
        return start + 1


def parse_record(text: str) -> Record | None:
    """Take one record apart; None when the text holds none.

    Tried as it stands first, so that an SSID with a typographic apostrophe stays
    itself; then without terminal colours; then with the typography that forums
    and word processors put in taken back.
    """
    record = _parse(text)
    if (record is None or record.ms is None) and "\x1b" in text:
        text = _ANSI.sub("", text)
        record = _better(record, _parse(text))
    if (record is None or record.ms is None) and not text.isascii():
        record = _better(record, _parse(text.translate(_TYPOGRAPHY)))
    return record


def _better(first: Record | None, second: Record | None) -> Record | None:
    """What two ways of reading one text give: the first one's words, the second one's time."""
    if first is None or second is None:
        return first or second
    return first._replace(ms=second.ms, start=second.start)


def plain_typography(text: str) -> str:
    """Take back colours and forum typography, for matching words in a line without a header."""
    if "\x1b" in text:
        text = _ANSI.sub("", text)
    return text if text.isascii() else text.translate(_TYPOGRAPHY)


def _parse(text: str) -> Record | None:
    start = text.find(JSON_START)
    if start == 0:
        return _parse_json(text, start)
    match = _WITH_CATEGORY.search(text) or _WITHOUT_CATEGORY.search(text)
    if match is None:
        match = _OLD.search(text) or _TORN.search(text)
    if start > 0 and (match is None or match.start() > start):
        return _parse_json(text, start)
    if match is None:
        return None
    message, ms = match["message"], match["ms"]
    if "\x1b" in message:
        message = _TRAILING_RESET.sub("", message)
    message = message.rstrip()
    if message.endswith("]"):
        message = _CODE_DETAILS.sub("", message)
    return Record(
        int(ms) if ms else None, match["category"], match["level"].strip(), message, match.start()
    )


def _parse_json(text: str, start: int) -> Record | None:
    try:
        entry, _ = json.JSONDecoder().raw_decode(text, start)
    except (ValueError, RecursionError):
        return None
    if not isinstance(entry, dict):
        return None
    level, message = entry.get("l"), entry.get("m")  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    category, ms = entry.get("c"), entry.get("t")  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    if level not in LEVELS or not isinstance(message, str):
        return None
    return Record(
        ms if type(ms) is int and ms >= 0 else None,  # pyright: ignore[reportUnknownArgumentType]
        _no_surrogates(category) if isinstance(category, str) else "",
        str(level),  # pyright: ignore[reportUnknownArgumentType]
        _no_surrogates(message).rstrip(),
        start,
    )


def _no_surrogates(text: str) -> str:
    """Half a surrogate pair, which JSON can spell, cannot be written anywhere."""
    return text if text.isascii() else text.encode("utf-8", "backslashreplace").decode()
