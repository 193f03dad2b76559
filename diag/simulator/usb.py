"""The serial port's two rings and what becomes of their bytes (device-facts 2.14, 6.3)."""

from collections import deque
from typing import Final

from diag.simulator.kernel import Kernel, Steps

TRANSMIT_RING: Final = 129
"""Bytes the device can have on their way to the host."""
RECEIVE_RING: Final = 257
"""Bytes the host can have on their way to the device; more is refused with NAK."""


class SerialPort:
    """The device's side of USB serial."""

    def __init__(self, kernel: Kernel, patience: float) -> None:
        """Start closed and empty.

        Args:
            kernel: whose time passes while a write waits.
            patience: seconds after which a write gives up on a host that does not read.
        """
        self._kernel = kernel
        self._patience = patience
        self._dtr = False
        self._reading = True
        self._given_up = False
        self._ring = bytearray()
        self._received: deque[int] = deque()
        self.output = bytearray()

    def receive(self, data: bytes) -> int:
        """Take what fits from the host, and say how many bytes that was."""
        taken = data[: RECEIVE_RING - len(self._received)]
        self._received.extend(taken)
        return len(taken)

    @property
    def available(self) -> int:
        """How many received bytes wait to be read."""
        return len(self._received)

    def read(self) -> int:
        """Take one received byte; there has to be one."""
        return self._received.popleft()

    def drain(self) -> bytes:
        """Throw away what was received, and return it for the record."""
        thrown = bytes(self._received)
        self._received.clear()
        return thrown

    def set_dtr(self, *, on: bool) -> None:
        """Let the host open or close the port; opening drops what was under way."""
        if on and not self._dtr:
            self._ring.clear()
            self._given_up = False
        self._dtr = on

    def set_reading(self, *, on: bool) -> None:
        """Let the host take what comes, or leave it in the device."""
        self._reading = on
        if on:
            # That a port given up comes back with the next read is inferred.
            self._given_up = False
            self.output += self._ring
            self._ring.clear()

    def write(self, data: bytes) -> Steps:
        """Write as the device does: wait for room, and in the end give up."""
        if not self._dtr or self._given_up:
            return
        if self._reading:
            self.output += data
            return
        rest = memoryview(data)
        patience = self._kernel.now + self._patience
        while True:
            room = TRANSMIT_RING - len(self._ring)
            self._ring += rest[:room]
            rest = rest[room:]
            if not rest:
                return
            yield patience
            if not self._dtr:
                return
            if self._reading:
                self.output += rest
                return
            if self._kernel.now >= patience:
                self._given_up = True
                self._ring.clear()
                return
