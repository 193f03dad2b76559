"""Find devices for the commands: all of them with advice, or the one that is meant."""

from dataclasses import dataclass

from diag.device.boards import SIMULATED, Board, NoBoard, choose, same
from diag.device.discovery import discover, simulated_boards
from diag.device.permissions import Advice, advise, advise_on_nothing, udev_rule
from diag.device.products import Mode
from diag.device.surroundings import look, port_group

__all__ = ["Advice", "NoBoard", "Survey", "find_again", "pick", "rule", "survey"]


@dataclass(frozen=True, slots=True)
class Survey:
    """What is connected, and what to do about what cannot be used."""

    boards: tuple[Board, ...]
    advice: tuple[Advice, ...]
    remarks: tuple[str, ...]
    """What could not be looked at, and why."""

    @property
    def usable(self) -> bool:
        """Whether a Photon or P1 is there and can be opened."""
        return any(
            board.supported and board.accessible and not board.simulated for board in self.boards
        )


def survey(*, everything: bool = False) -> Survey:
    """Look at all devices.

    Args:
        everything: also unknown serial ports, and the devices in software.
    """
    found = discover(unknown=everything, simulated=everything)
    real = [board for board in found.boards if not board.simulated]
    around = look(real)
    advice = advise(around)
    if not any(board.product.platform is not None for board in real):
        advice += advise_on_nothing(around)
    return Survey(found.boards, tuple(advice), found.remarks)


def pick(wanted: str | None = None, needs: Mode | None = None) -> Board:
    """Return the device that a user means, ready to be opened.

    Args:
        wanted: a port, a device id or its beginning, a USB location, or `sim:NAME`; None takes
            the only one.
        needs: the mode it must be in.

    Raises:
        NoBoard: there is none, more than one, or it is not a Photon or P1, in another mode,
            or not to be opened by this user.
    """
    if wanted is not None and wanted.startswith(SIMULATED):
        boards = simulated_boards()
        if not any(board.port == wanted for board in boards):
            from difflib import get_close_matches

            names = [board.port or "" for board in boards]
            near = get_close_matches(wanted, names, n=1)
            hint = f"did you mean {near[0]}? " if near else ""
            raise NoBoard(
                f"there is no simulated device {wanted!r}; {hint}See: wpa2diag devices --all"
            )
        return choose(boards, wanted)
    board = choose(discover(unknown=wanted is not None).boards, wanted)
    if board.product.why_not:
        raise NoBoard(f"{board} {board.product.why_not}")
    if needs is not None and needs not in board.modes:
        raise NoBoard(f"{board} {_WRONG_MODE[needs]}")
    if needs is Mode.SERIAL and board.port is None:
        raise NoBoard(
            f"{board} shows no serial port: its application may have switched it off, or the "
            "system lacks the driver (cdc_acm, usbser)"
        )
    if not board.accessible:
        raise NoBoard(f"you may not open {board}; what to do about it says: wpa2diag devices")
    return board


def find_again(board: Board) -> Board | None:
    """Return the device as it is connected now: it may have another port, or another mode.

    None when it is not connected.
    """
    boards = discover().boards
    return next((other for other in boards if same(board, other)), None)


def rule() -> str:
    """Return the udev rule for this system, ready to paste."""
    return udev_rule(port_group())


_WRONG_MODE = {
    Mode.SERIAL: "runs no firmware now; press its RESET button to start it",
    Mode.DFU: "is not in DFU mode; hold SETUP, press and release RESET, and let SETUP go when the "
    "LED blinks yellow",
}
