"""The way to one device, also after it went away and came back under another name."""

from typing import TYPE_CHECKING, Final, Protocol

from diag.device.boards import Board, same
from diag.device.products import Mode
from diag.device.transport import DeviceError, Gone, Transport

if TYPE_CHECKING:
    from diag.simulator import Photon

LOOK: Final = 0.25
"""Seconds between two looks for a device that is away."""
_SOON: Final = 0.01


class Way(Protocol):
    """How to get to one device, again and again."""

    simulated: bool
    pause: float
    """Seconds to wait between two looks."""
    trouble: str
    """Why the last look did not bring it back, where there is more to say than that it is
    not there."""

    def open(self) -> Transport:
        """Open it for the first time.

        Raises:
            DeviceError: that is not possible.
        """
        ...

    def again(self) -> Transport | None:
        """Look for it once; return it opened when it is back, None when it is not yet."""
        ...


def way_to(board: Board, *, speed: float | None = 1.0) -> Way:
    """Return the way to a board.

    Args:
        board: as discovery or a user named it.
        speed: times real time, of a simulated device; None does not wait at all.
    """
    if board.simulated:
        return SimulatedWay(board.port or "", speed)
    return PortWay(board)


class PortWay:
    """To a device on a serial port.

    It is known again by its device id, or else by its USB location; a port that discovery
    does not know, by its path.
    """

    simulated = False
    pause = LOOK

    def __init__(self, board: Board) -> None:
        """Take the board, which has a port."""
        self._board = board
        self.trouble = ""

    def open(self) -> Transport:
        """Open the port.

        Raises:
            DeviceError: it cannot be opened, or is gone.
        """
        return _opened(self._board.port or "")

    def again(self) -> Transport | None:
        """Look for the device once."""
        self.trouble = ""
        path = self._port()
        if path is None:
            return None
        try:
            return _opened(path)
        except Gone:
            return None
        except DeviceError as error:
            # Also just after it came back: until the system has set its permissions, and
            # while others look at what has been plugged in.
            self.trouble = str(error)
            return None

    def _port(self) -> str | None:
        if not self._board.id and self._board.location is None:
            return self._board.port
        from diag.device.discovery import discover

        for board in discover().boards:
            if not same(self._board, board):
                continue
            if board.port is not None and Mode.SERIAL in board.modes:
                return board.port
            self.trouble = (
                f"{board} is in DFU mode, where it prints nothing; press its RESET button"
            )
        return None


class SimulatedWay:
    """To a device in this process."""

    simulated = True

    def __init__(self, name: str, speed: float | None) -> None:
        """Take what a user calls it, and how fast its time passes."""
        self._name = name
        self._speed = speed
        self._photon: Photon | None = None
        self.pause = _SOON if speed is None else LOOK / speed
        self.trouble = ""

    def open(self) -> Transport:
        """Make the device.

        Raises:
            DeviceError: there is no such scenario.
        """
        from diag.device.simulated import open_simulated

        transport = open_simulated(self._name, speed=self._speed)
        self._photon, self._speed = transport.photon, transport.speed
        self.pause = _SOON if self._speed is None else LOOK / self._speed
        return transport

    def again(self) -> Transport | None:
        """Let a little of the device's time pass, and look."""
        from diag.device.simulated import SimulatedTransport

        photon = self._photon
        if photon is None:
            raise Gone(f"{self._name} was never opened")
        photon.run(photon.now + LOOK)
        self.trouble = "it is in DFU mode" if photon.presence == "dfu" else ""
        if photon.presence != "serial":
            return None
        return SimulatedTransport(photon, speed=self._speed, name=self._name)


def _opened(path: str) -> Transport:
    from diag.device.serial_port import SerialTransport

    return SerialTransport(path)
