"""The `w` dialogue: writing one network into a device (device-facts 6.2, 6.3).

It is led by the device: whatever prompt comes is answered with what belongs to it, and a
prompt that nothing of the profile belongs to ends the dialogue with nothing stored. An
answer is typed without its line end first; only when the device has echoed it whole does
the line end follow.
"""

import re
from dataclasses import dataclass
from typing import Final

from diag.credentials.profile import Cipher, Eap, Profile, Security
from diag.device.dialogue.prompts import (
    CLAIM_CODE_REFUSED,
    SAVING,
    Prompt,
    Reply,
    texts_after,
)
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
_ENDS: Final = (SAVING, *(r.value for r in Reply))
_EVERYTHING: Final = (*(p.value for p in Prompt), *_ENDS, CLAIM_CODE_REFUSED)
_LONGEST_LINE: Final = 255
"""Bytes after which a line of a block begins to overwrite itself (6.3)."""
_NOT_TYPED: Final = re.compile(rb"[\x00\x08\x0a\x0d\x7f]")
"""What ends an answer or takes back what was typed before it (6.3), or ends it as a text."""
_ABANDONED_NAME: Final = b"abandoned-set-up-of-wpa2diag"
"""A name that no network has: a set-up that waits for one ends only when it gets one."""
_FAREWELL: Final = b"Particle <3 you!"
_NOTHING: Final = {
    Prompt.SSID: _ABANDONED_NAME,
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
    unfit: Prompt | None = None
    """A prompt whose answer cannot be typed as it is: too long, or with a line end or an
    erase in it. Nothing was typed at all."""

    @property
    def scanned(self) -> bool:
        """Whether the device saw the network itself and took its security from it."""
        met = {item.prompt for item in self.answered}
        return Prompt.SSID in met and not met & {Prompt.SECURITY, Prompt.SECURITY_OLD}

    @property
    def left_unasked(self) -> Prompt | None:
        """A prompt that never came although the device has stored something.

        It took an open network of that name for the one that was meant.
        """
        met = {item.prompt for item in self.answered}
        if self.reply is not Reply.STORED or not self.scanned:
            return None
        return None if met & {Prompt.EAP_TYPE, Prompt.PASSWORD} else Prompt.PASSWORD


def configure(profile: Profile) -> Dialogue[Written]:
    """Write a network. The device must be in listening mode.

    It leaves listening mode afterwards and joins, unless the dialogue never got as far as
    a trial save (6.2).
    """
    unfit = next((p for p in Prompt if not _fits(p, _answer_to(profile, p))), None)
    if unfit is not None:
        return Written(None, unfit=unfit)
    for secret in (profile.password, profile.private_key):
        if secret:
            yield Know(secret)
    yield Settle(0.2)
    yield Send(b"w")
    if not (yield Await((Prompt.SSID.value,), _FIRST)):
        # Lost among other output, perhaps: it comes again after an empty answer.
        yield Send(LINE_END)
        if not (yield Await((Prompt.SSID.value,), _FIRST)):
            return Written(None, waiting_for="the first prompt")
    return (yield from _Wizard(profile).run(Prompt.SSID))


def abandon() -> Dialogue[Written]:
    """End a dialogue that was found half-way, storing nothing where that can be had.

    Where it stands is not known before it is answered. A prompt for a password that is
    answered with nothing can store the password "1" (5.3); what is written afterwards
    replaces it.
    """
    yield Settle(0.2)
    # What stands on the line already would be an answer.
    yield Send(_ERASE * _LONGEST_LINE)
    yield Settle(0.5)
    yield Send(LINE_END)
    return (yield from _Wizard(None).run(None))


class _Wizard:
    """State of one run."""

    def __init__(self, profile: Profile | None) -> None:
        self._profile = profile
        self._answered: list[Answered] = []
        self._misfit: Prompt | None = None

    def run(self, prompt: Prompt | None) -> Dialogue[Written]:
        """Answer prompts until the dialogue ends.

        Args:
            prompt: the one the device waits at; None when that is not known.
        """
        texts, seconds, waiting = _EVERYTHING, _USUAL, b"an answer to an empty line"
        while True:
            if prompt is not None:
                if self._times(prompt) >= _TRIES:
                    return self._end(None, b"another prompt than " + prompt.value)
                echoed = yield from self._answer(prompt)
                self._answered.append(Answered(prompt, echoed))
                if not echoed:
                    return self._end(None, b"the echo of the answer to " + prompt.value)
                texts = texts_after(prompt)
                seconds = _SCAN if prompt in (Prompt.SSID, Prompt.SECURITY) else _USUAL
                waiting = b"what follows " + prompt.value
            found = yield Await(texts, seconds)
            if found == SAVING:
                waiting = b"the result of saving"
                found = yield Await(_ENDS[1:], _SAVE)
            if not isinstance(found, bytes):
                return self._end(None, waiting)
            if found == CLAIM_CODE_REFUSED:
                return self._end(None)
            reply = next((r for r in Reply if r.value == found), None)
            if reply is not None:
                # The rest of the words belongs to the dialogue, not to what comes next.
                if reply is Reply.STORED:
                    yield Await((_FAREWELL,), 2.0)
                return self._end(reply)
            prompt = Prompt(found)

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


def _answer_to(profile: Profile, prompt: Prompt) -> bytes:
    found = _answers(profile, eap_asked=profile.security.enterprise)
    return found.get(prompt, b"")


def _fits(prompt: Prompt, answer: bytes) -> bool:
    """Whether the device reads this answer as it is, and nothing of it as the next one."""
    lines = _lines(answer) if prompt.block else [answer]
    return (
        sum(map(len, lines)) <= prompt.limit
        and max(map(len, lines), default=0) <= _LONGEST_LINE
        and not any(map(_NOT_TYPED.search, lines))
    )


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
        for strictly in (True, False):
            if (yield Type(line, strictly=strictly)):
                break
            # Some of it got lost: take back what arrived.
            yield Send(_ERASE * (len(line) + 1))
            yield Settle(0.5)
        else:
            return False
    yield Send(LINE_END)
    return True
