"""`wpa2diag explain`."""

import json
import re
from collections.abc import Iterator
from typing import Any, Final

import click

from diag.cli.exits import Exit, Failure
from diag.cli.paint import heading, wrap
from errorcodes.codes import families, lookup, parse_number, plain_number
from errorcodes.model.causes import Cause
from errorcodes.model.codes import Code
from errorcodes.model.confidence import CONFIDENCES
from errorcodes.model.findings import Finding
from errorcodes.model.fixes import Fix
from errorcodes.model.messages import Message
from errorcodes.model.releases import Release

_SHORT: Final = re.compile(r"\S+")
_NUMBERS: Final = re.compile(r"(?<![\w.:-])-?(?:0[xX][0-9a-fA-F]{1,8}|\d{1,5})(?![\w.])")
_JOIN_RESULTS: Final = 1000
"""Numbers from here on are join results unless words say otherwise."""
_CONTEXTS: Final = (
    ("net:stat", "net:stat"),
    ("net:dconnrsn", "net:dconnrsn"),
    ("net:err", "net:err"),
    ("result", "join"),
    ("supplicant", "supplicant"),
    ("handshake", "cloud"),
    ("cloud error", "cloud-error"),
    ("sos", "panic"),
    ("panic", "panic"),
)
_IN_FULL: Final = 3
"""Records shown whole; of the others only the names."""


@click.command("explain", context_settings={"ignore_unknown_options": True})
@click.argument("words", nargs=-1, required=True, metavar="CODE|SYMBOL|WORDS…")
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
def command(words: tuple[str, ...], as_json: bool) -> None:
    """Say what a code, a symbol, an LED pattern, a log line or a word means.

    \b
    wpa2diag explain 1007
    wpa2diag explain NOT_KEYED
    wpa2diag explain 0x2000401
    wpa2diag explain 3 orange blinks
    wpa2diag explain outer identity
    wpa2diag explain "0000008489 [hal.wlan] ERROR: wiced_join_ap_specific(), result: 1025"

    Exit codes: 0 found, 4 nothing known by that name.
    """
    unknown = next((word for word in words if re.fullmatch(r"--[a-z][a-z-]*", word)), None)
    if unknown is not None:
        raise click.UsageError(f"there is no option {unknown}; see: wpa2diag explain --help")
    text = " ".join(words)
    message, records = _find(text)
    if as_json:
        found = [_record_json(record) for record in records]
        entry = None if message is None else _record_json(message)
        click.echo(
            json.dumps({"schema": 1, "query": text, "line": entry, "results": found}, indent=2)
        )
    elif message is not None or records:
        every = list(_all(message, records))
        click.echo("\n\n".join("\n".join(_text(record)) for record in every[:_IN_FULL]))
        for number, record in enumerate(every[_IN_FULL:]):
            click.echo(("\nAlso:\n" if number == 0 else "") + wrap(_title(record), "  "))
        reduced = _reduced(text)
        if reduced:
            click.echo(f"\n{reduced}")
    if message is None and not records:
        hint = "try a number such as 1007, a symbol, an LED such as 'orange 3 blinks', or a word"
        if as_json:
            raise SystemExit(Exit.UNDECIDED)
        raise Failure(f"nothing known about {text[:80]!r}; {hint}", Exit.UNDECIDED)


_Record = Code | Cause | Finding | Fix | Message | Release


def _all(message: Message | None, records: list[_Record]) -> Iterator[_Record]:
    if message is not None:
        yield message
    yield from records


def _find(text: str) -> tuple[Message | None, list[_Record]]:
    """The line and the records a text stands for, the most literal reading first."""
    number = parse_number(text)
    if number is not None:
        return None, list(lookup(number))
    release = _release(text)
    if release is not None:
        return None, [release]
    if not _SHORT.fullmatch(text):
        found = _find_line(text)
        if found[0] is not None:
            return found
    named = _named_numbers(text)
    if named:
        return None, named
    from errorcodes.search import search

    return None, list(search(text))


def _release(text: str) -> Release | None:
    text = text.lower().removeprefix("device os").strip()
    if "." not in text:
        return None
    from errorcodes.releases import releases

    return next((r for r in releases() if r.version == text.removeprefix("v")), None)


def _named_numbers(text: str) -> list[_Record]:
    """Numbers whose meaning the words before them fix: `net:stat 3`, `error 1007`."""
    words = text.lower()
    context = next((context for word, context in _CONTEXTS if word in words), None)
    found: list[_Record] = []
    for part in _NUMBERS.findall(text):
        number = int(part, 0)
        if context is not None or number >= _JOIN_RESULTS:
            found += lookup(number, context)
    return found


def _find_line(text: str) -> tuple[Message | None, list[_Record]]:
    from diag.log import LogReader
    from diag.log.catalogue import understand, understand_bare

    contexts = {
        "join-failed": "join",
        "supplicant-started": "supplicant",
        "cloud-handshake-failed": "cloud",
        "cloud-loop-error": "cloud",
        "cloud-error": "cloud-error",
        "reset-reason": "panic",
    }
    reader = LogReader()
    events = reader.feed(text.encode("utf-8", "replace") + b"\n") + reader.close()
    readings = [event.text for event in events if event.text] or [text.strip()]
    for reading in readings:
        meaning = understand(reading) or understand_bare(reading)
        if meaning is None:
            continue
        context = contexts.get(meaning.kind.value)
        number = meaning.number
        if context == "panic":
            number = int(meaning.name) if meaning.number == 130 and meaning.name else None
        codes: list[_Record] = []
        if context is not None and number is not None:
            codes = list(lookup(number, context))
        return meaning.message, codes
    return None, []


def _reduced(text: str) -> str:
    number = parse_number(text)
    if number is None or plain_number(number) == number:
        return ""
    return f"({text.strip()} carries code {plain_number(number)} in its low half)"


def _text(record: _Record) -> Iterator[str]:
    if isinstance(record, Code):
        yield from _code_text(record)
    elif isinstance(record, Message):
        yield heading("This line")
        yield wrap(record.means, "  ")
        yield wrap(f"{record.source} ({CONFIDENCES[record.confidence]})", "  Source: ")
    elif isinstance(record, Fix):
        yield from _fix_text(record)
    elif isinstance(record, Release):
        yield from _release_text(record)
    elif isinstance(record, Cause):
        yield heading(f"Cause: {record.title}  [{record.id}]")
        yield wrap(record.summary, "  ")
        for server, line in record.server_log.items():
            yield wrap(line, f"  In the log of {server}: ")
        yield wrap(f"{record.source} ({CONFIDENCES[record.confidence]})", "  Source: ")
    else:
        yield heading(f"{record.kind.capitalize()}: {record.title}  [{record.id}]")
        yield wrap(record.text, "  ")
        yield wrap(f"{record.source} ({CONFIDENCES[record.confidence]})", "  Source: ")


def _title(record: _Record) -> str:
    if isinstance(record, Code):
        number = "" if record.number is None else f"{record.number} "
        return f"{number}{record.symbol} ({families()[record.family].title})"
    if isinstance(record, Message | Release):
        return record.version if isinstance(record, Release) else record.text
    return f"{record.title} [{record.id}]"


def _fix_text(fix: Fix) -> Iterator[str]:
    yield heading(f"Fix: {fix.title}  [{fix.id}]")
    for step in fix.steps:
        yield wrap(step, "  - ")
    yield wrap(f"{fix.minutes} min, risk {fix.risk}: {fix.risk_text}", "  Takes: ")
    if fix.caution:
        yield wrap(fix.caution, "  ! ")


def _release_text(release: Release) -> Iterator[str]:
    from errorcodes.releases import defects, has_defect, visibility

    yield heading(f"Device OS {release.version}   (module version {release.module_version})")
    if release.note:
        yield wrap(release.note, "  ")
    shown = visibility(release.version)
    if shown is not None:
        yield wrap(shown.text, "  Prints: ")
    for defect in defects():
        if has_defect(defect, release.version):
            until = f" (until {defect.fixed})" if defect.fixed else ""
            yield wrap(f"{defect.title}{until}", "  * ")


def _code_text(code: Code) -> Iterator[str]:
    number = "" if code.number is None else f"{code.number}  "
    yield heading(f"{number}{code.symbol}") + f"   ({families()[code.family].title})"
    yield wrap(code.meaning, "  ")
    if code.not_meaning:
        yield wrap(code.not_meaning, "  Not: ")
    yield wrap(code.origin, "  From: ")
    causes = _causes_of(code)
    if causes:
        yield wrap("; ".join(cause.title for cause in causes[:5]), "  Seen with: ")
    yield wrap(f"{code.source} ({CONFIDENCES[code.confidence]})", "  Source: ")
    if causes and "join" in families()[code.family].contexts:
        yield f"  Next: wpa2diag diagnose --code {code.number}"


def _causes_of(code: Code) -> list[Cause]:
    """The causes that this code, seen alone, speaks for most."""
    names = {f"led-{code.symbol}"} if code.led is not None else set[str]()
    if "join" in families()[code.family].contexts:
        names = {f"mix-only-{code.number}", f"code-{code.number}"}
    if not names:
        return []
    from errorcodes.causes import causes

    def weight(cause: Cause) -> float:
        return sum(cause.evidence.get(name, 0.0) for name in names)

    found = [cause for cause in causes().values() if weight(cause) > 0]
    return sorted(found, key=lambda cause: -(weight(cause) + cause.prior))


def _record_json(record: _Record) -> dict[str, Any]:
    if isinstance(record, Code):
        return {
            "type": "code",
            "id": record.id,
            "number": record.number,
            "symbol": record.symbol,
            "family": record.family,
            "meaning": record.meaning,
            "not_meaning": record.not_meaning,
            "origin": record.origin,
            "source": record.source,
            "confidence": record.confidence,
            "causes": [cause.id for cause in _causes_of(record)],
        }
    if isinstance(record, Message):
        return {"type": "message", "id": record.id, "text": record.text, "means": record.means}
    if isinstance(record, Fix):
        return {
            "type": "fix",
            "id": record.id,
            "title": record.title,
            "steps": list(record.steps),
            "minutes": record.minutes,
            "caution": record.caution,
        }
    if isinstance(record, Release):
        return {
            "type": "release",
            "version": record.version,
            "module_version": record.module_version,
            "note": record.note,
        }
    if isinstance(record, Cause):
        return {
            "type": "cause",
            "id": record.id,
            "title": record.title,
            "summary": record.summary,
            "fixes": [cure.fix for cure in record.cures],
            "server_log": dict(record.server_log),
        }
    return {
        "type": record.kind,
        "id": record.id,
        "title": record.title,
        "text": record.text,
    }
