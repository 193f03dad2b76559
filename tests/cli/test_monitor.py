"""`wpa2diag monitor` as a program of its own, with a device on a pseudo-terminal."""

import contextlib
import hashlib
import json
import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from diag.recording import Reader
from diag.stream import Chunk, Marker
from tests.plug import Plug, wait_for
from tests.running import ROOT, Command, environment

FAILED = (
    b"%010d [hal.wlan] INFO: Joining CorpNet\r\n"
    b"%010d [hal.wlan] ERROR: wiced_join_ap_specific(), result: 1007\r\n"
)
MAIN = [sys.executable, "-c", "from diag.cli.main import main; main()", "monitor"]


@pytest.fixture
def plug(tmp_path: Path) -> Iterator[Plug]:
    found = Plug(tmp_path / "port")
    found.plug_in()
    yield found
    found.close()


class Running:
    """The command, with its output read as it comes or not at all."""

    def __init__(self, plug: Plug, *words: str, reading: bool = True, **options: Any) -> None:
        self.out = bytearray()
        self.err = bytearray()
        self.process = subprocess.Popen(
            [*MAIN, "--port", str(plug.path), *words],
            cwd=ROOT,
            env=environment(),
            **{"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options},
        )
        self._threads = [threading.Thread(target=self._err, daemon=True)]
        self._threads[0].start()
        if reading:
            self.read()
        wait_for(
            lambda: b"watching" in self.err or self.process.poll() is not None or "--json" in words,
            "start",
        )
        wait_for(lambda: plug.opened() or self.process.poll() is not None, "the port to be opened")
        # Raw mode comes just before the port is flushed; the name is said after both.

    def read(self) -> None:
        """Begin to read what it prints."""
        if self.process.stdout is not None:
            self._threads.append(threading.Thread(target=self._out, daemon=True))
            self._threads[-1].start()

    def _out(self) -> None:
        assert self.process.stdout is not None
        while data := os.read(self.process.stdout.fileno(), 1 << 16):
            self.out += data

    def _err(self) -> None:
        assert self.process.stderr is not None
        while data := os.read(self.process.stderr.fileno(), 1 << 16):
            self.err += data

    def until(self, sign: bytes) -> None:
        wait_for(lambda: sign in self.out or self.process.poll() is not None, repr(sign))

    def end(self, number: int | None = signal.SIGINT) -> int:
        """Send a signal; return the exit code once all was read."""
        if number is not None:
            self.process.send_signal(number)
        code = self.process.wait(30)
        for thread in self._threads:
            thread.join(30)
        for stream in (self.process.stdout, self.process.stderr):
            if stream is not None:
                stream.close()
        assert b"Traceback" not in self.err, self.err.decode()
        return code


@pytest.fixture
def start(plug: Plug) -> Iterator[Any]:
    running: list[Running] = []

    def begin(*words: str, **options: Any) -> Running:
        running.append(Running(plug, *words, **options))
        return running[-1]

    yield begin
    for one in running:
        if one.process.poll() is None:
            one.process.kill()
            one.process.wait()


def recorded(path: Path) -> list[Any]:
    with path.open("rb") as file:
        return list(Reader(file))


def output(path: Path) -> bytes:
    return b"".join(i.data for i in recorded(path) if isinstance(i, Chunk))


def test_ctrl_c_ends_it_with_the_diagnosis(start: Any, plug: Plug, tmp_path: Path) -> None:
    cast, raw = tmp_path / "a.cast", tmp_path / "a.log"
    running = start("--record", str(cast), "--raw", str(raw))
    data = FAILED % (1000, 8000)
    plug.write(data)
    running.until(b"1007")
    assert running.end() == 1
    text = running.out.decode()
    assert "FAULT at join" in text
    assert "──" in text
    assert raw.read_bytes() == output(cast) == data
    assert raw.stat().st_mode & 0o777 == cast.stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
def test_other_signals_end_it_in_good_order(
    start: Any, plug: Plug, tmp_path: Path, number: int
) -> None:
    cast = tmp_path / "a.cast"
    running = start("--record", str(cast))
    plug.write(FAILED % (1000, 8000))
    running.until(b"1007")
    assert running.end(number) == 1
    assert output(cast) == FAILED % (1000, 8000)
    assert (b"FAULT at join" in running.out) == (number == signal.SIGTERM)


def test_a_terminated_program_does_not_wait_for_its_output(
    start: Any, plug: Plug, tmp_path: Path
) -> None:
    raw = tmp_path / "a.log"
    running = start("--raw", str(raw), reading=False)
    data = b"0123456789abcdef\n" * 20_000
    plug.write(data)
    wait_for(lambda: raw.stat().st_size == len(data), "the log")
    assert running.end(signal.SIGTERM) == 128 + signal.SIGTERM
    assert raw.read_bytes() == data


def test_a_second_ctrl_c_ends_it_at_once(start: Any, plug: Plug, tmp_path: Path) -> None:
    raw = tmp_path / "a.log"
    running = start("--raw", str(raw), reading=False)
    data = b"0123456789abcdef\n" * 20_000
    plug.write(data)
    wait_for(lambda: raw.stat().st_size == len(data), "the log")
    running.process.send_signal(signal.SIGINT)
    # The port is given back although the output stands still.
    fds = Path(f"/proc/{running.process.pid}/fd")
    if fds.is_dir():
        port = str(plug.path.readlink())
        wait_for(
            lambda: not any(_target(fd) == port for fd in fds.iterdir()), "the port to be closed"
        )
    assert running.process.poll() is None
    assert running.end() == 130
    assert raw.read_bytes() == data


def _target(link: Path) -> str:
    with contextlib.suppress(OSError):
        return str(link.readlink())
    return ""


def test_a_reader_that_goes_away_ends_it_quietly(start: Any, plug: Plug, tmp_path: Path) -> None:
    cast = tmp_path / "a.cast"
    running = start("--record", str(cast), reading=False)
    plug.write(b"one\n")
    wait_for(lambda: output(cast) == b"one\n", "the recording")
    running.process.stdout.close()
    running.process.stdout = None
    plug.write(b"two\n")
    assert running.end(None) == 0
    assert output(cast) == b"one\ntwo\n"
    assert b"cannot write" not in running.err


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="needs /proc for the memory")
def test_a_firehose_with_a_screen_that_stands_still(start: Any, plug: Plug, tmp_path: Path) -> None:
    """Nothing is lost, and the memory stays what it is for a quiet device."""
    size = 30 << 20
    line = b"loop %07d " + b"." * 85 + b"\r\n"
    block = b"".join(line % number for number in range(10_000))
    count = size // len(block)
    cast, raw = tmp_path / "a.cast", tmp_path / "a.log"
    running = start("--record", str(cast), "--raw", str(raw), "--plain", reading=False)
    digest = hashlib.sha256()
    for _ in range(count):
        plug.write(block)
        digest.update(block)
    plug.write(b"the end\n")
    digest.update(b"the end\n")
    total = count * len(block) + 8
    wait_for(lambda: raw.stat().st_size == total, "everything")
    assert _peak(running.process.pid) < 80 << 20
    running.read()
    wait_for(lambda: running.out.endswith(b"the end\n"), "the last line")
    assert _peak(running.process.pid) < 80 << 20
    assert running.end() == 4
    assert hashlib.sha256(raw.read_bytes()).digest() == digest.digest()
    told = hashlib.sha256()
    with cast.open("rb") as file:
        for item in Reader(file):
            assert isinstance(item, Chunk)
            told.update(item.data)
    assert told.digest() == digest.digest()
    shown = running.out.split(b"the end\n")[0]
    assert shown.replace(b"\n", b"\r\n") == block * count


def _peak(pid: int) -> int:
    status = Path(f"/proc/{pid}/status").read_text()
    return next(int(text.split()[1]) << 10 for text in status.splitlines() if "VmHWM" in text)


def test_json_lines_are_what_help_says(start: Any, plug: Plug) -> None:
    running = start("--json")
    running.until(b"begin")
    plug.write(b"\x1b[31mred\r\n" + FAILED % (1, 8000))
    running.until(b'"type": "diagnosis"')
    running.until(b"1007")
    plug.unplug()
    running.until(b'"begins"')
    plug.plug_in()
    running.until(b'"ends"')
    assert running.end() == 1
    found = [json.loads(text) for text in running.out.splitlines()]
    assert b"\x1b" not in running.out
    assert found[0] == {"type": "begin", "time": 0.0, "format": 1, "port": str(plug.path)}
    assert found[1] == {**found[1], "type": "line", "kind": "log", "text": "\x1b[31mred"}
    gaps = [entry for entry in found if entry["type"] == "gap"]
    assert [gap["state"] for gap in gaps] == ["begins", "ends"]
    assert set(gaps[0]) == {"type", "time", "state", "reason"}
    assert set(gaps[1]) == {"type", "time", "state", "port", "seconds"}
    assert found[-2]["type"] == "diagnosis"
    assert found[-2]["diagnosis"]["verdict"] == "fault"
    assert found[-1] == {**found[-1], "type": "end", "reason": "stopped", "exit": 1}
    times = [entry["time"] for entry in found if entry["type"] == "line"]
    assert times == sorted(times)


def test_plain_with_timestamps(start: Any, plug: Plug) -> None:
    running = start("--plain", "--timestamps")
    plug.write(b"\x1b]0;owned\x07\r\n" + FAILED % (1, 8000))
    running.until(b"1007")
    running.end()
    text = running.out.decode()
    assert "\x1b" not in text
    assert "──" not in text
    first = text.splitlines()[0]
    seconds, rest = first[:10], first[10:]
    assert float(seconds) < 60
    assert rest == "  \\x1b]0;owned\\x07"
    assert "[diagnosis] " in text


def test_secrets_appear_nowhere(start: Any, plug: Plug, tmp_path: Path) -> None:
    cast, raw = tmp_path / "a.cast", tmp_path / "a.log"
    running = start("--record", str(cast), "--raw", str(raw), "--json")
    running.until(b"begin")
    for piece in (
        b"Device Secret: CANARY",
        b"1SECRET23\r\nPassword: CANA",
        b"RY2pass\r\nok\r\n",
    ):
        plug.write(piece)
    running.until(b'"ok"')
    running.end()
    for text in (running.out, running.err, cast.read_bytes(), raw.read_bytes(), output(cast)):
        for canary in (b"CANA", b"SECRET23", b"RY2pass"):
            assert canary not in text
    assert b"Device Secret: " in raw.read_bytes()


def test_the_terminal_is_left_as_it_was(plug: Plug) -> None:
    import pty
    import termios

    master, slave = pty.openpty()
    before = termios.tcgetattr(slave)
    process = subprocess.Popen(
        [*MAIN, "--port", str(plug.path)],
        cwd=ROOT,
        env=environment(),
        stdin=slave,
        stdout=slave,
        stderr=slave,
        start_new_session=True,
        preexec_fn=_own_terminal,  # noqa: PLW1509 - no threads here
    )
    seen = bytearray()

    def read() -> None:
        with contextlib.suppress(OSError):
            while data := os.read(master, 1 << 16):
                seen.extend(data)

    reader = threading.Thread(target=read, daemon=True)
    reader.start()
    try:
        wait_for(lambda: b"watching" in seen, "the start")
        plug.write(FAILED % (1, 8000))
        wait_for(lambda: b"1007" in seen, "the line")
        during = termios.tcgetattr(slave)
        os.write(master, b"\x03")
        assert process.wait(30) == 1
    finally:
        process.kill()
        process.wait()
    assert before == during == termios.tcgetattr(slave)
    os.close(slave)
    reader.join(30)
    os.close(master)
    assert b"FAULT at join" in seen
    assert b"Traceback" not in seen


def _own_terminal() -> None:
    import fcntl
    import termios

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)


def test_a_gap_is_said_and_recorded(start: Any, plug: Plug, tmp_path: Path) -> None:
    cast = tmp_path / "a.cast"
    running = start("--record", str(cast), "--plain")
    plug.write(b"0000000001 [app] INFO: hal")
    wait_for(lambda: output(cast).endswith(b"hal"), "the bytes")
    plug.unplug()
    running.until(b"Waiting for it to come back")
    plug.plug_in()
    running.until(b"Back on")
    plug.write(b"0000000001 [app] INFO: new\r\n")
    running.until(b"new")
    running.end()
    lines = running.out.decode().splitlines()
    assert lines[0].endswith("[app] INFO: hal")
    assert "0000000001 [app] INFO: new" in lines
    markers = [item.label for item in recorded(cast) if isinstance(item, Marker)]
    assert markers == ["device gone", "device back"]


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (["--port", "/dev/none"], 3, "there is no port /dev/none"),
        (["--port", "/etc/hostname"], 3, "is no serial port"),
        (["--port", "sim:nothing-like-it"], 3, "no scenario"),
        (["--port", "sim:all-well,seed=x"], 3, "whole number"),
        (["--port", "sim:all-well,color=x"], 3, "the form is"),
        (["--port", "a", "--device", "b"], 2, "both say which device"),
        (["--json", "--plain"], 2, "leave out --plain"),
        (["--until", "tomorrow"], 2, "joined, fault or a time"),
        (["--code", "1007"], 2, "in place of a log"),
        (["--port", "/dev/none", "--speed", "2"], 2, "for simulated devices"),
        (["--port", "sim:all-well", "--record", "/"], 3, "exists already"),
        (["--port", "sim:all-well", "--raw", "/none/x"], 3, "cannot create the log"),
    ],
)
def test_what_cannot_be_is_said_in_one_line(
    command: Command, words: list[str], code: int, says: str
) -> None:
    done = command("monitor", *words)
    assert done.exit_code == code
    assert says in done.stderr
    assert done.stderr.count("\n") == 1
    assert done.stdout == ""


def test_a_refused_file_leaves_no_other(command: Command, tmp_path: Path) -> None:
    (tmp_path / "raw").touch()
    words = ("--record", str(tmp_path / "a.cast"), "--raw", str(tmp_path / "raw"))
    done = command("monitor", "--port", "sim:all-well", *words)
    assert done.exit_code == 3
    assert not (tmp_path / "a.cast").exists()


def test_a_simulated_device_until_joined(command: Command, tmp_path: Path) -> None:
    cast = tmp_path / "a.cast"
    words = ("--speed", "1000", "--until", "joined", "--until", "5m", "--record", str(cast))
    done = command("monitor", "--device", "sim:all-well,seed=3", *words)
    assert done.exit_code == 0, done.output
    assert "FINE" in done.stdout
    with cast.open("rb") as file:
        assert Reader(file).header.origin == "simulated"


def test_a_simulated_device_until_a_fault(command: Command) -> None:
    words = ("--speed", "1000", "--until", "fault", "--until", "10m")
    done = command("monitor", "--device", "sim:wrong-password", *words)
    assert done.exit_code == 1, done.output
    assert "FAULT" in done.stdout


def test_a_silent_device_gets_a_hint(command: Command) -> None:
    words = ("--speed", "200", "--until", "60s")
    done = command("monitor", "--device", "sim:wrong-password@2.3.1,app=tinker", *words)
    assert done.exit_code == 4, done.output
    assert done.stdout.count("wpa2diag vitals") == 1


def test_help_documents_the_json(command: Command) -> None:
    text = command("monitor", "--help").stdout
    for word in ("begin", "line", "diagnosis", "gap", "remark", "end", "second Ctrl-C"):
        assert word in text
