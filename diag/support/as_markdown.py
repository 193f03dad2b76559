"""A diagnosis as Markdown: the whole of it, for a ticket or a forum."""

import re
from collections.abc import Iterator
from typing import Final

from diag.diagnosis import Diagnosis, Verdict
from diag.stream import inert
from diag.support.as_json import code_symbol
from errorcodes.findings import findings

_SPECIAL: Final = re.compile(r"([\\`*_{}\[\]()#+!|<>~$&@:-])")
_VERDICTS: Final = {
    Verdict.FAULT: "Fault found",
    Verdict.NO_FAULT: "No fault",
    Verdict.INSUFFICIENT: "Not enough to say",
    Verdict.UNSUPPORTED: "Not the log of a Photon or P1 running Device OS",
}


def diagnosis_markdown(diagnosis: Diagnosis, source: str = "") -> str:
    """Return the whole diagnosis; text that is not ours is escaped, so that it acts on nothing."""
    return "\n".join(_lines(diagnosis, source))


def escape(text: str) -> str:
    """Make foreign text plain in Markdown and in the HTML it becomes."""
    return _SPECIAL.sub(lambda match: f"\\{match[1]}", inert(text)).replace("\\<", "&lt;")


def _lines(diagnosis: Diagnosis, source: str) -> Iterator[str]:
    stage = f" at stage {diagnosis.stage}" if diagnosis.stage else ""
    yield f"# {_VERDICTS[diagnosis.verdict]}{stage}"
    yield ""
    if source:
        yield f"Input: {escape(source)}  "
    yield f"Device OS: {escape(diagnosis.release or 'not known')}  "
    strip = " → ".join(f"{name}: {state.value}" for name, state in diagnosis.stages.items())
    yield f"Stages: {strip}"
    yield ""
    yield from _attempts(diagnosis)
    yield from _causes(diagnosis)
    yield from _findings(diagnosis)
    yield from _plan(diagnosis)
    yield from _questions(diagnosis)


def _attempts(diagnosis: Diagnosis) -> Iterator[str]:
    if not diagnosis.attempts:
        return
    yield f"## Join attempts ({diagnosis.attempt_count})"
    yield ""
    yield "| # | network | result | took | free heap | lines |"
    yield "|---|---|---|---|---|---|"
    for attempt in diagnosis.attempts[-20:]:
        symbol = code_symbol(attempt.code)
        result = attempt.outcome.value
        if attempt.code is not None:
            result = f"{attempt.code} {escape(symbol or 'unknown code')}"
        took = attempt.elapsed_ms
        yield (
            f"| {attempt.number} | {escape(attempt.ssid or '?')} | {result} "
            f"| {'?' if took is None else f'{took} ms'} "
            f"| {'?' if attempt.heap is None else attempt.heap} "
            f"| {', '.join(map(str, attempt.lines))} |"
        )
    yield ""


def _causes(diagnosis: Diagnosis) -> Iterator[str]:
    if not diagnosis.causes:
        return
    yield "## Causes"
    yield ""
    for cause in diagnosis.causes[:6]:
        yield f"### {cause.probability:.0%} {cause.title} (`{cause.id}`)"
        yield ""
        yield cause.summary
        yield ""
        for item in cause.evidence:
            word = "for" if item.supports else "against"
            inferred = ", inferred" if item.confidence == "inferred" else ""
            lines = f", lines {', '.join(map(str, item.lines[:6]))}" if item.lines else ""
            yield f"- {word} ({item.decibans:+.0f} dB{inferred}{lines}): {escape(item.text)}"
        for server, text in cause.server_log.items():
            yield f"- in the log of {server}: {escape(text)}"
        yield ""
    yield f"None of these or of the other known causes: {diagnosis.unknown:.0%}"
    yield ""
    for group in diagnosis.lookalikes:
        names = ", ".join(f"`{id}`" for id in group.causes)
        yield f"- These look alike from the device ({names}): {group.text} {group.tell_apart}"
    yield ""


def _findings(diagnosis: Diagnosis) -> Iterator[str]:
    if not diagnosis.findings:
        return
    yield "## Also seen"
    yield ""
    for found in diagnosis.findings:
        record = findings()[found.id]
        word = "**Warning:** " if record.kind == "warning" else ""
        lines = f" (lines {', '.join(map(str, found.lines[:6]))})" if found.lines else ""
        yield f"- {word}{record.title}{lines}. {record.text}"
    yield ""


def _plan(diagnosis: Diagnosis) -> Iterator[str]:
    if not diagnosis.plan:
        return
    yield "## What to do, in this order"
    yield ""
    for number, step in enumerate(diagnosis.plan, start=1):
        fix = step.fix
        chance = f", cures it with a chance of {step.chance:.0%}" if step.chance else ""
        yield f"{number}. **{fix.title}** ({fix.minutes} min, risk {fix.risk}, {fix.who}{chance})"
        for line in fix.steps:
            yield f"   - {line}"
        if fix.risk_text:
            yield f"   - Risk: {fix.risk_text}"
        if fix.caution:
            yield f"   - Caution: {fix.caution}"
    yield ""


def _questions(diagnosis: Diagnosis) -> Iterator[str]:
    if not diagnosis.questions:
        return
    yield "## What would tell more"
    yield ""
    for asked in diagnosis.questions[:5]:
        yield f"- {asked.question.text} {asked.question.how}"
    yield ""
