"""`wpa2diag demo`."""

from typing import Any, Final

import click

from diag.cli.exits import Exit, Failure
from diag.cli.paint import wrap
from diag.cli.replay import play
from diag.tasks.intake import InputError, open_source
from diag.tasks.shipped import Shipped, shipped

DEFAULT: Final = "outer-identity"


def _complete(_context: Any, _parameter: Any, typed: str) -> list[str]:
    return [item.name for item in shipped() if item.name.startswith(typed)]


@click.command("demo")
@click.argument("scenario", required=False, shell_complete=_complete)
@click.option("--list", "listing", is_flag=True, help="List the sessions.")
@click.option(
    "--speed",
    type=click.FloatRange(0.01, 10_000),
    default=2.0,
    show_default=True,
    help="How many times faster than recorded.",
)
@click.option("--instant", is_flag=True, help="Do not wait at all.")
def command(scenario: str | None, listing: bool, speed: float, instant: bool) -> None:
    """Play a session that comes with wpa2diag; no device is needed.

    \b
    wpa2diag demo
    wpa2diag demo --list
    wpa2diag demo eduroam-no-realm --speed 10

    Exit codes: those of `diagnose` for the session's end; 0 for --list.
    """
    found = shipped()
    if listing:
        widest = max((len(item.name) for item in found), default=0)
        for item in found:
            click.echo(wrap(f"{item.header.title} ({_origin(item)})", f"{item.name:<{widest}}  "))
        return
    name = scenario or DEFAULT
    chosen = next((item for item in found if item.name == name), None)
    if chosen is None:
        from difflib import get_close_matches

        near = get_close_matches(name, [item.name for item in found], n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise Failure(f"there is no demo {name!r}; {hint}See: wpa2diag demo --list", Exit.USAGE)
    click.echo(wrap(f"{chosen.name}: {chosen.header.title}", "Demo "))
    click.echo(wrap(f"{_origin(chosen)}. {chosen.header.source}\n", "     "))
    click.echo()
    try:
        play(open_source(str(chosen.path)), speed=speed, instant=instant)
    except InputError as error:
        raise Failure(str(error)) from error


def _origin(item: Shipped) -> str:
    origin = item.header.origin
    return {"real": "real log", "simulated": "simulated"}.get(origin or "", str(origin))
