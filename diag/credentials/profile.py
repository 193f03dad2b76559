"""What a device is to be told about one network."""

from dataclasses import dataclass, field
from enum import Enum

from diag.stream.secrets import Secret


class Security(Enum):
    """Security of a network; the values are the answers of the dialogue (device-facts 6.2)."""

    OPEN = 0
    WEP = 1
    WPA = 2
    WPA2 = 3
    WPA_ENTERPRISE = 4
    WPA2_ENTERPRISE = 5

    @property
    def enterprise(self) -> bool:
        """Whether an authentication server decides."""
        return self.value >= Security.WPA_ENTERPRISE.value


class Cipher(Enum):
    """Cipher of a network; the values are the answers of the dialogue (device-facts 6.2)."""

    AES = 1
    TKIP = 2
    AES_TKIP = 3


class Eap(Enum):
    """EAP methods the device has; the values are the answers of the dialogue (device-facts 5.1)."""

    PEAP = 0
    TLS = 1


@dataclass(frozen=True, slots=True)
class Noticed:
    """Something seen while a file was taken in that its normalised text no longer shows."""

    check: str
    """Id of the check that tells it, such as `key-in-certificate-file`."""
    where: str
    """Field of the profile."""
    text: str = ""
    """What was seen, for the check's reason; never key material."""


@dataclass(frozen=True, slots=True)
class Profile:
    """One network with its credentials.

    Which fields matter follows from `security` and `eap`: a personal network has a
    `password` only, PEAP has `username` and `password`, EAP-TLS a certificate and a key.
    """

    ssid: str
    security: Security = Security.WPA2_ENTERPRISE
    cipher: Cipher | None = Cipher.AES
    """None lets the device's own scan decide; it is then answered with AES when asked."""
    eap: Eap | None = Eap.PEAP
    """None unless `security` is an Enterprise one."""
    username: str = ""
    """Inner identity of PEAP."""
    password: Secret = field(default_factory=lambda: Secret(""))
    """Of PEAP or of a personal network."""
    outer_identity: str = ""
    """Blank lets the device send `anonymous` (device-facts 5.3)."""
    client_certificate: str = ""
    """PEM with LF line ends, of EAP-TLS."""
    private_key: Secret = field(default_factory=lambda: Secret(""))
    """PEM with LF line ends, of EAP-TLS."""
    root_ca: str = ""
    """PEM with LF line ends; blank means that the server is not checked."""
    noticed: tuple[Noticed, ...] = field(default=(), compare=False)
    """What was seen in the files it came from; no part of what the device is told."""
