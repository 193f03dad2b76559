"""How the device reads a line and a block of lines from the console (device-facts 6.3)."""

from collections.abc import Generator
from typing import Final

from diag.simulator.kernel import FOREVER
from diag.simulator.usb import SerialPort

_BACKSPACES: Final = (0x08, 0x7F)
_TERMINATORS: Final = (0x0D, 0x0A)
_FEWEST_LEFT: Final = 4
"""A block ends when fewer bytes than this are left for it."""


class Reader:
    """Reads lines from the port, echoing them, and notes every byte it took."""

    def __init__(self, port: SerialPort) -> None:
        """Read from a port."""
        self._port = port
        self.taken = bytearray()

    def _byte(self) -> Generator[float, None, int]:
        while not self._port.available:
            yield FOREVER
        byte = self._port.read()
        self.taken.append(byte)
        return byte

    def line(self, longest: int) -> Generator[float, None, bytes]:
        """Read one line: up to CR or LF, or until one byte more than fits has come.

        The device counts in eight bits, so that a limit above 255 never triggers and a
        longer line begins to overwrite itself.
        """
        buffer = bytearray(256)
        count = 0
        while True:
            byte = yield from self._byte()
            if byte in _TERMINATORS:
                break
            if byte in _BACKSPACES:
                if count:
                    count -= 1
                    yield from self._port.write(bytes((byte,)))
                continue
            if count >= longest:
                break
            yield from self._port.write(bytes((byte,)))
            buffer[count] = byte
            count = (count + 1) & 0xFF
        return bytes(buffer[:count])

    def block(self, longest: int) -> Generator[float, None, bytes]:
        """Read lines up to an empty one, joined by CR LF; only their content is counted."""
        text = bytearray()
        left = longest
        while left >= _FEWEST_LEFT:
            line = yield from self.line(left)
            yield from self._port.write(b"\r\n")
            if not line:
                break
            text += line + b"\r\n"
            left -= len(line)
        return bytes(text)
