"""Certificates and keys made while the tests run, each kind once."""

from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs7,
    pkcs12,
)
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

TODAY: Final = datetime(2026, 6, 15, tzinfo=UTC)

Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | ed25519.Ed25519PrivateKey


@cache
def rsa_key(bits: int = 2048, name: str = "") -> rsa.RSAPrivateKey:
    """An RSA key; another one for every name."""
    return rsa.generate_private_key(65537, bits)


@cache
def ec_key() -> ec.EllipticCurvePrivateKey:
    return ec.generate_private_key(ec.SECP256R1())


@cache
def ed_key() -> ed25519.Ed25519PrivateKey:
    return ed25519.Ed25519PrivateKey.generate()


def huge_public_key(bits: int) -> rsa.RSAPublicKey:
    """A public key that nobody has the private one of, to save the time of making it."""
    return rsa.RSAPublicNumbers(65537, (1 << (bits - 1)) | 1).public_key()


def certificate(
    name: str = "device",
    *,
    key: Key | rsa.RSAPublicKey | None = None,
    issuer: str = "Campus Root",
    organisation: str = "",
    signer: Key | None = None,
    digest: hashes.SHA256 | hashes.SHA384 | hashes.SHA512 | None = None,
    authority: bool | None = None,
    usage: tuple[x509.ObjectIdentifier, ...] = (ExtendedKeyUsageOID.CLIENT_AUTH,),
    first: int = -100,
    last: int = 300,
    padding: int = 0,
) -> x509.Certificate:
    """A certificate; days count from TODAY, `padding` makes it larger by so many bytes."""
    subject_key = key or rsa_key()
    public = subject_key if isinstance(subject_key, rsa.RSAPublicKey) else subject_key.public_key()
    builder = (
        x509.CertificateBuilder()
        .subject_name(_name(name, organisation))
        .issuer_name(_name(issuer, organisation))
        .public_key(public)
        .serial_number(4711)
        .not_valid_before(TODAY + timedelta(days=first))
        .not_valid_after(TODAY + timedelta(days=last))
    )
    if authority is not None:
        builder = builder.add_extension(x509.BasicConstraints(authority, None), critical=True)
    if usage:
        builder = builder.add_extension(x509.ExtendedKeyUsage(usage), critical=False)
    if padding:
        oid = x509.ObjectIdentifier("1.3.6.1.4.1.99999.1")
        builder = builder.add_extension(
            x509.UnrecognizedExtension(oid, b"\x04" * padding), critical=False
        )
    signing = signer or rsa_key(name="ca")
    if isinstance(signing, ed25519.Ed25519PrivateKey):
        return builder.sign(signing, None)
    return builder.sign(signing, digest or hashes.SHA256())


def root(
    name: str = "Campus Root", key: Key | rsa.RSAPublicKey | None = None, **changes: object
) -> x509.Certificate:
    """A root CA that signs itself."""
    own = key or rsa_key(name="ca")
    wanted = {"authority": True, "usage": (), "issuer": name, "signer": own, "key": own}
    return certificate(name, **{**wanted, **changes})  # pyright: ignore[reportArgumentType]


def _name(common: str, organisation: str) -> x509.Name:
    parts = [x509.NameAttribute(NameOID.COMMON_NAME, common)]
    if organisation:
        parts.append(x509.NameAttribute(NameOID.ORGANIZATION_NAME, organisation))
    return x509.Name(parts)


def pem(*certificates: x509.Certificate) -> str:
    return "".join(one.public_bytes(Encoding.PEM).decode() for one in certificates)


def der(one: x509.Certificate) -> bytes:
    return one.public_bytes(Encoding.DER)


def key_pem(
    key: Key, password: str = "", form: PrivateFormat = PrivateFormat.TraditionalOpenSSL
) -> str:
    lock = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    if isinstance(key, ed25519.Ed25519PrivateKey):
        form = PrivateFormat.PKCS8
    return key.private_bytes(Encoding.PEM, form, lock).decode()


def key_der(key: Key, password: str = "", form: PrivateFormat = PrivateFormat.PKCS8) -> bytes:
    lock = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    return key.private_bytes(Encoding.DER, form, lock)


@cache
def p12(password: str, more: int = 0) -> bytes:
    """A PKCS#12 file with a certificate, its key, and `more` CA certificates."""
    lock = BestAvailableEncryption(password.encode()) if password else NoEncryption()
    others = [root(f"CA {number}") for number in range(more)]
    return pkcs12.serialize_key_and_certificates(
        b"device", rsa_key(), certificate(), others or None, lock
    )


def p7b(*certificates: x509.Certificate, encoding: Encoding = Encoding.DER) -> bytes:
    return pkcs7.serialize_certificates(list(certificates), encoding)


def weakly_signed(one: x509.Certificate, digest: str) -> x509.Certificate:
    """The certificate as if signed with MD5 or SHA-1, which no library makes any more."""
    last = {"md5": 0x04, "sha1": 0x05}[digest]
    oid = bytes.fromhex("06092a864886f70d0101")
    changed = der(one).replace(oid + b"\x0b", oid + bytes([last]))
    return x509.load_der_x509_certificate(changed)
