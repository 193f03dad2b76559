"""`wpa2diag claim`."""

import os
import sys
from pathlib import Path
from typing import Any

import click

from diag.cli.device_options import device_options, opened
from diag.cli.exits import Exit, Failure
from diag.cloud import Cloud, CloudError, find_base, find_token
from diag.tasks.claiming import claim_by_code, claim_online, is_connected


@click.command("claim")
@device_options
@click.option("--by-code", is_flag=True, help="Leave a claim code in a device not yet connected.")
@click.option("--anew", is_flag=True, help="With --by-code: also when claimed already.")
@click.option("--breathes-cyan", is_flag=True, help="You have seen that the LED breathes cyan.")
@click.option("--api", metavar="URL", help="Another API than https://api.particle.io.")
def command(
    by_code: bool, anew: bool, breathes_cyan: bool, api: str | None, **options: Any
) -> None:
    """Claim the device for your Particle account.

    The login is PARTICLE_ACCESS_TOKEN, or that of particle-cli (particle login). A device is
    claimed while it is connected to the cloud and its LED breathes cyan; with --by-code it
    gets a code that does it when it next connects.

    \b
    wpa2diag claim
    wpa2diag claim --by-code

    Exit codes: 0 claimed (or yours already), 1 refused by the cloud, 2 wrong usage, 3 device
    unusable or not yet connected.
    """
    try:
        token = find_token(os.environ, Path.home())
        if token is None:
            raise Failure(
                "no Particle login was found; run `particle login`, or set PARTICLE_ACCESS_TOKEN",
                Exit.USAGE,
            )
        cloud = Cloud(find_base(api, os.environ, token), token)
        with opened(options) as device:
            device.live.know(token.secret)
            if by_code:
                done = claim_by_code(device, cloud, anew=anew)
            else:
                if not breathes_cyan and not _breathes_cyan(is_connected(device)):
                    raise Failure(
                        "the device is not connected yet: claim it when its LED breathes cyan, "
                        "or leave a code in it with --by-code"
                    )
                id = device.id or (device.control.device_id() if device.control else "")
                if not id:
                    raise Failure(
                        "this port does not tell the device's id, and asking for it would take "
                        "the device off the cloud; claim it with --by-code"
                    )
                done = claim_online(id, cloud)
    except CloudError as error:
        raise Failure(str(error), Exit.FAULT) from None
    click.echo(f"{done.value[:1].upper()}{done.value[1:]}.")


def _breathes_cyan(connected: bool | None) -> bool:
    if connected is not None:
        return connected
    return sys.stdin.isatty() and click.confirm("Does the LED breathe cyan?", default=False)
