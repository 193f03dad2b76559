"""The first line of a recording: what it is, who made it, where it comes from.

It is an asciicast v2 header with one object of our own, `wpa2diag`. Free text in it is
inert, on the way in as on the way out, so that a title cannot act on a terminal.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Final, cast

from diag.recording.errors import RecordingError
from diag.recording.strict import parse
from diag.stream import FactValue, inert

FORMAT: Final = 1
"""The number of the format that this release writes."""
MAX_LINE: Final = 1 << 20
"""No line of a recording is longer, in bytes and with its line end."""
ASCIICAST: Final = 2
"""The version of asciicast that a recording is."""

_CONVERTIBLE: Final = 3
_OWN: Final = "wpa2diag"
_NAMED: Final = ("format", "tool", "origin", "source", "device")
_LAST_TIMESTAMP: Final = 253_402_300_799
"""The last second of the year 9999, where calendars in software end."""
_BOM: Final = b"\xef\xbb\xbf"
_SNIFF: Final = re.compile(rb'\s*\{\s*"version"\s*:\s*[23]\s*(?:[,}]|\Z)')


class Origin(StrEnum):
    """How a recording came to be. Only the first two are evidence from hardware."""

    LIVE = "live"
    """This tool recorded a device."""
    REAL = "real"
    """A real log that somebody published, converted; `source` says where it stands."""
    SIMULATED = "simulated"
    """Made without a device; `source` says how."""


@dataclass(frozen=True, slots=True)
class Header:
    """What the first line says."""

    origin: Origin | None
    """None only in an asciicast of another recorder, which does not say."""
    tool: str = ""
    """Version of the wpa2diag that wrote it."""
    source: str = ""
    device: str = ""
    title: str = ""
    timestamp: int | None = None
    """Unix time of the beginning."""
    width: int = 80
    height: int = 24
    extra: Mapping[str, FactValue] = field(default_factory=dict[str, FactValue])
    """Further entries of our object; those that are no plain value are not kept."""
    format: int | None = FORMAT
    """None in an asciicast of another recorder."""


def is_recording(first_bytes: bytes) -> bool:
    """Tell from the first bytes of a file whether the reader is the one to ask.

    True also for a recording cut inside its first line and for asciicast v3: the reader
    then says what is wrong with it.
    """
    first = first_bytes.removeprefix(_BOM)
    if _SNIFF.match(first):
        return True
    try:  # keys in another order, as after a run through `jq -S`
        found = parse(first.split(b"\n", 1)[0])
    except ValueError:
        return False
    if not isinstance(found, dict):
        return False
    keys = cast("dict[str, object]", found)
    return keys.get("version") in (ASCIICAST, _CONVERTIBLE) and bool(
        {"width", "term", _OWN} & keys.keys()
    )


def encode_header(header: Header) -> bytes:
    """Return the first line of a recording."""
    if header.origin is None:
        raise RecordingError("a new recording has to say its origin: live, real or simulated")
    if clash := sorted(set(_NAMED) & header.extra.keys()):
        raise RecordingError(f"{clash[0]} is a field of its own and cannot be an extra entry")
    own: dict[str, object] = {
        "format": FORMAT,
        "tool": inert(header.tool),
        "origin": header.origin.value,
        "source": inert(header.source),
        "device": inert(header.device),
    }
    own |= {inert(key): _inert(value) for key, value in header.extra.items()}
    first: dict[str, object] = {
        "version": ASCIICAST,
        "width": header.width,
        "height": header.height,
    }
    if header.timestamp is not None:
        first["timestamp"] = header.timestamp
    if header.title:
        first["title"] = inert(header.title)
    try:  # a line that the reader would refuse is not written
        line = json.dumps(first | {_OWN: own}).encode("ascii") + b"\n"
        decode_header(line)
    except (RecordingError, ValueError) as error:
        raise RecordingError(f"this cannot be a recording's header: {error}") from None
    return line


def decode_header(line: bytes) -> Header:
    """Read a first line, of this format, of an older one, or of another recorder."""
    if len(line) > MAX_LINE:
        raise RecordingError("too long for the header of a recording", 1)
    try:
        found = parse(line.removeprefix(_BOM))
    except ValueError as error:
        raise RecordingError(f"not the header of a recording ({error})", 1) from None
    if not isinstance(found, dict):
        raise RecordingError("not the header of a recording", 1)
    first = cast("dict[str, object]", found)
    version = first.get("version")
    if version == _CONVERTIBLE:
        raise RecordingError(
            "this is asciicast version 3; convert it to version 2 first, for instance with "
            "`asciinema convert -f asciicast-v2 FILE NEWFILE`",
            1,
        )
    if version != ASCIICAST:
        raise RecordingError("not the header of a recording: no asciicast version 2", 1)
    own = first.get(_OWN)
    if own is None:
        return _header(first, {}, None, None)
    if not isinstance(own, dict):
        raise RecordingError(f"{_OWN} has to be an object", 1)
    entries = migrate(cast("dict[str, object]", own))
    try:
        origin = Origin(_text(entries, "origin"))
    except ValueError:
        raise RecordingError("origin has to be live, real or simulated", 1) from None
    return _header(first, entries, origin, FORMAT)


def migrate(entries: dict[str, object]) -> dict[str, object]:
    """Bring our object of any known format to the present one: as yet there is one format."""
    number = entries.get("format")
    if not isinstance(number, int) or isinstance(number, bool) or number < 1:
        raise RecordingError("format has to be a number from 1", 1)
    if number > FORMAT:
        raise RecordingError(
            f"made by a newer wpa2diag (format {number}; this one reads up to {FORMAT}); "
            "update wpa2diag to read it",
            1,
        )
    return entries


def _header(
    first: dict[str, object],
    own: dict[str, object],
    origin: Origin | None,
    number: int | None,
) -> Header:
    return Header(
        origin=origin,
        tool=_text(own, "tool"),
        source=_text(own, "source"),
        device=_text(own, "device"),
        title=_text(first, "title"),
        timestamp=_number(first, "timestamp", 0, _LAST_TIMESTAMP),
        width=_number(first, "width", 1, 65_535) or 80,
        height=_number(first, "height", 1, 65_535) or 24,
        extra={
            inert(key): _inert(value)
            for key, value in own.items()
            if key not in _NAMED and isinstance(value, str | int | float)
        },
        format=number,
    )


def _text(found: dict[str, object], key: str) -> str:
    value = found.get(key)
    if value is None:
        return ""
    if not isinstance(value, str):
        raise RecordingError(f"{key} has to be text", 1)
    return inert(value)


def _number(found: dict[str, object], key: str, low: int, high: int) -> int | None:
    value = found.get(key)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, int | float):
        raise RecordingError(f"{key} has to be a number", 1)
    if not low <= value <= high:
        raise RecordingError(f"{key} has to be from {low} to {high}", 1)
    return int(value)


def _inert(value: FactValue) -> FactValue:
    return inert(value) if isinstance(value, str) else value
