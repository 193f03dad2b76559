"""Cuts bytes into lines and lines into events, whatever the chunking."""

import copy
import json
import re
from typing import Final, NamedTuple, Self

from diag.log import gate
from diag.log.catalogue import Meaning, splice, understand, understand_bare
from diag.log.clock import DeviceClock
from diag.log.events import Event, Kind
from diag.log.grammar import Record, parse_record, plain_typography, split_records

MAX_LINE: Final = 64 * 1024
"""Bytes of a line looked at in one piece; a longer one is taken piece by piece."""
_MEMO_SIZE: Final = 4096
_MEMO_LINE: Final = 300
_SYSTEM: Final = ("hal", "system", "comm", "")
"""First part of the categories whose messages are the system's own."""
_SPLICE_LINES: Final = 3
_LONE_CR: Final = re.compile(rb"\r(?!\n)")
_RSSI: Final = re.compile(r"rssi[\s:=(]{0,4}(-?\d{1,3})(?![\d.])", re.IGNORECASE | re.ASCII)
_KEPT_TEXT: Final = 400
_FOREIGN_TEXT: Final = 200


class _Template(NamedTuple):
    """A parsed line less its time and place: the same line comes again and again."""

    kind: Kind
    text: str
    category: str
    level: str
    number: int | None
    name: str | None


class _Torn(NamedTuple):
    """A record whose message is not known, perhaps cut by an application print."""

    record: Record
    line: int
    offset: int
    length: int
    ms: int | None
    lines_left: int


class _Run(NamedTuple):
    line: int
    offset: int
    length: int
    count: int


_memo: dict[bytes, _Template] = {}


class LogReader:
    """Turns a byte stream into events.

    Feed it chunks of any size, then `close` it for what the last, unterminated
    line holds. Memory is bounded by one line.
    """

    __slots__ = ("_at_ms", "_carry", "_clock", "_line", "_offset", "_run", "_seen_at_ms", "_torn")

    def __init__(self) -> None:
        """Start at line 1, offset 0."""
        self._carry = b""
        self._offset = 0
        self._line = 1
        self._run: _Run | None = None
        self._torn: _Torn | None = None
        self._clock = DeviceClock()
        self._at_ms: int | None = None
        self._seen_at_ms: tuple[tuple[str, str], ...] = ()

    def copy(self) -> Self:
        """Return an independent reader in the same state."""
        twin = copy.copy(self)
        twin._clock = copy.copy(self._clock)
        return twin

    @property
    def lines(self) -> int:
        """Number of lines seen so far, an unterminated one included."""
        return self._line - 1 + bool(self._carry)

    def feed(self, data: bytes) -> list[Event]:
        """Take the next bytes; return the events they complete."""
        data = self._carry + data if self._carry else data
        # A CR at the very end may be half of a CR LF: it waits for the next byte.
        end = max(data.rfind(b"\n"), data.rfind(b"\r", 0, max(len(data) - 1, 0))) + 1
        block, self._carry = data[:end], data[end:]
        events: list[Event] = []
        if block:
            self._block(block, events)
        while len(self._carry) > MAX_LINE:
            piece, self._carry = self._carry[:MAX_LINE], self._carry[MAX_LINE:]
            self._piece(piece, events)
        return events

    def close(self) -> list[Event]:
        """Return the events of the last, unterminated line; the reader is used up."""
        events: list[Event] = []
        if self._carry:
            last, self._carry = self._carry, b""
            self._block(last, events)
        self._end_run(events)
        return events

    def _block(self, block: bytes, events: list[Event]) -> None:
        """Take whole lines (the last may lack its end)."""
        if block.find(b"\r") >= 0 and block.count(b"\r") != block.count(b"\r\n"):
            block = _LONE_CR.sub(b"\n", block)
        base, position, size = self._offset, 0, len(block)
        for start, end in gate.hits(block):
            if start < position:
                continue
            first = block.rfind(b"\n", position, start) + 1 or position
            position = self._foreign(block, position, first, events)
            last = block.find(b"\n", end)
            last = size if last < 0 else last
            position = min(last + 1, size)
            if last - first > MAX_LINE:
                self._long_line(block[first:position], base + first, events)
            else:
                self._candidate(block[first:last], base + first, events)
                self._offset = base + position
                self._line += last < size
        self._foreign(block, position, size, events)
        self._offset = base + size

    def _foreign(self, block: bytes, start: int, end: int, events: list[Event]) -> int:
        """Take lines without any literal; those after a torn record may be its rest."""
        while self._torn is not None and start < end:
            stop = block.find(b"\n", start, end)
            stop = end if stop < 0 else stop
            line, length = self._line, stop - start
            offset = self._offset
            self._line += stop < end
            self._offset += min(stop + 1, end) - start
            if not self._rejoin(block[start : stop if length < 400 else start], events):
                self._extend(line, offset, self._offset - offset, 1, events)
            start = min(stop + 1, end)
        if start < end:
            count = block.count(b"\n", start, end)
            unended = block[end - 1] != 0x0A
            self._extend(self._line, self._offset, end - start, count + unended, events)
            self._line += count
            self._offset += end - start
        return end

    def _long_line(self, line: bytes, offset: int, events: list[Event]) -> None:
        for start in range(0, len(line), MAX_LINE):
            self._offset = offset + start
            self._piece(line[start : start + MAX_LINE], events)
        self._line += line.endswith(b"\n")
        self._offset = offset + len(line)

    def _piece(self, piece: bytes, events: list[Event]) -> None:
        """Take one piece of a line too long to be looked at whole."""
        if gate.hits(piece):
            self._candidate(piece, self._offset, events)
        else:
            self._extend(self._line, self._offset, len(piece), 0, events)
        self._offset += len(piece)

    def _extend(self, line: int, offset: int, length: int, count: int, events: list[Event]) -> None:
        run = self._run
        if run is None:
            self._run = _Run(line, offset, length, count)
        else:
            self._run = run._replace(length=run.length + length, count=run.count + count)

    def _end_run(self, events: list[Event]) -> None:
        run = self._run
        if run is not None:
            self._run = None
            events.append(
                Event(
                    Kind.FOREIGN,
                    run.line,
                    run.offset,
                    run.length,
                    None,
                    self._clock.boot,
                    "",
                    "",
                    "",
                    run.count,
                    None,
                )
            )

    def _candidate(self, raw: bytes, offset: int, events: list[Event]) -> None:
        """Take one line that holds a literal of the grammar."""
        key = raw[10:]
        template = _memo.get(key)
        if template is not None and (stamp := raw[:10]).isdigit():
            self._emit(template, int(stamp), offset, len(raw), events)
            return
        text = raw.decode("utf-8", "backslashreplace").rstrip("\r\n")
        found = False
        pieces = split_records(text)
        for piece in pieces:
            record = parse_record(piece)
            if record is None:
                found |= self._without_header(piece, offset, len(raw), events)
                continue
            found = True
            template = _understand(record)
            self._emit(template, record.ms, offset, len(raw), events)
            if template.kind is Kind.OTHER and record.category.split(".")[0] in _SYSTEM:
                self._torn = _Torn(record, self._line, offset, len(raw), record.ms, _SPLICE_LINES)
            elif len(pieces) == 1 and len(raw) < _MEMO_LINE and record.ms == _stamp(raw):
                if len(_memo) >= _MEMO_SIZE:
                    _memo.clear()
                _memo[key] = template
        if not found:
            self._extend(self._line, offset, len(raw) + 1, 1, events)

    def _without_header(self, text: str, offset: int, length: int, events: list[Event]) -> bool:
        """Take a line, or part of one, that has no log header; False when it says nothing."""
        if self._torn is not None and self._rejoin(text.encode(), events):
            return True
        plain = plain_typography(text)
        meaning = understand_bare(plain)
        if meaning is not None:
            category = meaning.message.category
            template = _template(meaning, plain[:_FOREIGN_TEXT], category, "")
        else:
            template = _vitals(plain) or _signal(plain)
        if template is None:
            return False
        self._emit(template, None, offset, length, events)
        return True

    def _rejoin(self, line: bytes, events: list[Event]) -> bool:
        """Try a line as the rest of the torn record before it."""
        torn = self._torn
        if torn is None:
            return False
        meaning = splice(torn.record.message, line.decode("utf-8", "backslashreplace").rstrip())
        if meaning is None:
            self._torn = torn._replace(lines_left=torn.lines_left - 1)
            if torn.lines_left <= 1:
                self._torn = None
            return False
        self._torn = None
        text = meaning.message.text.replace("%d", str(meaning.number)).replace(
            "%s", str(meaning.name)
        )
        template = _template(meaning, text, torn.record.category, torn.record.level)
        self._emit(template, torn.ms, torn.offset, torn.length, events, line=torn.line)
        return True

    def _emit(
        self,
        template: _Template,
        printed: int | None,
        offset: int,
        length: int,
        events: list[Event],
        *,
        line: int | None = None,
    ) -> None:
        if self._run is not None:
            self._end_run(events)
        self._torn = None
        repeated = False
        ms = None
        if printed is not None:
            ms = self._clock.read(printed)
            seen = (template.category, template.text)
            if printed == self._at_ms:
                repeated = seen in self._seen_at_ms
                if not repeated:
                    self._seen_at_ms = (*self._seen_at_ms[-7:], seen)
            else:
                self._at_ms = printed
                self._seen_at_ms = (seen,)
        kind, text, category, level, number, name = template
        events.append(
            Event(
                kind,
                self._line if line is None else line,
                offset,
                length,
                ms,
                self._clock.boot,
                text,
                category,
                level,
                number,
                name,
                repeated,
            )
        )


def _understand(record: Record) -> _Template:
    system = record.category.split(".")[0] in _SYSTEM
    meaning = (understand(record.message) if system else None) or understand_bare(record.message)
    if meaning is None:
        family = understand_bare(f"[{record.category}] ")
        if family is not None:
            meaning = family
    if meaning is None:
        signal = _vitals(record.message) or _signal(record.message)
        if signal is not None:
            return signal._replace(category=record.category, level=record.level)
        return _Template(
            Kind.OTHER, record.message[:_KEPT_TEXT], record.category, record.level, None, None
        )
    return _template(meaning, record.message, record.category, record.level)


def _template(meaning: Meaning, text: str, category: str, level: str) -> _Template:
    name = meaning.name[:_KEPT_TEXT] if meaning.name is not None else None
    return _Template(meaning.kind, text[:_KEPT_TEXT], category, level, meaning.number, name)


def _vitals(text: str) -> _Template | None:
    start = text.find("{")
    if gate.VITALS_LITERAL not in text or start < 0:
        return None
    try:
        found, end = json.JSONDecoder().raw_decode(text[start:])
    except (ValueError, RecursionError):
        return None
    if not isinstance(found, dict):
        return None
    return _Template(Kind.VITALS, text[start : start + end], "", "", None, None)


def _signal(text: str) -> _Template | None:
    match = _RSSI.search(text)
    if match is None:
        return None
    return _Template(Kind.RSSI, text[:_FOREIGN_TEXT], "", "", int(match[1]), None)


def _stamp(raw: bytes) -> int | None:
    stamp = raw[:10]
    return int(stamp) if stamp.isdigit() else None
