"""What one stored network consists of."""

from dataclasses import dataclass
from typing import Final

ENTERPRISE: Final = (4, 5)
"""Security digits of WPA and WPA2 Enterprise."""


@dataclass(frozen=True, slots=True)
class Credentials:
    """A network as a user knows it or as the device keeps it.

    Texts are the bytes that go over the wire. In what the device keeps, certificates and
    key are DER; where a user states them, they are PEM.
    """

    ssid: bytes
    """Name of the network."""
    security: int = 5
    """0 open, 1 WEP, 2 WPA, 3 WPA2, 4 WPA Enterprise, 5 WPA2 Enterprise."""
    cipher: int | None = 1
    """1 AES, 2 TKIP, 3 both, None where the device has not been told."""
    eap: str | None = None
    """`peap`, `tls`, or None where no valid EAP configuration is stored."""
    username: bytes = b""
    """Identity inside the PEAP tunnel."""
    password: bytes = b""
    """PEAP password, or passphrase of a personal network."""
    outer_identity: bytes = b""
    """Identity outside the tunnel; empty becomes `anonymous` on the air."""
    client_certificate: bytes = b""
    """Certificate for EAP-TLS."""
    private_key: bytes = b""
    """Key for EAP-TLS."""
    root_ca: bytes = b""
    """Root certificate the server is checked against; empty for no check."""

    @property
    def enterprise(self) -> bool:
        """Whether the network asks for EAP."""
        return self.security in ENTERPRISE
