"""The `wpa2diag` command: commands are imported only when they run."""

import contextlib
import os
import signal
import sys
from importlib import import_module
from io import TextIOWrapper
from typing import Final

import click

from diag.cli.exits import Exit
from diag.inert import inert

_COMMANDS: Final = {
    "explain": "Say what a code, an LED, a log line or a word means.",
    "diagnose": "Say what is wrong, from a log, a recording or just a code.",
    "monitor": "Watch a device, live, with the diagnosis as it changes.",
    "replay": "Play a recorded session with its diagnosis at every moment.",
    "demo": "See a fault found and fixed on a simulated device.",
    "devices": "List the devices that are connected, and what keeps you from them.",
    "fix": "Watch a device, change its settings until it joins, and prove it.",
    "identify": "Ask a device for its id, MAC address and Device OS.",
    "vitals": "Read the last join result that a silent device still keeps.",
    "check": "Check a Wi-Fi profile and its certificates before a device gets them.",
    "configure": "Write a Wi-Fi network into a device, after checking it.",
    "listen": "Bring a device into listening mode, where it does not try to join.",
    "leave": "Let a device leave listening mode and join.",
    "claim": "Claim a device for your Particle account.",
    "completion": "Print the shell completion script.",
}


class _LazyGroup(click.Group):
    """A group whose commands live in modules of the same name."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command = import_module(f"diag.cli.{cmd_name}").command
        return command if isinstance(command, click.Command) else None

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        try:
            return super().resolve_command(ctx, args)
        except click.UsageError as error:
            from difflib import get_close_matches

            near = get_close_matches(args[0], _COMMANDS, n=1)
            hint = f" Did you mean {near[0]!r}?" if near else ""
            raise click.UsageError(f"{error.message}{hint} See: wpa2diag --help", ctx) from None


def _version(context: click.Context, _parameter: click.Parameter, wanted: bool) -> None:
    if wanted:
        from importlib.metadata import PackageNotFoundError, version

        try:
            click.echo(f"wpa2diag, version {version('wpa2diag')}")
        except PackageNotFoundError:
            click.echo("wpa2diag, not installed (run from its sources)")
        context.exit()


@click.group(
    cls=_LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    invoke_without_command=True,
)
@click.option(
    "--version",
    is_flag=True,
    callback=_version,
    expose_value=False,
    is_eager=True,
    help="Show the version.",
)
@click.pass_context
def cli(context: click.Context) -> None:
    """Find out why a Particle Photon or P1 does not join a WPA2 Enterprise network.

    \b
    wpa2diag explain 1007                  what does this number mean?
    wpa2diag diagnose photon.log           what is wrong, and what to try first?
    wpa2diag diagnose --code 1025 --device-os 1.5.2 --eap peap
    wpa2diag demo                          watch a session without a device

    Exit codes: 0 fine, 1 fault found, 2 wrong usage, 3 input unusable, 4 not enough to say.
    """
    if context.invoked_subcommand is None:
        click.echo(context.get_help())


def main() -> None:
    """Run the command line; never end in a traceback because a reader went away."""
    if hasattr(signal, "SIGPIPE"):
        # `wpa2diag ... | head` ends quietly, like any other filter.
        signal.signal(signal.SIGPIPE, signal.SIG_DFL)
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, TextIOWrapper):
            # A name in another script is no reason to fail on a Latin-1 terminal.
            stream.reconfigure(errors="backslashreplace")
    if sys.stdout is None:  # pyright: ignore[reportUnnecessaryComparison] - when it is closed
        sys.stdout = open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115, PTH123 - to the end
    try:
        cli.main(prog_name="wpa2diag", standalone_mode=False)
        sys.stdout.flush()
    except click.exceptions.Exit as exit:
        sys.exit(exit.exit_code)
    except click.ClickException as error:
        # click quotes most of what was typed, but not all of it.
        error.message = "\n".join(map(inert, error.message.split("\n")))  # pyright: ignore[reportAttributeAccessIssue] - about to be shown
        error.show()
        sys.exit(error.exit_code)
    except (click.Abort, KeyboardInterrupt):
        click.echo("wpa2diag: stopped", err=True)
        sys.exit(Exit.INTERRUPTED)
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(Exit.OK)
    except OSError as error:
        # The output, most likely: a full disk. Inputs put their errors into words themselves.
        with contextlib.suppress(OSError, ValueError):
            click.echo(f"wpa2diag: cannot write the output: {error.strerror}", err=True)
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        sys.exit(Exit.INPUT)


if __name__ == "__main__":
    main()
