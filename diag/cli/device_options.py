"""The options by which a user names a device; shared by every command that speaks to one."""

import signal
from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, Final

import click

from diag.cli.exits import Exit, Failure
from diag.inert import inert

if TYPE_CHECKING:
    from diag.stream import Fact
    from diag.tasks.live import Witness
    from diag.tasks.opened import Device

_Command = Callable[..., Any]
_LISTENS: Final = "wpa2diag: the device is in listening mode now; let it go with: wpa2diag leave"


def device_options(command: _Command) -> _Command:
    """Add --device, --port and --record to a command."""
    options = (
        click.option(
            "--device",
            metavar="NAME",
            help="Device id (4 digits or more), USB location, or "
            "sim:SCENARIO[@RELEASE][,speed=N]. Not needed with one device.",
        ),
        click.option("--port", metavar="PATH", help="Serial port, in place of --device."),
        click.option(
            "--record", metavar="FILE", help="Record the session (secrets masked) to a new file."
        ),
    )
    for option in reversed(options):
        command = option(command)
    return command


@contextmanager
def opened(
    options: dict[str, Any],
    witness: "Witness | None" = None,
    told: "Iterable[Fact]" = (),
) -> "Generator[Device]":
    """Open the device that the options name, and let go of it in the end.

    Raises:
        Failure: it cannot be found, opened, or used.
    """
    from diag.device.transport import DeviceError
    from diag.recording import RecordingError
    from diag.tasks.opening import open_device

    device, port = options.get("device"), options.get("port")
    if device is not None and port is not None:
        raise Failure("--device and --port name the same thing; give one", Exit.USAGE)
    speed = options.get("speed", 1.0)
    if hasattr(signal, "SIGPIPE"):
        # A reader that goes away must not end the program in the middle of a dialogue.
        signal.signal(signal.SIGPIPE, signal.SIG_IGN)
    try:
        found = open_device(
            device or port,
            told=told,
            record=options.get("record"),
            witness=witness,
            speed=speed,
        )
        try:
            yield found
        except BaseException:
            if found.listening:
                click.echo(_LISTENS, err=True)
            raise
        finally:
            found.live.close()
            if found.control is not None:
                found.control.close()
            for text in found.live.remarks:
                click.echo(f"wpa2diag: {inert(text)}", err=True)
    except (DeviceError, RecordingError) as error:
        raise Failure(str(error)) from None
