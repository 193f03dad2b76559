"""The system thread's work on the network: join, address, cloud, and again."""

from collections.abc import Generator
from typing import Final

from diag.simulator import network
from diag.simulator.credentials import Credentials
from diag.simulator.device import Device
from diag.simulator.join import WAIT, join
from diag.simulator.kernel import FOREVER, Steps
from diag.simulator.network import Air
from diag.simulator.server import Ending, Radius

_ROUNDS: Final = 3
_ERROR: Final = 4
_CANCELLED: Final = 1006
_WEDGED: Final = 1055
_SUPPLICANT_NEEDS: Final = 10_300
"""Bytes one login takes (3.10: about 10 kB)."""
_DHCP_PATIENCE: Final = 15.0
_OFF, _TURNING_ON, _DISCONNECTED, _CONNECTING, _CONNECTED = range(5)
_REASON_ERROR, _REASON_LISTENING = 1, 4
_HAL: Final = "hal.wlan"


class Network:
    """Joins, keeps and loses the network; runs inside the system task."""

    def __init__(self, device: Device, radius: Radius) -> None:
        """Work on a device, against an authentication server."""
        self._device = device
        self._air = Air(device.scenario.access_points, device.random)
        self._radius = radius
        self._hold_off_until = 0.0

    def scan(self, ssid: bytes) -> Generator[float, None, tuple[int, int] | None]:
        """Look for a name for a while; return its security and cipher if it was heard."""
        yield from self._device.kernel.sleep(self._device.random.uniform(1.0, 6.0))
        point = self._air.scan(ssid)
        return None if point is None else (point.security, point.cipher)

    def turn_on(self) -> Steps:
        """Switch Wi-Fi on."""
        device = self._device
        device.vitals.status = _TURNING_ON
        yield from device.kernel.sleep(device.random.uniform(0.25, 0.45))
        yield from device.log("INFO", _HAL, "Using internal antenna")
        device.vitals.status = _DISCONNECTED
        device.led = "blue breathing"

    def connect(self) -> Generator[float, None, bool]:
        """Make one attempt at the network; return whether there is an address at its end."""
        device = self._device
        vitals = device.vitals
        device.led = "green blinking"
        vitals.status = _CONNECTING
        vitals.attempts += 1
        result = yield from self._join()
        if result == 0 and not device.requests.listen:
            result = yield from self._address()
        elif result == 0:
            result = _CANCELLED
        if result and device.traits.join_feeds_diagnostics:
            vitals.error = result
        if result:
            vitals.status = _DISCONNECTED
            return False
        vitals.status = _CONNECTED
        device.led = "green breathing"
        return True

    def _cancelled(self) -> bool:
        return self._device.requests.listen

    def _join(self) -> Generator[float, None, int]:
        result = _ERROR
        for _ in range(_ROUNDS):
            for stored in self._device.store.networks():
                result = yield from self._one(stored)
                if result == 0:
                    return 0
                if self._cancelled():
                    # A cancelled join returns what the bits say; that it taints the
                    # vitals is 11.1.
                    return result
        return result

    def _one(self, stored: Credentials) -> Generator[float, None, int]:
        """Join one stored network, printing the lines of device-facts 3.4."""
        device = self._device
        before = device.heap
        supplicant = stored.enterprise and stored.eap is not None
        if supplicant:
            yield from device.kernel.sleep(device.random.uniform(0.28, 0.36))
            yield from device.log("TRACE", _HAL, f"Free RAM before suppl: {before}")
            yield from device.log("TRACE", _HAL, "Starting supplicant")
            if before < _SUPPLICANT_NEEDS:
                yield from device.kernel.sleep(device.random.uniform(0.01, 0.04))
                yield from self._stop_supplicant()
                return _ERROR
            yield from device.kernel.sleep(device.random.uniform(0.07, 0.12))
            yield from device.log("TRACE", _HAL, "Supplicant started 0")
            before -= _SUPPLICANT_NEEDS
            yield from device.log("TRACE", _HAL, f"Free RAM after suppl: {before}")
        yield from device.log("INFO", _HAL, f"Joining {stored.ssid.decode('latin-1')}")
        before -= 40
        yield from device.log("TRACE", _HAL, f"Free RAM connect: {before}")
        code, seconds = self._radio(stored)
        if (yield from device.kernel.pause(seconds, self._cancelled)):
            yield from device.log("TRACE", _HAL, "connect cancel")
            code = code or _CANCELLED
        if code:
            yield from device.log("ERROR", _HAL, f"wiced_join_ap_specific(), result: {code}")
        if supplicant:
            yield from self._stop_supplicant()
            yield from device.log("TRACE", _HAL, f"Free RAM after suppl stop: {device.heap}")
        if code == _WEDGED:
            yield from device.kernel.sleep(device.random.uniform(0.25, 0.35))
            yield from device.log("TRACE", _HAL, f"Free RAM after restart: {device.heap}")
        return code

    def _stop_supplicant(self) -> Steps:
        yield from self._device.log("TRACE", _HAL, "Stopping supplicant")
        yield from self._device.kernel.sleep(self._device.random.uniform(0.002, 0.03))
        yield from self._device.log("TRACE", _HAL, "Supplicant stopped")

    def _radio(self, stored: Credentials) -> tuple[int, float]:
        """Return the code of one join and the seconds it takes."""
        device = self._device
        roll = device.random
        if len(stored.ssid) > 32:
            return 2018, roll.uniform(0.001, 0.005)
        if device.wedged and roll.random() < 0.8:
            # The chip refuses the first command of a join (4.3).
            return _WEDGED, roll.uniform(0.004, 0.03)
        if stored.security in {2, 3} and not 8 <= len(stored.password) <= 64:
            return 1004, roll.uniform(0.003, 0.01)
        point = self._air.find(stored)
        if point is None:
            return join(network.not_found(self._air))
        held_off = device.kernel.now < self._hold_off_until
        events, link = network.associate(self._air, point, device.traits, held_off=held_off)
        if device.wedged:
            # What little a stuck chip does ends early (knowledge 4.5: 1006, 1025, 1055).
            return roll.choice((1006, 1025)), roll.uniform(0.2, 1.5)
        if link is not None and stored.enterprise:
            outcome = self._radius.login(stored, device.traits)
            more, over = network.enterprise(self._air, link, outcome)
            events += more
            if outcome.ending is Ending.REJECT and over < WAIT and roll.random() < 0.15:
                # Some access points turn a device away for a while after a refusal.
                self._hold_off_until = device.kernel.now + over + roll.uniform(0.5, 2.0)
        elif link is not None:
            events += network.personal(self._air, point, stored, link)
        return join(events, keyless=stored.security <= 1)

    def _address(self) -> Generator[float, None, int]:
        device = self._device
        yield from device.log("INFO", _HAL, "Bringing WiFi interface up with DHCP")
        device.led = "green blinking fast"
        if device.scenario.internet.dhcp == "empty":
            if (yield from device.kernel.pause(_DHCP_PATIENCE, self._cancelled)):
                yield from device.log("TRACE", _HAL, "connect cancel")
            return _ERROR
        if (yield from device.kernel.pause(device.random.uniform(0.4, 2.2), self._cancelled)):
            yield from device.log("TRACE", _HAL, "connect cancel")
            return _ERROR
        return 0

    def leave(self) -> Steps:
        """Give the network up, for listening mode or after a fault."""
        device = self._device
        vitals = device.vitals
        if vitals.status == _CONNECTED:
            vitals.disconnects += 1
            vitals.disconnect_reason = (
                _REASON_LISTENING if device.requests.listen else _REASON_ERROR
            )
            yield from device.log("INFO", "system", "Cloud: disconnecting")
            yield from device.log("INFO", "system", "Cloud: disconnected")
        device.connected = False
        vitals.cloud_status = 0
        vitals.status = _DISCONNECTED

    def turn_off(self) -> Steps:
        """Switch Wi-Fi off, as the watchdog does between attempts."""
        self._device.vitals.status = _OFF
        self._device.led = "white breathing"
        yield from self._device.kernel.sleep(self._device.random.uniform(0.08, 0.15))

    def stay(self) -> Steps:
        """Reach the cloud and stay there, until something else is asked for."""
        device = self._device
        internet = device.scenario.internet
        failures = 0
        while not self._cancelled():
            device.led = "cyan blinking"
            device.vitals.cloud_status = 1
            device.vitals.cloud_attempts += 1
            yield from device.log("INFO", "system", "Cloud: connecting")
            blocked = internet.portal or not internet.cloud
            wait = device.random.uniform(4.0, 7.0) if blocked else device.random.uniform(0.2, 0.9)
            if (yield from device.kernel.pause(wait, self._cancelled)):
                return
            if not blocked:
                yield from self._handshake()
                yield from self._rest()
                return
            yield from self._no_cloud()
            failures += 1
            # Before 2.0.0 a few failures in a row restart Wi-Fi; later it takes minutes (3.7).
            if failures >= (60 if device.traits.new_internet_test else 8):
                return
            if (yield from device.kernel.pause(device.random.uniform(1, 3), self._cancelled)):
                return

    def _handshake(self) -> Steps:
        device = self._device
        yield from device.log("INFO", "system", "Cloud socket connected")
        device.led = "cyan blinking fast"
        for text in (
            "Establish secure connection",
            "Sending HELLO message",
            "Receiving HELLO response",
            "Handshake completed",
        ):
            yield from device.log("INFO", "comm.protocol", text)
            if (yield from device.kernel.pause(device.random.uniform(0.05, 0.4), self._cancelled)):
                return
        yield from device.log("INFO", "system", "Cloud connected")
        device.vitals.cloud_status = 2
        device.connected = True
        device.led = "cyan breathing"

    def _rest(self) -> Steps:
        while not self._cancelled():
            yield FOREVER

    def _no_cloud(self) -> Steps:
        device = self._device
        portal = device.scenario.internet.portal
        device.vitals.cloud_error = 2 if portal else 3
        yield from device.log("WARN", "system", "Cloud socket connection failed: -1")
        if portal:
            # A portal answers names but lets no time server through (inferred).
            yield from device.log("WARN", "system", "Internet test failed: timeout")
        else:
            yield from device.log("WARN", "system", "Internet available, cloud not reachable")
        yield from device.log("WARN", "system", f"Handling cloud error: {2 if portal else 3}")
        device.led = f"orange, {2 if portal else 3} blinks"
        yield from device.kernel.pause(0.5 * (2 if portal else 3), self._cancelled)
