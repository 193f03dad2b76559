"""Understands messages by the catalogue of errorcodes/messages."""

import re
from functools import cache
from typing import Final, NamedTuple

from diag.log.events import Kind
from errorcodes.messages import messages
from errorcodes.model import Message

_PLACE: Final = re.compile(r"%[dsx]")
_PATTERNS: Final = {"%d": r"(?P<n{i}>-?\d{{1,10}})(?!\d)", "%x": r"(?P<x{i}>[0-9a-f]{{1,8}})"}


class Meaning(NamedTuple):
    """What the catalogue makes of a message."""

    kind: Kind
    number: int | None
    name: str | None
    message: Message


class _Entry(NamedTuple):
    message: Message
    kind: Kind
    pattern: re.Pattern[str] | None
    """None when the message has no values."""


def understand(text: str) -> Meaning | None:
    """Return what a message after a log header means; None when it is not known."""
    entries = _by_first_word().get(text.split(" ", 1)[0].split(":", 1)[0], ())
    for entry in entries:
        meaning = _match(entry, text, whole=True)
        if meaning is not None:
            return meaning
    return None


def understand_bare(text: str) -> Meaning | None:
    """Return what a text without a log header means, for messages that identify themselves."""
    for entry, literal in _bare_entries():
        if literal in text:
            meaning = _match(entry, text, whole=False)
            if meaning is not None:
                return meaning
    return None


def splice(first: str, rest: str) -> Meaning | None:
    """Rejoin a message that an application print has cut in two.

    Args:
        first: the message as far as it goes, the start of the print at its end.
        rest: the line after the print.
    """
    for cut in range(min(len(first), 80), 3, -1):
        head = first[:cut]
        for entry in _all_entries():
            literal = _PLACE.split(entry.message.text)[0]
            # A cut inside a value could join anything to anything.
            if len(literal) > cut and literal.startswith(head):
                meaning = _match(entry, head + rest, whole=True)
                if meaning is not None:
                    return meaning
    # Cut before its first letter: only a text without free words is taken as it stands.
    meaning = understand(rest)
    return None if meaning is None or "%s" in meaning.message.text else meaning


def bare_literals() -> tuple[str, ...]:
    """The literal texts by which lines without a header are found."""
    return tuple(literal for _, literal in _bare_entries())


def _match(entry: _Entry, text: str, *, whole: bool) -> Meaning | None:
    values = entry.message.values
    if entry.pattern is None:
        if whole and text.rstrip() != entry.message.text.rstrip():
            return None
        given = next(iter(values.values()), None)
        return Meaning(entry.kind, None, given, entry.message)
    match = entry.pattern.match(text) if whole else entry.pattern.search(text)
    if match is None:
        return None
    number = next((int(v) for k, v in match.groupdict().items() if k[0] == "n"), None)
    if number is None:
        number = next((int(v, 16) for k, v in match.groupdict().items() if k[0] == "x"), None)
    name = next((v for k, v in match.groupdict().items() if k[0] == "s"), None)
    return Meaning(
        entry.kind, number, next(iter(values.values()), None) if values else name, entry.message
    )


@cache
def _all_entries() -> tuple[_Entry, ...]:
    return tuple(
        _Entry(message, Kind(message.event), _compile(message.text)) for message in messages()
    )


@cache
def _by_first_word() -> dict[str, tuple[_Entry, ...]]:
    table: dict[str, tuple[_Entry, ...]] = {}
    for entry in _all_entries():
        word = entry.message.text.split(" ", 1)[0].split(":", 1)[0]
        table[word] = (*table.get(word, ()), entry)
    return table


@cache
def _bare_entries() -> tuple[tuple[_Entry, str], ...]:
    return tuple(
        (entry, max(_PLACE.split(entry.message.text), key=len).rstrip())
        for entry in _all_entries()
        if entry.message.bare
    )


def _compile(text: str) -> re.Pattern[str] | None:
    places = _PLACE.findall(text)
    if not places:
        return None
    literals = _PLACE.split(text)
    pattern = re.escape(literals[0])
    for i, (place, literal) in enumerate(zip(places, literals[1:], strict=True)):
        last = i == len(places) - 1 and not literal
        value = _PATTERNS.get(place, "(?P<s{i}>.+)" if last else "(?P<s{i}>.+?)")
        pattern += value.format(i=i) + re.escape(literal)
    return re.compile(pattern, re.DOTALL | re.ASCII)
