"""Exit codes, and how a failure leaves the program."""

from enum import IntEnum
from typing import IO, Any

import click

from diag.inert import inert


class Exit(IntEnum):
    """What the exit code of every command means."""

    OK = 0
    """Done; for `diagnose`: the device joined, or nothing is wrong."""
    FAULT = 1
    """`diagnose` found a fault."""
    USAGE = 2
    """The command was not understood."""
    INPUT = 3
    """The input cannot be used: missing, unreadable, empty, no text, damaged."""
    UNDECIDED = 4
    """Not enough evidence, or not the log of a Photon or P1."""
    INTERRUPTED = 130
    """Stopped with Ctrl-C."""


class Failure(click.ClickException):
    """A failure told in one line, with the exit code it ends in."""

    def __init__(self, message: str, code: Exit = Exit.INPUT) -> None:
        """Take the sentence to show; it is made inert."""
        super().__init__(inert(message))
        self.exit_code = int(code)  # pyright: ignore[reportAttributeAccessIssue] - read per error

    def show(self, file: IO[Any] | None = None) -> None:
        """Print the sentence to standard error."""
        click.echo(f"wpa2diag: {self.message}", err=True, file=file)
