"""Devices as USB shows them, and choosing one of them by what a user calls it."""

import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from diag.device.products import UNKNOWN, Mode, Product
from diag.device.transport import DeviceError

SIMULATED: Final = "sim:"
"""What the name of a simulated device begins with."""
_ID: Final = re.compile(r"[0-9a-f]{24}")
_PREFIX: Final = re.compile(r"[0-9a-f]{4,24}")
_LOCATION: Final = re.compile(r"\d+-\d+(\.\d+)*")
_PORT: Final = re.compile(r"[/\\]|://|(?i:com\d+$)")
_SHORTEST_ID: Final = 8


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a device that is there cannot be used."""

    kind: str
    """`permission`, `busy` or `driver`."""
    path: str
    """The file, port or USB location concerned."""


@dataclass(frozen=True, slots=True)
class Board:
    """One device, whichever of its faces USB shows."""

    product: Product
    modes: frozenset[Mode]
    port: str | None = None
    """How to open it as a serial port; `sim:NAME` for a simulated device."""
    location: str | None = None
    """Bus and ports, as `1-2.4`; stays the same over restarts, changes with the socket."""
    serial: str = ""
    """The serial number string as the device reports it."""
    problems: tuple[Problem, ...] = ()
    title: str = ""
    """What a simulated device is there for."""

    @property
    def id(self) -> str:
        """The device id, 24 hex digits in lower case; empty when not known.

        Bootloaders before Device OS 0.6.0 report the same constant on every unit
        (dfu-facts 1.2), which is no id.
        """
        lower = self.serial.lower()
        return lower if _ID.fullmatch(lower) else ""

    @property
    def supported(self) -> bool:
        """Whether it is a Photon or a P1."""
        return self.product.supported

    @property
    def simulated(self) -> bool:
        """Whether it is made of software."""
        return self.port is not None and self.port.startswith(SIMULATED)

    @property
    def accessible(self) -> bool:
        """Whether it can be opened: its port, or in DFU mode its USB device.

        Where only the port can be opened, USB control requests are out of reach.
        """
        if self.port is not None:
            return all(problem.path != self.port for problem in self.problems)
        return not self.problems

    @property
    def name(self) -> str:
        """The shortest thing that `choose` knows it by, whatever else is connected."""
        if self.simulated:
            return self.port or ""
        return self.id or self.location or self.port or self.serial

    def __str__(self) -> str:
        """Say which it is, in a few words."""
        where = ", ".join(part for part in (self.port, self.location) if part and part != self.name)
        mode = ", in DFU mode" if Mode.DFU in self.modes and self.port is None else ""
        return f"{self.product.name} {self.name}{f' ({where}{mode})' if where or mode else ''}"


class NoBoard(DeviceError):  # noqa: N818 - what happened, in the word of its user
    """No device answers the description, or more than one does."""


def choose(boards: Sequence[Board], wanted: str | None = None) -> Board:
    """Return the device that a user means.

    Args:
        boards: those that are connected.
        wanted: a port, a device id or its first four digits or more, a USB location as
            `1-2.4`, or `sim:NAME`. None takes the only Photon or P1.

    Returns:
        The device. One named by the path of a port that is not listed comes as an unknown
        serial port: a pseudo-terminal, or one behind a network.

    Raises:
        NoBoard: none fits, or more than one.
    """
    if wanted is None:
        return _only(boards)
    found = [board for board in boards if _is(board, wanted)]
    if len(found) == 1:
        return found[0]
    if found:
        raise NoBoard(
            f"{len(found)} devices answer to {wanted!r}: {_listed(found)}; "
            "name one by its USB location or its port"
        )
    if _PORT.search(wanted):
        return Board(UNKNOWN, frozenset({Mode.SERIAL}), port=wanted)
    known = f"connected: {_listed(boards)}" if boards else "no device is connected"
    raise NoBoard(
        f"there is no device {wanted!r}; {known}; a device is named by its port, its USB "
        "location, or the first four or more digits of its id: see wpa2diag devices"
    )


def same(one: Board, other: Board) -> bool:
    """Say whether both are the same unit, seen at two times.

    It may have restarted in between, and come back in another mode or on another port.
    """
    if one.simulated or other.simulated:
        return one.port == other.port
    if one.id and other.id:
        return one.id == other.id
    return one.location is not None and one.location == other.location


def _only(boards: Iterable[Board]) -> Board:
    all_of_them = [board for board in boards if not board.simulated]
    fit = [board for board in all_of_them if board.supported]
    if len(fit) == 1:
        return fit[0]
    if fit:
        raise NoBoard(
            f"{len(fit)} devices are connected: {_listed(fit)}; say which one with --device"
        )
    others = [board for board in all_of_them if board.product.platform is not None]
    if others:
        words = "; ".join(f"the {board.product.name} {board.product.why_not}" for board in others)
        raise NoBoard(f"no Photon or P1 is connected: {words}")
    raise NoBoard(
        "no Photon or P1 is connected: plug one in with a USB cable that carries data; "
        "wpa2diag devices says what else can be the matter, and sim:NAME is one in software"
    )


def _listed(boards: Iterable[Board]) -> str:
    return ", ".join(str(board) for board in boards)


def _is(board: Board, wanted: str) -> bool:
    if board.simulated:
        return board.port == wanted
    if _LOCATION.fullmatch(wanted):
        return board.location == wanted
    serial = board.serial.lower()
    if len(wanted) >= _SHORTEST_ID and serial == wanted.lower():
        return True
    if _PREFIX.fullmatch(wanted.lower()) and not _PORT.search(wanted):
        return serial.startswith(wanted.lower())
    return board.port is not None and (
        _port(board.port) == _port(wanted) or Path(board.port).name == wanted
    )


def _port(path: str) -> str:
    """The one name of a port that goes by several."""
    if "://" in path or path.startswith(SIMULATED):
        return path
    if sys.platform == "win32":
        return path.removeprefix("\\\\.\\").upper()
    # On macOS each port has two names, of which only cu. opens without a carrier.
    twin = path.replace("/dev/tty.", "/dev/cu.") if path.startswith("/dev/tty.") else path
    try:
        return str(Path(twin).resolve())
    except (OSError, ValueError, RuntimeError):
        return twin
