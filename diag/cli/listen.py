"""`wpa2diag listen`."""

from typing import Any

import click

from diag.cli.device_options import device_options, opened
from diag.tasks.listening import enter_listening


@click.command("listen")
@device_options
def command(**options: Any) -> None:
    """Bring the device into listening mode, where it stops trying to join.

    That is what keeps it from locking an account with rejected logins while you look for
    the cause.

    \b
    wpa2diag listen
    wpa2diag listen --port /dev/ttyACM0
    wpa2diag leave

    Exit codes: 0 it listens, 3 it does not, or cannot be used.
    """
    with opened(options) as device:
        enter_listening(device)
    click.echo("The device is in listening mode (dark blue, blinking). Let it go: wpa2diag leave")
