"""A simulated Photon with a USB plug.

Descriptors and vendor requests are those of `tests/beds`; here are the serial function's
requests and its bytes (USB CDC 1.2, PSTN 1.2), and a clock that is the wall's.
"""

import select
import struct
import threading
import time
from typing import Final, Self

from channel import NOT_SUPPORTED, OK, Channel, Stall
from usb_device import UsbDevice

from diag.simulator import NotSupported, Photon
from tests.acceptance.usbip import Cable, Transfer, free

_SET_CODING, _GET_CODING, _SET_LINES = 0x20, 0x21, 0x22
_TO_INTERFACE, _FROM_INTERFACE = 0x21, 0xA1
_DATA: Final = 1
"""The endpoint of the serial port's bytes, both ways."""
_NAP: Final = 0.02
_PHOTON: Final = 6


class _Answers(dict[int, tuple[int, bytes]]):
    """What the channel protocol carries, answered by the device itself."""

    def __init__(self, photon: Photon) -> None:
        super().__init__()
        self._photon = photon

    def __contains__(self, kind: object) -> bool:
        return True

    def __getitem__(self, kind: int) -> tuple[int, bytes]:
        try:
            return OK, self._photon.request(kind)
        except NotSupported:
            return NOT_SUPPORTED, b""


class UsbPhoton:
    """Serves a Photon to the kernel, in a thread of its own."""

    def __init__(self, photon: Photon, release: str) -> None:
        """Take a powered device; it is plugged in by `with`."""
        self.photon = photon
        """Touch it through `held` only."""
        self.delivered = bytearray()
        """Every byte of the serial port that the host has fetched."""
        self.bauds: list[int] = []
        """Every speed that was set."""
        self.requests: list[int] = []
        """Every request over the channel protocol."""
        self._release = release
        self._cut = b""
        self._still = False
        self._socket = 0
        self._coding = bytes(7)
        self._output = b""
        self._cable: Cable | None = None
        self._face = ""
        self._lock = threading.RLock()
        self._stopped = threading.Event()
        self._began = time.monotonic()
        self._thread = threading.Thread(target=self._run, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._stopped.set()
        self._thread.join()
        if self._cable is not None:
            self._cable.pull()
            self._cable = None

    def stop_after(self, text: bytes) -> None:
        """Stand still when this was printed next, in the middle of the line."""
        with self._lock:
            self._cut = text

    @property
    def still(self) -> bool:
        """Whether it stands still."""
        return self._still

    def unplug(self) -> None:
        """Pull the cable."""
        with self._lock:
            self._still = False
            self.photon.unplug()

    def plug(self, socket_number: int) -> None:
        """Plug the cable into a socket."""
        with self._lock:
            self._socket = socket_number
            self.photon.plug()

    def _run(self) -> None:
        while not self._stopped.is_set():
            with self._lock:
                self._follow()
                cable = self._cable
                if cable is not None:
                    cable.listen()
                    self._answer(cable)
                if not self._still:
                    self._live(cable, time.monotonic() - self._began)
            select.select([cable] if cable else [], [], [], _NAP)

    def _follow(self) -> None:
        """Show the host the face that the device has now."""
        if self.photon.presence == self._face:
            return
        if self._cable is not None:
            self._cable.pull()
            self._cable = None
        if self.photon.presence == "none" or free(self._socket):
            self._face = self.photon.presence
        if self._face == self.photon.presence != "none":
            dfu = self._face == "dfu"
            # The same id in the other case: nobody may depend on it.
            serial = self.photon.device_id.upper() if dfu else self.photon.device_id
            self._channel = Channel(serial, self._release, _Answers(self.photon))
            self._channel.served = self.requests
            self._descriptors = UsbDevice(_PHOTON, dfu, serial, self._channel)
            self._output = b""
            self._cable = Cable(self._socket)

    def _answer(self, cable: Cable) -> None:
        for transfer in list(cable.pending):
            if not transfer.endpoint:
                try:
                    cable.complete(transfer, self._control(transfer))
                except Stall:
                    cable.complete(transfer, stalled=True)
            elif not transfer.inward:
                transfer.data = transfer.data[self.photon.send(transfer.data) :]
                if not transfer.data:
                    cable.complete(transfer)

    def _control(self, transfer: Transfer) -> bytes:
        kind, request, value, index, length = transfer.setup
        if (kind, request) == (_TO_INTERFACE, _SET_CODING):
            self._coding = transfer.data
            self.bauds.append(struct.unpack_from("<I", self._coding)[0])
            self.photon.set_line_coding(self.bauds[-1])
        elif (kind, request) == (_FROM_INTERFACE, _GET_CODING):
            return self._coding[:length]
        elif (kind, request) == (_TO_INTERFACE, _SET_LINES):
            self.photon.set_dtr(bool(value & 1))
        elif kind == 0 or (kind, request) == (1, 11):
            pass  # The address, the configuration, the setting of an interface.
        else:
            return self._descriptors.control(kind, request, value, index, length, transfer.data)
        return b""

    def _live(self, cable: Cable | None, until: float) -> None:
        """Let the device's time pass; the host fetches what it prints, if it does."""
        waiting = [one for one in cable.pending if one.inward] if cable else []
        waiting = [one for one in waiting if one.endpoint == _DATA]
        while True:
            while cable and self._output and waiting:
                first = waiting.pop(0)
                data, self._output = self._output[: first.length], self._output[first.length :]
                self.delivered += data
                cable.complete(first, data)
            self.photon.set_reading(bool(waiting))
            if self._still:
                return
            printed = self.photon.run(max(until, self.photon.now))
            if not printed:
                return
            if self._cut and self._cut in printed:
                printed = printed[: printed.index(self._cut) + len(self._cut)]
                self._cut, self._still = b"", True
            self._output += printed
