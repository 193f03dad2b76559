"""Certificate and key of EAP-TLS."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Final

from diag.credentials.certificate import Certificate
from diag.credentials.checks.case import Case, Hit, hit
from diag.credentials.checks.registry import rule

SMALL: Final = 2048
"""Bits under which RSA keys are refused (device-facts 5.6)."""
SOON: Final = timedelta(days=30)
WEAK_HASHES: Final = ("MD5", "SHA-1")
LATE_HASHES: Final = ("SHA-384", "SHA-512")


def _sent(case: Case) -> Certificate | None:
    """The one certificate that the device sends (device-facts 5.5)."""
    return case.client[0] if case.client else None


@rule("client-certificate-missing")
def _certificate_missing(case: Case) -> Iterator[Hit]:
    if case.tls and case.known("client_certificate") and not case.profile.client_certificate:
        yield hit("client_certificate")


@rule("client-certificate-unreadable")
def _certificate_unreadable(case: Case) -> Iterator[Hit]:
    if not case.tls or not case.profile.client_certificate:
        return
    bad = [number for number, one in enumerate(case.client, 1) if one is None]
    if bad or not case.client:
        total = max(len(case.client), 1)
        yield hit("client_certificate", number=bad[0] if bad else 1, total=total)


@rule("client-certificate-not-rsa")
def _certificate_not_rsa(case: Case) -> Iterator[Hit]:
    for one in case.client:
        if one is not None and not one.readable_by_device:
            yield hit("client_certificate", name=one.name, kind=one.key)


@rule("client-certificate-small")
def _certificate_small(case: Case) -> Iterator[Hit]:
    one = _sent(case)
    if one is not None and 0 < one.bits < SMALL:
        yield hit("client_certificate", bits=one.bits, limit=SMALL)


@rule("client-certificates-several")
def _certificates_several(case: Case) -> Iterator[Hit]:
    if len(case.client) > 1:
        yield hit("client_certificate", count=len(case.client))


@rule("client-certificate-order")
def _certificate_order(case: Case) -> Iterator[Hit]:
    place = _place_of_key(case)
    if place is not None and place > 0:
        yield hit("client_certificate", number=place + 1, total=len(case.client))


@rule("key-mismatch")
def _key_mismatch(case: Case) -> Iterator[Hit]:
    one = _sent(case)
    comparable = case.key is not None and case.key.public_key and one is not None
    if comparable and _place_of_key(case) is None:
        yield hit("private_key", name=one.name if one else "")


def _place_of_key(case: Case) -> int | None:
    """Which certificate the key belongs to; None for none of them."""
    if case.key is None or not case.key.public_key:
        return None
    keys = [one.public_key if one else b"" for one in case.client]
    return keys.index(case.key.public_key) if case.key.public_key in keys else None


@rule("client-certificate-expired")
def _certificate_expired(case: Case) -> Iterator[Hit]:
    one = _sent(case)
    if one is not None and one.last_day < case.context.today:
        yield hit("client_certificate", name=one.name, day=one.last_day.isoformat())


@rule("client-certificate-not-yet-valid")
def _certificate_not_yet(case: Case) -> Iterator[Hit]:
    one = _sent(case)
    if one is not None and one.first_day > case.context.today:
        yield hit("client_certificate", name=one.name, day=one.first_day.isoformat())


@rule("client-certificate-expires-soon")
def _certificate_soon(case: Case) -> Iterator[Hit]:
    one = _sent(case)
    if one is None or not timedelta(0) <= one.last_day - case.context.today <= SOON:
        return
    days = (one.last_day - case.context.today).days
    left = {0: "today", 1: "tomorrow"}.get(days, f"in {days} days")
    yield hit("client_certificate", name=one.name, left=left, day=one.last_day.isoformat())


@rule("client-certificate-usage")
def _certificate_usage(case: Case) -> Iterator[Hit]:
    one = _sent(case)
    if one is not None and not one.client:
        yield hit("client_certificate", name=one.name)


@rule("client-certificate-is-authority")
def _certificate_is_authority(case: Case) -> Iterator[Hit]:
    one = _sent(case)
    if one is not None and one.authority and _place_of_key(case) in (None, 0):
        yield hit("client_certificate", name=one.name)


@rule("client-signature-weak")
def _signature_weak(case: Case) -> Iterator[Hit]:
    one = _sent(case)
    if one is not None and one.hash in WEAK_HASHES and not one.self_issued:
        yield hit("client_certificate", name=one.name, hash=one.hash)


@rule("client-signature-late")
def _signature_late(case: Case) -> Iterator[Hit]:
    one = _sent(case)
    releases = case.releases("", "0.8.0-rc.3")
    if one is not None and one.hash in LATE_HASHES and releases:
        yield hit("client_certificate", name=one.name, hash=one.hash, releases=releases)


@rule("private-key-missing")
def _key_missing(case: Case) -> Iterator[Hit]:
    if case.tls and case.known("private_key") and not case.profile.private_key:
        yield hit("private_key")


@rule("private-key-unreadable")
def _key_unreadable(case: Case) -> Iterator[Hit]:
    if case.tls and case.known("private_key") and case.profile.private_key and case.key is None:
        yield hit("private_key")


@rule("key-encrypted")
def _key_encrypted(case: Case) -> Iterator[Hit]:
    if case.key is not None and case.key.encrypted:
        yield hit("private_key")


@rule("key-not-rsa")
def _key_not_rsa(case: Case) -> Iterator[Hit]:
    if case.key is not None and not case.key.encrypted and case.key.kind != "RSA":
        yield hit("private_key", kind=case.key.kind)
