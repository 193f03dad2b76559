"""Until when what a device prints may be a secret that was typed, or asked for.

An application that is not muted in listening mode prints whole lines into the echo of an
answer and into the device's own words (device-facts 2.11, 6.3). The line end of such a
print is not the end of the secret.
"""

import re
from collections.abc import Callable
from typing import Final

from diag.stream.mask_rules import KEY_CLOSERS

_PATIENCE: Final = 15.0
"""Seconds after the typing in which an echo is to come; a dialogue gives up earlier."""
_LIMIT: Final = 4096
"""Bytes that are masked while an echo is waited for, and of that echo."""
_FEW: Final = 512
"""Bytes that are masked where only lines of the device tell the end."""
_CLAIM_CODE: Final = 63
_ERASES: Final = re.compile(rb"[\x08\x7f]+")
_ID: Final = re.compile(rb"Device ID: [0-9a-fA-F]{24}\r?\n")
_ID_BEGUN: Final = re.compile(rb"Device ID: [0-9a-fA-F]{0,24}\r?\Z")
_CLOSERS: Final = (
    *(text for text in KEY_CLOSERS if text != b"Device ID: "),
    b"-----BEGIN ",
    b"Device Secret: ",
    b"Serial Number: ",
    b"Your device MAC address",
    b"Your core id is ",
    b"system firmware version: ",
    b"Device claimed: ",
    b"Claim code set to: ",
    b"Sorry, claim code",
)


class Echo:
    """What a host has typed of secrets, and what of it the device has not printed yet."""

    def __init__(self) -> None:
        """Begin with nothing to wait for."""
        self._rest = bytearray()
        self._identity = False
        self._damaged = False
        self._since = float("-inf")
        self._passed = 0

    def typed(self, data: bytes, time: float) -> bool:
        """Take a secret that was typed; return whether its echo is to be waited for."""
        if _ERASES.fullmatch(data):
            # What came back of it is taken back, and it is typed again.
            self._rest.clear()
            return False
        text = data.rstrip(b"\r\n")
        if not text:
            return False
        # A claim code is printed once more after its echo (device-facts 6.1).
        self._rest += text * (2 if len(text) == _CLAIM_CODE else 1)
        del self._rest[_LIMIT:]
        self._begin(time)
        return True

    def asked(self, time: float) -> None:
        """The device was asked who it is: it may print its secret, whose name may be damaged."""
        self._identity = True
        self._begin(time)

    def answered(self) -> None:
        """The device was asked something else, so that nothing of that comes any more."""
        self._identity = False

    def damaged(self, time: float) -> None:
        """Something that is no secret stands in a secret: the rest comes on a further line."""
        self._damaged = True
        self._begin(time)

    def forget(self) -> None:
        """Wait for nothing."""
        self._rest.clear()
        self._identity = self._damaged = False

    def passed(self, data: bytes) -> None:
        """Take what the device printed, log lines apart."""
        self._passed += len(data)
        rest = self._rest
        for byte in data if rest else b"":
            if rest and rest[0] == byte:
                del rest[0]

    def due(self, time: float) -> bool:
        """Whether more of a secret may come on the next line."""
        limit = _LIMIT if self._rest else _FEW
        if time - self._since > _PATIENCE or self._passed > limit:
            self.forget()
        return bool(self._rest) or self._identity or self._damaged

    def _begin(self, time: float) -> None:
        self._since = time
        self._passed = 0


def closes(line: bytes) -> bool:
    """Whether a line begins with what a device prints when the secret is over."""
    return line.startswith(_CLOSERS)


def harmless(line: bytes) -> int:
    """Return how many bytes at the beginning of a line are shown though the secret is not over."""
    found = _ID.match(line)
    return found.end() if found else 0


def may_close(line: bytes) -> bool:
    """Whether that cannot be said before more has come."""
    begun = b"Device ID: ".startswith(line) or _ID_BEGUN.match(line) is not None
    return begun or any(text.startswith(line) for text in _CLOSERS)


Typed = Callable[[bytes, float], None]
"""Told what a host types as an answer to a secret prompt."""
