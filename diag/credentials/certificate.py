"""What of an X.509 certificate matters to a device and to its server."""

import warnings
from dataclasses import dataclass
from datetime import date
from typing import TYPE_CHECKING, Final

from diag.credentials.errors import ProfileError
from diag.credentials.pem import Block, find_blocks
from diag.stream import inert

if TYPE_CHECKING:
    from cryptography import x509

_NAME_LENGTH: Final = 60


@dataclass(frozen=True, slots=True)
class Certificate:
    """One certificate. Texts come from the file and are inert."""

    name: str
    """Common name of the subject, else its organisation, else `unnamed`."""
    organisation: str
    """Organisation of the subject and its issuer, for telling public authorities."""
    key: str
    """Kind of its key: `RSA`, `EC`, `Ed25519`, `DSA`, …"""
    bits: int
    """Size of an RSA key; 0 for others."""
    public_key: bytes
    """DER of its public key, to compare with a private key's."""
    hash: str
    """Hash of its signature, such as `SHA-256`; blank where the scheme names none."""
    first_day: date
    """First day it is valid (UTC)."""
    last_day: date
    """Last day it is valid (UTC)."""
    self_issued: bool
    """Whether subject and issuer are the same, as in a root."""
    authority: bool | None
    """Its basic constraints: may it sign others? None when it has none."""
    client: bool
    """Whether it may be used by a client: no extended key usage, or one that allows it."""
    der: bytes

    @property
    def readable_by_device(self) -> bool:
        """Whether the device's parser knows its key (device-facts 5.4)."""
        return self.key == "RSA"


def read_certificates(pem: str) -> list[Certificate | None]:
    """Return the certificates of a PEM text in order; None for each that cannot be read."""
    try:
        blocks = find_blocks(pem, "")
    except ProfileError:
        return [None]
    return [read_certificate(block) for block in blocks if block.label == "CERTIFICATE"]


def read_certificate(block: Block) -> Certificate | None:
    """Return what a certificate says; None when it is none or is damaged."""
    from cryptography import x509
    from cryptography.exceptions import UnsupportedAlgorithm

    with warnings.catch_warnings():
        # Oddities of old certificates, such as a serial number of 0, are no matter here.
        warnings.simplefilter("ignore")
        try:
            return _read(x509.load_der_x509_certificate(block.der), block.der)
        except (ValueError, TypeError, OverflowError, UnsupportedAlgorithm, x509.InvalidVersion):
            return None


def _read(found: "x509.Certificate", der: bytes) -> Certificate:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
    from cryptography.x509.oid import NameOID

    key, bits, public = "unknown", 0, b""
    kind = _key_kind(found)
    if kind is not None:
        key, bits = kind
        public = found.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    organisations = [
        *_names(found.subject, NameOID.ORGANIZATION_NAME),
        *_names(found.issuer, NameOID.ORGANIZATION_NAME),
    ]
    names = [*_names(found.subject, NameOID.COMMON_NAME), *organisations[:1], "unnamed"]
    authority, client = _extensions(found)
    return Certificate(
        name=names[0],
        organisation=" / ".join(dict.fromkeys(organisations)),
        key=key,
        bits=bits,
        public_key=public,
        hash=_hash(found),
        first_day=found.not_valid_before_utc.date(),
        last_day=found.not_valid_after_utc.date(),
        self_issued=found.subject == found.issuer,
        authority=authority,
        client=client,
        der=der,
    )


def _names(name: "x509.Name", oid: "x509.ObjectIdentifier") -> list[str]:
    found = [attribute.value for attribute in name.get_attributes_for_oid(oid)]
    texts = [value.decode("latin-1") if isinstance(value, bytes) else value for value in found]
    return [inert(text[:_NAME_LENGTH]) for text in texts if text.strip()]


def _key_kind(found: "x509.Certificate") -> tuple[str, int] | None:
    """Kind and size of the key; None when this library does not know it either."""
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        return key_kind(found.public_key())
    except (ValueError, UnsupportedAlgorithm):
        return None


def key_kind(key: object) -> tuple[str, int]:
    """Return kind and size in bits of a public or private key; the size of RSA keys only."""
    from cryptography.hazmat.primitives.asymmetric import ec, rsa

    if isinstance(key, rsa.RSAPublicKey | rsa.RSAPrivateKey):
        return "RSA", key.key_size
    if isinstance(key, ec.EllipticCurvePublicKey | ec.EllipticCurvePrivateKey):
        return "EC", 0
    return type(key).__name__.removesuffix("PublicKey").removesuffix("PrivateKey"), 0


def _hash(found: "x509.Certificate") -> str:
    from cryptography.exceptions import UnsupportedAlgorithm

    try:
        algorithm = found.signature_hash_algorithm
    except (ValueError, UnsupportedAlgorithm):
        return ""
    if algorithm is None:
        return ""
    name = algorithm.name.upper()
    return name.replace("SHA", "SHA-", 1) if name.startswith("SHA") and "-" not in name else name


def _extensions(found: "x509.Certificate") -> tuple[bool | None, bool]:
    """Whether it is an authority, and whether a client may use it."""
    from cryptography import x509
    from cryptography.x509.oid import ExtendedKeyUsageOID

    authority: bool | None = None
    client = True
    try:
        extensions = found.extensions
    except (ValueError, x509.DuplicateExtension, x509.UnsupportedGeneralNameType):
        return None, True
    for extension in extensions:
        value = extension.value
        if isinstance(value, x509.BasicConstraints):
            authority = value.ca
        elif isinstance(value, x509.ExtendedKeyUsage):
            usages = list(value)
            client = (
                ExtendedKeyUsageOID.CLIENT_AUTH in usages
                or ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE in usages
            )
    return authority, client
