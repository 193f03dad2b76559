"""The lines after the first: one event each, `[seconds, code, string]`.

Codes that every asciicast player knows:

- `o`, `i`: text from the device, text to the device. Inert: printable characters, tabs
  and line ends only. Nothing in it acts on the terminal of whoever plays it.
- `m`: a marker, its label inert.

Codes of our own, which players skip:

- `O`, `I`: the exact bytes of a chunk, one character U+0000 to U+00FF for each, where the
  text alone does not say them. The directly following `o` or `i` of the same time is what
  a person reads of that chunk; what counts is the exact bytes.
- `f`: a fact, as `name=JSON`.

A carriage return goes back to the start of the line, where what follows would overwrite
what stood there. So one inside a chunk is kept in the text only as part of CR LF; one that
ends a chunk is kept too, as its LF may come next, and if something else comes, that
chunk's text begins with a line feed of ours.
"""

import json
import math
import re
from typing import Final, cast

from diag.recording.errors import RecordingError
from diag.recording.strict import parse
from diag.stream import Chunk, Direction, Fact, FactValue, Item, Marker, inert

MAX_CHUNK: Final = 1 << 16
"""A longer chunk is written as several: a line of a recording has to have a bound."""
MAX_TEXT: Final = 1 << 16
"""The longest label and the longest text of a fact, in characters."""
MAX_TIME: Final = 10**9
"""Seconds; a good thirty years. Microseconds are exact up to here."""
MAX_INTEGER: Final = 2**63 - 1

_EXACT: Final = {"O": Direction.OUTPUT, "I": Direction.INPUT}
_HARMLESS: Final = re.compile(r"(\r\n|[\n\t]|\r\Z)")
_NAME: Final = re.compile(r"[!-<>-~]{1,80}")
"""Printable ASCII without space and equals sign."""
_SURROGATE: Final = re.compile("[\ud800-\udfff]")


def visible(data: bytes) -> str:
    """Return what a person may read of a chunk."""
    parts = _HARMLESS.split(data.decode("utf-8", "backslashreplace"))
    return "".join(part if odd % 2 else inert(part) for odd, part in enumerate(parts))


class Encoder:
    """Turns items into lines, one recording long.

    Time never goes back in a recording: an item that is older than the one before it, as
    may happen with two sources, gets that one's time. Order is what counts.
    """

    __slots__ = ("_latest", "_open")

    def __init__(self) -> None:
        """Begin at second zero."""
        self._latest = 0
        self._open: set[Direction] = set()

    def encode_item(self, item: Item) -> bytes:
        """Return the line of an item, or its lines; RecordingError if it cannot be recorded."""
        if not 0 <= item.time <= MAX_TIME:
            raise RecordingError(f"a time has to be from 0 to {MAX_TIME} seconds")
        latest = max(self._latest, round(item.time * 1_000_000))
        stamp = f"{latest // 1_000_000}.{latest % 1_000_000:06}"
        if isinstance(item, Chunk):
            lines = self._chunk(stamp, item)
        elif isinstance(item, Marker):
            lines = _event(stamp, "m", _label(item.label))
        else:
            value = json.dumps(_fact(item.name, item.value))
            lines = _event(stamp, "f", f"{item.name}={value}")
        self._latest = latest
        return lines.encode("ascii")

    def _chunk(self, stamp: str, chunk: Chunk) -> str:
        code = chunk.direction.value
        lines: list[str] = []
        for start in range(0, len(chunk.data) or 1, MAX_CHUNK):
            data = chunk.data[start : start + MAX_CHUNK]
            text = visible(data)
            if data:
                if chunk.direction in self._open and not data.startswith(b"\n"):
                    text = "\n" + text
                (self._open.add if data.endswith(b"\r") else self._open.discard)(chunk.direction)
            if not text.isascii() or text.encode("ascii") != data:
                lines.append(_event(stamp, code.upper(), data.decode("latin-1")))
            lines.append(_event(stamp, code, text))
        return "".join(lines)


class Decoder:
    """Turns events back into items, one recording long.

    Events of an unknown code are skipped, as other players do, and counted. A time that
    goes back is raised to the latest before it, so that no recording runs backwards.
    """

    __slots__ = ("_latest", "_own", "_shown", "skipped")

    def __init__(self, own: bool) -> None:
        """Read events of our format, or with `own` false those of another recorder."""
        self.skipped = 0
        self._own = own
        self._latest = 0.0
        self._shown: tuple[str, float] | None = None

    def decode_event(self, event: object, line: int) -> Item | None:
        """Return the item that an event holds; None if it adds none."""
        time, code, data = _three(event, line)
        shown, self._shown = self._shown, None
        if shown == (code, time):
            return None
        self._latest = now = max(self._latest, time)
        if code not in ("o", "i", "m") and not (self._own and (code in _EXACT or code == "f")):
            self.skipped += 1
            return None
        if not isinstance(data, str):
            raise RecordingError("the third entry of an event has to be text", line)
        try:
            if code == "m":
                return Marker(now, _label(data))
            if code == "f":
                name, _, value = data.partition("=")
                return Fact(now, name, _fact(name, parse(value)))
            if code in _EXACT:
                self._shown = (code.lower(), time)
                return Chunk(now, _EXACT[code], data.encode("latin-1"))
        except UnicodeEncodeError:
            raise RecordingError("exact bytes hold a character above U+00FF", line) from None
        except ValueError as error:
            raise RecordingError(f"not a fact ({error})", line) from None
        except RecordingError as error:
            raise RecordingError(str(error), line) from None
        return Chunk(now, Direction(code), data.encode("utf-8", "replace"))


def _event(stamp: str, code: str, text: str) -> str:
    return f'[{stamp}, "{code}", {json.dumps(text)}]\n'


def _three(event: object, line: int) -> tuple[float, str, object]:
    entries = cast("list[object]", event) if isinstance(event, list) else []
    try:
        time, code, data = entries
    except ValueError:
        raise RecordingError("an event has to be [seconds, code, text]", line) from None
    if isinstance(time, bool) or not isinstance(time, int | float) or not 0 <= time <= MAX_TIME:
        raise RecordingError(f"a time has to be from 0 to {MAX_TIME} seconds", line)
    if not isinstance(code, str):
        raise RecordingError("the second entry of an event has to be a code", line)
    return float(time), code, data


def _label(label: str) -> str:
    shown = inert(label)
    if len(shown) > MAX_TEXT:
        raise RecordingError("a marker's label is too long; give it a shorter one")
    return shown


def _fact(name: str, value: object) -> FactValue:
    """Return the value of a fact if a recording may hold it."""
    if not _NAME.fullmatch(name):
        raise RecordingError("a fact's name has to be 1 to 80 signs without space or =")
    if isinstance(value, str) and len(value) <= MAX_TEXT:
        return _SURROGATE.sub("\ufffd", value)
    if isinstance(value, int) and abs(value) <= MAX_INTEGER:
        return value
    if isinstance(value, float) and math.isfinite(value):
        return value
    raise RecordingError(f"the value of {name} has to be a short text, a number, true or false")
