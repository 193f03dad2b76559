"""Writing a network into a device, and finding out what it really stored."""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from typing import Final

from diag.credentials.profile import Eap, Profile, Security
from diag.device.dialogue import Written, configure
from diag.device.dialogue.prompts import Prompt, Reply
from diag.diagnosis import outer_identity_shape
from diag.join import History
from diag.log import Kind
from diag.stream import FactValue
from diag.tasks.listening import enter_listening
from diag.tasks.opened import Device

MARK: Final = "settings written"
_AFTER: Final = 2.0
"""Seconds in which the log tells of the storing."""

_NAMES: Final = {
    Prompt.SSID: "name of the network",
    Prompt.USERNAME: "username",
    Prompt.PASSWORD: "password",
    Prompt.OUTER_IDENTITY: "outer identity",
    Prompt.CLIENT_CERTIFICATE: "client certificate",
    Prompt.PRIVATE_KEY: "private key",
    Prompt.ROOT_CA: "root CA",
}


class Stored(Enum):
    """What became of the settings."""

    CONFIRMED = "confirmed"
    """The device says so, and its log too."""
    CLAIMED = "claimed"
    """The device says so; this release or application prints no more."""
    REFUSED = "refused"
    UNKNOWN = "unknown"
    """The device fell silent half-way."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """How writing a network ended."""

    stored: Stored
    reasons: tuple[str, ...]
    """In words: why, what it rests on, and what is doubtful."""
    written: Written
    """Of the dialogue."""

    @property
    def ok(self) -> bool:
        """Whether the settings can be taken for stored."""
        return self.stored in (Stored.CONFIRMED, Stored.CLAIMED)


def write_profile(device: Device, profile: Profile) -> Outcome:
    """Write a network in listening mode; afterwards the device joins.

    The profile is taken as it is: it was checked before.

    Raises:
        Gone: the device went away.
        DeviceError: it does not enter listening mode, or takes no bytes.
    """
    live = device.live
    enter_listening(device, finish=True)
    before = live.session.history()
    live.mark(MARK)
    written = live.play(configure(profile))
    # The wizard leaves listening mode by itself once its trial save was done (6.2).
    device.listening = False
    live.watch(_AFTER, lambda session: _said(session.history(), before) is not None)
    said = _said(live.session.history(), before)
    outcome = _judge(written, said, profile)
    if outcome.ok:
        for name, value in shapes(profile):
            live.note(name, value)
    return outcome


def shapes(profile: Profile) -> Iterator[tuple[str, FactValue]]:
    """Yield what a diagnosis may know of a profile: shapes, never the values."""
    enterprise = profile.security.enterprise and profile.eap is not None
    if not enterprise:
        yield "eap", "none"
        return
    yield "eap", "peap" if profile.eap is Eap.PEAP else "tls"
    outer = profile.outer_identity
    same = bool(outer) and outer == profile.username
    shape = outer_identity_shape(outer)
    # A name with a realm says more by its realm: that is what servers route by.
    yield "outer-identity", "is-username" if same and shape != "with-realm" else shape
    yield "root-ca", "loaded" if profile.root_ca else "absent"


def _said(history: History, before: History) -> bool | None:
    """What the log has said of the EAP settings since; None when nothing."""
    if history.eap_valid_line is not None and history.eap_valid_line > before.last_line:
        return True
    if history.eap_invalid_line is not None and history.eap_invalid_line > before.last_line:
        return False
    saved = history.marks.get(Kind.CREDENTIALS_SAVED)
    if history.eap_unanswered_line is not None and history.eap_unanswered_line > before.last_line:
        return None
    return True if saved is not None and saved.last_line > before.last_line else None


def _judge(written: Written, said: bool | None, profile: Profile) -> Outcome:
    reply = written.reply
    if written.unfit is not None:
        why = (
            f"the {_NAMES[written.unfit]} is too long for the device or has a line end or "
            "control character in it; nothing was written; check with: wpa2diag check PROFILE"
        )
        return Outcome(Stored.REFUSED, (why,), written)
    if reply is None:
        return Outcome(
            Stored.UNKNOWN,
            (
                f"the device fell silent: {written.waiting_for or 'nothing'} did not come; "
                "reset it (RESET button) and try again",
            ),
            written,
        )
    if reply is Reply.OUT_OF_HEAP:
        why = (
            "the device has too little free memory for Enterprise settings; flash a smaller "
            "application (TinkerDebug, Tinker) and try again"
        )
        return Outcome(Stored.REFUSED, (why,), written)
    if reply is Reply.REFUSED or written.misfit is not None:
        return Outcome(Stored.REFUSED, tuple(_refusals(written, profile)), written)
    if profile.security is not Security.OPEN and written.left_unasked is not None:
        why = (
            "the device sees a network of this name that is open and has stored that one, "
            "without a login; check the name of the network, and write it where the right one "
            "is in range"
        )
        return Outcome(Stored.REFUSED, (why,), written)
    if said is False:
        return Outcome(
            Stored.REFUSED,
            ('the device said "Awesome", but its log says that the EAP settings are not valid',),
            written,
        )
    reasons = ["the device's log says that it stored them"] if said else []
    if not said:
        reasons.append("the device says that it stored them; nothing else shows it")
    if profile.root_ca:
        reasons.append("whether it kept the root CA does not show: one it cannot read is dropped")
    return Outcome(Stored.CONFIRMED if said else Stored.CLAIMED, tuple(reasons), written)


def _refusals(written: Written, profile: Profile) -> Iterator[str]:
    misfit = written.misfit
    if misfit is Prompt.SECURITY_OLD:
        yield "this release is older than 0.7.0 and knows no Enterprise networks; upgrade it first"
    elif misfit is not None:
        seen = (
            "the device sees a network of this name that is not an Enterprise one"
            if profile.security.enterprise
            else "the device sees a network of this name that is an Enterprise one"
        )
        yield f"{seen}, so that it asked for something else; check the name of the network"
    elif profile.eap is Eap.TLS and profile.security.enterprise:
        yield (
            "the certificate or the key could not be read by the device or is too long for it, "
            "or its memory was too short"
        )
        yield "check them with: wpa2diag check PROFILE"
    else:
        yield (
            "the device refused the settings: a value is missing or too long, its memory is too "
            "short, or Wi-Fi is off"
        )
        yield "check them with: wpa2diag check PROFILE; then reset the device and try again"
