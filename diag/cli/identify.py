"""`wpa2diag identify`."""

import json
from typing import Any

import click

from diag.cli.device_options import device_options, opened
from diag.cli.exits import Exit, Failure
from diag.inert import inert
from diag.tasks.asking import ask_identity


@click.command("identify")
@device_options
@click.option("--json", "as_json", is_flag=True, help="Print JSON.")
@click.option("--stay", is_flag=True, help="Leave the device in listening mode.")
def command(as_json: bool, stay: bool, **options: Any) -> None:
    """Say who the device is: id, MAC address, Device OS, whether it is claimed.

    The device enters listening mode for this, which breaks off a join, and leaves it
    afterwards. The MAC address is what a network administrator asks for.

    \b
    wpa2diag identify
    wpa2diag identify --device 3a0021 --json

    JSON: id, mac, device_os, serial_number (texts), claimed (true, false or null); what the
    device did not say is "" or null.

    Exit codes: 0 done, 3 device unusable, 4 it answered nothing.
    """
    with opened(options) as device:
        found = ask_identity(device, stay=stay)
    if as_json:
        fields = ("id", "mac", "device_os", "serial_number", "claimed")
        click.echo(json.dumps({name: getattr(found, name) for name in fields}, indent=2))
        return
    if not (found.id or found.device_os):
        raise Failure("the device answered nothing; reset it and try again", Exit.UNDECIDED)
    claimed = {True: "yes", False: "no", None: "not said"}[found.claimed]
    rows = (
        ("Device id", found.id),
        ("MAC address", found.mac),
        ("Device OS", found.device_os),
        ("Serial number", found.serial_number),
        ("Claimed", claimed),
    )
    for name, value in rows:
        if value:
            click.echo(f"{name:<14} {inert(value)}")
