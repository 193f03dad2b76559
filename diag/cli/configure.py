"""`wpa2diag configure`."""

import sys
from datetime import date
from typing import Any

import click

from diag.cli.check import echo_finding
from diag.cli.device_options import device_options, opened
from diag.cli.exits import Exit, Failure
from diag.cli.paint import wrap
from diag.cli.passing import Passing
from diag.cli.profile_options import profile_options, stated_profile
from diag.credentials.checks import Context, Report, Severity, check
from diag.credentials.profile import Profile
from diag.tasks.asking import ask_release
from diag.tasks.configuring import Stored, write_profile


@click.command("configure")
@click.argument("profile", required=False, type=click.Path(readable=False, path_type=str))
@profile_options
@device_options
@click.option("--yes", is_flag=True, help="Do not ask before writing.")
@click.option("--log", is_flag=True, help="Show what the device prints meanwhile.")
def command(profile: str | None, yes: bool, log: bool, **options: Any) -> None:
    """Write a network into the device, after checking it.

    PROFILE is a TOML file (see wpa2diag check --example); options prevail over it. The
    device enters listening mode for this and joins afterwards.

    \b
    wpa2diag configure campus.toml
    wpa2diag configure --ssid Campus --username jane --outer-identity jane
    wpa2diag configure --ssid Home --security wpa2 --password-from env:WIFI_PASSWORD
    wpa2diag configure campus.toml --device sim:nps-outer-identity --yes

    Exit codes: 0 stored, 1 refused (by the checks or the device), 2 wrong usage, 3 device or
    profile unusable, 4 not known whether it was stored.
    """
    wanted = stated_profile(profile, options)
    with opened(options, Passing(wanted=log)) as device:
        release = ask_release(device)
        report = _checked(wanted, release or None)
        if report.refused:
            raise Failure("not written, since the device would not keep it as it is", Exit.FAULT)
        if not yes:
            if not sys.stdin.isatty():
                raise Failure("there is no terminal to ask on; add --yes to write", Exit.USAGE)
            click.confirm(f"Write {wanted.ssid!r} into {device.live.link.name}?", abort=True)
        outcome = write_profile(device, wanted)
    word = {
        Stored.CONFIRMED: "stored",
        Stored.CLAIMED: "stored, says the device",
        Stored.REFUSED: "refused",
        Stored.UNKNOWN: "not known",
    }[outcome.stored]
    click.echo(wrap("; ".join(outcome.reasons), f"{word}: "))
    if outcome.ok:
        click.echo("The device joins now. Watch it: wpa2diag monitor")
    sys.exit({Stored.REFUSED: Exit.FAULT, Stored.UNKNOWN: Exit.UNDECIDED}.get(outcome.stored, 0))


def _checked(profile: Profile, release: str | None) -> Report:
    found = check(profile, Context(today=date.today(), device_os=release))
    report = Report(tuple(found))
    for finding in found:
        if finding.severity is not Severity.INFO:
            echo_finding(finding)
    return report
