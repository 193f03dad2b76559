"""A replay on a terminal: it waits between the lines, and Ctrl-C ends it."""

import os
import select
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Final

import pytest

from diag.recording import Header, Origin, Recorder
from diag.stream import Chunk, Direction, Item, Marker
from tests.running import ROOT, environment

pty = pytest.importorskip("pty", reason="no pseudo-terminals on this system")

TIMEOUT: Final = 30
"""Seconds after which something expected will not come any more."""


def output(time: float, text: str) -> Chunk:
    return Chunk(time, Direction.OUTPUT, f"{text}\r\n".encode())


@pytest.fixture
def session(tmp_path: Path) -> Path:
    """Lines with more time between them, at a hundredth of the speed, than a test lasts."""
    path = tmp_path / "session.cast"
    items: list[Item] = [
        output(0.0, "first line"),
        output(50.0, "second line"),
        Marker(100.0, "here"),
        output(150.0, "third line"),
    ]
    header = Header(Origin.SIMULATED, tool="0", source="made by a test", title="test")
    with Recorder.create(path, header) as recorder:
        for item in items:
            recorder.write(item)
    return path


class Terminal:
    """A process on a pseudo-terminal."""

    def __init__(self, *words: str) -> None:
        self._master, slave = pty.openpty()
        self.text = ""
        try:
            self.process = subprocess.Popen(
                [sys.executable, "-c", "from diag.cli.main import main; main()", *words],
                cwd=ROOT,
                env=environment(),
                stdin=slave,
                stdout=slave,
                stderr=slave,
                start_new_session=True,
                preexec_fn=_own_terminal,  # noqa: PLW1509 - no threads here
            )
        finally:
            os.close(slave)

    def read_until(self, sign: str) -> None:
        """Read until this text came, or everything."""
        while sign not in self.text:
            ready, _, _ = select.select([self._master], [], [], TIMEOUT)
            assert ready, f"{sign!r} did not come after {self.text!r}"
            try:
                data = os.read(self._master, 65_536)
            except OSError:  # the other side is closed
                data = b""
            if not data:
                assert not sign or sign == "\0end", f"{sign!r} did not come in {self.text!r}"
                return
            self.text += data.decode("utf-8", "replace")

    def type(self, data: bytes) -> None:
        """Press keys."""
        os.write(self._master, data)

    def end(self) -> int:
        """Read the rest; return the exit code."""
        self.read_until("\0end")
        return self.process.wait(TIMEOUT)

    def close(self) -> None:
        """End the process if it still runs."""
        if self.process.poll() is None:
            self.process.kill()
            self.process.wait()
        os.close(self._master)


def _own_terminal() -> None:
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


@contextmanager
def terminal(*words: str) -> Iterator[Terminal]:
    found = Terminal(*words)
    try:
        yield found
    finally:
        found.close()


def test_it_waits_and_stops_on_ctrl_c(session: Path) -> None:
    with terminal("replay", str(session), "--speed", "0.01") as screen:
        screen.read_until("first line")
        screen.type(b"\x03")
        assert screen.end() == 130
        assert "second line" not in screen.text
        assert "wpa2diag: stopped" in screen.text
        assert "Traceback" not in screen.text


def test_from_a_mark_what_is_before_comes_at_once(session: Path) -> None:
    with terminal("replay", str(session), "--speed", "0.01", "--from", "here") as screen:
        screen.read_until("[mark] here")
        assert "second line" in screen.text
        screen.type(b"\x03")
        assert screen.end() == 130
        assert "third line" not in screen.text
        assert "Traceback" not in screen.text


def test_speed_and_instant_end_by_themselves(session: Path) -> None:
    for words in (("--speed", "10000"), ("--instant",)):
        with terminal("replay", str(session), *words) as screen:
            assert screen.end() == 4
            assert "third line" in screen.text


def test_without_a_terminal_nothing_is_waited_for(session: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "diag.cli.main", "replay", str(session), "--speed", "0.01"],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=False,
        timeout=TIMEOUT,
    )
    assert done.returncode == 4
    assert "third line" in done.stdout
    assert "\x1b" not in done.stdout
