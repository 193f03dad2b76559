"""The canaries: one of each kind of secret, unlike anything a device or program prints."""

import dataclasses
import hashlib
from collections.abc import Generator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    Encoding,
    NoEncryption,
    PrivateFormat,
    pkcs12,
)
from cryptography.x509.oid import NameOID

from diag.recording import Reader
from diag.simulator import Credentials, Photon, Scenario, scenario
from diag.simulator.pty import PtyPhoton
from diag.simulator.scenario import Account
from diag.stream import Chunk, Direction

PASSWORD: Final = 'Kj7+qZ/vW=w3~X"y$hT\\9u'
PASSPHRASE: Final = "Wm4 cR&8y%Tz2<Bn"
KEY_PASSWORD: Final = "pB5'xL#0sN?eG-k1"
PKCS12_PASSWORD: Final = "dV2;rH@7fJ:iQ^o6"
TOKEN: Final = "9f1c0b7ad35e4286910bfa47c83d60e25b7f1a94"
CLAIM_CODE: Final = ("q8Zt" + hashlib.sha256(b"claim").hexdigest())[:63]
USER: Final = "alice"


@dataclasses.dataclass(frozen=True)
class Material:
    """A client's key and certificate, in every form a user may have them."""

    key: str
    """PKCS#1 PEM, as a device takes it."""
    encrypted: str
    certificate: str
    pkcs12: bytes


@cache
def material() -> Material:
    """Make a key of RSA-2048 and a certificate for it."""
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, USER)])
    begun = datetime(2020, 1, 1, tzinfo=UTC)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(begun)
        .not_valid_after(begun + timedelta(days=20_000))
        .sign(key, SHA256())
    )

    def pem(how: object) -> str:
        form = PrivateFormat.TraditionalOpenSSL
        return key.private_bytes(Encoding.PEM, form, how).decode()  # pyright: ignore[reportArgumentType]

    bundle = pkcs12.serialize_key_and_certificates(
        b"alice", key, certificate, None, BestAvailableEncryption(PKCS12_PASSWORD.encode())
    )
    return Material(
        pem(NoEncryption()),
        pem(BestAvailableEncryption(KEY_PASSWORD.encode())),
        certificate.public_bytes(Encoding.PEM).decode(),
        bundle,
    )


def device_secret(device_id: str) -> str:
    """Return the secret that a simulated board with a serial number prints."""
    return hashlib.sha256(b"otp" + device_id.encode()).hexdigest().upper()[:15]


def campus(*, password: str = PASSWORD, chatter: bool = False, claimed: bool = True) -> Scenario:
    """Return a network that takes the password, and a board that prints a device secret.

    The device has `password` stored, which may be a wrong one.
    """
    well = scenario("all-well")
    server = dataclasses.replace(well.server, accounts=(Account(USER, PASSWORD),))
    board = dataclasses.replace(well.board, serial_number=True, chatter=chatter, claimed=claimed)
    stored = dataclasses.replace(well.stored[0], password=password.encode())
    return dataclasses.replace(well, server=server, board=board, stored=(stored,))


def photon(where: Scenario | None = None, release: str = "1.5.2", seed: int = 1) -> Photon:
    """Return a device there, with an application whose log no mode mutes."""
    return Photon(where or campus(), release=release, app="tinkerdebug070", seed=seed)


@contextmanager
def served(device: Photon, folder: Path, speed: float = 40.0) -> Generator[PtyPhoton]:
    """Serve it on a pseudo-terminal under a fixed name."""
    with PtyPhoton(device, speed=speed, link=folder / "ttyACM0") as port:
        port.wait_plugged()
        yield port


def stored_by(device: Photon) -> Credentials:
    """Return what a device has stored last."""
    found = device.stored
    assert found is not None
    return found


def recorded(path: Path) -> bytes:
    """Return what a device printed, of a recording."""
    with path.open("rb") as file:
        items = list(Reader(file))
    return b"".join(
        item.data
        for item in items
        if isinstance(item, Chunk) and item.direction is Direction.OUTPUT
    )
