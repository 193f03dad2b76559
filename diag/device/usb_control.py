"""USB control requests to a device that is really there."""

import contextlib
import time
from collections.abc import Callable
from typing import Final

from diag.device import control_protocol as protocol
from diag.device.boards import Board
from diag.device.control import Request
from diag.device.products import Mode
from diag.device.transport import DeviceError
from diag.device.usb import Backend, Stall, find, release, transfer

_TIMEOUT: Final = 5.0
"""Seconds of one transfer; the firmware answers from an interrupt."""
_ORDERS: Final[dict[int, tuple[int, int]]] = {
    Request.RESET: (Request.RESET, 0),
    Request.DFU_MODE: (Request.DFU_MODE, 0),
    Request.SAFE_MODE: (Request.SAFE_MODE, 0),
    Request.START_LISTENING: (Request.START_LISTENING, 0),
    Request.STOP_LISTENING: (Request.START_LISTENING, 1),
}
"""Number and wValue of the raw orders of 0.6.0 to 0.7.0 (device-facts 6.6)."""


class UsbControl:
    """The `Control` of a connected device.

    Its requests go to the device as a whole, so that no interface is claimed: the serial port
    stays with its driver, and with whoever has it open.
    """

    def __init__(
        self,
        board: Board,
        *,
        patience: float = 30.0,
        wait: Callable[[float], None] = time.sleep,
        using: Backend | None = None,
    ) -> None:
        """Find the device; it is opened by the first request.

        Args:
            board: which one.
            patience: seconds that a request may take.
            wait: waits a number of seconds.
            using: another backend than libusb.

        Raises:
            Gone: it is not connected, or in DFU mode.
            DeviceError: there is no libusb, or no telling it from its twin.
        """
        self._name = f"{board.product.name} {board.name}"
        self._patience = patience
        self._wait = wait
        self._device = find(board, Mode.SERIAL, using)

    def device_id(self) -> str:
        """Return the 24 hex digits, lower-case.

        Raises:
            Gone: the device went away.
            DeviceError: it cannot be asked.
        """
        return self._read(Request.DEVICE_ID).lower()

    def system_version(self) -> str:
        """Return the Device OS release as the device writes it.

        Raises:
            Gone: the device went away.
            DeviceError: it cannot be asked.
        """
        return self._read(Request.SYSTEM_VERSION)

    def request(self, kind: int, payload: bytes = b"") -> bytes:
        """Make a request of the channel protocol; up to 0.7.0 its raw form, if it has one.

        Raises:
            Gone: the device went away.
            DeviceError: it does not answer such a request.
        """
        steps = protocol.exchange(kind, payload, patience=self._patience)
        answer: bytes | None = None
        running: protocol.Transfer | None = None
        try:
            while True:
                step = next(steps) if answer is None else steps.send(answer)
                if isinstance(step, protocol.Pause):
                    self._wait(step.seconds)
                    answer = b""
                else:
                    answer = self._transfer(step)
                    running = step
        except StopIteration as end:
            return end.value
        except Stall:
            if running is not None:
                raise
        except KeyboardInterrupt:
            # Nobody else would clear it away, and the device has room for four.
            if running is not None and running.request == protocol.Service.CHECK:
                with contextlib.suppress(DeviceError):
                    self._transfer(protocol.cancel(running.index))
            raise
        return self._old_way(kind, payload)

    def close(self) -> None:
        """Give the device back. A second call does nothing."""
        release(self._device)

    def _old_way(self, kind: int, payload: bytes) -> bytes:
        order = None if payload else _ORDERS.get(kind)
        if order is None:
            raise Stall(
                f"{self._name} does not answer USB request {kind}; that needs Device OS "
                "0.8.0-rc.2 or later"
            )
        self._transfer(protocol.raw_order(*order))
        return b""

    def _read(self, kind: Request) -> str:
        return self._transfer(protocol.raw(kind)).decode("ascii", "replace").rstrip("\0")

    def _transfer(self, step: protocol.Transfer) -> bytes:
        return transfer(self._device, self._name, step, _TIMEOUT)
