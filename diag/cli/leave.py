"""`wpa2diag leave`."""

from typing import Any

import click

from diag.cli.device_options import device_options, opened
from diag.tasks.listening import enter_listening, leave_listening


@click.command("leave")
@device_options
def command(**options: Any) -> None:
    """Let the device leave listening mode; it joins its stored networks again.

    A set-up dialogue that was left half-way is ended first.

    \b
    wpa2diag leave
    wpa2diag leave --device 3a0021

    Exit codes: 0 done, 3 the device does not answer, or cannot be used.
    """
    with opened(options) as device:
        enter_listening(device)
        leave_listening(device)
    click.echo("The device has left listening mode and joins now. Watch it: wpa2diag monitor")
