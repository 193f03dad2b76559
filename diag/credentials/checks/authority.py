"""The root CA, by which the device knows the server."""

import re
from collections.abc import Iterator
from typing import Final

from diag.credentials.certificate import Certificate
from diag.credentials.checks.case import Case, Hit, hit
from diag.credentials.checks.client import LATE_HASHES, SMALL, WEAK_HASHES
from diag.credentials.checks.model import Severity
from diag.credentials.checks.registry import rule

LARGE: Final = 4096
"""Bits of the largest number that the device reckons with (device-facts 5.4)."""
_PUBLIC: Final = re.compile(
    r"Actalis|Amazon|Buypass|Certum|Comodo|DigiCert|Entrust|GlobalSign|GoDaddy|"
    r"Google Trust|HARICA|Hellenic Academic|IdenTrust|Internet Security Research Group|"
    r"Let's Encrypt|QuoVadis|Sectigo|SwissSign|T-Systems|Telekom Security|Thawte|"
    r"USERTRUST|VeriSign",
    re.IGNORECASE,
)


def _roots(case: Case) -> Iterator[Certificate]:
    yield from (one for one in case.root if one is not None)


@rule("server-not-checked")
def _server_not_checked(case: Case) -> Iterator[Hit]:
    if case.peap and not case.profile.root_ca:
        yield hit("root_ca")


@rule("server-not-checked-tls")
def _server_not_checked_tls(case: Case) -> Iterator[Hit]:
    if case.tls and not case.profile.root_ca:
        yield hit("root_ca")


@rule("root-ca-unreadable")
def _unreadable(case: Case) -> Iterator[Hit]:
    if not case.enterprise or not case.profile.root_ca:
        return
    bad = [number for number, one in enumerate(case.root, 1) if one is None]
    if bad or not case.root:
        yield hit("root_ca", number=bad[0] if bad else 1, total=max(len(case.root), 1))


@rule("root-ca-not-rsa")
def _not_rsa(case: Case) -> Iterator[Hit]:
    for one in _roots(case):
        if not one.readable_by_device:
            yield hit("root_ca", name=one.name, kind=one.key)


@rule("root-ca-spoils-bundle")
def _spoils_bundle(case: Case) -> Iterator[Hit]:
    bad = [one for one in case.root if one is None or not one.readable_by_device]
    if bad and len(bad) < len(case.root):
        yield hit("root_ca", bad=len(bad), total=len(case.root))


@rule("root-ca-third")
def _third(case: Case) -> Iterator[Hit]:
    # The 2.0.0 line branched off before the 1.5.4 line had the fix.
    releases = case.releases("", "1.5.4-rc.1") or (
        case.context.device_os and case.releases("2.0.0-alpha.1", "2.0.0-rc.1")
    )
    if releases and len(case.root) > 2:
        yield hit("root_ca", case.unless_known(), count=len(case.root), releases=releases)


@rule("root-ca-not-authority")
def _not_authority(case: Case) -> Iterator[Hit]:
    for one in _roots(case):
        if one.authority is False or (one.authority is None and not one.self_issued):
            yield hit("root_ca", name=one.name)


@rule("root-ca-intermediate")
def _intermediate(case: Case) -> Iterator[Hit]:
    found = [one for one in _roots(case) if one.authority]
    if found and not any(one.self_issued for one in found):
        yield hit("root_ca", name=found[0].name)


@rule("root-ca-small")
def _small(case: Case) -> Iterator[Hit]:
    for one in _roots(case):
        if 0 < one.bits < SMALL:
            yield hit("root_ca", name=one.name, bits=one.bits, limit=SMALL)


@rule("root-ca-large")
def _large(case: Case) -> Iterator[Hit]:
    for one in _roots(case):
        if one.bits > LARGE:
            yield hit("root_ca", name=one.name, bits=one.bits, limit=LARGE)


@rule("root-ca-signature-weak")
def _signature_weak(case: Case) -> Iterator[Hit]:
    for one in _roots(case):
        releases = case.releases("1.1.0-rc.1", "") if one.hash == "SHA-1" else "Every release"
        if one.hash in WEAK_HASHES and releases:
            # Its own signature is not looked at; that of what it signed is.
            mild = Severity.INFO if one.self_issued else case.unless_known()
            yield hit("root_ca", mild, name=one.name, hash=one.hash, releases=releases)


@rule("root-ca-signature-late")
def _signature_late(case: Case) -> Iterator[Hit]:
    releases = case.releases("", "0.8.0-rc.3")
    for one in _roots(case):
        if one.hash in LATE_HASHES and releases:
            severity = case.unless_known()
            yield hit("root_ca", severity, name=one.name, hash=one.hash, releases=releases)


@rule("root-ca-expired")
def _expired(case: Case) -> Iterator[Hit]:
    for one in _roots(case):
        if one.last_day < case.context.today:
            yield hit("root_ca", name=one.name, day=one.last_day.isoformat())


@rule("server-name-not-checked")
def _name_not_checked(case: Case) -> Iterator[Hit]:
    if next(_roots(case), None) is None or any(map(_public, _roots(case))):
        return
    yield hit("root_ca")


@rule("server-name-not-checked-public")
def _name_not_checked_public(case: Case) -> Iterator[Hit]:
    found = next((one for one in _roots(case) if _public(one)), None)
    if found is not None:
        yield hit("root_ca", name=found.name)


def _public(certificate: Certificate) -> bool:
    """Whether it looks like an authority that signs for everybody who pays or proves a domain."""
    return bool(_PUBLIC.search(f"{certificate.organisation} {certificate.name}"))
