"""The closed loop: watch, diagnose, propose, write, watch again, until it joins.

Every write is a proposal first. After it the next joins are watched and told before and
after. Between tries the device is held in listening mode, where it does not retry, since
every rejected login counts towards a lock-out of the account.
"""

from collections.abc import Callable, Generator
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from diag.credentials.profile import Profile
from diag.diagnosis import Diagnosis, Verdict
from diag.diagnosis.plan import Step
from diag.stream.secrets import Secret
from diag.tasks.asking import ask_release
from diag.tasks.configuring import Outcome, shapes, write_profile
from diag.tasks.listening import enter_listening, leave_listening
from diag.tasks.observing import AskLed, ObserveStep, Watching, observe
from diag.tasks.opened import Device
from diag.tasks.remedies import Change, Field, Given, Remedy, changes, remedies
from errorcodes.fixes import fixes

TRIES: Final = 3
"""Joins watched before and after a change: one burst (device-facts 3.4)."""
_READINGS: Final = 2
"""Readings of the vitals before any change, where the log is silent; one after each."""
_WRITE_AGAIN: Final = "store-credentials-again"
"""The fix to begin with when the device shows nothing at all: it may have no settings."""
WRITES: Final = 5
"""Changes made in one run at most."""


@dataclass(frozen=True, slots=True)
class Doubted:
    """What the checks say against the settings that the device is said to have."""

    objections: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """A diagnosis, before any change or after the latest."""

    diagnosis: Diagnosis
    after: str
    """Id of the fix it comes after; empty for the first."""


@dataclass(frozen=True, slots=True)
class Wanted:
    """Asks for something only the user can tell; it is sent a text, a `Secret`, or None."""

    field: Field
    step: Step


@dataclass(frozen=True, slots=True)
class Proposed:
    """A fix with what it changes; it is sent True to have it done."""

    step: Step
    changes: tuple[Change, ...]
    objections: tuple[str, ...] = ()
    """What the checks say against the new settings; with any, it cannot be done."""
    unlikely: bool = False
    """Whether the plan leaves it out, as unlikely to help for what it costs."""


@dataclass(frozen=True, slots=True)
class Wrote:
    """The change was written, or refused by the device."""

    step: Step
    outcome: Outcome


class End(Enum):
    """How it came out."""

    WELL = "nothing was wrong"
    CURED = "cured"
    SHOWN = "it joins, but only by a change that is meant as a test"
    NOTHING_LEFT = "nothing is left that can be done from the device"
    OTHER_NETWORK = "the device takes another network of this name for the one that is meant"
    LIMIT = "as many changes were tried as is safe"
    UNDECIDED = "the device shows too little to say what is wrong"


@dataclass(frozen=True, slots=True)
class Result:
    """What the whole run came to."""

    end: End
    before: Diagnosis
    after: Diagnosis
    cured_by: Step | None
    tried: tuple[Step, ...]
    """Fixes that were carried out, or refused by the device, and did not help."""
    profile: Profile
    """The settings that the device has, as far as it took them."""
    seconds: float | None = None
    """From the writing of the fix to the joined device."""
    held: bool = False
    """Whether the device was left in listening mode so that it does not retry."""


FixStep = ObserveStep | Doubted | Judged | Wanted | Proposed | Wrote
FixAnswer = str | Secret | bool | None
Objections = Callable[[Profile], tuple[str, ...]]
"""What speaks against writing settings, in words; empty when nothing does."""


def fix(
    device: Device,
    profile: Profile,
    *,
    objections: Objections = lambda _: (),
    tries: int = TRIES,
    writes: int = WRITES,
    hold: bool = True,
) -> Generator[FixStep, FixAnswer, Result]:
    """Find what is wrong and cure it as far as that can be done from the device.

    Args:
        device: an opened one.
        profile: the settings as the device has them now.
        objections: asked before anything is written.
        tries: joins watched before and after a change.
        writes: changes made at most.
        hold: keep the device in listening mode between tries, and at the end if not cured.

    Raises:
        Gone: the device went away.
        DeviceError: it does not do what it is asked.
    """
    return (yield from _Fixing(device, profile, objections, writes, hold).run(tries))


class _Fixing:
    def __init__(
        self, device: Device, profile: Profile, objections: Objections, writes: int, hold: bool
    ) -> None:
        self._device = device
        self._profile = profile
        self._objections = objections
        self._writes = writes
        self._hold = hold
        self._tried: list[Step] = []
        self._passed: set[str] = set()
        """Fixes that were declined, or changed nothing."""

    def run(self, tries: int) -> Generator[FixStep, FixAnswer, Result]:
        live = self._device.live
        for name, value in shapes(self._profile):
            live.note(name, value)
        ask_release(self._device)
        if against := self._objections(self._profile):
            yield Doubted(against)
        before, _ = yield from self._judge(tries, "")
        now = before
        if now.verdict is Verdict.NO_FAULT:
            self._let_go()
            return self._result(End.WELL, before, now)
        while True:
            self._hold_still()
            chosen = yield from self._choose(now)
            if chosen is None:
                end = End.UNDECIDED if now.verdict is Verdict.INSUFFICIENT else End.NOTHING_LEFT
                return self._result(end, before, now)
            if len(self._tried) >= self._writes:
                return self._result(End.LIMIT, before, now)
            step, after = chosen
            outcome = self._carry_out(step, after)
            if outcome is not None:
                yield Wrote(step, outcome)
            if outcome is not None and not outcome.ok:
                self._tried.append(step)
                if outcome.written.left_unasked is not None:
                    self._hold_still()
                    return self._result(End.OTHER_NETWORK, before, now)
                continue
            kept, self._profile = self._profile, after
            self._let_go()
            begun = live.link.now()
            now, when = yield from self._judge(tries, step.fix.id)
            if now.verdict is Verdict.NO_FAULT:
                self._let_go()
                test = remedies()[step.fix.id].only_to_test
                end = End.SHOWN if test else End.CURED
                result = self._result(end, before, now, step)
                return replace(result, seconds=None if when is None else when - begun)
            self._tried.append(step)
            live.note("tried", step.fix.id)
            now = live.session.diagnosis()
            if remedies()[step.fix.id].only_to_test and write_profile(self._device, kept).ok:
                self._profile = kept

    def _carry_out(self, step: Step, after: Profile) -> Outcome | None:
        """Do it; None where nothing was to be written."""
        if remedies()[step.fix.id].radio:
            enter_listening(self._device, finish=True)
            return None
        return write_profile(self._device, after)

    def _judge(
        self, tries: int, after: str
    ) -> Generator[FixStep, FixAnswer, tuple[Diagnosis, float | None]]:
        """The diagnosis once enough was seen, and when the device had joined."""
        watching = observe(self._device, tries, 1 if after else _READINGS)
        answer: str | None = None
        while True:
            try:
                step = watching.send(answer)
            except StopIteration as end:
                when: float | None = end.value
                break
            given = yield step
            answer = given if isinstance(given, str) else None
        diagnosis = self._device.live.session.diagnosis()
        yield Judged(diagnosis, after)
        return diagnosis, when

    def _hold_still(self) -> None:
        """Stop the device from retrying while a person decides."""
        if not self._hold:
            self._let_go()
        elif not self._device.listening:
            enter_listening(self._device, finish=True)
        if "device-os" not in self._device.live.session.facts:
            ask_release(self._device)

    def _let_go(self) -> None:
        if self._device.listening:
            leave_listening(self._device)

    def _choose(
        self, diagnosis: Diagnosis
    ) -> Generator[FixStep, FixAnswer, tuple[Step, Profile] | None]:
        """The first fix of the plan that can be done, is wanted, and what it leads to."""
        done = self._passed | {step.fix.id for step in self._tried}
        steps = list(diagnosis.plan)
        listed = {step.fix.id for step in steps}
        for cause in diagnosis.causes:
            # Unlikely to help, so the plan leaves it out; yet nothing else is left then.
            others = [fix for fix in cause.fixes if fix in remedies() and fix not in listed]
            steps += [Step(fixes()[fix], 0.0, (cause.title,)) for fix in others]
            listed.update(others)
        if diagnosis.verdict is Verdict.INSUFFICIENT:
            steps.append(Step(fixes()[_WRITE_AGAIN], 0.0, ()))
        for step in steps:
            remedy = remedies().get(step.fix.id)
            if remedy is None or step.fix.id in done or not remedy.fits(self._profile):
                continue
            after = yield from self._change(step, remedy)
            if after is None or (after == self._profile and not remedy.always):
                self._passed.add(step.fix.id)
                continue
            against = self._objections(after)
            unlikely = step not in diagnosis.plan and bool(diagnosis.causes)
            yes = yield Proposed(step, changes(self._profile, after), against, unlikely)
            if yes and not against:
                return step, after
            self._passed.add(step.fix.id)
        return None

    def _change(self, step: Step, remedy: Remedy) -> Generator[FixStep, FixAnswer, Profile | None]:
        given: dict[Field, str | Secret] = {}
        for field in remedy.wants(self._profile):
            answer = yield Wanted(field, step)
            if not isinstance(answer, str | Secret) or not answer:
                return None
            given[field] = answer
        wanted: Given = given
        return remedy.change(self._profile, wanted)

    def _result(
        self, end: End, before: Diagnosis, after: Diagnosis, cured_by: Step | None = None
    ) -> Result:
        held = self._device.listening
        return Result(end, before, after, cured_by, tuple(self._tried), self._profile, held=held)


__all__ = [
    "AskLed",
    "Doubted",
    "End",
    "FixAnswer",
    "FixStep",
    "Judged",
    "Proposed",
    "Result",
    "Wanted",
    "Watching",
    "Wrote",
    "fix",
]
