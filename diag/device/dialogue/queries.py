"""The one-letter commands of listening mode (device-facts 6.1)."""

import json
import re
from dataclasses import dataclass
from enum import Enum
from typing import Final, cast

from diag.device.dialogue.prompts import CLAIM_CODE
from diag.device.dialogue.steps import Await, Dialogue, Know, Match, Send, Settle
from diag.device.dialogue.wizard import LINE_END
from diag.stream.secrets import Secret

_SECONDS: Final = 3.0
_TRIES: Final = 2
_OBJECTS: Final = 8
_GROUPS: Final = ("net:", "cloud:", "sys:")
"""What names in vitals begin with."""
_ID: Final = re.compile(rb"(?:Your (?:core|device) id is\s+|Device ID:\s*)([0-9a-fA-F]{24})\r?\n")
_SERIAL_NUMBER: Final = re.compile(rb"Serial Number:\s*([!-~]{1,32})\r?\n")
_MAC: Final = re.compile(rb"((?:[0-9a-fA-F]{1,2}:){5}[0-9a-fA-F]{1,2})\r?\n")
_VERSION: Final = re.compile(rb"system firmware version:\s+([!-~]{1,32}(?: minimal)?)\r?\n")
_CLAIMED: Final = b"Device claimed: yes"
_UNCLAIMED: Final = b"Device claimed: no"
_CLAIM_SET: Final = re.compile(rb"Claim code set to: |Sorry, claim code is not 63 characters long")
_ERASE: Final = b"\x7f"
_NO_COMMAND: Final = b"~"
_OBJECT: Final = re.compile(rb"\{\"[ -z|~{}]*\}\r?\n")


@dataclass(frozen=True, slots=True)
class Identity:
    """What a device says of itself. Empty or None: it did not say."""

    id: str = ""
    """24 hex digits, lower-case."""
    serial_number: str = ""
    mac: str = ""
    """Lower-case, colons between."""
    device_os: str = ""
    claimed: bool | None = None


class Console(Enum):
    """What listens at the other end."""

    IDLE = "idle"
    """Listening mode, ready for a command."""
    HALF_WAY = "half-way"
    """A set-up dialogue that waits for an answer."""
    SILENT = "silent"
    """Nobody: the device is not in listening mode, or does not answer."""


def probe() -> Dialogue[Console]:
    """Find out whether the device is in listening mode, and idle there."""
    if (yield from _claimed(1.5)) is not None:
        return Console.IDLE
    # Half-way, a dialogue holds what was typed, and echoes that it is erased; idle, neither
    # is a command.
    yield Send(_ERASE + _NO_COMMAND + _ERASE)
    if (yield Await((_ERASE,), 1.0)) is None:
        return Console.SILENT
    yield Settle(0.2)
    return Console.HALF_WAY


def identify() -> Dialogue[Identity]:
    """Ask who the device is: id, MAC address, Device OS, whether it is claimed.

    Its device secret, which newer releases print too, is not kept.
    """
    id = yield from _ask(b"i", _ID)
    # The secret and the serial number follow the id on releases that print them.
    number = (yield Match(_SERIAL_NUMBER, 0.4)) if id is not None else None
    mac = yield from _ask(b"m", _MAC)
    version = yield from _ask(b"v", _VERSION)
    claimed = yield from _claimed(_SECONDS)
    return Identity(
        id=_text(id).lower(),
        serial_number=_text(number if isinstance(number, re.Match) else None),
        mac=_mac(_text(mac)),
        device_os=_text(version),
        claimed=claimed,
    )


def version() -> Dialogue[str]:
    """Ask for the Device OS release; empty when the device does not say."""
    return _text((yield from _ask(b"v", _VERSION)))


def vitals() -> Dialogue[str]:
    """Ask for the vitals; return their JSON, empty where the release has none (before 0.8.0)."""
    for _ in range(_TRIES):
        yield Settle(0.1)
        yield Send(b"d")
        # An application may print objects of its own.
        for _ in range(_OBJECTS):
            found = yield Match(_OBJECT, _SECONDS)
            if not isinstance(found, re.Match):
                break
            if _is_vitals(found.group()):
                return found.group().decode("ascii").strip()
    return ""


def claim(code: Secret) -> Dialogue[bool]:
    """Give the device a claim code; return whether it took it."""
    yield Know(code)
    yield Settle(0.1)
    yield Send(b"C")
    if (yield Await((CLAIM_CODE,), _SECONDS)) is None:
        return False
    yield Send(code.reveal().encode("ascii", "replace") + LINE_END)
    found = yield Match(_CLAIM_SET, _SECONDS)
    return isinstance(found, re.Match) and found.group().startswith(b"Claim")


def leave() -> Dialogue[None]:
    """Leave listening mode; the device joins its networks again. It says nothing to this."""
    yield Settle(0.1)
    yield Send(b"x")
    # A port that is closed at once can take the letter with it.
    yield Settle(0.5)


def _ask(key: bytes, pattern: re.Pattern[bytes]) -> Dialogue[re.Match[bytes] | None]:
    """Ask, and once more where other output has spoilt the answer."""
    for _ in range(_TRIES):
        yield Settle(0.1)
        yield Send(key)
        found = yield Match(pattern, _SECONDS)
        if isinstance(found, re.Match):
            return found
    return None


def _claimed(seconds: float) -> Dialogue[bool | None]:
    """Ask whether the device is claimed; None when it does not answer."""
    yield Settle(0.1)
    yield Send(b"c")
    found = yield Await((_CLAIMED, _UNCLAIMED), seconds)
    return None if found is None else found == _CLAIMED


def _is_vitals(data: bytes) -> bool:
    try:
        found = json.loads(data)
    except (ValueError, RecursionError):
        return False
    names = cast("dict[str, object]", found) if isinstance(found, dict) else {}
    return any(name.startswith(_GROUPS) for name in names)


def _mac(text: str) -> str:
    """A MAC address in the usual form; empty where the release does not know it (6.1)."""
    found = ":".join(part.zfill(2) for part in text.lower().split(":"))
    return "" if found in ("00", "00:00:00:00:00:00") else found


def _text(match: re.Match[bytes] | None) -> str:
    return match[1].decode("ascii", "replace") if match else ""
