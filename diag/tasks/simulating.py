"""A simulated device with the settings its simulated user knows."""

from collections import Counter
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final

from diag.credentials.profile import Cipher, Eap, Profile, Security
from diag.device.simulated import SimulatedControl, SimulatedTransport
from diag.diagnosis import FactError, parse_fact
from diag.stream.secrets import Secret
from diag.tasks.fixing import AskLed, FixAnswer, FixStep, Proposed, Wanted
from diag.tasks.live import Live, Witness
from diag.tasks.opened import Device
from diag.tasks.remedies import Field

if TYPE_CHECKING:
    from diag.simulator import Credentials, Photon

_LOOKS: Final = 60
_LOOK: Final = 0.5
"""Seconds between two looks at the LED."""


@dataclass(frozen=True, slots=True)
class Simulated:
    """A simulated device and what its user has."""

    device: Device
    photon: "Photon"
    stored: Profile | None
    """The settings it was given; None when it has none."""
    user: Profile | None
    """What is right; None when no network is for this user."""


def simulate(
    photon: "Photon",
    *,
    speed: float | None = None,
    witness: Witness | None = None,
    usb: bool = True,
) -> Simulated:
    """Plug a simulated device in.

    Args:
        photon: the device.
        speed: times real time; None does not wait at all.
        witness: shown every item.
        usb: whether its USB control requests can be had beside the port.
    """
    live = Live(SimulatedTransport(photon, speed=speed), witness=witness)
    control = SimulatedControl(photon) if usb else None
    stored = photon.scenario.stored
    user = photon.scenario.user
    return Simulated(
        Device(live, control),
        photon,
        profile_of(stored[0]) if stored else None,
        profile_of(user) if user is not None else None,
    )


def profile_of(credentials: "Credentials") -> Profile:
    """Return the simulator's credentials as a profile."""
    security = Security(credentials.security)
    eap = {"peap": Eap.PEAP, "tls": Eap.TLS}.get(credentials.eap or "", Eap.PEAP)
    return Profile(
        ssid=credentials.ssid.decode(),
        security=security,
        cipher=Cipher(credentials.cipher) if credentials.cipher else None,
        eap=eap if security.enterprise else None,
        username=credentials.username.decode(),
        password=Secret(credentials.password.decode()),
        outer_identity=credentials.outer_identity.decode(),
        client_certificate=credentials.client_certificate.decode(),
        private_key=Secret(credentials.private_key.decode()),
        root_ca=credentials.root_ca.decode(),
    )


class SimulatedUser:
    """Answers what a fix asks, as a user would who has what the scenario says."""

    def __init__(self, simulated: Simulated) -> None:
        """Take whose device it is."""
        self._photon = simulated.photon
        self._live = simulated.device.live
        self._knows = simulated.user or simulated.stored

    def answer(self, step: FixStep) -> FixAnswer:
        """Return the answer to a step; None where nothing is asked."""
        match step:
            case Proposed():
                return not step.objections
            case Wanted(field, _):
                return self._give(field)
            case AskLed():
                return self._look()
            case _:
                return None

    def _look(self) -> str | None:
        """What the LED shows, as one sees who looks for a while: flashes, else the usual."""
        seen: Counter[str] = Counter()
        for _ in range(_LOOKS):
            self._live.watch(_LOOK)
            seen[self._photon.led] += 1
        flashes = [words for words in seen if "blinks" in words or "flash" in words]
        shown = flashes or [seen.most_common(1)[0][0]]
        try:
            return str(parse_fact("led", shown[-1]))
        except FactError:
            return None

    def _give(self, field: Field) -> str | Secret | None:
        knows = self._knows
        if knows is None:
            return None
        if field is Field.REALM:
            return knows.username.partition("@")[2] or None
        found = getattr(knows, field.value)
        return found if isinstance(found, str | Secret) and found else None
