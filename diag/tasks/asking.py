"""Who a device is, and how it does: identity and vitals."""

import json
import re
from collections.abc import Callable
from dataclasses import replace
from typing import Final

from diag.device.control import diagnostics
from diag.device.dialogue import Identity, identify, version, vitals
from diag.device.transport import DeviceError, Gone
from diag.diagnosis import VITALS
from diag.join import Outcome
from diag.tasks.listening import enter_listening, leave_listening
from diag.tasks.opened import Device

_RELEASE: Final = re.compile(r"\d+\.\d+\.\d+(?:-(?:rc|alpha|beta)\.\d+)?")


def ask_identity(device: Device, *, stay: bool = False) -> Identity:
    """Ask who the device is; it enters listening mode for this, which ends a join.

    What USB control requests tell needs no listening mode; MAC address and claim do.

    Args:
        device: an opened one.
        stay: leave it in listening mode afterwards.

    Raises:
        Gone: the device went away.
        DeviceError: it does not enter listening mode.
    """
    enter_listening(device)
    found = device.live.play(identify())
    if device.control is not None and not (found.id and found.device_os):
        found = replace(
            found,
            id=found.id or _try(device.control.device_id),
            device_os=found.device_os or _try(device.control.system_version),
        )
    note_release(device, found.device_os)
    if not stay:
        leave_listening(device)
    return found


def ask_release(device: Device) -> str:
    """Return the Device OS release, if it can be had as the device stands; else empty.

    By USB request, or where the device is in listening mode already.
    """
    if device.control is not None:
        release = _try(device.control.system_version)
    elif device.listening:
        release = device.live.play(version())
    else:
        return ""
    note_release(device, release)
    return release


def note_release(device: Device, text: str) -> None:
    """Add the release to the session, if it is one."""
    match = _RELEASE.search(text)
    if match is not None:
        device.live.note("device-os", match.group())


def ask_vitals(device: Device) -> str:
    """Read the vitals as JSON, by USB request if it can be had; empty where there are none.

    The listening console ends a join that is going on, and the join's end then stands in
    `net:err` (device-facts 11.1): such a reading is noted as tainted. So is one of a device
    whose log does not show whether it was joining.

    Raises:
        Gone: the device went away.
        DeviceError: it does not enter listening mode.
    """
    text = usb_vitals(device)
    if text:
        device.live.note(VITALS, text)
        return text
    forced = not device.listening
    tainted = forced and joining(device) is not False
    enter_listening(device)
    text = device.live.play(vitals())
    # The reading itself has passed on the wire, where the session found it.
    if text:
        device.live.note("vitals-tainted", "yes" if tainted else "no")
    return text


def usb_vitals(device: Device) -> str:
    """Read the vitals as JSON beside the running device; empty where that cannot be had.

    They are not noted in the session.

    Raises:
        Gone: the device went away.
    """
    if device.control is None:
        return ""
    try:
        text = diagnostics(device.control)
    except Gone:
        raise
    except DeviceError:
        return ""
    return text if _is_object(text) else ""


def joining(device: Device) -> bool | None:
    """Whether a join is going on; None where the log does not tell."""
    attempts = device.live.session.history().attempts
    return attempts[-1].outcome is Outcome.OPEN if attempts else None


def _try(ask: Callable[[], str]) -> str:
    try:
        return ask()
    except Gone:
        raise
    except DeviceError:
        return ""


def _is_object(text: str) -> bool:
    try:
        return isinstance(json.loads(text), dict)
    except (ValueError, RecursionError):
        return False
