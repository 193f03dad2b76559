"""A serial port that a test plugs in and out: a pseudo-terminal behind a fixed name."""

import contextlib
import os
import time
from collections.abc import Callable
from pathlib import Path
from typing import Final

import pytest

pty = pytest.importorskip("pty", reason="no pseudo-terminals on this system")

TIMEOUT: Final = 30.0
"""Seconds after which something expected will not come any more."""


def wait_for(holds: Callable[[], object], what: str) -> None:
    """Wait until something holds."""
    deadline = time.monotonic() + TIMEOUT
    while not holds():
        assert time.monotonic() < deadline, f"{what} did not come"
        time.sleep(0.002)


class Plug:
    """The device's end of a port."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._master: int | None = None

    def plug_in(self) -> None:
        """Make a new pseudo-terminal and give it the name."""
        self._master, slave = pty.openpty()
        name = os.ttyname(slave)
        # The other end stays open until there is a reader, else the master has none to write to.
        self._slave = slave
        new = self.path.with_suffix(".new")
        new.symlink_to(name)
        new.rename(self.path)

    def unplug(self) -> None:
        """Pull it out: the name goes, and the port hangs up."""
        self.path.unlink(missing_ok=True)
        assert self._master is not None
        os.close(self._slave)
        os.close(self._master)
        self._master = None

    def write(self, data: bytes) -> None:
        """Print."""
        assert self._master is not None
        rest = memoryview(data)
        while rest:
            rest = rest[os.write(self._master, rest) :]

    @property
    def master(self) -> int:
        """The descriptor of the device's end."""
        assert self._master is not None
        return self._master

    def opened(self) -> bool:
        """Whether somebody has set the port to raw, as every reader does."""
        import termios

        return not termios.tcgetattr(self._slave)[3] & termios.ICANON

    def close(self) -> None:
        """Pull it out if it is in."""
        with contextlib.suppress(AssertionError):
            self.unplug()
