"""How the device reads certificates and keys (device-facts 5.3 to 5.5)."""

import base64
import binascii
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import Final

_BLOCK: Final = re.compile(
    rb"-----BEGIN (?P<label>[A-Z0-9 ]+)-----(?P<body>.*?)-----END (?P=label)-----", re.DOTALL
)
_LARGEST_RSA: Final = 4096
TODAY: Final = datetime(2026, 1, 1, tzinfo=UTC)
"""The day on which servers look at certificates."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What of a certificate decides a login."""

    bits: int
    """Size of its RSA key."""
    hash: str
    """Hash of its signature, such as `sha256`."""
    expired: bool
    subject: bytes
    issuer: bytes
    public_key: bytes
    """Its key, in DER, to be compared."""


def certificates_der(text: bytes) -> bytes:
    """Return the certificates of a PEM text as DER, or nothing if the device gives up.

    One certificate that cannot be read drops them all (inferred, 5.4).
    """
    made: list[bytes] = []
    for match in _BLOCK.finditer(text):
        if match["label"] != b"CERTIFICATE":
            continue
        der = _decode(match["body"])
        if shape_of(der) is None:
            return b""
        made.append(der)
    return b"".join(made)


def key_der(text: bytes) -> bytes:
    """Return the RSA key of a PEM text as DER, or nothing if the device cannot read it."""
    match = _BLOCK.search(text)
    if match is None or match["label"] not in {b"RSA PRIVATE KEY", b"PRIVATE KEY"}:
        return b""
    der = _decode(match["body"])
    return der if public_key_of(der) else b""


def _decode(body: bytes) -> bytes:
    try:
        return base64.b64decode(b"".join(body.split()), validate=True)
    except binascii.Error:
        return b""


def split_der(data: bytes) -> list[bytes]:
    """Return the single certificates of concatenated DER."""
    made: list[bytes] = []
    while len(data) > 4 and data[0] == 0x30:
        if data[1] < 0x80:
            length = 2 + data[1]
        else:
            size = data[1] & 0x7F
            length = 2 + size + int.from_bytes(data[2 : 2 + size])
        made.append(data[:length])
        data = data[length:]
    return made


@lru_cache(maxsize=64)
def shape_of(der: bytes) -> Shape | None:
    """Return the shape of an RSA certificate; None for anything else."""
    from cryptography import x509
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey

    try:
        certificate = x509.load_der_x509_certificate(der)
        key = certificate.public_key()
        algorithm = certificate.signature_hash_algorithm
    except Exception:
        return None
    if not isinstance(key, RSAPublicKey) or key.key_size > _LARGEST_RSA or algorithm is None:
        return None
    return Shape(
        bits=key.key_size,
        hash=algorithm.name,
        expired=certificate.not_valid_after_utc < TODAY,
        subject=certificate.subject.public_bytes(),
        issuer=certificate.issuer.public_bytes(),
        public_key=key.public_bytes(
            serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
        ),
    )


@lru_cache(maxsize=16)
def public_key_of(der: bytes) -> bytes:
    """Return the public half of an RSA key in DER; nothing for any other key."""
    from cryptography.hazmat.primitives import serialization
    from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey

    try:
        key = serialization.load_der_private_key(der, password=None)
    except Exception:
        return b""
    if not isinstance(key, RSAPrivateKey) or key.key_size > _LARGEST_RSA:
        return b""
    return key.public_key().public_bytes(
        serialization.Encoding.DER, serialization.PublicFormat.SubjectPublicKeyInfo
    )
