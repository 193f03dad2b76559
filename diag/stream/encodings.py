"""The ways in which one secret text may stand in a stream of bytes."""

import re
from binascii import b2a_base64
from collections.abc import Iterator
from contextlib import suppress
from typing import Final

SHORTEST: Final = 4
"""A shorter text is found everywhere and protects nothing; it is masked in answers only."""
_SHORTEST_OF_LINES: Final = 16
_LINE: Final = 64
_LINE_END: Final = re.compile(r"\r\n|\r|\n")
_PUBLIC_LINE: Final = re.compile(r"-{5}(?:BEGIN|END) [A-Z0-9 ]+-{5}|Proc-Type: .*")
_VOCABULARY: Final = """
SSID: Password: Username: Outer identity (optional): Enter 63-digit claim code: Claim code set to:
Security 0=unsecured, 1=WEP, 2=WPA, 3=WPA2, 4=WPA Enterprise, 5=WPA2 Enterprise:
Security Cipher 1=AES, 2=TKIP, 3=AES+TKIP: EAP Type 0=PEAP/MSCHAPv2, 1=EAP-TLS:
Client certificate in PEM format: Private key in PEM format: Root CA in PEM format (optional):
Thanks! Wait while I save those credentials... Awesome. Now we'll connect!
Derp. Sorry, we couldn't save the credentials. Particle <3 you! Spark <3 you!
Your device id is Your device MAC address is Device ID: Device Secret: Serial Number:
system firmware version: Device claimed: yes no net:stat net:err [masked]
-----BEGIN RSA ENCRYPTED PRIVATE KEY CERTIFICATE----- -----END RSA PRIVATE KEY-----
TRACE: INFO: WARN: ERROR: PANIC: DEBUG [hal.wlan] [system] [comm.protocol] [app] [wiring]
wlan_hal.cpp Joining result: wiced_join_ap_specific(), result: Bringing WiFi interface up with DHCP
Starting supplicant Supplicant started Free RAM before suppl: connect cancel
Bearer access_token token Particle particle
""".replace("\n", " ")
"""What devices and this tool print anyway.

Where such a word is a password, masking it everywhere would say what it is by what is
missing, and leave nothing of the log.
"""


def spellings(text: str) -> set[bytes]:
    """Return the byte strings whose appearance gives a secret away, or a whole line of it.

    A text of several lines, such as a private key, is looked for line by line, since a
    device echoes it so, with any line end; a long one in pieces.
    """
    found: set[bytes] = set()
    for piece in _pieces(text):
        found.update(_plain(piece) if piece not in _VOCABULARY else ())
        found.update(_encoded(piece))
    return {each for each in found if len(each) >= SHORTEST}


def _pieces(text: str) -> Iterator[str]:
    lines = [line for line in _LINE_END.split(text) if not _PUBLIC_LINE.fullmatch(line)]
    long = any(len(line) >= _SHORTEST_OF_LINES for line in lines)
    least = _SHORTEST_OF_LINES if long and len(lines) > 1 else SHORTEST
    for line in lines:
        start = 0
        while len(line) - start >= _LINE + _SHORTEST_OF_LINES:
            yield line[start : start + _LINE]
            start += _LINE
        if len(line) - start >= least:
            yield line[start:]


def _bytes_of(text: str) -> set[bytes]:
    """UTF-8, and Latin-1, which is what a device takes a password for (device-facts 5.3)."""
    found = {text.encode("utf-8", "surrogatepass")}
    if not text.isascii():
        with suppress(UnicodeEncodeError):
            found.add(text.encode("latin-1"))
    return found


def _plain(text: str) -> set[bytes]:
    """As it is, and as it is between quotation marks in JSON, Python or HTML."""
    from html import escape
    from json import dumps

    shown = {text, dumps(text)[1:-1], dumps(text, ensure_ascii=False)[1:-1]}
    shown |= {each.replace("/", "\\/") for each in shown}
    shown |= {repr(text)[1:-1], escape(text), escape(text, quote=False)}
    found = {repr(each)[2:-1].encode() for each in _bytes_of(text)}
    for each in shown:
        found |= _bytes_of(each)
    return found


def _encoded(text: str) -> set[bytes]:
    found = {text.encode(each, "surrogatepass") for each in ("utf-16-le", "utf-16-be")}
    for data in _bytes_of(text):
        for separator in ("", ":", " ", "%"):
            digits = data.hex(separator) if separator else data.hex()
            digits = "%" + digits if separator == "%" else digits
            found |= {digits.encode(), digits.upper().encode()}
        percent = b"".join(_percent(each) for each in data)
        for spelled in (percent, percent.replace(b"%2F", b"/")):
            lower = re.sub(rb"%[0-9A-F]{2}", lambda match: match.group().lower(), spelled)
            found |= {spelled, lower, spelled.replace(b"%20", b"+"), lower.replace(b"%20", b"+")}
        found |= _base64(data)
    if text in _VOCABULARY:
        found.discard(text.encode())
    return found


def _percent(byte: int) -> bytes:
    if byte < 0x80 and (chr(byte).isalnum() or byte in b"-._~"):
        return bytes((byte,))
    return b"%%%02X" % byte


def _base64(data: bytes) -> set[bytes]:
    """Base64 of anything that holds `data`: what is the same whatever stands around it.

    Also what it looks like at the very end, where the last sign and the padding depend on
    it alone.
    """
    found: set[bytes] = set()
    for shift in range(3):
        coded = b2a_base64(bytes(shift) + data, newline=False)
        first = (shift * 8 + 5) // 6
        last = (shift + len(data)) * 8 // 6
        for each in (coded[first:last], coded[first:].rstrip(b"="), coded[first:]):
            found |= {each, each.translate(_URL_SAFE)}
    return found


_URL_SAFE: Final = bytes.maketrans(b"+/", b"-_")
