"""The options by which a user states facts; shared by every command that diagnoses."""

from collections.abc import Callable
from typing import Any, Final

import click

from diag.cli.exits import Exit, Failure
from diag.diagnosis import FactError, outer_identity_shape, parse_fact
from diag.stream import Fact

_Command = Callable[..., Any]

_SERVERS: Final = ("nps", "freeradius", "ise", "clearpass", "other")


def fact_options(command: _Command) -> _Command:
    """Add the fact options to a command."""
    options = (
        click.option("--device-os", metavar="X.Y.Z", help="Device OS release, such as 1.5.2."),
        click.option("--eap", metavar="METHOD", help="peap, tls, ttls, … or none (personal)."),
        click.option(
            "--outer-identity",
            metavar="TEXT",
            help='Outer identity as set; "" when left blank. Only its shape is kept.',
        ),
        click.option("--server", metavar="NAME", help=f"RADIUS server: {', '.join(_SERVERS)}."),
        click.option("--eduroam", is_flag=True, help="The network is eduroam."),
        click.option("--led", metavar="WORDS", help='What the LED shows: "green blinking".'),
        click.option(
            "--tried", multiple=True, metavar="FIX", help="A fix that did not help (repeatable)."
        ),
        click.option(
            "--code", metavar="N[,N…]", help="Join result codes, in place of a log: 1006,1025."
        ),
        click.option(
            "--elapsed", metavar="TIME", help="With --code: time from Joining to the error: 7s."
        ),
        click.option(
            "--fact",
            multiple=True,
            metavar="NAME=VALUE",
            help="Any fact, as the questions name them: server-log=accept (repeatable).",
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


def told_facts(options: dict[str, Any]) -> list[Fact]:
    """Return the facts of the options.

    Raises:
        Failure: a value that cannot be understood (usage).
    """
    plain = ("device_os", "eap", "server", "led", "code", "elapsed")
    given = [
        (name.replace("_", "-"), str(options[name]))
        for name in plain
        if options.get(name) is not None
    ]
    outer = options.get("outer_identity")
    if outer is not None:
        given.append(("outer-identity", outer_identity_shape(str(outer))))
    if options.get("eduroam"):
        given.append(("eduroam", "yes"))
    given += [("tried", fix) for fix in options.get("tried", ())]
    for text in options.get("fact", ()):
        name, equals, value = text.partition("=")
        if not equals:
            raise Failure(f"--fact wants NAME=VALUE, not {text!r}", Exit.USAGE)
        given.append((name.strip(), value.strip()))
    try:
        return [Fact(0.0, name, parse_fact(name, value)) for name, value in given]
    except FactError as error:
        raise Failure(str(error), Exit.USAGE) from error
