"""`wpa2diag replay`."""

import math
import sys
import time
from typing import Any

import click

from diag.cli.diagnose import EXITS, remark
from diag.cli.exits import Failure
from diag.cli.facts_options import fact_options, told_facts
from diag.cli.paint import fancy, wrap
from diag.cli.text import diagnosis_text, headline
from diag.diagnosis import Diagnosis
from diag.inert import inert
from diag.stream import Fact
from diag.tasks.intake import InputError, Source, open_source
from diag.tasks.replaying import replay
from diag.tasks.steps import Shown


@click.command("replay")
@click.argument("file", type=click.Path(readable=False, path_type=str))
@click.option(
    "--speed",
    type=click.FloatRange(0.01, 10_000),
    default=1.0,
    show_default=True,
    help="How many times faster than recorded.",
)
@click.option("--instant", is_flag=True, help="Do not wait at all.")
@click.option("--from", "start", metavar="MARK", help="Begin at the mark with this label.")
@fact_options
def command(file: str, speed: float, instant: bool, start: str | None, **options: Any) -> None:
    """Play a recorded session with the diagnosis as it stood at each moment.

    Silence longer than 3 s is cut short. Without a terminal nothing is waited for.
    Ctrl-C ends it.

    \b
    wpa2diag replay session.cast
    wpa2diag replay session.cast --speed 10
    wpa2diag replay session.cast --instant --from "fix applied"

    Exit codes: those of `diagnose` for the session's end; 3 input unusable.
    """
    facts = told_facts(options)
    try:
        play(open_source(file), speed=speed, instant=instant, start=start, facts=facts)
    except InputError as error:
        raise Failure(str(error)) from error


def play(
    source: Source,
    *,
    speed: float,
    instant: bool,
    start: str | None = None,
    facts: list[Fact] | None = None,
) -> None:
    """Print a replay and end with the exit code of its last diagnosis."""
    live = sys.stdout.isatty() and not instant
    last: Diagnosis | None = None
    shown = ""
    for step in replay(
        source,
        speed=speed if live else math.inf,
        start=start,
        facts=facts,
        wait=time.sleep if live else None,
    ):
        if isinstance(step, Shown):
            click.echo(_line(step))
            continue
        last = step.diagnosis
        if headline(last) != shown:
            shown = headline(last)
            rule = "──" if fancy() else "--"
            click.secho(wrap(shown, f"{rule} {step.time:7.2f} s  "), bold=True)
    for text in source.remarks():
        remark(f"{source.name}: {text}")
    if last is None:  # pragma: no cover - a replay always ends with a diagnosis
        return
    click.echo(f"\n{diagnosis_text(last)}")
    sys.exit(EXITS[last.verdict])


def _line(step: Shown) -> str:
    text = inert(step.text)
    if step.kind == "log":
        return text
    return click.style(f"   [{step.kind}] {text}", dim=True)
