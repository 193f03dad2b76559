"""Into listening mode and out of it."""

from typing import Final

from diag.device.control import start_listening
from diag.device.dialogue import Console, abandon, leave, probe
from diag.device.transport import DeviceError, Gone
from diag.tasks.opened import Device

_LISTEN: Final = 28800
"""Baud rate that asks for listening mode (device-facts 6.4)."""
_SECONDS: Final = 20.0
"""A join that is going on is called off first, which takes its time."""
_ABANDONED: Final = 3


def enter_listening(device: Device) -> None:
    """Bring the device into listening mode, idle.

    It is asked before anything is typed: a running application could take a command letter
    for one of its own. A device that listens already takes no notice of being asked
    (6.4). A set-up dialogue that was found half-way is ended first.

    Raises:
        Gone: the device went away.
        DeviceError: it does not enter listening mode.
    """
    live = device.live
    deadline = live.link.now() + _SECONDS
    abandoned = 0
    while True:
        if not device.listening:
            _ask_to_listen(device)
            live.watch(1.0)
        state = live.play(probe())
        if state is Console.IDLE:
            device.listening = True
            return
        device.listening = False
        if state is Console.HALF_WAY and abandoned < _ABANDONED:
            abandoned += 1
            live.mark("set-up dialogue found half-way, ended")
            live.play(abandon())
        elif live.link.now() > deadline:
            raise DeviceError(
                f"{live.link.name} does not enter listening mode; hold its SETUP button for "
                "3 seconds until the LED blinks dark blue, then try again"
            )


def leave_listening(device: Device) -> None:
    """Leave listening mode; the device joins its networks again.

    Raises:
        Gone: the device went away.
        DeviceError: the device takes no bytes.
    """
    device.live.play(leave())
    device.listening = False


def _ask_to_listen(device: Device) -> None:
    """By USB request where there is one, which does not depend on baud rates; else by touch."""
    if device.control is not None:
        try:
            start_listening(device.control)
        except Gone:
            raise
        except DeviceError:
            pass
        else:
            return
    device.live.link.touch(_LISTEN)
