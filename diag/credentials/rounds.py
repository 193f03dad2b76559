"""How often an encrypted key or PKCS#12 file wants its password to be hashed.

The number stands in the file, so whoever wrote it decides how long opening takes. Beyond
what any tool writes it is an attack or damage, and the file is not opened.
"""

from collections.abc import Iterator
from typing import Final

MOST: Final = 10_000_000
"""Rounds; OpenSSL writes 2,048, password managers up to some 600,000."""

_SEQUENCE: Final = 0x30
_INTEGER: Final = 0x02
_OCTETS: Final = 0x04
_DEPTH: Final = 12
_ELEMENTS: Final = 100_000


def rounds(der: bytes) -> int:
    """Return the largest count of rounds in a DER text; 0 when there is none.

    A count is the integer behind a salt, as PBKDF2, scrypt, the PKCS#12 schemes and the
    PKCS#12 authentication code have it (RFC 8018, RFC 7292, RFC 7914).
    """
    return max(_counts(der, 0, [_ELEMENTS]), default=0)


def _counts(data: bytes, depth: int, left: list[int]) -> Iterator[int]:
    before = 0
    for tag, value in _elements(data):
        left[0] -= 1
        if left[0] < 0:
            # So many parts are no key either, and the rest is not looked at.
            yield MOST + 1
            return
        if depth > _DEPTH:
            return
        if tag == _INTEGER and before == _OCTETS and len(value) <= 8:
            yield int.from_bytes(value, "big", signed=True)
        elif tag & 0x20 or (tag == _OCTETS and value[:1] == bytes([_SEQUENCE])):
            yield from _counts(value, depth + 1, left)
        before = tag


def _elements(data: bytes) -> Iterator[tuple[int, bytes]]:
    """Tag and content of each element; ends where the bytes are no DER."""
    place = 0
    while place + 2 <= len(data):
        tag, length = data[place], data[place + 1]
        place += 2
        if length & 0x80:
            count = length & 0x7F
            length = int.from_bytes(data[place : place + count], "big")
            place += count
            if count == 0:  # BER, of no stated length: up to an end mark inside
                yield tag, data[place:]
                return
            if count > 4:
                return
        if place + length > len(data):
            return
        yield tag, data[place : place + length]
        place += length


def first_element(data: bytes) -> bytes:
    """Return the first DER element of some bytes, without what follows; blank when none."""
    for tag, value in _elements(data):
        if tag == _SEQUENCE:
            head = len(data[:2]) + (data[1] & 0x7F if data[1] & 0x80 else 0)
            return data[: head + len(value)]
        break
    return b""
