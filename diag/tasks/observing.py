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
"""Seconds a burst of three joins and the pause after it take at most (device-facts 3.4, 3.6)."""
_ADDRESS: Final = 32.0
"""Seconds in which a device without an address gives up and joins again (3.6)."""
_POLL: Final = 4.0
_CONNECTED: Final = 4
"""`net:stat` (3.6)."""
_ENDED_TO_LISTEN: Final = 4
"""`net:dconnrsn` (3.6)."""


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
    if not device.silent:
        # A release that prints its joins may still have an application that prints nothing.
        yield Watching("a join", _LOG_AT_LEAST)
        device.silent = not _first_join(device, begun)
    if device.silent:
        when = yield from _observe_silent(device, readings)
        return (when or live.link.now()) if joined(device) else None
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


def _first_join(device: Device, begun: int) -> bool:
    """Wait for the log to tell of a join; False when the device is of the silent kind."""
    live = device.live
    deadline = live.link.now() + _LOG_AT_LEAST
    before: FactValue | None = None
    while live.link.now() < deadline:
        if live.watch(_POLL, lambda s: s.history().attempt_count > begun or in_cloud(device)):
            return True
        found = vitals(usb_vitals(device))
        if found.get("net:stat") == _CONNECTED and not live.session.history().attempts:
            return False
        rounds = found.get("net:connatt")
        if before is not None and rounds != before and found.get("net:err"):
            # It joins, and its log says nothing of it.
            return False
        before = rounds if rounds is not None else before
    return False


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


def _observe_silent(
    device: Device, readings: int
) -> Generator[ObserveStep, str | None, float | None]:
    """Return when the device showed that it had joined, where that is known."""
    live = device.live
    when: float | None = None
    if usb_vitals(device):
        yield from _observe_by_usb(device, readings)
        when = live.link.now()
    elif device.seen:
        # After a change: the first round of joins has to end before it is interrupted.
        yield Watching("a round of joins", _BURST)
        if live.watch(_BURST, lambda _: in_cloud(device)):
            when = live.link.now()
    if in_cloud(device):
        return when
    if when is None or joined(device):
        yield from _ask_led(device)
    if when is None and not joined(device):
        yield Watching("the vitals, in listening mode", 10.0)
        _read_listening(device)
    return when


def _read_listening(device: Device) -> None:
    """Read the vitals in listening mode, and see whether the device was connected till then.

    `net:err` outlives a success (3.6). That a connection was ended by listening mode
    (`net:dconnrsn` 4) and the count of such ends has risen tells of one: an inference.
    """
    before = device.seen.get("net:dconn", 0)
    now = vitals(ask_vitals(device))
    device.seen = now or device.seen
    count = now.get("net:dconn", 0)
    ended = now.get("net:dconnrsn") == _ENDED_TO_LISTEN
    if ended and isinstance(count, int) and isinstance(before, int) and count > before:
        device.live.mark("it was connected until it was interrupted")
        device.live.note("net:stat", _CONNECTED)


def _observe_by_usb(device: Device, readings: int) -> Generator[ObserveStep, str | None, None]:
    """Read the vitals once for each of several rounds of joins, or until it is connected."""
    live = device.live
    for number in range(readings):
        yield Watching(f"the vitals, reading {number + 1} of {readings}", _BURST)
        # Of a device never looked at, any error is news; else only that of a round from now on.
        before = vitals(usb_vitals(device)).get("net:connatt") if device.seen else None
        deadline = live.link.now() + _BURST
        while live.link.now() < deadline:
            found = vitals(usb_vitals(device))
            device.seen = found or device.seen
            if found.get("net:stat") == _CONNECTED:
                ask_vitals(device)
                return
            if found.get("net:err") and _ended_since(before, found.get("net:connatt")):
                break
            if live.watch(_POLL, lambda _: in_cloud(device)):
                return
        ask_vitals(device)


def _ended_since(before: FactValue | None, now: FactValue | None) -> bool:
    """Whether a whole round has ended: `net:err` keeps the error of an earlier one."""
    if not isinstance(before, int) or not isinstance(now, int):
        return True
    return now < before or now > before + 1


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
