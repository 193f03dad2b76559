"""`wpa2diag demo`."""

import sys
from typing import Any, Final

import click

from diag.cli.exits import Exit, Failure
from diag.cli.paint import wrap
from diag.cli.replay import play
from diag.tasks.intake import InputError, open_source
from diag.tasks.shipped import Shipped, shipped

DEFAULT: Final = "nps-outer-identity"
_LIVE_SPEED: Final = 12.0
"""Times real time; a story of minutes is told in seconds."""
_PLAY_SPEED: Final = 2.0
_RELEASES: Final = "0.7.0, 1.5.2, 2.3.1, 3.3.1 and others"


def _complete(_context: Any, _parameter: Any, typed: str) -> list[str]:
    from diag.simulator import scenarios

    names = [*scenarios(), *(item.name for item in shipped())]
    return [name for name in names if name.startswith(typed)]


@click.command("demo")
@click.argument("scenario", required=False, shell_complete=_complete)
@click.option("--recorded", is_flag=True, help="Play the recording of that name.")
@click.option("--list", "listing", is_flag=True, help="List the scenarios and recordings.")
@click.option(
    "--speed",
    type=click.FloatRange(0.01, 10_000),
    help=f"Times real time. [default: {_LIVE_SPEED:g}; of a recording {_PLAY_SPEED:g}]",
)
@click.option("--instant", is_flag=True, help="Do not wait at all.")
@click.option("--release", metavar="X.Y.Z", default="1.5.2", help=f"Device OS: {_RELEASES}.")
@click.option("--seed", type=int, default=0, help="Another seed, other codes.")
@click.option("--log/--no-log", default=True, help="Show what the device prints.")
def command(
    scenario: str | None,
    recorded: bool,
    listing: bool,
    speed: float | None,
    instant: bool,
    release: str,
    seed: int,
    log: bool,
) -> None:
    """See a fault found and fixed on a simulated device, or play a recording.

    A scenario runs live: a Photon in software with a fault, the same diagnosis, dialogue and
    proof as with a real one. Without a terminal every change is agreed to.

    \b
    wpa2diag demo
    wpa2diag demo wrong-password --release 2.3.1
    wpa2diag demo outer-identity --recorded
    wpa2diag demo --list

    Exit codes: of a scenario, 0 connected, 1 not cured, 4 undecided; of a recording, those
    of `diagnose` for its end; 0 for --list.
    """
    from diag.simulator import scenarios

    if listing:
        _list()
        return
    name = scenario or DEFAULT
    recording = next((item for item in shipped() if item.name == name), None)
    if name in scenarios() and not recorded:
        _live(name, release, seed, None if instant else speed or _LIVE_SPEED, log=log)
    elif recording is not None:
        _play(recording, speed or _PLAY_SPEED, instant=instant)
    else:
        from difflib import get_close_matches

        known = [*scenarios(), *(item.name for item in shipped())]
        near = get_close_matches(name, known, n=1)
        hint = f"did you mean {near[0]!r}? " if near else ""
        raise Failure(f"there is no demo {name!r}; {hint}See: wpa2diag demo --list", Exit.USAGE)


def _list() -> None:
    from diag.simulator import scenario, scenarios

    found = shipped()
    widest = max(len(name) for name in [*scenarios(), *(item.name for item in found)])
    click.echo("Live, on a simulated device:")
    for name in scenarios():
        click.echo(wrap(scenario(name).title, f"  {name:<{widest}}  "))
    click.echo("\nRecordings:")
    for item in found:
        click.echo(wrap(f"{item.header.title} ({_origin(item)})", f"  {item.name:<{widest}}  "))


def _live(name: str, release: str, seed: int, speed: float | None, *, log: bool) -> None:
    from diag.cli.fix import ENDS, Asker, carry_out, objections
    from diag.cli.passing import Passing
    from diag.simulator import Photon, scenario
    from diag.tasks.fixing import fix
    from diag.tasks.simulating import SimulatedUser, simulate

    asked = sys.stdin.isatty() and sys.stdout.isatty()
    told = scenario(name)
    click.echo(wrap(f"{name}: {told.title}", "Demo "))
    click.echo(wrap(f"A simulated Photon, Device OS {release}.", "     "))
    try:
        photon = Photon(told, release=release, seed=seed)
    except ValueError as error:
        raise Failure(str(error), Exit.USAGE) from None
    simulated = simulate(photon, speed=speed, witness=Passing(wanted=log))
    stored = simulated.stored or simulated.user
    if stored is None:
        raise Failure(f"the scenario {name!r} has no network to set up", Exit.USAGE)
    try:
        steps = fix(simulated.device, stored, objections=objections(simulated.device))
        result = carry_out(steps, Asker(user=SimulatedUser(simulated), asked=asked))
    finally:
        simulated.device.live.close()
    sys.exit(ENDS[result.end])


def _play(chosen: Shipped, speed: float, *, instant: bool) -> None:
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
