"""A simulated Photon behind a port that cuts, delays, mixes and loses; and its witnesses."""

import random
import re
import ssl
from collections import deque
from dataclasses import dataclass
from typing import Final

from diag.credentials.profile import Cipher, Eap, Profile, Security
from diag.device.simulated import SimulatedControl, SimulatedTransport
from diag.device.transport import Gone
from diag.simulator import Credentials, Photon, Scenario
from diag.simulator.scenario import AccessPoint, Board
from diag.stream.secrets import Secret
from diag.tasks.live import Live, Witness
from diag.tasks.opened import Device
from tests.credentials import certificates as made

CHATTER: Final = (
    b"py->hw: tic\n",
    b"network event 11\r\n",
    b"t=21.5;rh=40\r\n",
    b'{"t":21.5,"ok":true}\r\n',
    b"User logged in, no Password set\r\n",
    b"~~~~~~\r\n",
)
LOG_LINES: Final = (
    b"0000012345 [hal.wlan] INFO: Joining Campus\r\n",
    b"0000099999 [app] WARN: Password: wrong\r\n",
    b'{"l":"INFO","m":"Username: x","c":"app","t":12}\r\n',
    b"0000012345 [app.net] TRACE: read 12 bytes ~\r\n",
)
COMMANDS: Final = b"cimvdwx\x7f~\n"
"""What may ever reach the idle console: commands, and what it takes no notice of."""
_ERASE: Final = 0x7F


@dataclass(frozen=True, slots=True)
class Trouble:
    """What a port does to what passes; chances are per byte of output."""

    seed: int = 0
    delay: float = 0.0
    """Most seconds that a piece is late."""
    chatter: float = 0.0
    log_lines: float = 0.0
    straddling: float = 0.0
    """Chance that a log line begins here and goes on a few bytes later."""
    cut: int | None = None
    """Bytes of output after which no more ever comes."""
    gone: int | None = None
    """Bytes of output after which the device is gone."""
    lost_input: frozenset[int] = frozenset()
    lost_output: frozenset[int] = frozenset()


class Troubled:
    """A transport to a simulated device with trouble in it."""

    def __init__(self, inner: SimulatedTransport, trouble: Trouble, *, limit: float = 900) -> None:
        self._inner = inner
        self._trouble = trouble
        self._random = random.Random(trouble.seed)
        self._queue: deque[tuple[float, bytes]] = deque()
        self._limit = inner.now() + limit
        self._out = self._in = 0
        self._rest = b""
        self._until = 0
        self.name = inner.name
        self.closed = False

    @property
    def received(self) -> int:
        """Bytes of output so far."""
        return self._out

    def now(self) -> float:
        return self._inner.now()

    def read(self, timeout: float) -> bytes:
        deadline = self.now() + timeout
        while True:
            assert self.now() < self._limit, "the dialogue does not end"
            if self._queue and self._queue[0][0] <= self.now():
                return self._queue.popleft()[1]
            gone = self._trouble.gone
            if gone is not None and self._out >= gone and not self._queue:
                raise Gone(f"{self.name} went away")
            left = deadline - self.now()
            if left <= 0:
                return b""
            if self._queue:
                left = min(left, max(self._queue[0][0] - self.now(), 0.001))
            self._take(self._inner.read(left))

    def write(self, data: bytes) -> None:
        kept = bytearray()
        for byte in data:
            if self._in not in self._trouble.lost_input:
                kept.append(byte)
            self._in += 1
        self._inner.write(bytes(kept))

    def touch(self, baud: int) -> None:
        self._inner.touch(baud)

    def close(self) -> None:
        self._inner.close()
        self.closed = True

    def _take(self, data: bytes) -> None:
        trouble, roll = self._trouble, self._random
        mixed = bytearray()
        for byte in data:
            limit = min(x for x in (trouble.cut, trouble.gone, 1 << 60) if x is not None)
            if self._out >= limit:
                break
            if self._rest and self._out >= self._until:
                mixed += self._rest
                self._rest = b""
            if not self._rest:
                if roll.random() < trouble.chatter:
                    mixed += roll.choice(CHATTER)
                if roll.random() < trouble.log_lines:
                    mixed += roll.choice(LOG_LINES)
                if roll.random() < trouble.straddling:
                    line = roll.choice(LOG_LINES)
                    at = roll.randrange(1, len(line))
                    mixed += line[:at]
                    self._rest, self._until = line[at:], self._out + roll.randrange(1, 30)
            if self._out not in trouble.lost_output:
                mixed.append(byte)
            self._out += 1
        if not data and self._rest:
            mixed += self._rest
            self._rest = b""
        at = 0
        due = self._queue[-1][0] if self._queue else 0.0
        while at < len(mixed):
            size = roll.randint(1, 24)
            due = max(due, self.now() + roll.random() * trouble.delay)
            self._queue.append((due, bytes(mixed[at : at + size])))
            at += size


@dataclass(frozen=True, slots=True)
class Rig:
    """A device in trouble, opened."""

    photon: Photon
    transport: Troubled
    device: Device


def surroundings(*access_points: AccessPoint, **board: object) -> Scenario:
    """A place with these access points, and a device with nothing stored."""
    return Scenario(
        "rig",
        "A rig",
        (),
        "none",
        "",
        access_points=access_points,
        board=Board(**board),  # pyright: ignore[reportArgumentType]
    )


def rig(
    scenario: Scenario,
    trouble: Trouble | None = None,
    *,
    release: str = "1.5.2",
    app: str = "tinker",
    seed: int = 0,
    usb: bool = False,
    witness: Witness | None = None,
    limit: float = 900,
) -> Rig:
    """Plug a device in, with nobody else at it."""
    photon = Photon(scenario, release=release, app=app, seed=seed)
    transport = Troubled(SimulatedTransport(photon), trouble or Trouble(), limit=limit)
    live = Live(transport, witness=witness)
    control = SimulatedControl(photon) if usb else None
    return Rig(photon, transport, Device(live, control))


PROMPTS: Final = {
    "SSID: ": "ssid",
    "Security 0": "security",
    "Security Cipher": "cipher",
    "EAP Type": "eap",
    "Username: ": "username",
    "Password: ": "password",
    "Client certificate": "client_certificate",
    "Private key": "private_key",
    "Outer identity": "outer_identity",
    "Root CA": "root_ca",
}
_OTHERWISE: Final = {"security": (b"3", b"5"), "cipher": (b"1",), "eap": (b"1",)}
"""Answers that lead to a refusal, where the profile has none that belongs there."""


def belonging(profile: Profile, prompt: str) -> list[bytes]:
    """Every line that may be typed at a prompt."""
    field = next(name for text, name in PROMPTS.items() if prompt.startswith(text))
    value = getattr(profile, field)
    if isinstance(value, Security | Cipher | Eap):
        value = str(value.value)
    elif isinstance(value, Secret):
        value = value.reveal()
    lines = [line.encode() for line in (value or "").split("\n")]
    return [*lines, *_OTHERWISE.get(field, ())]


def assert_right_prompts(photon: Photon, profile: Profile, *, probed: bool = False) -> None:
    """Fail if a prompt got, even for a moment, what does not belong to it."""
    for record in photon.prompts:
        lines = belonging(profile, record.prompt)
        if probed:
            lines += [b"c", b"~"]
        for typed in re.split(rb"[\x7f\r\n]+", record.answer):
            assert any(_is_part(typed, line) for line in lines), (record.prompt, record.answer)
        assert not record.drained.strip(b"\n\x7f"), ("typed ahead", record)
    strange = bytes(set(photon.commands) - set(COMMANDS))
    assert not strange, ("typed at the idle console", photon.commands)


def _is_part(typed: bytes, line: bytes) -> bool:
    """Whether this is the line, or the line with bytes of it lost."""
    rest = iter(line)
    return all(byte in rest for byte in typed)


def expected(profile: Profile, seen: AccessPoint | None) -> Credentials:
    """What the device has after the profile was written into it."""
    security, cipher = profile.security.value, (profile.cipher or Cipher.AES).value
    if seen is not None:
        security, cipher = seen.security, seen.cipher
    if not profile.security.enterprise:
        password = b"" if security == 0 else profile.password.reveal().encode()
        return Credentials(profile.ssid.encode(), security, cipher, password=password)
    peap = profile.eap is Eap.PEAP
    return Credentials(
        profile.ssid.encode(),
        security,
        cipher,
        eap="peap" if peap else "tls",
        username=profile.username.encode() if peap else b"",
        password=profile.password.reveal().encode() if peap else b"",
        outer_identity=profile.outer_identity.encode(),
        client_certificate=b"" if peap else der(profile.client_certificate),
        private_key=b"" if peap else key_der(profile.private_key.reveal()),
        root_ca=der(profile.root_ca),
    )


def der(text: str) -> bytes:
    """The certificates of a PEM text, one after another."""
    found = re.findall(r"-----BEGIN C.*?-----END CERTIFICATE-----", text, re.DOTALL)
    return b"".join(ssl.PEM_cert_to_DER_cert(one) for one in found)


def key_der(text: str) -> bytes:
    """The key of a PEM text."""
    body = "".join(line for line in text.splitlines() if "-----" not in line)
    return ssl.PEM_cert_to_DER_cert(
        f"-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"
    )


ROOT_CA: Final = made.pem(made.root())
CERTIFICATE: Final = made.pem(made.certificate())
PRIVATE_KEY: Final = made.key_pem(made.rsa_key())
CAMPUS: Final = "Campus WLAN"

PROFILES: Final = {
    "peap": Profile(
        CAMPUS, username="jane@x.edu", password=Secret("p@ss w0rd!"), outer_identity="anon@x.edu"
    ),
    "peap, blank outer": Profile(CAMPUS, username="jane", password=Secret("c")),
    "peap and root CA": Profile(
        CAMPUS, username="jane", password=Secret("hunter2hunter2"), root_ca=ROOT_CA
    ),
    "names like prompts": Profile(
        "SSID: ",
        username="Password: ",
        password=Secret("Username: "),
        outer_identity="Root CA in PEM format (optional):",
    ),
    "tls": Profile(
        CAMPUS,
        eap=Eap.TLS,
        outer_identity="host/jane",
        client_certificate=CERTIFICATE,
        private_key=Secret(PRIVATE_KEY),
    ),
    "tls and root CA": Profile(
        CAMPUS,
        security=Security.WPA_ENTERPRISE,
        cipher=Cipher.TKIP,
        eap=Eap.TLS,
        outer_identity="jane",
        client_certificate=CERTIFICATE,
        private_key=Secret(PRIVATE_KEY),
        root_ca=ROOT_CA,
    ),
    "wpa2": Profile("Home", security=Security.WPA2, eap=None, password=Secret("battery staple")),
    "wpa, cipher asked": Profile(
        "Home", security=Security.WPA, cipher=None, eap=None, password=Secret("12345678 [x")
    ),
    "wep": Profile("Old", security=Security.WEP, eap=None, password=Secret("0123456789")),
    "open": Profile("Café Ü", security=Security.OPEN, eap=None),
}


def seen_as(profile: Profile, **changes: object) -> AccessPoint:
    """An access point of that name, fitting the profile but for the changes."""
    fitting = {
        "security": profile.security.value,
        "cipher": (profile.cipher or Cipher.AES).value,
        "passphrase": "" if profile.security.enterprise else profile.password.reveal(),
    }
    return AccessPoint(profile.ssid, **{**fitting, **changes})  # pyright: ignore[reportArgumentType]
