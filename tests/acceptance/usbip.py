"""A virtual USB socket of the kernel's (vhci-hcd), with a device's end of the cable in it.

The two speak USB/IP (Linux, Documentation/usb/usbip_protocol.rst): messages of 48 bytes,
big-endian, and data after them. A transfer stays pending until the device has something to
say or room to take what came, as with a real one, which answers NAK so long.
"""

import errno
import socket
import struct
from dataclasses import dataclass
from pathlib import Path
from typing import Final

_CONTROLLER: Final = Path("/sys/devices/platform/vhci_hcd.0")
_MESSAGE: Final = struct.Struct(">5I28s")
_SUBMIT, _UNLINK, _SUBMITTED, _UNLINKED = 1, 2, 3, 4
_FREE: Final = "004"
_FULL_SPEED: Final = 2
_STALLED: Final = -errno.EPIPE


@dataclass
class Transfer:
    """One transfer that the host asks for."""

    number: int
    endpoint: int
    inward: bool
    length: int
    setup: tuple[int, int, int, int, int]
    """Of a control transfer: bmRequestType, bRequest, wValue, wIndex, wLength."""
    data: bytes
    """What the host sends and the device has not taken yet."""


def free(socket_number: int) -> bool:
    """Whether nothing is in a socket any more, which takes a moment after pulling."""
    for line in (_CONTROLLER / "status").read_text().splitlines()[1:]:
        hub, number, state, *_ = line.split()
        if hub == "hs" and int(number) == socket_number:
            return state == _FREE
    return False


class Cable:
    """A device in a socket. Not for several threads."""

    def __init__(self, socket_number: int) -> None:
        """Plug it in; the kernel begins to ask."""
        self.pending: list[Transfer] = []
        self._heard = b""
        self._end, kernel = socket.socketpair()
        with kernel:
            device = 1 << 16 | socket_number + 2
            order = f"{socket_number} {kernel.fileno()} {device} {_FULL_SPEED}"
            (_CONTROLLER / "attach").write_text(order)

    def fileno(self) -> int:
        """For select."""
        return self._end.fileno()

    def pull(self) -> None:
        """Pull it out."""
        self._end.close()

    def listen(self) -> None:
        """Take in what the host has asked for, or does not want any more."""
        try:
            while heard := self._end.recv(1 << 16, socket.MSG_DONTWAIT):
                self._heard += heard
        except BlockingIOError:
            pass
        while len(self._heard) >= _MESSAGE.size:
            command, number, _, inward, endpoint, rest = _MESSAGE.unpack_from(self._heard)
            size = _MESSAGE.size
            if command == _UNLINK:
                self._unlink(number, int.from_bytes(rest[:4]))
            elif command == _SUBMIT:
                length = int.from_bytes(rest[4:8])
                size += 0 if inward else length
                if len(self._heard) < size:
                    return
                data = self._heard[_MESSAGE.size : size]
                setup = struct.unpack("<BBHHH", rest[20:])
                self.pending.append(Transfer(number, endpoint, bool(inward), length, setup, data))
            self._heard = self._heard[size:]

    def complete(self, done: Transfer, data: bytes = b"", *, stalled: bool = False) -> None:
        """End a transfer, inward with this data."""
        self.pending.remove(done)
        size = len(data) if done.inward else done.length
        numbers = struct.pack(">5i8x", _STALLED if stalled else 0, 0 if stalled else size, 0, 0, 0)
        self._say(_SUBMITTED, done.number, numbers, data)

    def _unlink(self, number: int, unwanted: int) -> None:
        found = [transfer for transfer in self.pending if transfer.number == unwanted]
        self.pending = [transfer for transfer in self.pending if transfer not in found]
        status = struct.pack(">i24x", -errno.ECONNRESET if found else 0)
        self._say(_UNLINKED, number, status)

    def _say(self, command: int, number: int, rest: bytes, data: bytes = b"") -> None:
        self._end.sendall(_MESSAGE.pack(command, number, 0, 0, 0, rest) + data)
