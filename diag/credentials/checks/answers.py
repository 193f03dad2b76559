"""Network name, user name, outer identity: everything that answers a prompt with a line."""

import re
from collections.abc import Iterator
from typing import Final

from diag.credentials.checks.case import Case, Hit, hit, octets
from diag.credentials.checks.model import Severity
from diag.credentials.checks.registry import rule

SSID_LIMIT: Final = 32
IDENTITY_LIMIT: Final = 64

_GARBAGE: Final = re.compile(r"\bfunction\b.{0,40}\(|\[native code\]")
_LINE_ENDS: Final = frozenset("\r\n")
_RUBOUTS: Final = frozenset("\x08\x7f")
_HALVES: Final = frozenset(map(chr, range(0xD800, 0xE000)))
"""Surrogates: what a command line makes of bytes that are no text."""
_CONTROLS: Final = (frozenset(map(chr, range(0x20))) | _HALVES) - _LINE_ENDS - _RUBOUTS


def realm(identity: str) -> str:
    """Return what stands behind the last @; blank when there is none."""
    return identity.rpartition("@")[2] if "@" in identity else ""


def _with_any(case: Case, characters: frozenset[str]) -> Iterator[Hit]:
    for field, text in case.answers():
        found = next((place for place, one in enumerate(text) if one in characters), None)
        if found is not None:
            # Of a password not even the place of a character is told.
            yield hit(field, field=field.replace("_", " "))


@rule("line-break-in-answer")
def _line_break(case: Case) -> Iterator[Hit]:
    yield from _with_any(case, _LINE_ENDS)


@rule("backspace-in-answer")
def _backspace(case: Case) -> Iterator[Hit]:
    yield from _with_any(case, _RUBOUTS)


@rule("control-in-answer")
def _control(case: Case) -> Iterator[Hit]:
    yield from _with_any(case, _CONTROLS)


@rule("blank-at-the-edge")
def _blank_at_the_edge(case: Case) -> Iterator[Hit]:
    for field, text in case.answers():
        if text.strip(" \xa0") != text:
            yield hit(field, field=field.replace("_", " "))


@rule("ssid-missing")
def _ssid_missing(case: Case) -> Iterator[Hit]:
    if not case.profile.ssid:
        yield hit("ssid")


@rule("ssid-too-long")
def _ssid_too_long(case: Case) -> Iterator[Hit]:
    if octets(case.profile.ssid) > SSID_LIMIT:
        yield hit("ssid", length=octets(case.profile.ssid), limit=SSID_LIMIT)


@rule("ssid-not-ascii")
def _ssid_not_ascii(case: Case) -> Iterator[Hit]:
    if not case.profile.ssid.isascii():
        yield hit("ssid")


@rule("eduroam-spelling")
def _eduroam_spelling(case: Case) -> Iterator[Hit]:
    if case.profile.ssid.strip().lower() == "eduroam" and case.profile.ssid != "eduroam":
        yield hit("ssid")


@rule("username-missing")
def _username_missing(case: Case) -> Iterator[Hit]:
    if case.peap and not case.profile.username:
        yield hit("username")


@rule("username-too-long")
def _username_too_long(case: Case) -> Iterator[Hit]:
    length = octets(case.profile.username)
    if case.peap and length > IDENTITY_LIMIT:
        yield hit("username", length=length, limit=IDENTITY_LIMIT)


@rule("username-not-ascii")
def _username_not_ascii(case: Case) -> Iterator[Hit]:
    if case.peap and not case.profile.username.isascii():
        yield hit("username")


@rule("username-without-realm")
def _username_without_realm(case: Case) -> Iterator[Hit]:
    if case.peap and case.eduroam and case.profile.username and not realm(case.profile.username):
        yield hit("username")


@rule("username-with-domain")
def _username_with_domain(case: Case) -> Iterator[Hit]:
    if case.peap and "\\" in case.profile.username and not case.eduroam:
        yield hit("username")


@rule("outer-too-long")
def _outer_too_long(case: Case) -> Iterator[Hit]:
    length = octets(case.profile.outer_identity)
    if case.enterprise and length > IDENTITY_LIMIT:
        yield hit("outer_identity", length=length, limit=IDENTITY_LIMIT)


@rule("outer-garbage")
def _outer_garbage(case: Case) -> Iterator[Hit]:
    if case.enterprise and _GARBAGE.search(case.profile.outer_identity):
        yield hit("outer_identity")


@rule("outer-blank-nps")
def _outer_blank_nps(case: Case) -> Iterator[Hit]:
    if case.peap and case.context.server == "nps" and not case.profile.outer_identity:
        yield hit("outer_identity")


@rule("outer-not-username-nps")
def _outer_not_username(case: Case) -> Iterator[Hit]:
    outer = case.profile.outer_identity
    if case.peap and case.context.server == "nps" and outer and outer != case.profile.username:
        yield hit("outer_identity")


@rule("outer-without-realm")
def _outer_without_realm(case: Case) -> Iterator[Hit]:
    if case.eduroam and not realm(case.profile.outer_identity):
        sent = "its realm is missing" if case.profile.outer_identity else "blank, it is `anonymous`"
        yield hit("outer_identity", sent=sent)


@rule("outer-other-realm")
def _outer_other_realm(case: Case) -> Iterator[Hit]:
    outer, inner = realm(case.profile.outer_identity), realm(case.profile.username)
    if case.peap and case.eduroam and outer and inner and outer.lower() != inner.lower():
        yield hit("outer_identity", outer=outer[:IDENTITY_LIMIT], inner=inner[:IDENTITY_LIMIT])


@rule("outer-blank-tls")
def _outer_blank_tls(case: Case) -> Iterator[Hit]:
    if case.tls and not case.eduroam and not case.profile.outer_identity:
        yield hit("outer_identity", None if case.context.server == "nps" else Severity.INFO)


@rule("outer-blank")
def _outer_blank(case: Case) -> Iterator[Hit]:
    told_elsewhere = case.eduroam or case.context.server == "nps"
    if case.peap and not told_elsewhere and not case.profile.outer_identity:
        yield hit("outer_identity")
