"""Another player plays a recording: asciinema, where it is installed."""

import fcntl
import os
import pty
import shutil
import subprocess
import sys
import termios
from collections.abc import Iterator
from pathlib import Path

import pytest

from diag.recording import Recorder, visible
from diag.stream import Chunk, Direction, Fact, Item, Marker
from tests.recording.support import HEADER

OUT = Direction.OUTPUT
CHUNKS = [
    b"0000007269 [hal.wlan] ERROR: wiced_join_ap_specific(), result: 1025\r\n",
    b"\x1b[2J\x1b]0;owned\x07\x9b31m\r\n",
    "Joining café \u202e\r\n".encode(),
    bytes(range(256)),
    b"\r\nresult: 1006\r",
    b"result: 0   \r\n",
]
SHOWN = "".join(map(visible, CHUNKS[:5])) + "\n" + visible(CHUNKS[5])


@pytest.fixture
def asciinema() -> str:
    """Return the program, or skip; where the other parts are required, fail."""
    beside = Path(sys.executable).with_name("asciinema")
    found = str(beside) if beside.exists() else shutil.which("asciinema")
    if found is None:
        reason = "asciinema is not installed (pip install asciinema, or the Debian package)"
        if os.environ.get("WPA2DIAG_REQUIRE_BEDS") == "1":
            pytest.fail(reason)
        pytest.skip(reason)
    return found


@pytest.fixture
def cast(tmp_path: Path) -> Path:
    """Return a recording with every kind of event."""
    path = tmp_path / "session.cast"
    items: list[Item] = [Fact(0.0, "net:err", 1025), Marker(0.0, "begin \x1b[2J")]
    items += [Chunk(0.0, Direction.INPUT, b"secretless input \x03")]
    items += [Chunk(0.001 * number, OUT, data) for number, data in enumerate(CHUNKS)]
    with Recorder.create(path, HEADER) as recorder:
        for item in items:
            recorder.write(item)
    return path


@pytest.fixture
def terminal() -> Iterator[int]:
    """Yield a terminal for the player to read keys from: some versions insist on one."""
    master, slave = pty.openpty()
    yield slave
    os.close(slave)
    os.close(master)


@pytest.mark.parametrize("command", ["cat", "play"])
def test_asciinema_shows_the_inert_text_and_nothing_else(
    asciinema: str, cast: Path, command: str, tmp_path: Path, terminal: int
) -> None:
    """Exact bytes, facts, input and markers are not printed; no control sequence is."""
    result = subprocess.run(
        [asciinema, command, str(cast)],
        env={**os.environ, "HOME": str(tmp_path), "PYTHONUTF8": "1", "LC_ALL": "C.UTF-8"},
        stdin=terminal,
        capture_output=True,
        start_new_session=True,
        preexec_fn=lambda: fcntl.ioctl(0, termios.TIOCSCTTY, 0),
        timeout=60,
        check=False,
    )
    assert result.returncode == 0, result.stderr
    for harm in (b"\x1b", b"\x07", b"\x00", b"\xc2\x9b", "\u202e".encode()):
        assert harm not in result.stdout
    if not (command == "cat" and is_version_3(asciinema)):
        assert result.stdout.decode("utf-8") == SHOWN


def is_version_3(asciinema: str) -> bool:
    """Tell whether `cat` joins recordings into one instead of printing their text."""
    shown = subprocess.run([asciinema, "--version"], capture_output=True, check=True).stdout
    return shown.startswith(b"asciinema 3")
