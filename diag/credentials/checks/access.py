"""Passwords, security and cipher."""

import re
from collections.abc import Iterator
from typing import Final

from diag.credentials.checks.case import Case, Hit, hit, octets
from diag.credentials.checks.registry import rule
from diag.credentials.profile import Cipher, Security

PASSWORD_LIMIT: Final = 64
PASSPHRASE: Final = range(8, 65)
WEP: Final = range(5, 59)
_WEP_KEYS: Final = (5, 10, 13, 16, 26, 32)
"""Characters a WEP key has as text or in hex; 16 and 32 are rare."""
_HEX: Final = re.compile(r"[0-9A-Fa-f]{64}", re.ASCII)
_WPA2: Final = (Security.WPA2, Security.WPA2_ENTERPRISE)


def _password(case: Case) -> str | None:
    """The password, where there is one to look at."""
    wanted = (case.peap or case.personal) and case.known("password")
    return case.profile.password.reveal() if wanted else None


@rule("secret-not-checked")
def _secret_not_checked(case: Case) -> Iterator[Hit]:
    for field in sorted(case.context.unresolved):
        yield hit(field, field=field.replace("_", " "))


@rule("password-missing")
def _password_missing(case: Case) -> Iterator[Hit]:
    if case.peap and _password(case) == "":
        yield hit("password")


@rule("password-too-long")
def _password_too_long(case: Case) -> Iterator[Hit]:
    password = _password(case)
    if case.peap and password is not None and octets(password) > PASSWORD_LIMIT:
        yield hit("password", limit=PASSWORD_LIMIT)


@rule("password-not-ascii")
def _password_not_ascii(case: Case) -> Iterator[Hit]:
    password = _password(case)
    if case.peap and password is not None and not password.isascii():
        yield hit("password")


def _of(case: Case, *securities: Security) -> str | None:
    """The password, where the network has one of these securities."""
    return _password(case) if case.profile.security in securities else None


@rule("passphrase-length")
def _passphrase_length(case: Case) -> Iterator[Hit]:
    password = _of(case, Security.WPA, Security.WPA2)
    if password is not None and octets(password) not in PASSPHRASE:
        yield hit("password", shortest=PASSPHRASE[0], longest=PASSPHRASE[-1])


@rule("passphrase-not-hex")
def _passphrase_not_hex(case: Case) -> Iterator[Hit]:
    password = _of(case, Security.WPA, Security.WPA2) or ""
    if octets(password) == PASSPHRASE[-1] and not _HEX.fullmatch(password):
        yield hit("password")


@rule("wep-length")
def _wep_length(case: Case) -> Iterator[Hit]:
    password = _of(case, Security.WEP)
    if password is not None and octets(password) not in WEP:
        yield hit("password", shortest=WEP[0], longest=WEP[-1])


@rule("wep-unusual-length")
def _wep_unusual_length(case: Case) -> Iterator[Hit]:
    length = octets(_of(case, Security.WEP) or "")
    if length in WEP and length not in _WEP_KEYS:
        yield hit("password")


@rule("network-open")
def _network_open(case: Case) -> Iterator[Hit]:
    if case.profile.security in (Security.OPEN, Security.WEP):
        name = "WEP" if case.profile.security is Security.WEP else "no security"
        yield hit("security", security=name)


@rule("cipher-tkip")
def _cipher_tkip(case: Case) -> Iterator[Hit]:
    if case.profile.security in _WPA2 and case.profile.cipher is Cipher.TKIP:
        yield hit("cipher")


@rule("unused-entry")
def _unused_entry(case: Case) -> Iterator[Hit]:
    for seen in case.profile.noticed:
        if seen.check == "unused-entry":
            yield hit(seen.where, field=seen.where)
