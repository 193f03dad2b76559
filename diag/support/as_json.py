"""A diagnosis as the stable JSON of `diagnosis.schema.json`."""

from typing import Any, Final

from diag.diagnosis import Diagnosis, RankedCause
from diag.diagnosis.ask import Asked
from diag.diagnosis.diagnose import Evidence
from diag.diagnosis.findings import Found
from diag.diagnosis.plan import AUTOMATIC, Step
from diag.join import Attempt
from errorcodes.codes import lookup
from errorcodes.findings import findings

SCHEMA_VERSION: Final = 1

Json = dict[str, Any]


def diagnosis_json(diagnosis: Diagnosis, source: str | None = None) -> Json:
    """Return one diagnosis as the object of the schema."""
    kinds = {found.id: findings()[found.id].kind for found in diagnosis.findings}
    return {
        "schema": SCHEMA_VERSION,
        **({} if source is None else {"source": source}),
        "verdict": diagnosis.verdict.value,
        "stage": diagnosis.stage,
        "stages": {name: state.value for name, state in diagnosis.stages.items()},
        "device": {
            "family": diagnosis.family.id,
            "device_os": diagnosis.release,
        },
        "attempts": [_attempt(attempt) for attempt in diagnosis.attempts],
        "attempt_count": diagnosis.attempt_count,
        "findings": [_finding(f) for f in diagnosis.findings if kinds[f.id] == "finding"],
        "warnings": [_finding(f) for f in diagnosis.findings if kinds[f.id] == "warning"],
        "causes": [_cause(cause) for cause in diagnosis.causes],
        "unknown": round(diagnosis.unknown, 4),
        "plan": [_step(step) for step in diagnosis.plan],
        "questions": [_question(asked) for asked in diagnosis.questions],
        "lookalikes": [
            {"causes": list(group.causes), "text": group.text, "tell_apart": group.tell_apart}
            for group in diagnosis.lookalikes
        ],
        "observations": [_evidence(item) for item in diagnosis.observed],
        "facts": dict(diagnosis.facts),
    }


def results_json(results: list[Json]) -> Json:
    """Return several results as one object."""
    return {"schema": SCHEMA_VERSION, "results": results}


def error_json(source: str, message: str) -> Json:
    """Return the result of an input that could not be used."""
    return {"schema": SCHEMA_VERSION, "source": source, "verdict": "unusable", "error": message}


def code_symbol(code: int | None) -> str | None:
    """Return the symbol of a join result; None when it has none."""
    found = lookup(code, "join") if code is not None else ()
    return found[0].symbol if found else None


def _attempt(attempt: Attempt) -> Json:
    return {
        "number": attempt.number,
        "ssid": attempt.ssid,
        "outcome": attempt.outcome.value,
        "code": attempt.code,
        "symbol": code_symbol(attempt.code),
        "start_ms": attempt.start_ms,
        "end_ms": attempt.end_ms,
        "elapsed_ms": attempt.elapsed_ms,
        "burst": attempt.burst,
        "round": attempt.round,
        "boot": attempt.boot,
        "supplicant": attempt.supplicant.value,
        "supplicant_code": attempt.supplicant_code,
        "heap": attempt.heap,
        "heap_before": attempt.heap_before,
        "heap_at_join": attempt.heap_at_join,
        "heap_after": attempt.heap_after,
        "lines": list(attempt.lines),
    }


def _finding(found: Found) -> Json:
    record = findings()[found.id]
    return {
        "id": found.id,
        "title": record.title,
        "text": record.text,
        "lines": list(found.lines),
        "confidence": record.confidence,
    }


def _cause(cause: RankedCause) -> Json:
    return {
        "id": cause.id,
        "title": cause.title,
        "summary": cause.summary,
        "stage": cause.stage,
        "probability": round(cause.probability, 4),
        "confidence": cause.confidence,
        "evidence": [_evidence(item) for item in cause.evidence],
        "fixes": list(cause.fixes),
        "server_log": dict(cause.server_log),
    }


def _evidence(item: Evidence) -> Json:
    return {
        "id": item.id,
        "text": item.text,
        "supports": item.supports,
        "weight_db": round(item.decibans, 1),
        "lines": list(item.lines),
        "confidence": item.confidence,
    }


def _step(step: Step) -> Json:
    fix = step.fix
    return {
        "fix": fix.id,
        "title": fix.title,
        "why": "; ".join(step.cures),
        "chance": round(step.chance, 4),
        "automatic": fix.action in AUTOMATIC,
        "action": fix.action or None,
        "who": fix.who,
        "minutes": fix.minutes,
        "risk": fix.risk,
        "risk_text": fix.risk_text,
        "steps": list(fix.steps),
        "caution": fix.caution,
    }


def _question(asked: Asked) -> Json:
    question = asked.question
    return {
        "id": question.id,
        "text": question.text,
        "how": question.how,
        "minutes": question.minutes,
        "bits": None if asked.bits is None else round(asked.bits, 3),
        "answers": [
            {"text": answer.text, "option": f"--fact {answer.fact}={answer.value}"}
            for answer in question.answers
            if answer.value
        ],
    }
