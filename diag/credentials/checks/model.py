"""What goes into a check and what comes out."""

from dataclasses import dataclass
from datetime import date
from enum import Enum
from typing import Final, Literal

Confidence = Literal[
    "read", "published", "listed", "vendor", "reported", "inferred", "standard", "practice"
]
"""As in `errorcodes`, and two more: `standard` (a published standard says so) and `practice`
(how servers in the field are set up)."""

CONFIDENCES: Final[dict[Confidence, str]] = {
    "read": "read in the device's own published source",
    "published": "read in the published sister source of the closed library; newer than the device",
    "listed": "the name stands in a header; what raises it is closed",
    "vendor": "stated by the vendor's documents, change logs or engineers",
    "reported": "reported by users",
    "inferred": "concluded, not proven on hardware",
    "standard": "stated by a published standard",
    "practice": "how servers are usually set up",
}

Server = Literal["nps", "freeradius", "ise", "clearpass", "other"]
Via = Literal["serial", "api"]
"""How the device gets the profile: the set-up dialogue, or the interface for applications."""


class Severity(Enum):
    """How bad a finding is; a larger value is worse."""

    INFO = 0
    """To know; nothing to do."""
    WARN = 1
    """Likely to fail, or unsafe; it is written all the same."""
    REFUSE = 2
    """The device would store something else than this, or nothing."""

    @property
    def word(self) -> str:
        """Name in output and data."""
        return self.name.lower()


@dataclass(frozen=True, slots=True)
class Context:
    """What the checks know beside the profile."""

    today: date
    """The day that certificates are looked at on."""
    device_os: str | None = None
    """Release, such as `1.5.2`; None when not known: then findings name the releases."""
    server: Server | None = None
    """Authentication server, as far as known."""
    eduroam: bool = False
    """Whether the network is eduroam; a network of that name always is."""
    via: Via = "serial"
    unresolved: frozenset[str] = frozenset()
    """Fields whose secret was not asked for: nothing is said of what they hold."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing to say of a profile. Texts are inert and hold no secret."""

    id: str
    """Id of the check."""
    severity: Severity
    title: str
    reason: str
    """Why, with the figures of this profile."""
    remedy: str
    """What to do."""
    where: str
    """Field of the profile."""
    confidence: Confidence
    source: str
    """Where the fact is from, such as `device-facts 5.4`."""


@dataclass(frozen=True, slots=True)
class Report:
    """What is to be said of one profile."""

    findings: tuple[Finding, ...]
    """Worst first."""

    @property
    def worst(self) -> Severity | None:
        """Severity of the worst finding; None when there is none."""
        return self.findings[0].severity if self.findings else None

    @property
    def refused(self) -> bool:
        """Whether the profile should not be written as it is."""
        return self.worst is Severity.REFUSE
