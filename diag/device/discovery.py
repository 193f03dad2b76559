"""Which devices are connected: serial ports and USB devices, brought together."""

import os
import re
import sys
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Final

from diag.device.boards import SIMULATED, Board, Problem
from diag.device.products import PHOTON, UNKNOWN, Mode, identify
from diag.device.transport import DeviceError

if TYPE_CHECKING:
    from serial.tools.list_ports_common import ListPortInfo

    from diag.device.usb import Seen

_TRIES: Final = 3
_SERIAL: Final = frozenset({Mode.SERIAL})


@dataclass(frozen=True, slots=True)
class Discovered:
    """What is connected."""

    boards: tuple[Board, ...]
    """Photons and P1s first, by name."""
    remarks: tuple[str, ...] = ()
    """What could not be looked at, and why."""


def discover(*, unknown: bool = False, simulated: bool = False) -> Discovered:
    """Look for devices.

    Args:
        unknown: whether to list serial ports that are not known to be Particle's.
        simulated: whether to list the simulated devices.
    """
    from diag.device import usb

    remarks: list[str] = []
    ports: list[Board] = []
    seen: list[Seen] = []
    try:
        ports = serial_ports(_comports(), unknown=unknown)
    except DeviceError as error:
        remarks.append(str(error))
    try:
        seen = list(usb.devices())
    except DeviceError as error:
        remarks.append(str(error))
    boards = merge(ports, seen)
    if simulated:
        boards += simulated_boards()
    return Discovered(tuple(sorted(boards, key=_order)), tuple(remarks))


def serial_ports(infos: Iterable["ListPortInfo"], *, unknown: bool = False) -> list[Board]:
    """Return the boards behind serial ports.

    Args:
        infos: the ports as pyserial lists them.
        unknown: whether to keep ports that are not known to be Particle's.
    """
    found: dict[object, Board] = {}
    for info in sorted(infos, key=lambda info: (info.location or "", info.device)):
        known = identify(info.vid, info.pid)
        if known is None and not unknown:
            continue
        product, mode = known or (UNKNOWN, Mode.SERIAL)
        location = _location(info.location)
        port = _callout(info.device)
        board = Board(
            product,
            frozenset({mode}),
            port=port,
            location=location,
            serial=(info.serial_number or "").strip(),
            problems=_port_problems(port),
        )
        # An application can open a second port (USBSerial1); the first one has the log.
        found.setdefault((product, location) if location else info.device, board)
    return list(found.values())


def merge(ports: Sequence[Board], seen: Iterable["Seen"]) -> list[Board]:
    """Bring the two views of the same devices together.

    A device id tells units apart, without regard to case (device-facts 6.5); where it is
    missing, or several have the same, their USB location does.
    """
    boards = [*ports]
    taken: list[set[Mode]] = [set() for _ in boards]
    alone: list[Seen] = []
    places = {board.location for board in ports}
    # Who sits where a port is has the first claim to it.
    for usb in sorted(seen, key=lambda usb: usb.location not in places):
        index = _partner(boards, taken, usb)
        if index is None:
            alone.append(usb)
        else:
            boards[index] = _joined(boards[index], usb)
            taken[index].add(usb.mode)
    for usb in alone:
        index = _last_left(boards, taken, usb, alone)
        if index is None:
            boards.append(_joined(Board(usb.product, frozenset()), usb))
            taken.append({usb.mode})
        else:
            boards[index] = _joined(boards[index], usb)
            taken[index].add(usb.mode)
    return boards


def simulated_boards() -> list[Board]:
    """Return the devices in software, one for each scenario."""
    from diag.simulator import scenario, scenarios

    return [
        Board(PHOTON, _SERIAL, port=f"{SIMULATED}{name}", title=scenario(name).title)
        for name in scenarios()
    ]


def _partner(boards: Sequence[Board], taken: Sequence[set[Mode]], usb: "Seen") -> int | None:
    """The board that a USB device is another view of."""
    alike = [
        index
        for index, board in enumerate(boards)
        if usb.mode not in taken[index]
        and board.product.platform == usb.product.platform
        and _may_be(board, usb)
    ]
    if len(alike) > 1:
        alike = [index for index in alike if boards[index].location == usb.location]
    return alike[0] if len(alike) == 1 else None


def _may_be(board: Board, usb: "Seen") -> bool:
    known = Board(usb.product, frozenset(), serial=usb.serial).id
    if board.id and known:
        # Also where the two libraries count the buses differently.
        return board.id == known
    if board.location and usb.location:
        return board.location == usb.location
    return bool(board.serial) and board.serial.lower() == usb.serial.lower()


def _last_left(
    boards: Sequence[Board], taken: Sequence[set[Mode]], usb: "Seen", alone: Sequence["Seen"]
) -> int | None:
    """The one port without a USB device, for the one USB device that tells nothing of itself.

    So it is on Windows, where nobody may read the serial number without a driver.
    """
    left = [
        index
        for index, board in enumerate(boards)
        if not taken[index] and usb.mode in board.modes and board.product == usb.product
    ]
    mute = [one for one in alone if one.product == usb.product and one.mode == usb.mode]
    return left[0] if len(left) == len(mute) == 1 and not usb.serial else None


def _joined(board: Board, usb: "Seen") -> Board:
    return replace(
        board,
        modes=board.modes | {usb.mode},
        location=board.location or usb.location,
        serial=board.serial if board.id else usb.serial or board.serial,
        problems=board.problems + ((usb.problem,) if usb.problem else ()),
    )


def _order(board: Board) -> tuple[bool, bool, str, str]:
    return (board.simulated, not board.supported, board.name, board.port or "")


def _comports() -> list["ListPortInfo"]:
    from serial.tools import list_ports

    for left in reversed(range(_TRIES)):
        try:
            return list(list_ports.comports())
        except (OSError, TypeError, ValueError) as error:
            # A device that goes away while it is looked at.
            if not left:
                text = f"the serial ports cannot be listed ({type(error).__name__})"
                raise DeviceError(text) from None
    return []


def _callout(path: str) -> str:
    """On macOS, the name that opens without a carrier."""
    return path.replace("/dev/tty.", "/dev/cu.") if path.startswith("/dev/tty.") else path


def _location(text: str | None) -> str | None:
    """`1-2.4` from `1-2.4:1.0`, which names the interface too."""
    match = re.match(r"\d+-\d+(?:\.\d+)*", text or "")
    return match.group() if match else None


def _port_problems(path: str) -> tuple[Problem, ...]:
    if sys.platform == "win32" or not path.startswith("/"):
        return ()
    return () if os.access(path, os.R_OK | os.W_OK) else (Problem("permission", path),)
