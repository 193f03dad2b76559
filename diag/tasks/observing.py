"""Watching a device until it has shown how its joins end.

Where the log shows joins, they are watched. Where it is silent (Device OS 2.0.0 and later,
applications without a log handler), the vitals are read: over USB beside the running
device, else in listening mode, which interrupts it.
"""

from collections.abc import Generator
from dataclasses import dataclass
from typing import Final

from diag.diagnosis import Verdict, vitals
from diag.join import Outcome
from diag.stream import FactValue
from diag.tasks.asking import ask_vitals, usb_vitals
from diag.tasks.opened import Device

_LOG_AT_LEAST: Final = 25.0
"""Seconds in which a device that logs its joins has logged one, whatever it waits for."""
_BURST: Final = 35.0
"""Seconds a burst of three joins and the pause after it take at most (device-facts 4.4)."""
_ADDRESS: Final = 32.0
"""Seconds in which a device without an address gives up and joins again (3.6)."""
_POLL: Final = 4.0
_CONNECTED: Final = 4
"""`net:stat` (3.6)."""


@dataclass(frozen=True, slots=True)
class Watching:
    """What is being waited for, and for how long at most."""

    what: str
    seconds: float


@dataclass(frozen=True, slots=True)
class AskLed:
    """Asks what the LED shows; it is sent the words, or None."""


ObserveStep = Watching | AskLed


def observe(
    device: Device, tries: int, readings: int
) -> Generator[ObserveStep, str | None, float | None]:
    """Watch until so many joins have failed, or one has held.

    Args:
        device: an opened one.
        tries: joins to watch, where the log shows them.
        readings: of the vitals, each of another round of joins, where it does not.

    What was seen is in the session afterwards. Returns the time of the link at which the
    device showed that it had joined; None if it did not.

    Raises:
        Gone: the device went away.
        DeviceError: it cannot be asked.
    """
    live = device.live
    begun = live.session.history().attempt_count
    silent = not live.session.history().attempts
    # A release that prints its joins may still have an application that prints nothing.
    yield Watching("a join", _LOG_AT_LEAST)
    seen = live.watch(
        _LOG_AT_LEAST, lambda s: s.history().attempt_count > begun or in_cloud(device)
    )
    if not seen and silent:
        yield from _observe_silent(device, readings)
        return live.link.now() if joined(device) else None
    yield Watching(f"{tries} joins", tries * 10.0 + _BURST)
    live.watch(tries * 10.0 + _BURST, lambda _: _ended(device, begun) >= tries or joined(device))
    if not joined(device):
        return None
    when = live.link.now()
    if not in_cloud(device):
        yield Watching("an address", _ADDRESS)
        _wait_for_address(device)
    if joined(device) and not in_cloud(device):
        # Of what comes after the address, these releases print nothing.
        yield from _ask_led(device)
    return when if joined(device) else None


def _ask_led(device: Device) -> Generator[ObserveStep, str | None, None]:
    led = yield AskLed()
    if led:
        device.live.note("led", led)


def _wait_for_address(device: Device) -> None:
    """Wait until the device has an address, or joins again for want of one."""
    live = device.live
    deadline = live.link.now() + _ADDRESS
    while live.link.now() < deadline:
        if vitals(usb_vitals(device)).get("net:stat") == _CONNECTED:
            ask_vitals(device)
            return
        if live.watch(_POLL, lambda _: not joined(device) or in_cloud(device)):
            return


def _observe_silent(device: Device, readings: int) -> Generator[ObserveStep, str | None, None]:
    if usb_vitals(device):
        yield from _observe_by_usb(device, readings)
        return
    yield from _ask_led(device)
    yield Watching("the vitals, in listening mode", 10.0)
    ask_vitals(device)


def _observe_by_usb(device: Device, readings: int) -> Generator[ObserveStep, str | None, None]:
    """Read the vitals once for each of several rounds of joins, or until it is connected."""
    live = device.live
    rounds: FactValue | None = None
    connected = False
    for number in range(readings):
        yield Watching(f"the vitals, reading {number + 1} of {readings}", _BURST)
        deadline = live.link.now() + _BURST
        while live.link.now() < deadline:
            found = vitals(usb_vitals(device))
            connected = found.get("net:stat") == _CONNECTED
            if connected or (found.get("net:err") and found.get("net:connatt") != rounds):
                rounds = found.get("net:connatt")
                break
            live.watch(_POLL)
        ask_vitals(device)
        if connected:
            return


def _ended(device: Device, begun: int) -> int:
    """How many joins have ended since there were `begun` of them."""
    history = device.live.session.history()
    running = bool(history.attempts) and history.attempts[-1].outcome is Outcome.OPEN
    return history.attempt_count - running - begun


def joined(device: Device) -> bool:
    """Whether the device has joined, as far as anything shows it."""
    return device.live.session.diagnosis(brief=True).verdict is Verdict.NO_FAULT


def in_cloud(device: Device) -> bool:
    """Whether the device has said that the cloud is connected, of the present join."""
    links = device.live.session.history().links
    return bool(links) and links[-1].cloud_line is not None
