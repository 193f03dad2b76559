"""A diagnosis as one screen of text."""

from collections.abc import Iterator
from typing import Final

import click

from diag.cli.paint import bar, fancy, heading, lines_note, mark, wrap
from diag.diagnosis import Diagnosis, RankedCause, StageState, Verdict
from diag.diagnosis.ask import Asked
from diag.diagnosis.plan import Step
from diag.join import Outcome
from errorcodes.findings import findings

_SURE: Final = (
    (0.85, "almost certainly"),
    (0.4, "probably"),
    (0.2, "perhaps"),
)
_WORDS: Final = {
    Verdict.FAULT: "FAULT",
    Verdict.NO_FAULT: "FINE",
    Verdict.INSUFFICIENT: "UNCLEAR",
    Verdict.UNSUPPORTED: "OTHER DEVICE",
}
_GOOD: Final = {
    "join": "the device joined the network",
    "address": "the device joined and has an address",
    "cloud": "the device is connected to the cloud",
}
_OUTCOMES: Final = {
    Outcome.JOINED: "joined",
    Outcome.NO_SUPPLICANT: "no supplicant",
    Outcome.CANCELLED: "cancelled",
    Outcome.OPEN: "no result",
}
_ATTEMPTS: Final = 6
_CAUSES: Final = 3
_EVIDENCE: Final = 3
_TELLING: Final = 2.5
"""Decibans from which an observation is worth a line of the one screen."""
_STEPS: Final = 3
_QUESTIONS: Final = 1
_VALUES: Final = 12
_STATES: Final = {
    StageState.REACHED: "reached",
    StageState.FAILED: "stops here",
    StageState.NOT_REACHED: "not reached",
    StageState.NOT_OBSERVABLE: "not observable here",
    StageState.UNKNOWN: "nothing seen",
}


def diagnosis_text(diagnosis: Diagnosis) -> str:
    """Return the screen: verdict, why, what to do first, what to find out next."""
    return "\n".join(_lines(diagnosis))


def headline(diagnosis: Diagnosis) -> str:
    """Return the verdict in one line."""
    if diagnosis.verdict is Verdict.FAULT:
        if not diagnosis.causes:
            return f"Fault at the {diagnosis.stage or 'join'} stage; its cause is not known."
        first = diagnosis.causes[0]
        sure = next((word for least, word in _SURE if first.probability >= least), None)
        if sure is None:
            several = [f"{c.title} ({c.probability:.0%})" for c in diagnosis.causes[:3]]
            return f"Not clear yet. Likeliest: {'; '.join(several)}"
        return f"{sure.capitalize()}: {first.title} ({first.probability:.0%})"
    if diagnosis.verdict is Verdict.NO_FAULT:
        return f"No fault: {_GOOD.get(diagnosis.stage or '', _GOOD['join'])}."
    if diagnosis.verdict is Verdict.UNSUPPORTED:
        return "Not the log of a Photon or P1 running Device OS."
    return "Not enough to say what is wrong, if anything is."


def _lines(diagnosis: Diagnosis) -> Iterator[str]:
    colour = {Verdict.FAULT: "red", Verdict.NO_FAULT: "green"}.get(diagnosis.verdict, "yellow")
    word = _WORDS[diagnosis.verdict]
    where = (
        f" at {diagnosis.stage}" if diagnosis.verdict is Verdict.FAULT and diagnosis.stage else ""
    )
    yield _head(word + where, headline(diagnosis), colour)
    yield ""
    if diagnosis.verdict is not Verdict.UNSUPPORTED:
        yield from _strip(diagnosis)
        yield from _attempts(diagnosis)
        yield ""
    if diagnosis.causes:
        yield from _causes(diagnosis)
    yield from _findings(diagnosis)
    if diagnosis.plan:
        yield from _plan(diagnosis)
    if diagnosis.questions:
        yield from _questions(diagnosis)


def _head(word: str, text: str, colour: str) -> str:
    filled = wrap(text, " " * (len(word) + 2))
    return click.style(word, fg=colour, bold=True) + filled[len(word) :]


def _strip(diagnosis: Diagnosis) -> Iterator[str]:
    arrow = " → " if fancy() else " > "
    signs = {StageState.REACHED: True, StageState.FAILED: False}
    parts: list[str] = []
    for name, state in diagnosis.stages.items():
        note = (
            "" if state in (StageState.REACHED, StageState.NOT_REACHED) else f" ({_STATES[state]})"
        )
        parts.append(f"{mark(signs.get(state))} {name}{note}")
    yield wrap(arrow.join(parts), "Stages: ")


def _attempts(diagnosis: Diagnosis) -> Iterator[str]:
    if not diagnosis.attempts:
        yield "Attempts: none seen"
        return
    shown: list[str] = []
    for attempt in diagnosis.attempts[-_ATTEMPTS:]:
        result = _OUTCOMES.get(attempt.outcome) or str(attempt.code)
        took = attempt.elapsed_ms
        shown.append(result if took is None else f"{result} ({took / 1000:.1f} s)")
    names = sorted({attempt.ssid for attempt in diagnosis.attempts if attempt.ssid})
    to = f" to {', '.join(names[:3])}" if names else ""
    more = "… " if diagnosis.attempt_count > len(shown) else ""
    yield wrap(f"{diagnosis.attempt_count}{to}: {more}{', '.join(shown)}", "Attempts: ")


def _causes(diagnosis: Diagnosis) -> Iterator[str]:
    yield heading("What it can be")
    for cause in diagnosis.causes[:_CAUSES]:
        yield wrap(cause.title, f"  {cause.probability:4.0%} {bar(cause.probability)} ")
    rest = 1 - sum(cause.probability for cause in diagnosis.causes[:_CAUSES])
    if rest >= 0.005:
        yield f"  {rest:4.0%} {bar(rest)} other causes"
    yield ""
    first = diagnosis.causes[0]
    unclear = first.probability < _SURE[-1][0]
    yield heading("Why the first of them" if unclear else "Why")
    yield wrap(first.summary, "  ")
    yield from _evidence(first)
    for group in diagnosis.lookalikes[:1]:
        if first.id in group.causes:
            yield wrap(group.tell_apart, "  ? Looks the same as others: ", "    ")
    yield ""


def _evidence(cause: RankedCause) -> Iterator[str]:
    strong = [item for item in cause.evidence if abs(item.decibans) >= _TELLING]
    for item in (strong or list(cause.evidence))[:_EVIDENCE]:
        sign = "+" if item.supports else "-"
        inferred = " [inferred]" if item.confidence == "inferred" else ""
        yield wrap(f"{item.text}{inferred}{lines_note(item.lines)}", f"  {sign} ")


def _findings(diagnosis: Diagnosis) -> Iterator[str]:
    if not diagnosis.findings:
        return
    notes = [f for f in diagnosis.findings if findings()[f.id].kind == "finding"]
    warnings = [f for f in diagnosis.findings if findings()[f.id].kind == "warning"]
    fault = bool(diagnosis.causes)
    yield heading("Note")
    for found in warnings[: 1 if fault else 3]:
        yield wrap(findings()[found.id].text, "  ! ")
    for found in notes[: 1 if fault else 4]:
        record = findings()[found.id]
        yield wrap(f"{record.title}. {record.text}{lines_note(found.lines)}", "  * ")
    yield ""


def _plan(diagnosis: Diagnosis) -> Iterator[str]:
    yield heading("Do this first (best chance for its effort)" if diagnosis.causes else "Next")
    for number, step in enumerate(diagnosis.plan[:_STEPS], start=1):
        yield from _step(number, step, in_full=number == 1)
    more = len(diagnosis.plan) - _STEPS
    if more > 0:
        yield f"  … and {more} more; the whole plan: --format markdown"
    yield ""


def _step(number: int, step: Step, *, in_full: bool) -> Iterator[str]:
    who = "" if step.fix.who == "user" else ", by the network's administrator"
    yield wrap(f"{step.fix.title} ({step.fix.minutes} min{who})", f"  {number}. ")
    if in_full:
        for line in step.fix.steps:
            yield wrap(line, "     - ")
        if step.fix.caution:
            yield wrap(step.fix.caution, "     ! ")


def _questions(diagnosis: Diagnosis) -> Iterator[str]:
    yield heading("This would tell more; run again with the answer")
    for asked in diagnosis.questions[:_QUESTIONS]:
        yield wrap(asked.question.text, "  ? ")
        yield wrap(answer_option(asked).replace("|", " | "), "    ")


def answer_option(asked: Asked) -> str:
    """The option by which a question is answered, with its values where they are few."""
    answers = [answer for answer in asked.question.answers if answer.value]
    name = answers[0].fact
    values = [answer.value for answer in answers]
    if values == ["?"] or len(values) > _VALUES:
        return f"--{name} ..." if name in ("device-os", "led") else f"--fact {name}=..."
    return f"--fact {name}={'|'.join(values)}"
