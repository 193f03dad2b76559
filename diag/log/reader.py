"""Cuts bytes into lines and lines into events, whatever the chunking."""

import copy
import re
from typing import Final, NamedTuple, Self

from diag.log import gate
from diag.log.catalogue import splice
from diag.log.dating import Dating
from diag.log.events import Event, Kind
from diag.log.grammar import SYSTEM, Record, parse_record, split_records
from diag.log.template import (
    FOUR_DIGITS,
    Template,
    plain_line,
    template_of,
    understand_record,
    understand_text,
)

MAX_LINE: Final = 64 * 1024
"""Bytes of a line looked at in one piece; a longer one is taken piece by piece."""
_MEMO_SIZE: Final = 16_384
_STAMP: Final = 10
"""Digits of the time at the start of a line."""
_MEMO_LINE: Final = 300
_SAMPLE: Final = 8
_SAMPLED: Final = 1024
"""Lines, and the bytes they are looked for in, by which it is judged whether most of a block
came before."""
_SPLICE_LINES: Final = 3
_LONE_CR: Final = re.compile(rb"\r(?!\n)")
_LF: Final = 0x0A
_CR: Final = 0x0D
_REST: Final = 400
"""Bytes: the rest of a torn record is shorter."""


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
    lines: int


_memo: dict[bytes, Template] = {}
"""Lines already understood, less the time at their start."""


class LogReader:
    """Turns a byte stream into events.

    Feed it chunks of any size, then `close` it for what the last, unterminated
    line holds. Memory is bounded by one line of `MAX_LINE`.

    Every byte belongs to exactly one of: a run, a line that has events (all with
    the same offset and length, and their line end beside), or a piece of an
    overlong line. Offsets rise from event to event.
    """

    __slots__ = (
        "_carry",
        "_dating",
        "_lf",
        "_line",
        "_offset",
        "_overlong",
        "_run",
        "_torn",
    )

    def __init__(self) -> None:
        """Start at line 1, offset 0."""
        self._carry = b""
        self._offset = 0
        self._line = 1
        self._lf = False
        """Whether a LF was seen: until then, and only then, a lone CR ends a line. Later it
        is what a progress display or a doubled CR makes of one line."""
        self._overlong = False
        """Whether the line now read is past its first `MAX_LINE` bytes."""
        self._run: _Run | None = None
        self._torn: _Torn | None = None
        self._dating = Dating()

    def copy(self) -> Self:
        """Return an independent reader in the same state."""
        twin = copy.copy(self)
        twin._dating = self._dating.copy()
        return twin

    @property
    def lines(self) -> int:
        """Number of lines seen so far, an unterminated one included."""
        return self._line - 1 + bool(self._carry)

    def feed(self, data: bytes) -> list[Event]:
        """Take the next bytes; return the events they complete."""
        data = self._carry + data if self._carry else data
        end = data.rfind(b"\n") + 1
        if not end and not self._lf:
            # A CR at the very end may be half of a CR LF: it waits for the next byte.
            end = data.rfind(b"\r", 0, max(len(data) - 1, 0)) + 1
        block, self._carry = data[:end], data[end:]
        events: list[Event] = []
        if block:
            self._block(block, events)
        size = len(self._carry)
        if size > MAX_LINE:
            taken = self._pieces(self._carry, 0, _content_end(self._carry, size), events)
            self._carry = self._carry[taken:]
        return events

    def close(self) -> list[Event]:
        """Return the events of the last, unterminated line."""
        events: list[Event] = []
        if self._carry:
            last, self._carry = self._carry, b""
            ended = last[-1] == _LF or (last[-1] == _CR and not self._lf)
            self._block(last, events)
            if events and not ended and _perhaps_cut(events[-1]):
                events[-1] = events[-1]._replace(kind=Kind.OTHER, number=None)
            self._line += not ended
        self._end_run(events)
        return events

    def cut(self) -> list[Event]:
        """End the line that is open, as when the device goes away; return its events.

        What comes next begins a line, and continues no record from before.
        """
        events = self.close()
        self._torn = None
        return events

    def _block(self, block: bytes, events: list[Event]) -> None:
        """Take whole lines (the last may lack its end)."""
        if self._lf:
            self._whole(block, events)
            return
        first = block.find(b"\n") + 1
        self._whole(_LONE_CR.sub(b"\n", block[: first or len(block)]), events)
        if first:
            self._lf = True
            if first < len(block):
                self._whole(block[first:], events)

    def _whole(self, block: bytes, events: list[Event]) -> None:
        position, size = 0, len(block)
        if self._overlong:
            position = self._long_line(block, 0, events)
        while position < size:
            end = _next_long_line(block, position)
            if end > position:
                self._lines(block[position:end], events)
            position = self._long_line(block, end, events) if end < size else end

    def _lines(self, block: bytes, events: list[Event]) -> None:
        """Take whole lines of which none is overlong."""
        sample = block[:_SAMPLED].split(b"\n", _SAMPLE)[:_SAMPLE]
        known = sum(line[_STAMP:].removesuffix(b"\r") in _memo for line in sample)
        if known * 2 > _SAMPLE:
            self._known_lines(block, events)
        else:
            self._searched_lines(block, events)

    def _known_lines(self, block: bytes, events: list[Event]) -> None:
        """Take lines most of which came before, but for their time: one look-up each.

        What is not known goes the long way; the events are the same.
        """
        lines = block.split(b"\n")
        last = lines.pop()
        base, strangers = self._offset, 0
        for line in lines:
            content = line[:-1] if line.endswith(b"\r") else line
            template = _memo.get(content[_STAMP:])
            if template is not None and (stamp := content[:_STAMP]).isdigit():
                if self._run is not None:
                    self._end_run(events)
                self._torn = None
                offset = self._offset
                events.append(
                    self._dating.event(template, int(stamp), self._line, offset, len(content))
                )
                self._offset = offset + len(line) + 1
                self._line += 1
                strangers = 0
            elif strangers < _SAMPLE:
                strangers += 1
                self._searched_lines(line + b"\n", events)
            else:
                # What comes now did not come before: the search is faster.
                self._searched_lines(block[self._offset - base :], events)
                return
        if last:
            self._searched_lines(last, events)

    def _searched_lines(self, block: bytes, events: list[Event]) -> None:
        """Take whole lines by searching the block for what the grammar knows."""
        base, position, size = self._offset, 0, len(block)
        found = gate.hits(block)
        for place, (_, start, end) in enumerate(found, start=1):
            if start < position:
                continue
            first = block.rfind(b"\n", position, start) + 1 or position
            if first > position:
                self._foreign(block, position, first, events)
            last = block.find(b"\n", end)
            position = last + 1
            if last < 0:
                last = position = size
            stop = last - 1 if block[last - 1] == _CR else last
            template = _memo.get(block[first + _STAMP : stop])
            if template is not None and (stamp := block[first : first + _STAMP]).isdigit():
                self._emit(template, int(stamp), base + first, stop - first, events)
            elif (
                # Nothing but its level speaks, so an application's own line is what it seems.
                (place == len(found) or found[place][1] >= last)
                and (plain := plain_line(block, first, stop)) is not None
            ):
                self._emit(plain[1], plain[0], base + first, stop - first, events)
            elif not self._candidate(block[first:stop], base + first, events):
                self._extend(self._line, base + first, position - first, 1)
            self._offset = base + position
            if last < size:
                self._line += 1
        self._foreign(block, position, size, events)

    def _foreign(self, block: bytes, start: int, end: int, events: list[Event]) -> None:
        """Take lines without any literal; those after a torn record may be its rest."""
        while self._torn is not None and start < end:
            stop = block.find(b"\n", start, end)
            stop = end if stop < 0 else stop
            after = min(stop + 1, end)
            self._rejoin(block[start : stop if stop - start < _REST else start], events)
            self._extend(self._line, self._offset, after - start, 1)
            self._line += stop < end
            self._offset += after - start
            start = after
        if start < end:
            count = block.count(b"\n", start, end)
            unended = block[end - 1] != _LF
            self._extend(self._line, self._offset, end - start, count + unended)
            self._line += count
            self._offset += end - start

    def _long_line(self, block: bytes, start: int, events: list[Event]) -> int:
        """Take an overlong line, or the rest of one; return where the next line starts."""
        last = block.find(b"\n", start)
        last = len(block) if last < 0 else last
        end = min(last + 1, len(block))
        start = self._pieces(block, start, _content_end(block, last), events)
        self._piece(block, start, _content_end(block, last), end, events)
        self._overlong = False
        self._line += last < end
        return end

    def _pieces(self, data: bytes, start: int, stop: int, events: list[Event]) -> int:
        """Take full pieces of an overlong line while more of it follows; return where they end."""
        while stop - start > MAX_LINE:
            self._piece(data, start, start + MAX_LINE, start + MAX_LINE, events)
            self._overlong = True
            start += MAX_LINE
        return start

    def _piece(self, data: bytes, start: int, stop: int, end: int, events: list[Event]) -> None:
        """Take a piece of an overlong line; between `stop` and `end` is its line end, if any."""
        self._torn = None
        piece = data[start:stop]
        if not gate.hits(piece) or not self._candidate(piece, self._offset, events):
            another_line = not self._overlong or self._run is None
            self._extend(self._line, self._offset, end - start, int(another_line))
        self._torn = None
        self._offset += end - start

    def _extend(self, line: int, offset: int, length: int, count: int) -> None:
        run = self._run
        if run is None:
            self._run = _Run(line, offset, length, count)
        else:
            self._run = run._replace(length=run.length + length, lines=run.lines + count)

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
                    self._dating.clock.boot,
                    "",
                    "",
                    "",
                    run.lines,
                    None,
                )
            )

    def _candidate(self, raw: bytes, offset: int, events: list[Event]) -> bool:
        """Take one line that holds a literal of the grammar; False when it says nothing."""
        text = raw.decode("utf-8", "backslashreplace")
        found = False
        pieces = [piece for part in text.split("\r") if part for piece in split_records(part)]
        for piece in pieces:
            record = parse_record(piece)
            if record is None:
                found |= self._without_header(piece, offset, len(raw), events)
                continue
            found = True
            template = understand_record(record)
            self._emit(template, record.ms, offset, len(raw), events)
            if template.kind is Kind.OTHER and record.category.split(".")[0] in SYSTEM:
                self._torn = _Torn(record, self._line, offset, len(raw), record.ms, _SPLICE_LINES)
            elif len(pieces) == 1 and len(raw) < _MEMO_LINE and _only_stamp_varies(record, raw):
                if len(_memo) >= _MEMO_SIZE:
                    _memo.clear()
                _memo[raw[_STAMP:]] = template
        return found

    def _without_header(self, text: str, offset: int, length: int, events: list[Event]) -> bool:
        """Take a line, or part of one, that has no log header; False when it says nothing."""
        if self._torn is not None and self._rejoin(text.encode(), events):
            return False
        template = understand_text(text)
        if template is None:
            return False
        self._emit(template, None, offset, length, events)
        return True

    def _rejoin(self, line: bytes, events: list[Event]) -> bool:
        """Try a line as the rest of the torn record before it; the line itself stays foreign."""
        torn = self._torn
        if torn is None:
            return False
        record = torn.record
        rest = line.decode("utf-8", "backslashreplace").rstrip()
        spliced = splice(record.message, rest, record.category, record.level)
        if spliced is None:
            left = torn.lines_left - 1
            self._torn = torn._replace(lines_left=left) if left else None
            return False
        self._torn = None
        template = template_of(*spliced, record.category, record.level)
        self._emit(template, torn.ms, torn.offset, torn.length, events, torn.line)
        return True

    def _emit(
        self,
        template: Template,
        printed: int | None,
        offset: int,
        length: int,
        events: list[Event],
        line: int | None = None,
    ) -> None:
        if line is None:
            line = self._line
            if self._run is not None:
                self._end_run(events)
            self._torn = None
        # Else a rejoined record: it stands before the run now open, which goes on.
        events.append(self._dating.event(template, printed, line, offset, length))


def _perhaps_cut(event: Event) -> bool:
    """Whether the log ends inside a join result, whose number would be taken for another."""
    number = event.number
    return event.kind is Kind.JOIN_FAILED and number is not None and abs(number) < FOUR_DIGITS


def _only_stamp_varies(record: Record, raw: bytes) -> bool:
    """Whether a line that differs in its first ten digits alone is the same but for its time."""
    stamp = raw[:10]
    return record.start == 0 and stamp.isdigit() and record.ms == int(stamp)


def _content_end(data: bytes, end: int) -> int:
    """Where a line's content ends whose line end, less a CR, is at `end`."""
    return end - (end > 0 and data[end - 1] == _CR)


def _next_long_line(block: bytes, start: int) -> int:
    """Where the first overlong line starts; the block's end when there is none."""
    size = len(block)
    while size - start > MAX_LINE:
        last = block.rfind(b"\n", start, start + MAX_LINE + 1)
        if last < 0 and block.startswith(b"\r\n", start + MAX_LINE):
            last = start + MAX_LINE + 1
        if last < 0:
            return start
        start = last + 1
    return size
