"""The `w` dialogue: writing one network into a device (device-facts 6.2, 6.3).

It is led by the device: whatever prompt comes is answered with what belongs to it, and a
prompt that nothing of the profile belongs to ends the dialogue with nothing stored. An
answer is typed without its line end first; only when the device has echoed it whole does
the line end follow.
"""

from dataclasses import dataclass
from typing import Final

from diag.credentials.profile import Cipher, Eap, Profile, Security
from diag.device.dialogue.prompts import SAVING, Prompt, Reply
from diag.device.dialogue.steps import Await, Dialogue, Know, Send, Settle, Type

LINE_END: Final = b"\n"
"""One byte: of CR LF the second would be the answer to the next prompt (6.3)."""
_ERASE: Final = b"\x7f"
_FIRST: Final = 5.0
_SCAN: Final = 75.0
"""Seconds: two scans of up to 30 s each follow the name and the security (6.2)."""
_USUAL: Final = 20.0
_SAVE: Final = 30.0
_TRIES: Final = 3
_EVERYTHING: Final = (*(p.value for p in Prompt), SAVING, *(r.value for r in Reply))
_FAREWELL: Final = b"Particle <3 you!"
_NOTHING: Final = {
    Prompt.SECURITY_OLD: b"3",
    Prompt.SECURITY: b"5",
    Prompt.CIPHER: b"1",
    Prompt.EAP_TYPE: b"1",
}
"""Answers that lead to a refusal: EAP-TLS without a certificate is not stored (5.3)."""


@dataclass(frozen=True, slots=True)
class Answered:
    """A prompt that was met, and whether it could be answered."""

    prompt: Prompt
    echoed: bool
    """Whether the device had echoed the whole answer before its line end was sent."""


@dataclass(frozen=True, slots=True)
class Written:
    """How a dialogue ended."""

    reply: Reply | None
    """What the device said at last; None when it fell silent."""
    answered: tuple[Answered, ...] = ()
    waiting_for: str = ""
    """What was waited for when the device fell silent; empty otherwise."""
    misfit: Prompt | None = None
    """A prompt that the profile has no answer for, so that nothing was stored."""

    @property
    def scanned(self) -> bool:
        """Whether the device saw the network itself and took its security from it."""
        met = {item.prompt for item in self.answered}
        return Prompt.SSID in met and not met & {Prompt.SECURITY, Prompt.SECURITY_OLD}


def configure(profile: Profile) -> Dialogue[Written]:
    """Write a network. The device must be in listening mode.

    It leaves listening mode afterwards and joins, unless the dialogue never got as far as
    a trial save (6.2).
    """
    for secret in (profile.password, profile.private_key):
        if secret:
            yield Know(secret)
    yield Settle(0.2)
    yield Send(b"w")
    return (yield from _Wizard(profile).run(_FIRST, b"the first prompt"))


def abandon() -> Dialogue[Written]:
    """End a dialogue that was found half-way, storing nothing where that can be had.

    Where it stands is not known before it is answered. A prompt for a password that is
    answered with nothing can store the password "1" (5.3); what is written afterwards
    replaces it.
    """
    yield Settle(0.2)
    yield Send(LINE_END)
    return (yield from _Wizard(None).run(_USUAL, b"an answer to an empty line"))


class _Wizard:
    """State of one run."""

    def __init__(self, profile: Profile | None) -> None:
        self._profile = profile
        self._answered: list[Answered] = []
        self._misfit: Prompt | None = None

    def run(self, first: float, expected: bytes) -> Dialogue[Written]:
        seconds, waiting = first, expected
        while True:
            found = yield Await(_EVERYTHING, seconds)
            if not isinstance(found, bytes):
                return self._end(None, waiting)
            if found == SAVING:
                seconds, waiting = _SAVE, b"the result of saving"
                continue
            reply = next((r for r in Reply if r.value == found), None)
            if reply is not None:
                # The rest of the words belongs to the dialogue, not to what comes next.
                if reply is Reply.STORED:
                    yield Await((_FAREWELL,), 2.0)
                return self._end(reply)
            prompt = Prompt(found)
            if self._times(prompt) >= _TRIES:
                return self._end(None, b"another prompt than " + prompt.value)
            echoed = yield from self._answer(prompt)
            self._answered.append(Answered(prompt, echoed))
            if not echoed:
                return self._end(None, b"the echo of the answer to " + prompt.value)
            seconds = _SCAN if prompt in (Prompt.SSID, Prompt.SECURITY) else _USUAL
            waiting = b"what follows " + prompt.value

    def _end(self, reply: Reply | None, waiting: bytes = b"") -> Written:
        words = waiting.decode("ascii").strip().rstrip(":")
        return Written(reply, tuple(self._answered), words, self._misfit)

    def _times(self, prompt: Prompt) -> int:
        return sum(1 for item in self._answered if item.prompt is prompt)

    def _answer(self, prompt: Prompt) -> Dialogue[bool]:
        found = self._fitting(prompt)
        if found is None and self._profile is not None and self._misfit is None:
            self._misfit = prompt
        lines = _lines(found) if prompt.block else [(found or b"")]
        if found is None:
            lines = [] if prompt.block else [_NOTHING.get(prompt, b"")]
        for line in lines:
            if not (yield from _line(line)):
                return False
        if prompt.block:
            yield Send(LINE_END)
        return True

    def _fitting(self, prompt: Prompt) -> bytes | None:
        """The answer that belongs to a prompt; None when the profile has none."""
        if self._profile is None or self._misfit is not None:
            return None
        asked = self._times(Prompt.EAP_TYPE) > 0
        return _answers(self._profile, eap_asked=asked).get(prompt)


def _answers(profile: Profile, *, eap_asked: bool) -> dict[Prompt, bytes]:
    """What the profile answers to which prompt.

    A device that sees a network of the same name takes its security from there, so an
    Enterprise password could be asked for as a passphrase. It is not given for one.
    """
    found = {
        Prompt.SSID: profile.ssid.encode(),
        Prompt.SECURITY: b"%d" % profile.security.value,
        Prompt.CIPHER: b"%d" % (profile.cipher or Cipher.AES).value,
    }
    if not profile.security.enterprise:
        found[Prompt.SECURITY_OLD] = found[Prompt.SECURITY]
        if profile.security is not Security.OPEN and not eap_asked:
            found[Prompt.PASSWORD] = profile.password.reveal().encode()
        return found
    if profile.eap is None:
        return found
    found[Prompt.EAP_TYPE] = b"%d" % profile.eap.value
    if eap_asked:
        found[Prompt.OUTER_IDENTITY] = profile.outer_identity.encode()
        found[Prompt.ROOT_CA] = profile.root_ca.encode()
        if profile.eap is Eap.PEAP:
            found[Prompt.USERNAME] = profile.username.encode()
            found[Prompt.PASSWORD] = profile.password.reveal().encode()
        else:
            found[Prompt.CLIENT_CERTIFICATE] = profile.client_certificate.encode()
            found[Prompt.PRIVATE_KEY] = profile.private_key.reveal().encode()
    return found


def _lines(block: bytes | None) -> list[bytes]:
    """The lines of a block that hold something: an empty one would end it (6.3)."""
    return [line.strip() for line in (block or b"").split(b"\n") if line.strip()]


def _line(line: bytes) -> Dialogue[bool]:
    """Type a line; its end only once all of it was echoed."""
    if line:
        for last in (False, True):
            if (yield Type(line)):
                break
            if last:
                return False
            # Some of it got lost: take back what arrived and begin again.
            yield Send(_ERASE * (len(line) + 1))
            yield Settle(0.5)
    yield Send(LINE_END)
    return True
