"""Turns the certificate and key files that people have into what a device takes.

In: PEM in any condition, DER, PKCS#7, PKCS#12, keys with a password. Out: PEM of plain
certificates and one key, with LF line ends and lines of at most 64 characters.
"""

import base64
import binascii
import re
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from diag.credentials.errors import NotAskedError, ProfileError
from diag.credentials.key import encrypted, load_key
from diag.credentials.pem import Block, decode_text, find_blocks
from diag.credentials.rounds import MOST, first_element, rounds
from diag.stream.secrets import Secret

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
    from cryptography.hazmat.primitives.serialization.pkcs12 import PKCS12KeyAndCertificates

AskPassword = Callable[[], Secret | None]
"""Called when a file turns out to be encrypted; None leaves a key as it is."""

_CERTIFICATES: Final = ("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE")
_SSH: Final = "OPENSSH PRIVATE KEY"
_FOREIGN: Final = (
    (b"\xfe\xed\xfe\xed", "is a Java key store; export it as PKCS#12 (keytool -importkeystore)"),
    (b"PuTTY-User-Key-File", "is a PuTTY key, which is no Wi-Fi key; ask for a PEM or .p12 file"),
    (b"PK\x03\x04", "is a zip archive; unpack it and name the file inside"),
    (b"%PDF", "is a PDF; ask for the certificate as a PEM or .p12 file"),
    (b"<?xml", "is XML, perhaps an eduroam or Apple profile; take the certificates out of it"),
)
_OTHER_LABELS: Final = {
    _SSH: "is an SSH key, which is no Wi-Fi key; ask for a PEM or .p12 file",
    "CERTIFICATE REQUEST": "is a request for a certificate; name the certificate issued for it",
    "NEW CERTIFICATE REQUEST": "is a request for a certificate; name the certificate issued for it",
    "PUBLIC KEY": "holds a public key only; name the certificate or the private key",
}
_BASE64: Final = re.compile(rb"[A-Za-z0-9+/=\s]+")


@dataclass(frozen=True, slots=True)
class Material:
    """What a file held."""

    certificates: tuple[str, ...] = ()
    """PEM of each, in the order of the file; of PKCS#12 the one of the key comes first."""
    key: Secret | None = None
    """PEM of the first private key; still encrypted when no password was at hand."""
    key_encrypted: bool = False
    """Whether the key is still encrypted."""
    repaired: bool = False
    """Whether it was PEM that the device would not have taken as it was."""
    form: str = "PEM"
    """`PEM`, `DER`, `PKCS#7` or `PKCS#12`."""


def take_in(data: bytes, name: str, ask: AskPassword | None = None) -> Material:
    """Return what a certificate or key file holds, normalised.

    Args:
        data: bytes of the file.
        name: its name for errors, already inert.
        ask: gives the password when the file needs one.

    Raises:
        ProfileError: it holds no certificate and no key, is damaged, or the password is
            wrong.
        NotAskedError: it is PKCS#12 with a password, and none is at hand.
    """
    for magic, why in _FOREIGN:
        if data.lstrip().startswith(magic):
            raise ProfileError(f"{name} {why}")
    text = decode_text(data)
    if "-----BEGIN " in text:
        return _from_pem(text, data, name, ask)
    der = _bare(data)
    if der is None:
        raise _nothing(name)
    return _from_der(der, name, ask)


def _nothing(name: str) -> ProfileError:
    return ProfileError(
        f"{name} holds no certificate and no key: it is neither PEM nor DER, PKCS#7 or "
        "PKCS#12; check that it is the right file"
    )


def _bare(data: bytes) -> bytes | None:
    """The DER of a file without PEM markers, which may be base64 on its own."""
    if data[:1] == b"\x30":
        return data
    if not _BASE64.fullmatch(data):
        return None
    try:
        decoded = base64.b64decode(b"".join(data.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    return decoded if decoded[:1] == b"\x30" else None


def _from_pem(text: str, data: bytes, name: str, ask: AskPassword | None) -> Material:
    certificates: list[str] = []
    key: Secret | None = None
    key_encrypted = False
    blocks = find_blocks(text, name)
    for block in blocks:
        if block.label in _CERTIFICATES:
            # What OpenSSL appends to a trusted certificate is no part of it.
            der = first_element(block.der) or block.der
            certificates.append(Block("CERTIFICATE", der).text())
        elif block.label in ("PKCS7", "CMS"):
            certificates += _pkcs7(block.der, name)
        elif block.private and block.label != _SSH and key is None:
            plain = _decrypt(block, name, ask)
            key, key_encrypted = Secret(plain.text()), encrypted(plain)
    if not certificates and key is None:
        for block in blocks:
            if block.label in _OTHER_LABELS:
                raise ProfileError(f"{name} {_OTHER_LABELS[block.label]}")
        raise _nothing(name)
    return Material(
        tuple(certificates),
        key,
        key_encrypted,
        repaired=not _as_the_device_wants(data, blocks),
    )


def _as_the_device_wants(data: bytes, blocks: list[Block]) -> bool:
    """Whether the blocks stand in the file as they would be written."""
    place = 0
    for block in blocks:
        place = data.find(block.text().strip().encode("ascii"), place)
        if place < 0:
            return False
    return True


def _from_der(der: bytes, name: str, ask: AskPassword | None) -> Material:
    from cryptography import x509

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            x509.load_der_x509_certificate(der)
        except (ValueError, TypeError):
            pass
        else:
            return Material((Block("CERTIFICATE", der).text(),), form="DER")
    certificates = _pkcs7(der, None)
    if certificates:
        return Material(tuple(certificates), form="PKCS#7")
    found = _key_of_der(der, name, ask)
    if found is not None:
        return found
    found = _pkcs12(der, name, ask)
    if found is not None:
        return found
    raise _nothing(name)


def _pkcs7(der: bytes, name: str | None) -> list[str]:
    """The certificates of a PKCS#7 bundle; an error when `name` is given and it is none."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import Encoding, pkcs7

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            found = pkcs7.load_der_pkcs7_certificates(der)
        except (ValueError, TypeError, UnsupportedAlgorithm):
            found = []
    if not found and name is not None:
        raise ProfileError(f"{name}: the PKCS#7 bundle in it cannot be read; export it once more")
    return [Block("CERTIFICATE", entry.public_bytes(Encoding.DER)).text() for entry in found]


def _key_of_der(der: bytes, name: str, ask: AskPassword | None) -> Material | None:
    for label in ("RSA PRIVATE KEY", "PRIVATE KEY"):
        block = Block(label, der)
        key = load_key(block, None)
        if key is not None:
            return Material(key=Secret(_written(key).text()), form="DER")
    if not _is_encrypted_der(der):
        return None
    plain = _decrypt(Block("ENCRYPTED PRIVATE KEY", der), name, ask)
    return Material(key=Secret(plain.text()), key_encrypted=encrypted(plain), form="DER")


def _is_encrypted_der(der: bytes) -> bool:
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import load_der_private_key

    try:
        load_der_private_key(der, None)
    except TypeError:  # what a missing password is told by
        return True
    except (ValueError, OverflowError, UnsupportedAlgorithm):
        return False
    return False


def _decrypt(block: Block, name: str, ask: AskPassword | None) -> Block:
    """The key of a block without its password; the block itself when none is at hand."""
    if not encrypted(block):
        return block
    _bounded(block.der, name)
    password = ask() if ask is not None else None
    if password is None:
        return block
    key = load_key(block, password.reveal().encode("utf-8", "surrogatepass"))
    if key is None:
        raise _wrong_password(name)
    return _written(key)


def _written(key: "PrivateKeyTypes") -> Block:
    """A key as a plain block: PKCS#1 for RSA, which is the shortest, else PKCS#8."""
    from cryptography.hazmat.primitives.asymmetric import rsa
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

    if isinstance(key, rsa.RSAPrivateKey):
        form, label = PrivateFormat.TraditionalOpenSSL, "RSA PRIVATE KEY"
    else:
        form, label = PrivateFormat.PKCS8, "PRIVATE KEY"
    return Block(label, key.private_bytes(Encoding.DER, form, NoEncryption()))


def _pkcs12(der: bytes, name: str, ask: AskPassword | None) -> Material | None:
    """The key and certificates of a PKCS#12 file; None when it is none."""
    from cryptography.hazmat.primitives.serialization import Encoding

    if not _looks_like_pkcs12(der):
        return None
    _bounded(der, name)
    found = _open_pkcs12(der, None) or _open_pkcs12(der, b"")
    if found is None:
        password = ask() if ask is not None else None
        if password is None:
            raise NotAskedError(
                f"{name} is a PKCS#12 file with a password; say where the password comes from "
                "with private_key_password_from"
            )
        found = _open_pkcs12(der, password.reveal().encode("utf-8", "surrogatepass"))
        if found is None:
            raise _wrong_password(name)
    key, first, others = found.key, found.cert, found.additional_certs
    certificates = [entry.certificate for entry in ([first] if first else []) + list(others)]
    if key is None and not certificates:
        raise _nothing(name)
    return Material(
        tuple(Block("CERTIFICATE", one.public_bytes(Encoding.DER)).text() for one in certificates),
        None if key is None else Secret(_written(key).text()),
        form="PKCS#12",
    )


def _looks_like_pkcs12(der: bytes) -> bool:
    """Whether it begins like RFC 7292 has it: a sequence of the number 3 and a sequence."""
    return b"\x02\x01\x03\x30" in der[:16]


def _open_pkcs12(der: bytes, password: bytes | None) -> "PKCS12KeyAndCertificates | None":
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization.pkcs12 import load_pkcs12

    with warnings.catch_warnings():
        # Old exports are BER, of which the library warns and which it reads all the same.
        warnings.simplefilter("ignore")
        try:
            return load_pkcs12(der, password)
        except (ValueError, TypeError, OverflowError, UnsupportedAlgorithm):
            return None


def _bounded(der: bytes, name: str) -> None:
    """Refuse what would take hours to open."""
    if rounds(der) > MOST:
        raise ProfileError(
            f"{name} wants its password hashed more than {MOST:,} times, as no tool writes it; "
            "export it once more"
        )


def _wrong_password(name: str) -> ProfileError:
    return ProfileError(
        f"{name} does not open with that password, or is damaged; try it with: openssl pkey -in "
        "FILE -noout (PEM) or openssl pkcs12 -in FILE -noout"
    )
