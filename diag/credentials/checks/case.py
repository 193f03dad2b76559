"""A profile under examination: its files read once, and the questions that checks ask."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cached_property
from typing import Final

from diag.credentials.certificate import Certificate, read_certificates
from diag.credentials.checks.model import Context, Severity
from diag.credentials.key import PrivateKey, read_key
from diag.credentials.profile import Eap, Profile
from diag.credentials.releases import within

Figure = str | int


@dataclass(frozen=True, slots=True)
class Hit:
    """A check applies."""

    where: str
    """Field of the profile."""
    figures: dict[str, Figure]
    """What fills the gaps of the reason and the remedy."""
    severity: Severity | None = None
    """Milder than the table has it."""


def hit(where: str, severity: Severity | None = None, **figures: Figure) -> Hit:
    """Say that a check applies."""
    return Hit(where, figures, severity)


class Case:
    """A profile with its context."""

    def __init__(self, profile: Profile, context: Context) -> None:
        """Take what is to be examined."""
        self.profile: Final = profile
        self.context: Final = context

    @property
    def enterprise(self) -> bool:
        """Whether an authentication server decides."""
        return self.profile.security.enterprise

    @property
    def peap(self) -> bool:
        """Whether the network is entered by name and password."""
        return self.enterprise and self.profile.eap is Eap.PEAP

    @property
    def tls(self) -> bool:
        """Whether the network is entered by certificate."""
        return self.enterprise and self.profile.eap is Eap.TLS

    @property
    def personal(self) -> bool:
        """Whether one password opens the network to everybody."""
        return not self.enterprise and self.profile.security.value > 0

    @property
    def eduroam(self) -> bool:
        """Whether the network is eduroam."""
        return self.enterprise and (
            self.context.eduroam or self.profile.ssid.strip().lower() == "eduroam"
        )

    @property
    def serial(self) -> bool:
        """Whether the profile goes through the set-up dialogue."""
        return self.context.via == "serial"

    def known(self, field: str) -> bool:
        """Whether the secret of a field was at hand."""
        return field not in self.context.unresolved

    @cached_property
    def client(self) -> list[Certificate | None]:
        """Certificates of EAP-TLS, in order; None for one that cannot be read."""
        return read_certificates(self.profile.client_certificate) if self.tls else []

    @cached_property
    def root(self) -> list[Certificate | None]:
        """Certificates the server is checked against."""
        return read_certificates(self.profile.root_ca) if self.enterprise else []

    @cached_property
    def key(self) -> PrivateKey | None:
        """The key of EAP-TLS; None when there is none or it cannot be read or was not opened."""
        if not self.tls or not self.known("private_key"):
            return None
        return read_key(self.profile.private_key)

    def pems(self) -> Iterator[tuple[str, str]]:
        """Field and text of everything that is sent as PEM."""
        if self.tls:
            yield "client_certificate", self.profile.client_certificate
            if self.known("private_key"):
                yield "private_key", self.profile.private_key.reveal()
        if self.enterprise:
            yield "root_ca", self.profile.root_ca

    def answers(self) -> Iterator[tuple[str, str]]:
        """Field and text of everything that is sent as one line."""
        yield "ssid", self.profile.ssid
        if self.enterprise:
            yield "outer_identity", self.profile.outer_identity
        if self.peap:
            yield "username", self.profile.username
        if (self.peap or self.personal) and self.known("password"):
            yield "password", self.profile.password.reveal()

    def releases(self, since: str, before: str) -> str | None:
        """Name the releases a statement is about; None when the device has another one.

        With an unknown release the bounds are named, otherwise the release itself.
        """
        release = self.context.device_os
        if release is not None:
            return f"Device OS {release}" if within(release, since, before) else None
        if since and before:
            return f"Device OS {since} up to but not including {before}"
        return f"Device OS {since} and later" if since else f"Device OS before {before}"

    def unless_known(self) -> Severity | None:
        """Milder while the release is not known, since the statement may not apply."""
        return Severity.INFO if self.context.device_os is None else None


def octets(text: str) -> int:
    """Return the bytes a text has on the wire."""
    return len(text.encode("utf-8", "surrogatepass"))
