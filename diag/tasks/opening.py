"""From what a user calls a device to one that a task may work with."""

from collections.abc import Iterable
from pathlib import Path

from diag.device.boards import SIMULATED, Board
from diag.device.products import PHOTON, Mode
from diag.device.transport import Control, DeviceError, Transport
from diag.recording import Header, Origin, Recorder
from diag.stream import Fact
from diag.tasks.finding import pick
from diag.tasks.live import Live, Witness
from diag.tasks.opened import Device


def find_board(wanted: str | None) -> Board:
    """Return the device a user means, with a serial port; None means the only one.

    Raises:
        DeviceError: none fits, or more than one; or it cannot be used.
    """
    if wanted is not None and wanted.startswith(SIMULATED):
        return Board(PHOTON, frozenset({Mode.SERIAL}), port=wanted)
    return pick(wanted, needs=Mode.SERIAL)


def open_board(board: Board, *, speed: float | None = None) -> tuple[Transport, Control | None]:
    """Open a device's port, and its USB control requests where they can be had.

    Args:
        board: a device with a serial port.
        speed: times real time, of a simulated device; None does not wait at all.

    Raises:
        DeviceError: it cannot be opened.
    """
    if board.simulated:
        from diag.device.simulated import SimulatedControl, open_simulated

        transport = open_simulated(board.port or "", speed=speed)
        return transport, SimulatedControl(transport.photon)
    from diag.device.serial_port import SerialTransport

    transport = SerialTransport(board.port or "")
    return transport, _control(board)


def open_device(
    wanted: str | None,
    *,
    told: Iterable[Fact] = (),
    record: str | None = None,
    witness: Witness | None = None,
    speed: float | None = 1.0,
) -> Device:
    """Open the device a user means and begin a session with it.

    Args:
        wanted: a port, device id, location or `sim:SCENARIO`; None means the only device.
        told: facts that hold for the whole session.
        record: where to record it; an existing file is never touched.
        witness: shown every item, secrets masked.
        speed: times real time, of a simulated device; None does not wait at all.

    Raises:
        DeviceError: it cannot be found or opened.
        RecordingError: the recording cannot begin.
    """
    board = find_board(wanted)
    transport, control = open_board(board, speed=speed)
    try:
        recorder = None
        if record is not None:
            recorder = Recorder.create(Path(record), _header(board))
        live = Live(transport, told=told, recorder=recorder, witness=witness)
    except BaseException:
        transport.close()
        raise
    return Device(live, control, id=board.id)


def _header(board: Board) -> Header:
    if board.simulated:
        return Header(
            Origin.SIMULATED, title=str(board), source=f"the simulated device {board.port}"
        )
    return Header(Origin.LIVE, title=str(board))


def _control(board: Board) -> Control | None:
    """The control requests of a board; None where they cannot be had, which is no error."""
    if board.location is None and not board.id:
        return None
    from diag.device.usb_control import UsbControl

    try:
        return UsbControl(board)
    except DeviceError:
        return None
