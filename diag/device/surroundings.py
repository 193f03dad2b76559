"""A look at this system: who may open the devices, and who has them open."""

import contextlib
import os
import sys
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Final

from diag.device.boards import Board
from diag.device.permissions import Holder, Node, Surroundings, System
from diag.device.products import Mode

_RULES: Final = ("/etc/udev/rules.d", "/run/udev/rules.d", "/usr/lib/udev/rules.d")
_PROC: Final = Path("/proc")
_USB_NODES: Final = "/dev/bus/usb/"
_MODEM_MANAGER: Final = "ModemManager"


def look(boards: Sequence[Board]) -> Surroundings:
    """Return what of this system matters for reaching these devices."""
    kind = system()
    driverless = [
        board for board in boards if any(problem.kind == "driver" for problem in board.problems)
    ]
    denied = [
        problem.path
        for board in boards
        for problem in board.problems
        if problem.kind == "permission"
    ]
    base = Surroundings(
        kind,
        blocked=tuple(Node(path, _group(path), path.startswith(_USB_NODES)) for path in denied),
        driverless=tuple(f"{board.product.name} {board.name}" for board in driverless),
        driverless_dfu=any(Mode.DFU in board.modes for board in driverless),
    )
    if kind is not System.LINUX:
        return base
    ports = {board.port for board in boards if board.port and not board.simulated}
    running = dict(_programs())
    return Surroundings(
        kind,
        blocked=base.blocked,
        holders=tuple(_holders(ports, running)) if ports else (),
        groups=frozenset(map(_group_name, {os.getegid(), *os.getgroups()})),
        promised=frozenset(_promised()),
        port_group=port_group(boards),
        rule=_has_rule(),
        modem_manager=_MODEM_MANAGER in running.values(),
        wsl="microsoft" in _text(_PROC / "version").lower(),
    )


def system() -> System:
    """Return the kind of this system."""
    known = {"win32": System.WINDOWS, "cygwin": System.WINDOWS, "darwin": System.MACOS}
    return System.LINUX if sys.platform == "linux" else known.get(sys.platform, System.OTHER)


def port_group(boards: Sequence[Board] = ()) -> str:
    """Return the group that has the serial ports of this system."""
    known = [_group(board.port) for board in boards if board.port and board.port.startswith("/")]
    candidates = [*known, _group("/dev/ttyS0"), "dialout", "uucp"]
    return next((group for group in candidates if group not in {"", "root", "tty"}), "dialout")


def _group(path: str) -> str:
    """The group that may read and write a file; empty when there is none."""
    try:
        status = Path(path).stat()
    except OSError:
        return ""
    return _group_name(status.st_gid) if status.st_mode & 0o060 == 0o060 else ""


def _group_name(number: int) -> str:
    try:
        import grp

        return grp.getgrgid(number).gr_name
    except (ImportError, KeyError):
        return str(number)


def _promised() -> Iterator[str]:
    import grp
    import pwd

    with contextlib.suppress(KeyError):
        user = pwd.getpwuid(os.getuid()).pw_name
        yield from (group.gr_name for group in grp.getgrall() if user in group.gr_mem)


def _has_rule() -> bool:
    files = [file for folder in _RULES for file in Path(folder).glob("*.rules")]
    return any("2b04" in _text(file).lower() for file in files)


def _programs() -> Iterator[tuple[int, str]]:
    with contextlib.suppress(OSError):
        for entry in _PROC.iterdir():
            if entry.name.isdecimal():
                yield int(entry.name), _text(entry / "comm").strip()


def _holders(ports: Iterable[str], running: dict[int, str]) -> Iterator[Holder]:
    """Processes of this user, or of all for root, that have one of the ports open."""
    real = {str(Path(port).resolve()): port for port in ports}
    for process, program in running.items():
        if process == os.getpid():
            continue
        with contextlib.suppress(OSError):
            for link in (_PROC / str(process) / "fd").iterdir():
                target = ""
                with contextlib.suppress(OSError):
                    target = os.readlink(link)  # noqa: PTH115 - most are no paths
                if target in real:
                    yield Holder(real[target], program, process)
                    break


def _text(path: Path) -> str:
    try:
        return path.read_text("utf-8", "replace")
    except OSError:
        return ""
