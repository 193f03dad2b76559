"""`wpa2diag diagnose`."""

import json
import sys
import time
from typing import Any, Final

import click

from diag.cli.exits import Exit, Failure
from diag.cli.facts_options import fact_options, told_facts
from diag.cli.paint import heading, wrap
from diag.cli.text import diagnosis_text, headline
from diag.diagnosis import Diagnosis, Verdict
from diag.inert import inert
from diag.stream import Fact
from diag.tasks.diagnosing import diagnose_input
from diag.tasks.intake import InputError, Progress, find_inputs

EXITS: Final = {
    Verdict.NO_FAULT: Exit.OK,
    Verdict.FAULT: Exit.FAULT,
    Verdict.INSUFFICIENT: Exit.UNDECIDED,
    Verdict.UNSUPPORTED: Exit.UNDECIDED,
}
_WORST_FIRST: Final = (Exit.FAULT, Exit.INPUT, Exit.UNDECIDED, Exit.OK)
_QUIET_SECONDS: Final = 1.0

_Result = tuple[str, Diagnosis | str]
"""An input with its diagnosis, or with why it cannot be used."""


@click.command("diagnose")
# Whether it can be read shows when it is opened, and has its own exit code.
@click.argument("inputs", nargs=-1, metavar="FILE…", type=click.Path(readable=False, path_type=str))
@click.option(
    "--format",
    "form",
    type=click.Choice(["text", "json", "markdown"]),
    default="text",
    show_default=True,
    help="How to print the diagnosis.",
)
@fact_options
def command(inputs: tuple[str, ...], form: str, **options: Any) -> None:
    """Say what is wrong, how sure that is and why, and what to do first.

    FILE is a device log, a recording, or a case file; plain or compressed (gz, bz2,
    xz); `-` reads standard input; a folder stands for the files in it. With --code
    no file is needed.

    \b
    wpa2diag diagnose photon.log
    wpa2diag diagnose photon.log --device-os 1.5.2 --eap peap --outer-identity ""
    wpa2diag diagnose --code 1007 --elapsed 7s --device-os 1.5.2 --server nps
    particle serial monitor | wpa2diag diagnose -
    wpa2diag diagnose logs/ --format json

    Exit codes: 0 joined or no fault, 1 fault found, 2 wrong usage, 3 input
    unusable, 4 not enough evidence or not from a Photon. With several inputs the
    first of 1, 3, 4, 0 that occurs.
    """
    facts = told_facts(options)
    if not inputs:
        if not facts:
            raise Failure("name a log file, or - for standard input, or give --code N", Exit.USAGE)
        results: list[_Result] = [("", diagnose_input(None, facts))]
        sys.exit(_report(results, form, several=False))
    if {"code", "elapsed"} & {fact.name for fact in facts}:
        raise Failure("--code and --elapsed stand in place of a file; give one", Exit.USAGE)
    results = []
    for path in inputs:
        results += _all_of(path, facts)
    several = len(inputs) > 1 or any(
        path != result[0] for path, result in zip(inputs, results, strict=False)
    )
    if not several and isinstance(results[0][1], str):
        if form == "json":
            _echo_json(_json(results[0], alone=True))
        raise Failure(results[0][1])
    sys.exit(_report(results, form, several=several))


def _all_of(path: str, facts: list[Fact]) -> list[_Result]:
    """The results of one argument: of a folder, those of its files that are logs."""
    try:
        found = find_inputs(path)
    except InputError as error:
        return [(path, str(error))]
    results = [_one(file, facts) for file in found]
    if found == [path]:
        return results
    logs = [result for result in results if _is_log(result[1])]
    passed = len(results) - len(logs)
    if not logs:
        return [(path, f"{path}: none of its {passed} files is the log of a Photon or P1")]
    if passed:
        click.echo(
            f"wpa2diag: {inert(path)}: passed over {passed} files that are no logs", err=True
        )
    return logs


def _one(path: str, facts: list[Fact]) -> _Result:
    try:
        return path, diagnose_input(path, facts, _progress(path), remark)
    except InputError as error:
        return path, str(error)


def remark(text: str) -> None:
    """Say something beside the result."""
    click.echo(f"wpa2diag: {inert(text)}", err=True)


def _is_log(result: Diagnosis | str) -> bool:
    return not isinstance(result, str) and result.family.id != "unknown"


def _report(results: list[_Result], form: str, *, several: bool) -> Exit:
    if form == "json":
        if several:
            from diag.support.as_json import results_json

            _echo_json(results_json([_json(result, alone=False) for result in results]))
        else:
            _echo_json(_json(results[0], alone=True))
    elif form == "markdown":
        from diag.support.as_markdown import diagnosis_markdown, escape

        for path, result in results:
            unusable = isinstance(result, str)
            click.echo(escape(result) if unusable else diagnosis_markdown(result, path))
    else:
        _text(results, several=several)
    codes = {Exit.INPUT if isinstance(r, str) else EXITS[r.verdict] for _, r in results}
    return next(code for code in _WORST_FIRST if code in codes)


def _text(results: list[_Result], *, several: bool) -> None:
    if not several:
        result = results[0][1]
        click.echo(result if isinstance(result, str) else diagnosis_text(result))
        return
    for path, result in results:
        click.echo(heading(inert(path)))
        line = result if isinstance(result, str) else headline(result)
        word = "unusable" if isinstance(result, str) else result.verdict.value
        click.echo(wrap(line, f"  {word}: "))
    counts: dict[str, int] = {}
    for _, result in results:
        word = "unusable" if isinstance(result, str) else result.verdict.value
        counts[word] = counts.get(word, 0) + 1
    summary = ", ".join(f"{count} {word}" for word, count in sorted(counts.items()))
    click.echo(f"\n{len(results)} inputs: {summary}")


def _json(result: _Result, *, alone: bool) -> dict[str, Any]:
    from diag.support.as_json import diagnosis_json, error_json

    path, diagnosis = result
    if isinstance(diagnosis, str):
        return error_json(path, diagnosis)
    return diagnosis_json(diagnosis, path if path and not alone else None)


def _echo_json(value: dict[str, Any]) -> None:
    click.echo(json.dumps(value, indent=2, ensure_ascii=True))


def _progress(path: str) -> Progress | None:
    """Say on a terminal how far a long reading is; nothing for what is done at once."""
    if not sys.stderr.isatty():
        return None
    begun = time.monotonic()
    last = begun

    def show(done: int, size: int | None) -> None:
        nonlocal last
        now = time.monotonic()
        if size is not None and done >= size and last > begun:
            click.echo("\r\x1b[K", nl=False, err=True)
        elif now - begun > _QUIET_SECONDS and now - last > 0.2:
            last = now
            share = f"{done / size:.0%}" if size else f"{done >> 20} MiB"
            click.echo(f"\r\x1b[Kreading {inert(path)}: {share}", nl=False, err=True)

    return show
