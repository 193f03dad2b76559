"""Puts the diagnosis together: what is wrong, how sure, why, and what to do."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from string import Formatter
from typing import Final

from diag.diagnosis.ask import Asked, ask
from diag.diagnosis.case import Case, Family, Observed
from diag.diagnosis.facts import Facts, tried
from diag.diagnosis.family import PHOTON, UNKNOWN, family
from diag.diagnosis.findings import Found, find
from diag.diagnosis.observe import observe
from diag.diagnosis.plan import Step, plan
from diag.diagnosis.stages import STAGES, StageState, failing_stage, furthest_stage, stages
from diag.diagnosis.weigh import Weighed, weigh
from diag.join import Attempt, History
from errorcodes.causes import lookalikes
from errorcodes.findings import findings
from errorcodes.fixes import fixes
from errorcodes.model.causes import Lookalike
from errorcodes.model.confidence import Confidence
from errorcodes.observations import observations

_SHOWN: Final = 0.01
"""Probability under which a cause is not listed."""
_LOOKALIKE: Final = 0.08
"""Probability from which a cause is worth telling apart from its lookalikes."""


class Verdict(StrEnum):
    """The answer in one word."""

    FAULT = "fault"
    NO_FAULT = "no-fault"
    INSUFFICIENT = "insufficient"
    """Not enough to say."""
    UNSUPPORTED = "unsupported"
    """Not the log of a Photon or P1 with Device OS."""


@dataclass(frozen=True, slots=True)
class Evidence:
    """One observation that speaks for or against a cause."""

    id: str
    text: str
    decibans: float
    lines: tuple[int, ...]
    confidence: Confidence

    @property
    def supports(self) -> bool:
        """True when it speaks for the cause."""
        return self.decibans > 0


@dataclass(frozen=True, slots=True)
class RankedCause:
    """A cause with its probability and the evidence for and against it."""

    id: str
    title: str
    summary: str
    stage: str
    probability: float
    confidence: Confidence
    evidence: tuple[Evidence, ...]
    fixes: tuple[str, ...]
    server_log: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Diagnosis:
    """The whole answer."""

    verdict: Verdict
    family: Family
    stage: str | None
    """Where it stops for a fault, else how far it is known to get."""
    stages: Mapping[str, StageState]
    release: str | None
    attempts: tuple[Attempt, ...]
    attempt_count: int
    causes: tuple[RankedCause, ...]
    unknown: float
    """Probability that it is none of the known causes."""
    findings: tuple[Found, ...]
    plan: tuple[Step, ...]
    questions: tuple[Asked, ...]
    lookalikes: tuple[Lookalike, ...]
    observed: tuple[Evidence, ...]
    """Everything observed, with no cause in mind (decibans 0)."""
    facts: Mapping[str, str | int | float | bool]


def diagnose(history: History, told: Facts, *, brief: bool = False) -> Diagnosis:
    """Weigh a history and the facts told.

    `brief` leaves the questions out, which take most of the time.
    """
    case = Case(history, told)
    kind = family(case)
    if kind.id not in (PHOTON, UNKNOWN):
        return _other_family(case, kind)
    done = tried(case.facts)
    outdated = {id for fix in done for id in fixes()[fix].supersedes}
    seen = {item.id: item for item in observe(case) if item.id not in outdated}
    present = set(seen)
    states = stages(case, present)
    ranked = weigh(present, done)
    verdict = _verdict(case, present, states)
    fault = verdict is Verdict.FAULT
    fine = verdict is Verdict.NO_FAULT
    found = find(case, present, ranked if fault else ())
    if verdict is Verdict.INSUFFICIENT and not any(item.id == "log-silent" for item in found):
        found.insert(0, Found("not-enough" if kind.id == PHOTON or told else "no-device-lines"))
    shown = [w for w in ranked if fault and w.probability >= _SHOWN]
    likely = {w.cause.id for w in shown if w.probability >= _LOOKALIKE}
    steps = plan(ranked, done) if fault else []
    more = [] if fine else _next_steps(found, steps, done)
    # Without any result to go by, finding out more is worth more than trying something.
    steps = steps + more if case.attempts else more + steps
    return Diagnosis(
        verdict=verdict,
        family=kind,
        stage=failing_stage(states) if fault else furthest_stage(states),
        stages=states,
        release=case.release,
        attempts=case.attempts,
        attempt_count=max(history.attempt_count, len(case.attempts)),
        causes=tuple(_ranked(w, seen) for w in shown),
        unknown=1 - sum(w.probability for w in ranked) if fault else 1.0,
        findings=tuple(found),
        plan=tuple(steps),
        questions=() if brief or fine else tuple(ask(present, case.facts, done)),
        lookalikes=tuple(g for g in lookalikes() if len(likely & set(g.causes)) > 1),
        observed=tuple(_evidence(item, 0.0) for item in seen.values()),
        facts=case.facts,
    )


def _other_family(case: Case, kind: Family) -> Diagnosis:
    unseen: dict[str, StageState] = dict.fromkeys(STAGES, StageState.UNKNOWN)
    return Diagnosis(
        verdict=Verdict.UNSUPPORTED,
        family=kind,
        stage=None,
        stages=unseen,
        release=case.release,
        attempts=(),
        attempt_count=0,
        causes=(),
        unknown=1.0,
        findings=(Found(f"family-{kind.id}", kind.lines),),
        plan=(),
        questions=(),
        lookalikes=(),
        observed=(),
        facts=case.facts,
    )


def _verdict(case: Case, present: set[str], states: Mapping[str, StageState]) -> Verdict:
    if any(state is StageState.FAILED for state in states.values()):
        return Verdict.FAULT
    if case.failures and not case.connected:
        return Verdict.FAULT
    if present >= _TOO_OLD or any(observations()[id].fault for id in present):
        return Verdict.FAULT
    if case.connected:
        return Verdict.NO_FAULT
    return Verdict.INSUFFICIENT


_TOO_OLD: Final = {"release-with-no-enterprise", "network-enterprise"}
"""Together they are a fault, whatever the log shows."""


def _ranked(weighed: Weighed, seen: Mapping[str, Observed]) -> RankedCause:
    cause = weighed.cause
    evidence = [_evidence(seen[id], weight) for id, weight in weighed.weights.items()]
    evidence.sort(key=lambda e: -abs(e.decibans))
    return RankedCause(
        id=cause.id,
        title=cause.title,
        summary=cause.summary,
        stage=cause.stage,
        probability=weighed.probability,
        confidence=cause.confidence,
        evidence=tuple(evidence),
        fixes=tuple(cure.fix for cure in cause.cures),
        server_log=cause.server_log,
    )


def _evidence(item: Observed, decibans: float) -> Evidence:
    record = observations()[item.id]
    names = {name for _, name, _, _ in Formatter().parse(record.text) if name}
    text = record.text.format_map({**dict.fromkeys(names, "?"), **item.details})
    return Evidence(item.id, text, decibans, item.lines, record.confidence)


def _next_steps(found: list[Found], steps: list[Step], done: list[str]) -> list[Step]:
    """Steps that findings call for in their own right, such as getting a better log."""
    listed = {step.fix.id for step in steps} | set(done)
    extra: list[Step] = []
    for item in found:
        for id in findings()[item.id].next:
            if id not in listed:
                listed.add(id)
                extra.append(Step(fixes()[id], 0.0, (findings()[item.id].title,)))
    return extra
