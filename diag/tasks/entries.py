"""What passes between the threads of a monitor, and how it is put aside."""

import json
from typing import Final, cast

from diag.stream import Chunk, Direction, Fact, FactValue, Item, Marker
from diag.tasks.spool import Record
from diag.tasks.steps import Back, Lost, Remark

Entry = Item | Lost | Back | Remark

_OUTPUT, _INPUT, _FACT, _MARKER, _LOST, _BACK, _REMARK = range(7)
_DIRECTIONS: Final = {Direction.OUTPUT: _OUTPUT, Direction.INPUT: _INPUT}
_TEXTS: Final = {_MARKER: Marker, _LOST: Lost, _REMARK: Remark}


def packed(entry: Entry) -> Record:
    """Return what `unpacked` makes the same entry of."""
    match entry:
        case Chunk():
            return Record(_DIRECTIONS[entry.direction], entry.time, entry.data)
        case Fact():
            return _pack(_FACT, entry.time, entry.name, entry.value)
        case Back():
            return _pack(_BACK, entry.time, entry.name, entry.away)
        case Marker():
            return _pack(_MARKER, entry.time, entry.label)
        case Lost():
            return _pack(_LOST, entry.time, entry.reason)
        case Remark():
            return _pack(_REMARK, entry.time, entry.text)


def unpacked(record: Record) -> Entry:
    """Return the entry of a record."""
    kind, time, data = record
    if kind == _OUTPUT:
        return Chunk(time, Direction.OUTPUT, data)
    if kind == _INPUT:
        return Chunk(time, Direction.INPUT, data)
    values = cast("list[FactValue]", json.loads(data))
    text = str(values[0])
    if kind == _FACT:
        return Fact(time, text, values[1])
    if kind == _BACK:
        return Back(time, text, float(values[1]))
    return _TEXTS[kind](time, text)


def _pack(kind: int, time: float, *values: FactValue) -> Record:
    return Record(kind, time, json.dumps(values).encode("ascii"))
