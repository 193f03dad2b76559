"""A simulated device in this process: the transport `sim:SCENARIO`."""

import re
import time
from collections.abc import Callable
from typing import Final

from diag.device.transport import DeviceError, Gone
from diag.simulator import NotSupported, Photon, ScenarioError, scenario

PREFIX: Final = "sim:"
_STEP: Final = 0.01
"""Virtual seconds the device is given to take more bytes."""
_DIGITS: Final = 5
_STUCK: Final = 5.0
"""Virtual seconds without a byte taken after which a device hangs."""


_NAME: Final = re.compile(r"sim:(?P<scenario>[^@,]+)(?:@(?P<release>[^,]+))?(?P<rest>(?:,.*)?)")
_RELEASE: Final = "1.5.2"
"""The last line of releases whose log tells of joining (device-facts 2.6)."""
_APP: Final = "tinkerdebug070"
_FORM: Final = "sim:SCENARIO[@RELEASE][,app=NAME][,seed=N][,speed=N|max][,after=SECONDS]"


def open_simulated(name: str, *, speed: float | None = 1.0) -> "SimulatedTransport":
    """Make the device that a name describes, and plug the host's end in.

    Args:
        name: `sim:SCENARIO[@RELEASE][,app=NAME][,seed=N][,speed=N|max][,after=SECONDS]`;
            the last is for how long it has been switched on.
        speed: times real time, where the name does not say; None does not wait at all.

    Raises:
        DeviceError: there is no such scenario, release or application.
    """
    photon, stated = _understood(name)
    return SimulatedTransport(photon, speed=_speed(stated, name) if stated else speed, name=name)


def _speed(text: str, name: str) -> float | None:
    if text == "max":
        return None
    try:
        speed = float(text)
    except ValueError:
        speed = 0.0
    if not 0.01 <= speed <= 10_000:
        raise DeviceError(f"the speed in {name!r} has to be a number from 0.01 to 10000, or max")
    return speed


def _understood(name: str) -> tuple[Photon, str]:
    """The device that a name describes, and its speed as stated."""
    match = _NAME.fullmatch(name)
    if match is None:
        raise DeviceError(f"{name!r} names no simulated device; the form is {_FORM}")
    options = {"app": _APP, "seed": "0", "after": "0"}
    seen: set[str] = set()
    for option in match["rest"].split(",")[1:]:
        key, equals, value = option.partition("=")
        if key not in ("app", "seed", "speed", "after") or not equals or key in seen:
            raise DeviceError(f"{option!r} in {name!r} is not understood; the form is {_FORM}")
        seen.add(key)
        options[key] = value
    for key in ("seed", "after"):
        number = options[key]
        if not number.isascii() or not number.isdigit() or len(number) > _DIGITS:
            raise DeviceError(f"{key} in {name!r} has to be a whole number")
    try:
        photon = Photon(
            scenario(match["scenario"]),
            release=match["release"] or _RELEASE,
            app=options["app"],
            seed=int(options["seed"]),
        )
    except (ScenarioError, ValueError) as error:
        raise DeviceError(f"{name!r} is no simulated device: {error}") from None
    until = photon.now + int(options["after"])
    while photon.now < until:
        photon.run(until)
    return photon, options.get("speed", "")


class SimulatedTransport:
    """A `Transport` to a Photon in software; time passes as fast as `speed` says."""

    def __init__(
        self,
        photon: Photon,
        *,
        speed: float | None = None,
        wait: Callable[[float], None] = time.sleep,
        name: str | None = None,
    ) -> None:
        """Plug the host's end in.

        Args:
            photon: the device.
            speed: times real time; None does not wait at all.
            wait: waits a number of seconds.
            name: how a user calls it; by default `sim:SCENARIO`.
        """
        self.photon = photon
        self._name = name
        self.speed = speed
        self._wait = wait
        self._ahead = bytearray()
        self._closed = False
        if photon.presence != "serial":
            raise Gone(f"{self.name} has no serial port now; it is in mode {photon.presence!r}")
        photon.set_dtr(True)

    @property
    def name(self) -> str:
        """Return how a user calls it."""
        return self._name or f"{PREFIX}{self.photon.scenario.name}"

    def now(self) -> float:
        """Return the device's virtual seconds."""
        return self.photon.now

    def read(self, timeout: float) -> bytes:
        """Return what has arrived, letting up to `timeout` virtual seconds pass.

        Raises:
            Gone: the device went away.
        """
        if self._ahead:
            data = bytes(self._ahead)
            self._ahead.clear()
            return data
        begun = self.photon.now
        data = self._run(timeout)
        if self.speed is not None and self.photon.now > begun:
            self._wait((self.photon.now - begun) / self.speed)
        return data

    def write(self, data: bytes) -> None:
        """Send bytes.

        Raises:
            Gone: the device went away.
            DeviceError: the device takes no bytes.
        """
        rest = memoryview(data)
        stuck = self.photon.now + _STUCK
        while rest:
            self._present()
            taken = self.photon.send(bytes(rest))
            rest = rest[taken:]
            if taken:
                stuck = self.photon.now + _STUCK
            elif self.photon.now >= stuck:
                raise DeviceError(f"{self.name} takes no bytes; the device seems to hang")
            if rest:
                self._ahead += self._run(_STEP)

    def touch(self, baud: int) -> None:
        """Set the line coding.

        Raises:
            Gone: the device went away.
        """
        self._present()
        self.photon.set_line_coding(baud)

    def close(self) -> None:
        """Let go of the port."""
        if not self._closed and self.photon.presence == "serial":
            self.photon.set_dtr(False)
        self._closed = True

    def _run(self, seconds: float) -> bytes:
        self._present()
        return self.photon.run(self.photon.now + seconds)

    def _present(self) -> None:
        if self._closed or self.photon.presence != "serial":
            raise Gone(f"{self.name} went away; it was unplugged, or restarted into DFU")


class SimulatedControl:
    """USB control requests to a Photon in software."""

    def __init__(self, photon: Photon) -> None:
        """Take the device."""
        self._photon = photon

    def device_id(self) -> str:
        """Return the 24 hex digits, lower-case."""
        return self._raw(20).lower()

    def system_version(self) -> str:
        """Return the Device OS release."""
        return self._raw(30)

    def request(self, kind: int, payload: bytes = b"") -> bytes:
        """Send a request of the channel protocol.

        Raises:
            Gone: the device went away.
            DeviceError: this release does not answer such a request.
        """
        self._present()
        try:
            return self._photon.request(kind, payload)
        except NotSupported as error:
            raise DeviceError(f"the device does not answer USB request {kind}: {error}") from None

    def close(self) -> None:
        """Do nothing; there is nothing to give back."""

    def _raw(self, kind: int) -> str:
        self._present()
        try:
            return self._photon.raw_request(kind).decode("ascii", "replace").rstrip("\0")
        except NotSupported as error:
            raise DeviceError(f"the device does not answer USB request {kind}: {error}") from None

    def _present(self) -> None:
        if self._photon.presence != "serial":
            raise Gone("the simulated device is not there")
