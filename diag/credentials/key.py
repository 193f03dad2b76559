"""What of a private key matters to a device: its kind, its size, whether it is encrypted."""

import re
import warnings
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from diag.credentials.certificate import key_kind
from diag.credentials.errors import ProfileError
from diag.credentials.pem import Block, find_blocks
from diag.stream.secrets import Secret

if TYPE_CHECKING:
    from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

_ENCRYPTED: Final = "ENCRYPTED PRIVATE KEY"
_LOCK: Final = re.compile(r"DEK-Info: *([A-Z0-9-]+), *([0-9A-F]+)", re.IGNORECASE)
_START_VALUE: Final = {
    "AES-128-CBC": 32,
    "AES-192-CBC": 32,
    "AES-256-CBC": 32,
    "DES-EDE3-CBC": 16,
}
"""Ciphers of the traditional form that can be opened, with the hex digits of their start."""


@dataclass(frozen=True, slots=True)
class PrivateKey:
    """What is known of a key; nothing of the key itself."""

    kind: str
    """`RSA`, `EC`, `Ed25519`, …; blank when it is encrypted or cannot be read."""
    bits: int = 0
    """Size of an RSA key."""
    public_key: bytes = b""
    """DER of its public key, to compare with a certificate's."""
    der_length: int = 0
    """Bytes that the device stores of it."""
    encrypted: bool = False


def read_key(pem: Secret) -> PrivateKey | None:
    """Return what can be said of the key in a PEM text; None when there is none to read."""
    try:
        blocks = [block for block in find_blocks(pem.reveal(), "") if block.private]
    except ProfileError:
        return None
    if not blocks:
        return None
    block = blocks[0]
    if encrypted(block):
        return PrivateKey("", der_length=len(block.der), encrypted=True)
    found = load_key(block, None)
    return None if found is None else _facts(found, block)


def encrypted(block: Block) -> bool:
    """Whether a key block says that it is encrypted."""
    return block.label == _ENCRYPTED or bool(block.headers)


def load_key(block: Block, password: bytes | None) -> "PrivateKeyTypes | None":
    """Return the key of a block; None when it cannot be read or the password is not its own."""
    from cryptography.exceptions import UnsupportedAlgorithm
    from cryptography.hazmat.primitives.serialization import (
        load_der_private_key,
        load_pem_private_key,
    )

    if block.headers and not _openable(block):
        return None
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            # Proving the factors prime takes minutes for a key of absurd size; `_sound` is
            # enough to find a damaged one.
            found = (
                load_pem_private_key(
                    block.text().encode("ascii"), password, unsafe_skip_rsa_key_validation=True
                )
                if block.headers
                else load_der_private_key(block.der, password, unsafe_skip_rsa_key_validation=True)
            )
            return found if _sound(found) else None
        except (ValueError, TypeError, OverflowError, UnsupportedAlgorithm):
            return None


def _openable(block: Block) -> bool:
    """Whether the headers name a known cipher with its whole start value.

    The library ends in a panic, which is no exception to catch, over one that is too short.
    """
    locks = [lock for header in block.headers if (lock := _LOCK.fullmatch(header))]
    return len(locks) == 1 and _START_VALUE.get(locks[0][1].upper()) == len(locks[0][2])


def _sound(found: "PrivateKeyTypes") -> bool:
    """Whether the numbers of an RSA key belong together."""
    from cryptography.hazmat.primitives.asymmetric import rsa

    if not isinstance(found, rsa.RSAPrivateKey):
        return True
    numbers = found.private_numbers()
    p, q = numbers.p, numbers.q
    one = numbers.d * numbers.public_numbers.e - 1
    return (
        p * q == numbers.public_numbers.n
        and min(p, q) > 1
        and all(one % (prime - 1) == 0 for prime in (p, q))
    )


def _facts(found: "PrivateKeyTypes", block: Block) -> PrivateKey:
    from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

    kind, bits = key_kind(found)
    public = found.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return PrivateKey(kind, bits, public, len(block.der))
