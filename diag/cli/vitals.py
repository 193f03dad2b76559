"""`wpa2diag vitals`."""

import json
import sys
from typing import Any, Final

import click

from diag.cli.device_options import device_options, opened
from diag.cli.diagnose import EXITS
from diag.cli.exits import Exit, Failure
from diag.cli.paint import wrap
from diag.cli.text import diagnosis_text
from diag.diagnosis import vitals
from diag.inert import inert
from diag.tasks.asking import ask_release, ask_vitals
from diag.tasks.listening import leave_listening
from errorcodes.codes import lookup

_EXPLAINED: Final = {
    "net:stat": ("net:stat", "state of the network connection"),
    "net:err": ("join", "result of the last join that failed"),
    "net:dconnrsn": ("net:dconnrsn", "why it was disconnected the last time"),
    "net:rssi": (None, "signal in dBm"),
    "net:connatt": (None, "attempts to connect"),
    "net:dconn": (None, "times disconnected"),
}


@click.command("vitals")
@device_options
@click.option("--json", "as_json", is_flag=True, help="Print the device's own JSON.")
@click.option("--diagnose", is_flag=True, help="Go on to a diagnosis from them.")
def command(as_json: bool, diagnose: bool, **options: Any) -> None:
    """Read the vitals, where the last join result survives although the log is silent.

    They are read by USB request beside the running device where that can be had; else in
    listening mode, which breaks off a join and can spoil the very number. Needs Device OS
    0.8.0 or later.

    \b
    wpa2diag vitals
    wpa2diag vitals --diagnose
    wpa2diag vitals --device sim:wrong-password@2.3.1,after=60

    Exit codes: 0 done, 3 device unusable, 4 this release has no vitals; with --diagnose
    those of `diagnose`.
    """
    with opened(options) as device:
        ask_release(device)
        text = ask_vitals(device)
        if device.listening:
            leave_listening(device)
        session = device.live.session
    if not text:
        raise Failure(
            "the device has no vitals: they came with Device OS 0.8.0; upgrade it, or read "
            "its log with: wpa2diag monitor",
            Exit.UNDECIDED,
        )
    if as_json:
        click.echo(json.dumps(json.loads(text), indent=2))
        return
    _print(text)
    if session.facts.get("vitals-tainted") == "yes":
        click.echo(
            wrap(
                "Read in listening mode: if a join was broken off for it, net:err is of that "
                "and says nothing.",
                "! ",
            )
        )
    if diagnose:
        diagnosis = session.diagnosis()
        click.echo()
        click.echo(diagnosis_text(diagnosis))
        sys.exit(EXITS[diagnosis.verdict])


def _print(text: str) -> None:
    found = vitals(text)
    for name, (context, words) in _EXPLAINED.items():
        value = found.get(name)
        if not isinstance(value, int):
            continue
        codes = lookup(value, context) if context is not None and value else ()
        meaning = f"{codes[0].symbol}: {codes[0].meaning}" if codes else ""
        click.echo(wrap(f"{words}{'. ' + meaning if meaning else ''}", f"{name:<13} {value:<6} "))
    others = {key for key in json.loads(text) if isinstance(key, str)} - _EXPLAINED.keys()
    if others:
        click.echo(wrap(inert(", ".join(sorted(others))), "also there: "))
