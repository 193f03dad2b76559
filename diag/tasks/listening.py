"""Into listening mode and out of it."""

from typing import Final

from diag.device.control import start_listening
from diag.device.dialogue import Console, abandon, leave, probe
from diag.device.dialogue.prompts import Reply
from diag.device.transport import DeviceError, Gone
from diag.tasks.opened import Device

_LISTEN: Final = 28800
"""Baud rate that asks for listening mode (device-facts 6.4)."""
_SECONDS: Final = 20.0
"""A join that is going on is called off first, which takes its time."""
_ABANDONED: Final = 3
HALF_WAY: Final = "set-up dialogue found half-way, ended"
HALF_WAY_STORED: Final = (
    "set-up dialogue found half-way, ended; the device stored what it had been told, "
    "with what was missing left blank"
)
"""Marks of the session."""


def enter_listening(device: Device, *, finish: bool = False) -> None:
    """Bring the device into listening mode, idle.

    It is asked for that before anything is typed. A device that listens already takes no
    notice of being asked (6.4).

    Args:
        device: an opened one.
        finish: end a set-up dialogue that is found half-way. That can store what it was told
            so far, so it is for those who write settings next.

    Raises:
        Gone: the device went away.
        DeviceError: it does not enter listening mode, or is half-way in a dialogue.
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
        if state is Console.HALF_WAY and not finish:
            raise DeviceError(
                f"{live.link.name} is half-way in a set-up dialogue; press its RESET button, "
                "which stores nothing of it, and try again"
            )
        if state is Console.HALF_WAY and abandoned < _ABANDONED:
            abandoned += 1
            stored = live.play(abandon()).reply is Reply.STORED
            live.mark(HALF_WAY_STORED if stored else HALF_WAY)
            # The end of a set-up lets the device join; it has to be asked anew.
            deadline = live.link.now() + _SECONDS
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
