"""What a line says, once its header is off."""

import json
import re
from typing import Final, NamedTuple

from diag.log import gate
from diag.log.catalogue import Meaning, understand, understand_bare
from diag.log.events import Kind
from diag.log.grammar import SYSTEM, Record, plain_typography

FOUR_DIGITS: Final = 1000
"""Most join results have four digits; a shorter one may be the start of one."""
_PLAIN: Final = re.compile(
    rb"(\d{10}) \[((?!(?:hal|system|comm)[.\]])[\w.\-]{1,40})\] (TRACE|INFO|WARN|ERROR|PANIC): "
    rb"([ -~]*[!-\\^-}])"
)
"""A line of an application's own category in the plainest form: ASCII, not cut short, without
details at its end."""
_TEN_DIGITS: Final = re.compile(rb"\d{10}")
_RESULT: Final = re.compile(r"result: \d{4}\Z", re.ASCII)
_RSSI: Final = re.compile(r"rssi[\s:=(]{0,4}(-?\d{1,3})(?![\d.])", re.IGNORECASE | re.ASCII)
_KEPT_TEXT: Final = 400
_KEPT_CATEGORY: Final = 40
_FOREIGN_TEXT: Final = 200


class Template(NamedTuple):
    """What a line says, less its time and place: the same comes again and again."""

    kind: Kind
    text: str
    category: str
    level: str
    number: int | None
    name: str | None


def understand_record(record: Record) -> Template:
    """Return what a record says."""
    category = record.category[:_KEPT_CATEGORY]
    system = record.category.split(".")[0] in SYSTEM
    if system:
        meaning = understand(record.message) or understand_bare(record.message)
        if meaning is not None and _cut_in_number(meaning, record.message):
            meaning = None
        if meaning is None and record.category == "hal.wlan" and record.level == "ERROR":
            # Its text was hit by a print, yet it is the one error line with a result.
            result = _RESULT.search(record.message)
            meaning = understand(f"wiced_join_ap_specific(), {result[0]}") if result else None
    else:
        meaning = understand_bare(record.message)
        if meaning is not None and meaning.message.category.split(".")[0] in SYSTEM[:3]:
            # An application that quotes the system's words is hearsay.
            meaning = None
    if meaning is None:
        family = understand_bare(f"[{record.category}] ")
        if family is not None:
            meaning = family
    if meaning is None:
        signal = _vitals(record.message) or _signal(record.message)
        if signal is not None:
            return signal._replace(category=category, level=record.level)
        return Template(Kind.OTHER, record.message[:_KEPT_TEXT], category, record.level, None, None)
    return template_of(meaning, record.message, record.category, record.level)


def understand_text(text: str) -> Template | None:
    """Return what a text without a log header says; None when it says nothing."""
    plain = plain_typography(text)
    meaning = understand_bare(plain)
    if meaning is not None:
        return template_of(meaning, plain[:_FOREIGN_TEXT], meaning.message.category, "")
    return _vitals(plain) or _signal(plain)


def plain_line(block: bytes, first: int, stop: int) -> tuple[int, Template] | None:
    """Read an application's own line by a shortcut; None when it may be more than that.

    Only for lines in which nothing but the level is a literal of the grammar. The long
    way makes the same of them, six times as slowly.
    """
    match = _PLAIN.fullmatch(block, first, stop)
    if match is None or _TEN_DIGITS.search(match[4]):
        return None
    text = match[4][:_KEPT_TEXT].decode()
    return int(match[1]), Template(
        Kind.OTHER, text, match[2].decode(), match[3].decode(), None, None
    )


def _cut_in_number(meaning: Meaning, message: str) -> bool:
    """Whether a print has cut a join result short: `result: 10` and then no end of line."""
    number = meaning.number
    if meaning.kind is not Kind.JOIN_FAILED or number is None or abs(number) >= FOUR_DIGITS:
        return False
    return not message.rstrip().endswith(str(number))


def template_of(meaning: Meaning, text: str, category: str, level: str) -> Template:
    """Return a template of what the catalogue makes of a text."""
    name = meaning.name[:_KEPT_TEXT] if meaning.name is not None else None
    return Template(
        meaning.kind, text[:_KEPT_TEXT], category[:_KEPT_CATEGORY], level, meaning.number, name
    )


def _vitals(text: str) -> Template | None:
    start = text.find("{")
    if gate.VITALS_LITERAL not in text or start < 0:
        return None
    try:
        found, end = json.JSONDecoder().raw_decode(text[start:])
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    return Template(Kind.VITALS, text[start : start + end], "", "", None, None)


def _signal(text: str) -> Template | None:
    match = _RSSI.search(text)
    if match is None:
        return None
    return Template(Kind.RSSI, text[:_FOREIGN_TEXT], "", "", int(match[1]), None)
