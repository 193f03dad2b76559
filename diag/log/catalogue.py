"""Understands messages by the catalogue of errorcodes/messages."""

import re
from functools import cache
from typing import Final, NamedTuple

from diag.log.events import Kind
from errorcodes.messages import messages
from errorcodes.model.messages import Message

_PLACE: Final = re.compile(r"%[dsx]")
_PATTERNS: Final = {"%d": r"(?P<n{i}>-?\d{{1,10}})(?!\d)", "%x": r"(?P<x{i}>[0-9a-f]{{1,8}})"}
_MESSAGE_LIMIT: Final = 159
"""Characters of a message; a longer one is cut, a `~` its last (device-facts 2.4)."""
_HEAD: Final = 4
"""Characters by which the start of a message is known again."""


class Meaning(NamedTuple):
    """What the catalogue makes of a message."""

    kind: Kind
    number: int | None
    name: str | None
    message: Message


class _Entry(NamedTuple):
    message: Message
    kind: Kind
    head: str
    """What stands before the first value."""
    pattern: re.Pattern[str] | None
    """None when the message has no values."""


def understand(text: str) -> Meaning | None:
    """Return what a message after a log header means; None when it is not known."""
    entries = _by_first_word().get(text.split(" ", 1)[0].split(":", 1)[0], ())
    for entry in entries:
        meaning = _match(entry, text, whole=True)
        if meaning is not None:
            return meaning
    if len(text) >= _MESSAGE_LIMIT and text.endswith("~"):
        return _cut_short(text[:-1], entries)
    return None


def understand_bare(text: str) -> Meaning | None:
    """Return what a text without a log header means, for messages that identify themselves."""
    for entry, literal in _bare_entries():
        if literal in text:
            meaning = _match(entry, text, whole=False)
            if meaning is not None:
                return meaning
    return None


def splice(first: str, rest: str, category: str, level: str) -> tuple[Meaning, str] | None:
    """Rejoin a message that an application print has cut in two.

    Args:
        first: the message as far as it goes, the start of the print at its end.
        rest: the line after the print.
        category: the category before the message, empty if it is lost.
        level: the level before the message.

    Returns:
        What the whole message means, and the message.
    """
    # A cut inside a value could join anything to anything: it is looked for before.
    shared = [
        (entry, min(_shared(entry.head, first), len(entry.head) - 1))
        for entry in _by_head().get(first[:_HEAD], ())
    ]
    for cut in range(max((limit for _, limit in shared), default=0), _HEAD - 1, -1):
        whole = first[:cut] + rest
        for entry, limit in shared:
            meaning = _match(entry, whole, whole=True) if cut <= limit else None
            if meaning is not None:
                return meaning, whole
    # Cut before its first letter: only a text without free words, after the header that
    # it has, is taken as it stands.
    meaning = understand(rest)
    if meaning is None or "%s" in meaning.message.text:
        return None
    if meaning.message.level != level or category not in ("", meaning.message.category):
        return None
    return meaning, rest


def _shared(one: str, other: str) -> int:
    """How many characters two texts begin with in common."""
    count = 0
    for a, b in zip(one, other, strict=False):
        if a != b:
            break
        count += 1
    return count


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
    found = match.groupdict()
    number = next((int(v) for k, v in found.items() if k[0] == "n"), None)
    name = next((v for k, v in found.items() if k[0] == "s"), None)
    hexadecimal = next((int(v, 16) for k, v in found.items() if k[0] == "x"), None)
    if number is None:
        number = hexadecimal
    elif name is None and hexadecimal is not None:
        # A second value, such as the panic code beside a reset reason.
        name = str(hexadecimal)
    return Meaning(
        entry.kind, number, next(iter(values.values()), None) if values else name, entry.message
    )


def _cut_short(text: str, entries: tuple[_Entry, ...]) -> Meaning | None:
    """Understand a message too long to be printed whole: only a free text makes one so long."""
    for entry in entries:
        head = entry.head
        if entry.message.text.startswith("%s", len(head)) and text.startswith(head):
            return Meaning(entry.kind, None, text[len(head) :], entry.message)
    return None


@cache
def _all_entries() -> tuple[_Entry, ...]:
    return tuple(
        _Entry(
            message,
            Kind(message.event),
            _PLACE.split(message.text, maxsplit=1)[0],
            _compile(message.text),
        )
        for message in messages()
    )


@cache
def _by_first_word() -> dict[str, tuple[_Entry, ...]]:
    table: dict[str, tuple[_Entry, ...]] = {}
    for entry in _all_entries():
        word = entry.message.text.split(" ", 1)[0].split(":", 1)[0]
        table[word] = (*table.get(word, ()), entry)
    return table


@cache
def _by_head() -> dict[str, tuple[_Entry, ...]]:
    table: dict[str, tuple[_Entry, ...]] = {}
    for entry in _all_entries():
        head = entry.head[:_HEAD]
        table[head] = (*table.get(head, ()), entry)
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
    # From one free text to the next the first fit counts: trying all of them would take
    # forever on a text made for it.
    pattern, open_group = re.escape(literals[0]), False
    for i, (place, literal) in enumerate(zip(places, literals[1:], strict=True)):
        last = i == len(places) - 1 and not literal
        value = _PATTERNS.get(place, "(?P<s{i}>.+)" if last else "(?P<s{i}>.+?)")
        if place == "%s":
            pattern += ")(?>" if open_group else "(?>"
            open_group = True
        pattern += value.format(i=i) + re.escape(literal)
    return re.compile(pattern + ")" * open_group, re.DOTALL | re.ASCII)
