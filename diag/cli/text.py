"""A diagnosis as one screen of text."""

from collections.abc import Iterator
from typing import Final

import click

from diag.cli.paint import bar, fancy, heading, lines_note, mark, wrap
from diag.diagnosis import Diagnosis, RankedCause, StageState, Verdict
from diag.diagnosis.plan import Step
from diag.join import Outcome
from errorcodes.findings import findings

_SURE: Final = ((0.85, "almost certainly"), (0.6, "probably"), (0.35, "possibly"), (0.0, "unclear; first guess"))
_CAUSES: Final = 4
_EVIDENCE: Final = 5
_STEPS: Final = 3
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
        sure = next(word for least, word in _SURE if first.probability >= least)
        return f"{sure.capitalize()}: {first.title} ({first.probability:.0%})"
    if diagnosis.verdict is Verdict.NO_FAULT:
        return f"No fault: the device got as far as {diagnosis.stage or 'the join'}."
    if diagnosis.verdict is Verdict.UNSUPPORTED:
        return "Not the log of a Photon or P1 running Device OS."
    return "Not enough to say what is wrong, if anything is."


def _lines(diagnosis: Diagnosis) -> Iterator[str]:
    colour = {Verdict.FAULT: "red", Verdict.NO_FAULT: "green"}.get(diagnosis.verdict, "yellow")
    word = diagnosis.verdict.value.upper()
    where = f" at {diagnosis.stage}" if diagnosis.verdict is Verdict.FAULT and diagnosis.stage else ""
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
        note = "" if state in (StageState.REACHED, StageState.NOT_REACHED) else f" ({_STATES[state]})"
        parts.append(f"{mark(signs.get(state))} {name}{note}")
    yield wrap(arrow.join(parts), "Stages: ")


def _attempts(diagnosis: Diagnosis) -> Iterator[str]:
    if not diagnosis.attempts:
        yield "Join attempts: none seen"
        return
    shown: list[str] = []
    for attempt in diagnosis.attempts[-8:]:
        result = str(attempt.code) if attempt.code is not None else attempt.outcome.value
        if attempt.outcome is Outcome.CANCELLED:
            result = "cancelled"
        took = attempt.elapsed_ms
        shown.append(result if took is None else f"{result} after {took / 1000:.1f} s")
    names = {attempt.ssid for attempt in diagnosis.attempts if attempt.ssid}
    to = f" to {', '.join(sorted(names)[:3])}" if names else ""
    more = "… " if diagnosis.attempt_count > len(shown) else ""
    yield wrap(f"{diagnosis.attempt_count}{to}: {more}{', '.join(shown)}", "Join attempts: ")


def _causes(diagnosis: Diagnosis) -> Iterator[str]:
    yield heading("Causes")
    for cause in diagnosis.causes[:_CAUSES]:
        yield wrap(f"{cause.title}  [{cause.id}]", f"  {cause.probability:4.0%} {bar(cause.probability)} ")
    rest = 1 - sum(cause.probability for cause in diagnosis.causes[:_CAUSES])
    if rest >= 0.005:  # noqa: PLR2004 - rounds to a percent
        yield f"  {rest:4.0%} {bar(rest)} something else"
    yield ""
    first = diagnosis.causes[0]
    yield heading("Why the first")
    yield wrap(first.summary, "  ")
    yield from _evidence(first)
    for group in diagnosis.lookalikes[:1]:
        yield wrap(f"{group.text} {group.tell_apart}", "  ? Looks alike: ", "    ")
    yield ""


def _evidence(cause: RankedCause) -> Iterator[str]:
    for item in cause.evidence[:_EVIDENCE]:
        sign = "+" if item.supports else "-"
        inferred = " [inferred]" if item.confidence == "inferred" else ""
        yield wrap(f"{item.text}{inferred}{lines_note(item.lines)}", f"  {sign} ")


def _findings(diagnosis: Diagnosis) -> Iterator[str]:
    notes = [f for f in diagnosis.findings if findings()[f.id].kind == "finding"]
    warnings = [f for f in diagnosis.findings if findings()[f.id].kind == "warning"]
    if not diagnosis.findings:
        return
    yield heading("Also note")
    for found in warnings[:3]:
        yield wrap(findings()[found.id].text, "  ! ")
    for found in notes[:4]:
        record = findings()[found.id]
        text = record.title if diagnosis.causes else record.text
        yield wrap(f"{text}{lines_note(found.lines)}", "  * ")
    yield ""


def _plan(diagnosis: Diagnosis) -> Iterator[str]:
    yield heading("Do this first" if diagnosis.causes else "Next")
    for number, step in enumerate(diagnosis.plan[:_STEPS], start=1):
        yield from _step(number, step, in_full=number == 1)
    more = len(diagnosis.plan) - _STEPS
    if more > 0:
        yield f"  … {more} more: --format markdown shows the whole plan"
    yield ""


def _step(number: int, step: Step, *, in_full: bool) -> Iterator[str]:
    who = "" if step.fix.who == "user" else ", network administrator"
    yield wrap(f"{step.fix.title} ({step.fix.minutes} min{who})", f"  {number}. ")
    if in_full:
        for line in step.fix.steps:
            yield wrap(line, "     - ")
        if step.fix.caution:
            yield wrap(step.fix.caution, "     ! ")


def _questions(diagnosis: Diagnosis) -> Iterator[str]:
    yield heading("Knowing this would tell most")
    for asked in diagnosis.questions[:2]:
        question = asked.question
        yield wrap(question.text, "  ? ")
        facts = [a for a in question.answers if a.value]
        values = "|".join("..." if a.value == "?" else a.value for a in facts)
        if facts:
            yield wrap(f"--fact {facts[0].fact}={values}", "    ")
