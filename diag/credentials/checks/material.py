"""Certificates and keys as texts: what fits the dialogue and the device's memory."""

from collections.abc import Iterator
from typing import Final

from diag.credentials.checks.case import Case, Hit, hit
from diag.credentials.checks.model import Severity
from diag.credentials.checks.registry import rule
from diag.credentials.pem import LINE, measure

PEM_LIMIT: Final = 4000
"""Bytes with line ends: its buffer of 4096 counts the text only (device-facts 6.3)."""
KEY_LIMIT: Final = 2047
"""Bytes of a key without line ends (device-facts 6.3)."""
CERTIFICATE_DER: Final = 4096
KEY_DER: Final = 2048
"""Bytes from which nothing is stored any more (device-facts 5.3)."""


def _words(field: str) -> str:
    return {"root_ca": "root CA"}.get(field, field.replace("_", " "))


@rule("pem-layout")
def _pem_layout(case: Case) -> Iterator[Hit]:
    for field, text in case.pems():
        # A key that is still encrypted may have such a line, and is refused for what it is.
        if field == "private_key" and case.key is not None and case.key.encrypted:
            continue
        lines = text.removesuffix("\n").split("\n")
        if text and case.serial and any(not line.strip() or "\r" in line for line in lines):
            yield hit(field, field=_words(field))


@rule("pem-line-too-long")
def _pem_line_too_long(case: Case) -> Iterator[Hit]:
    for field, text in case.pems():
        longest = measure(text).longest
        if case.serial and longest > LINE:
            yield hit(field, field=_words(field), length=longest, limit=LINE)


@rule("pem-too-long")
def _pem_too_long(case: Case) -> Iterator[Hit]:
    for field, text in case.pems():
        stored = measure(text).stored
        if case.serial and field != "private_key" and stored > PEM_LIMIT:
            count = len(case.root if field == "root_ca" else case.client)
            yield hit(
                field,
                field=_words(field),
                length=f"{stored:,}",
                limit=f"{PEM_LIMIT:,}",
                count=f"{count} certificate{'' if count == 1 else 's'}",
            )


@rule("key-too-long")
def _key_too_long(case: Case) -> Iterator[Hit]:
    key = case.key
    if not case.serial or key is None or key.encrypted:
        return
    content = measure(case.profile.private_key.reveal()).content
    if content > KEY_LIMIT:
        kind = f"{key.kind}-{key.bits}" if key.bits else key.kind
        yield hit("private_key", kind=kind, length=f"{content:,}", limit=f"{KEY_LIMIT:,}")


@rule("der-too-long")
def _der_too_long(case: Case) -> Iterator[Hit]:
    sizes = [
        ("client_certificate", sum(len(c.der) for c in case.client if c), CERTIFICATE_DER),
        ("private_key", case.key.der_length if case.key else 0, KEY_DER),
        ("root_ca", sum(len(c.der) for c in case.root if c), CERTIFICATE_DER),
    ]
    for field, length, limit in sizes:
        if length >= limit:
            yield hit(field, field=_words(field), length=f"{length:,}", limit=f"{limit:,}")


@rule("key-as-pem")
def _key_as_pem(case: Case) -> Iterator[Hit]:
    if case.tls and not case.serial and "-----BEGIN" in case.profile.private_key.reveal():
        yield hit("private_key")


@rule("key-in-certificate-file")
def _key_in_certificate_file(case: Case) -> Iterator[Hit]:
    for field, text in case.pems():
        if field != "private_key" and "PRIVATE KEY-----" in text:
            yield hit(field, field=_words(field))
    for seen in case.profile.noticed:
        if seen.check == "key-in-certificate-file":
            yield hit(seen.where, Severity.WARN, field=_words(seen.where))


@rule("same-certificate-twice")
def _same_certificate_twice(case: Case) -> Iterator[Hit]:
    root = [certificate.der for certificate in case.root if certificate]
    client = [certificate.der for certificate in case.client if certificate]
    if len(set(root)) < len(root):
        yield hit("root_ca", place="twice in the root CA")
    if len(set(client)) < len(client):
        yield hit("client_certificate", place="twice in the client certificate")
    if client and client[0] in root:
        yield hit("root_ca", place="as client certificate and as root CA")


@rule("pem-repaired")
def _pem_repaired(case: Case) -> Iterator[Hit]:
    for seen in case.profile.noticed:
        if seen.check == "pem-repaired":
            yield hit(seen.where, field=_words(seen.where))


@rule("converted")
def _converted(case: Case) -> Iterator[Hit]:
    for seen in case.profile.noticed:
        if seen.check == "converted":
            yield hit(seen.where, form=seen.text)


@rule("pkcs12-rest-left-out")
def _pkcs12_rest(case: Case) -> Iterator[Hit]:
    for seen in case.profile.noticed:
        if seen.check == "pkcs12-rest-left-out":
            yield hit(seen.where, count=seen.text)
