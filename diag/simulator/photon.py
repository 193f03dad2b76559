"""A Photon in software: power, USB and the system task; what a host can do to it."""

import hashlib
from collections.abc import Callable
from random import Random
from typing import Final

from diag.simulator.credentials import Credentials
from diag.simulator.device import Device, PromptRecord, Vitals
from diag.simulator.diagnostics import vitals_json
from diag.simulator.errors import NotSupported
from diag.simulator.kernel import FOREVER, Kernel, Steps
from diag.simulator.scenario import Scenario
from diag.simulator.server import Radius
from diag.simulator.store import Store
from diag.simulator.system import chatter, system
from diag.simulator.traits import app_of, traits_of
from diag.simulator.usb import SerialPort

SERIAL: Final = "serial"
DFU: Final = "dfu"
NONE: Final = "none"

_DFU_BAUD: Final = 14400
_LISTENING_BAUD: Final = 28800
_GET_ID, _GET_VERSION, _RESET, _DFU_MODE, _SAFE_MODE = 20, 30, 40, 50, 60
_START_LISTENING, _STOP_LISTENING, _DIAGNOSTICS = 70, 71, 100
_OLD_RAW: Final = (_DFU_MODE, _SAFE_MODE, _START_LISTENING)
"""Raw requests that only 0.6.x and 0.7.0 know (device-facts 6.6)."""


class Photon:
    """One device, powered and plugged in at virtual time 0.

    Time passes only in `run`. Equal scenario, release, application, seed and inputs at
    equal times give equal bytes.
    """

    def __init__(
        self,
        scenario: Scenario,
        *,
        release: str = "1.5.2",
        app: str = "tinkerdebug070",
        seed: int = 0,
        credentials: Credentials | None = None,
        device_id: str | None = None,
    ) -> None:
        """Switch a device on.

        Args:
            scenario: the network around it and what it has stored.
            release: Device OS, one of `RELEASES`.
            app: the application, one of `APPS`.
            seed: for everything that varies from one try to the next.
            credentials: stored instead of what the scenario says; certificates as PEM.
            device_id: 24 lower-case hex digits; by default one that the seed decides.

        Raises:
            ValueError: if release or application are unknown or do not go together.
        """
        self._scenario = scenario
        self._kernel = Kernel()
        self._traits = traits_of(release)
        self._app = app_of(app, release)
        self._random = Random(f"{scenario.name}/{release}/{app}/{seed}")  # noqa: S311
        digest = hashlib.sha256(f"{scenario.name}/{seed}".encode()).hexdigest()
        self._radius = Radius(scenario.server)
        self._store = Store((credentials,) if credentials else scenario.stored, self._traits)
        self._prompts: list[PromptRecord] = []
        self._commands = bytearray()
        self._presence = SERIAL
        self._powered = True
        self._device_id = device_id or f"{digest[:10]}47{digest[10:22]}"
        self._wedged = scenario.board.wedged
        self._device = self._new_device()
        self._start(safe_mode=False)

    def _new_device(self) -> Device:
        return Device(
            kernel=self._kernel,
            port=SerialPort(self._kernel, self._traits.transmit_patience),
            traits=self._traits,
            app=self._app,
            scenario=self._scenario,
            store=self._store,
            random=self._random,
            device_id=self._device_id,
            reboot=self._reboot,
            booted=self._kernel.now,
            wedged=self._wedged,
            prompts=self._prompts,
            commands=self._commands,
        )

    @property
    def now(self) -> float:
        """Virtual seconds since the device was made; a reset does not turn them back."""
        return self._kernel.now

    @property
    def next(self) -> float:
        """Virtual time at which something will happen by itself (infinity: never)."""
        return self._kernel.now if self._device.port.output else self._kernel.next

    def run(self, until: float) -> bytes:
        """Let time pass up to `until`, or up to the first output.

        Returns:
            What the host gets; empty when `until` was reached.
        """
        self._kernel.run(until, lambda: bool(self._device.port.output))
        output = bytes(self._device.port.output)
        self._device.port.output.clear()
        return output

    def send(self, data: bytes) -> int:
        """Let the host send bytes; return how many the device took (the rest is NAKed)."""
        if self._presence != SERIAL:
            return 0
        taken = self._device.port.receive(data)
        self._kernel.signal()
        return taken

    def set_dtr(self, on: bool) -> None:
        """Open or close the port for output."""
        if self._presence == SERIAL:
            self._device.port.set_dtr(on=on)
            self._kernel.signal()

    def set_reading(self, on: bool) -> None:
        """Let the host take output (as at first), or leave it until the device gives up."""
        self._device.port.set_reading(on=on)
        self._kernel.signal()

    def set_line_coding(self, baud: int) -> None:
        """Set the port's speed; 14400 and 28800 mean something (device-facts 6.4)."""
        if self._presence != SERIAL:
            return
        if baud == _DFU_BAUD:
            self._enter_dfu()
        elif baud == _LISTENING_BAUD:
            self._ask_to_listen()

    def raw_request(self, kind: int) -> bytes:
        """Make a raw vendor request (device-facts 6.6).

        Raises:
            NotSupported: if the release does not know it, or the device is not running.
        """
        self._need_running()
        if kind == _GET_ID:
            return self._device_id.upper().encode()
        if kind == _GET_VERSION:
            return self._traits.release.encode()
        if kind == _RESET:
            self.reset()
        elif kind in _OLD_RAW and not self._traits.diagnostics:
            self._act(kind)
        else:
            raise NotSupported(f"request {kind}")
        return b""

    def request(self, kind: int, payload: bytes = b"") -> bytes:
        """Make a request over the channel protocol (device-facts 6.6).

        Raises:
            NotSupported: if the release does not know it, or the device is not running.
        """
        self._need_running()
        if not self._traits.diagnostics:
            raise NotSupported(f"Device OS {self._traits.release} has no request channel")
        if kind == _GET_ID:
            return self._device_id.encode()
        if kind == _GET_VERSION:
            return self._traits.release.encode()
        if kind == _DIAGNOSTICS:
            return vitals_json(self._device).encode()
        self._act(kind)
        return b""

    def _act(self, kind: int) -> None:
        if kind == _START_LISTENING:
            self._ask_to_listen()
        elif kind == _STOP_LISTENING:
            self._device.requests.leave = self._device.listening
            self._kernel.signal()
        elif kind == _DFU_MODE:
            self._kernel.start(self._later(self._enter_dfu), self._kernel.now + 1.0)
        elif kind == _SAFE_MODE:
            self._kernel.start(self._later(lambda: self._reset(safe_mode=True)))
        elif kind == _RESET:
            self._kernel.start(self._later(self.reset))
        else:
            raise NotSupported(f"request {kind}")

    def _need_running(self) -> None:
        if self._presence != SERIAL:
            raise NotSupported("the device is not running")

    def _ask_to_listen(self) -> None:
        if not self._device.listening:
            self._device.requests.listen = True
            self._kernel.signal()

    def _later(self, act: Callable[[], None]) -> Steps:
        act()
        yield FOREVER

    def unplug(self) -> None:
        """Take power and USB away."""
        self._go_dark()
        self._device.led = "off"
        self._powered = self._wedged = False

    def plug(self) -> None:
        """Give power and USB back; a device that has them is not touched."""
        if not self._powered:
            self._powered = True
            self._reset(safe_mode=False)

    def reset(self) -> None:
        """Press RESET; the port disappears and comes back. Also leaves DFU mode.

        Without power nothing happens.
        """
        if self._powered:
            self._reset(safe_mode=False)

    def flash(self, release: str) -> None:
        """Put another Device OS release on the device, and reset it.

        Raises:
            ValueError: if the release is unknown or too old for the application.
        """
        self._app = app_of(self._app.name, release)
        self._traits = traits_of(release)
        self._store.traits = self._traits
        self.reset()

    def _reboot(self, safe_mode: bool) -> None:
        self._reset(safe_mode=safe_mode, listen=True)

    def _go_dark(self) -> None:
        self._kernel.stop_all()
        self._presence = NONE
        self._device = self._new_device()

    def _reset(self, *, safe_mode: bool, listen: bool = False) -> None:
        self._wedged = False
        self._go_dark()
        self._device.led = "off"
        appears = self._kernel.now + self._random.uniform(0.6, 1.2)
        self._kernel.start(self._come_back(safe_mode=safe_mode, listen=listen), appears)

    def _come_back(self, *, safe_mode: bool, listen: bool) -> Steps:
        self._presence = SERIAL
        self._device.booted = self._kernel.now
        self._device.vitals = Vitals()
        self._device.requests.listen = listen
        self._start(safe_mode=safe_mode)
        yield from ()

    def _enter_dfu(self) -> None:
        self._go_dark()
        self._device.led = "yellow blinking"
        appears = self._kernel.now + self._random.uniform(0.3, 0.7)
        self._kernel.start(self._show_dfu(), appears)

    def _show_dfu(self) -> Steps:
        self._presence = DFU
        yield from ()

    def _start(self, *, safe_mode: bool) -> None:
        self._device.safe_mode = safe_mode
        self._kernel.start(system(self._device, self._radius))
        if self._scenario.board.chatter and not safe_mode:
            self._kernel.start(chatter(self._device))

    @property
    def scenario(self) -> Scenario:
        """The network around it, and what its user knows."""
        return self._scenario

    @property
    def presence(self) -> str:
        """How the host sees it: `serial`, `dfu` or `none`."""
        return self._presence

    @property
    def led(self) -> str:
        """What the LED does, in the words of device-facts 8.1; `off` without power."""
        return self._device.led

    @property
    def listening(self) -> bool:
        """Whether it is in listening mode."""
        return self._device.listening

    @property
    def connected(self) -> bool:
        """Whether it has reached the cloud."""
        return self._device.connected

    @property
    def prompts(self) -> list[PromptRecord]:
        """Every prompt so far and the bytes that were read as its answer.

        The last is the one that waits for its answer now, if there is one.
        """
        asking = self._device.asking
        now = [PromptRecord(asking[0], bytes(asking[1]))] if asking else []
        return [*self._prompts, *now]

    @property
    def commands(self) -> bytes:
        """Every byte so far that the console took as a command."""
        return bytes(self._commands)

    @property
    def stored(self) -> Credentials | None:
        """What is really stored for the first network; certificates and key as DER."""
        return self._store.newest

    @property
    def networks(self) -> list[Credentials]:
        """Every stored network."""
        return self._store.all()

    @property
    def device_id(self) -> str:
        """24 lower-case hex digits, also its USB serial number."""
        return self._device_id

    @property
    def mac(self) -> str:
        """Its MAC address, lower case with colons."""
        return self._device.mac

    @property
    def claimed(self) -> bool:
        """Whether it belongs to an account."""
        return self._scenario.board.claimed

    @property
    def claim_code(self) -> bytes:
        """The claim code set with `C` since the last boot; empty for none."""
        return self._device.claim_code
