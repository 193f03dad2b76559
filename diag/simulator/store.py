"""What the device keeps over a reset: five networks and one EAP configuration.

Rules of device-facts 5.2 to 5.5; the order of checks and log lines as in 3.2.
"""

from dataclasses import dataclass, replace
from typing import Final

from diag.simulator import pem
from diag.simulator.credentials import Credentials
from diag.simulator.traits import Traits

SLOTS: Final = 5
"""Networks the device can store."""
CIPHER_REQUIRED: Final = -2
"""Result of a save whose cipher is unknown."""
INVALID_KEY: Final = -3
"""Result of a save whose passphrase has an impossible length."""
REFUSED: Final = 1
"""Result of a save whose EAP settings are refused."""

_SECURITY_STORE: Final = 6160
_EAP_STORE: Final = 4296
_LONGEST_TEXT: Final = 64
_LARGEST_CERTIFICATE: Final = 4096
_LARGEST_KEY: Final = 2048


@dataclass(frozen=True, slots=True)
class LogText:
    """A line for the log: level and message; all are of `hal.wlan`."""

    level: str
    message: str


@dataclass(frozen=True, slots=True)
class _Eap:
    eap: str
    username: bytes
    password: bytes
    outer_identity: bytes
    root_ca: bytes


class Store:
    """The stored networks."""

    def __init__(self, stored: tuple[Credentials, ...], traits: Traits) -> None:
        """Start with what a user had stored, the newest first, certificates as PEM."""
        self.traits = traits
        self._slots: list[Credentials] = []
        self._eap: _Eap | None = None
        self._certificate = b""
        self._key = b""
        for entry in stored[:SLOTS]:
            self._slots.append(_bare(entry))
            if entry.enterprise and entry.eap:
                self._keep_eap(
                    replace(
                        entry,
                        client_certificate=pem.certificates_der(entry.client_certificate),
                        private_key=pem.key_der(entry.private_key),
                        root_ca=pem.certificates_der(entry.root_ca),
                    )
                )

    def networks(self) -> list[Credentials]:
        """Return what a round of joins tries, in order, with the EAP settings it uses."""
        return [
            self._whole(slot)
            for slot in self._slots
            if slot.ssid and not (self.traits.slots_validated and not _slot_is_sound(slot))
        ]

    @property
    def any(self) -> bool:
        """Whether anything is stored at all."""
        return any(slot.ssid for slot in self._slots)

    @property
    def newest(self) -> Credentials | None:
        """The network in the first slot, as it is kept."""
        return self._whole(self._slots[0]) if self._slots else None

    def all(self) -> list[Credentials]:
        """Return every slot as it is kept."""
        return [self._whole(slot) for slot in self._slots]

    def _whole(self, slot: Credentials) -> Credentials:
        if not slot.enterprise or self._eap is None:
            return slot
        eap = self._eap
        return replace(
            slot,
            eap=eap.eap,
            username=eap.username,
            password=eap.password,
            outer_identity=eap.outer_identity,
            root_ca=eap.root_ca,
            client_certificate=self._certificate,
            private_key=self._key,
        )

    def check(self, entry: Credentials) -> int:
        """Return what a dry run of a save returns (device-facts 5.3)."""
        if entry.security >= 2 and entry.cipher is None:
            return CIPHER_REQUIRED
        length = len(entry.password)
        if entry.security == 1 and not 5 <= length <= 58:
            return INVALID_KEY
        if entry.security in {2, 3} and not 8 <= length <= _LONGEST_TEXT:
            return INVALID_KEY
        return 0

    def save(self, entry: Credentials, heap: int) -> tuple[int, list[LogText]]:
        """Store a network, its certificates and key as DER.

        Args:
            entry: the network; an `eap` makes it an Enterprise one.
            heap: free bytes, of which the store needs some for a while.

        Returns:
            0 or why not, and the lines logged on the way.
        """
        lines: list[LogText] = []
        result = self.check(entry)
        if result == 0 and entry.eap:
            lines.append(LogText("TRACE", "Trying to set EAP credentials"))
            if not _complete(entry) or heap < _SECURITY_STORE:
                return REFUSED, lines
            # Written before anything is validated (5.5).
            self._certificate = _fit(entry.client_certificate, _LARGEST_CERTIFICATE)
            self._key = _fit(entry.private_key, _LARGEST_KEY)
            if heap < _EAP_STORE:
                return REFUSED, lines
            valid = entry.eap == "peap" or bool(self._certificate and self._key)
            lines.append(LogText("INFO", f"EAP config valid: {int(valid)}"))
            if not valid:
                return REFUSED, lines
            lines.append(LogText("INFO", "Writing EAP configuration"))
            self._keep_eap(entry)
        if result == 0:
            lines.append(LogText("INFO", "Saving credentials"))
            self._place(_bare(entry))
        return result, lines

    def _keep_eap(self, entry: Credentials) -> None:
        self._certificate = _fit(entry.client_certificate, _LARGEST_CERTIFICATE)
        self._key = _fit(entry.private_key, _LARGEST_KEY)
        self._eap = _Eap(
            eap=entry.eap or "peap",
            username=entry.username,
            password=entry.password,
            outer_identity=entry.outer_identity,
            root_ca=_fit(entry.root_ca, _LARGEST_CERTIFICATE),
        )

    def _place(self, entry: Credentials) -> None:
        """Put a network into its slot: same name, else the Enterprise one, else in front."""
        slots = self._slots
        at = next((i for i, slot in enumerate(slots) if slot.ssid == entry.ssid), -1)
        if entry.enterprise:
            for i, slot in enumerate(slots):
                if not slot.enterprise:
                    continue
                if at < 0:
                    at = i
                elif i != at:
                    slots[i] = Credentials(ssid=b"", security=0, cipher=None)
        if at < 0:
            self._slots = [entry, *slots][:SLOTS]
        else:
            slots[at] = entry


def _bare(entry: Credentials) -> Credentials:
    """Return what the list of networks itself keeps of an entry."""
    password = b"" if entry.enterprise else entry.password
    return Credentials(entry.ssid, entry.security, entry.cipher, password=password)


def _fit(data: bytes, limit: int) -> bytes:
    return data if len(data) < limit else b""


def _complete(entry: Credentials) -> bool:
    """Return whether the settings pass the first check (device-facts 5.3)."""
    if len(entry.outer_identity) > _LONGEST_TEXT or len(entry.root_ca) > _LARGEST_CERTIFICATE:
        return False
    if entry.eap == "peap":
        return (
            1 <= len(entry.username) <= _LONGEST_TEXT and 1 <= len(entry.password) <= _LONGEST_TEXT
        )
    return (
        0 < len(entry.client_certificate) <= _LARGEST_CERTIFICATE
        and 0 < len(entry.private_key) <= _LARGEST_KEY
    )


def _slot_is_sound(slot: Credentials) -> bool:
    """Return whether 1.4.4 and later would try this slot (device-facts 3.4)."""
    if len(slot.ssid) > 32 or not 0 <= slot.security <= 5:
        return False
    return slot.enterprise or slot.security == 0 or bool(slot.password)
