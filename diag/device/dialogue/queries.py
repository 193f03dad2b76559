"""The one-letter commands of listening mode (device-facts 6.1)."""

import json
import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

from diag.device.dialogue.prompts import CLAIM_CODE
from diag.device.dialogue.steps import Await, Dialogue, Know, Match, Send, Settle
from diag.device.dialogue.wizard import LINE_END
from diag.stream.secrets import Secret

_SECONDS: Final = 3.0
_TRIES: Final = 2
_ID: Final = re.compile(rb"(?:Your (?:core|device) id is\s+|Device ID:\s*)([0-9a-fA-F]{24})\r?\n")
_SERIAL_NUMBER: Final = re.compile(rb"Serial Number:\s*([!-~]{1,32})\r?\n")
_MAC: Final = re.compile(rb"((?:[0-9a-fA-F]{1,2}:){5}[0-9a-fA-F]{1,2})\r?\n")
_VERSION: Final = re.compile(rb"system firmware version:\s+([!-~]{1,32}(?: minimal)?)\r?\n")
_CLAIMED: Final = re.compile(rb"Device claimed: (yes|no)\r?\n")
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
    if (yield from _ask(b"c", _CLAIMED, 1.5)) is not None:
        return Console.IDLE
    # A command that is none gets no answer when idle; half-way it is echoed.
    yield Send(_ERASE + _NO_COMMAND)
    echoed = (yield Await((_NO_COMMAND,), 1.0)) is not None
    if not echoed:
        return Console.SILENT
    yield Send(_ERASE)
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
    claimed = yield from _ask(b"c", _CLAIMED)
    return Identity(
        id=_text(id).lower(),
        serial_number=_text(number if isinstance(number, re.Match) else None),
        mac=":".join(part.zfill(2) for part in _text(mac).lower().split(":")) if mac else "",
        device_os=_text(version),
        claimed=None if claimed is None else _text(claimed) == "yes",
    )


def vitals() -> Dialogue[str]:
    """Ask for the vitals; return their JSON, empty where the release has none (before 0.8.0)."""
    for _ in range(_TRIES):
        found = yield from _ask(b"d", _OBJECT)
        if found is not None and _is_object(found.group()):
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


def _ask(
    key: bytes, pattern: re.Pattern[bytes], seconds: float = _SECONDS
) -> Dialogue[re.Match[bytes] | None]:
    yield Settle(0.1)
    yield Send(key)
    found = yield Match(pattern, seconds)
    return found if isinstance(found, re.Match) else None


def _is_object(data: bytes) -> bool:
    try:
        return isinstance(json.loads(data), dict)
    except (ValueError, RecursionError):
        return False


def _text(match: re.Match[bytes] | None) -> str:
    return match[1].decode("ascii", "replace") if match else ""
