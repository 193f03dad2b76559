"""What goes wrong while a secret is on its way: the canaries turn up nowhere then either."""

import os
import resource
import signal
import sys
from collections.abc import Generator
from pathlib import Path

import pytest

from diag.cli.exits import Exit
from diag.stream import Chunk, Direction
from diag.stream.masking import Masker
from diag.stream.secrets import Secret
from diag.tasks.keeping import Keeper
from diag.tasks.spool import Spool
from tests.plug import Plug
from tests.secrets.material import (
    CLAIM_CODE,
    PASSPHRASE,
    PASSWORD,
    TOKEN,
    USER,
    campus,
    material,
    photon,
    served,
)
from tests.secrets.stage import Running, Stage, assert_no_fragment, assert_no_secret

pytest.importorskip("termios", reason="no pseudo-terminals on this system")
PEAP = ("--ssid", "CampusWLAN", "--username", USER, "--outer-identity", USER)
SECRET = "M4N7R0Q0XQ9Z2K7"
LOG = b"0000012345 [hal.wlan] INFO: Joining CampusWLAN\r\n"
KEY_ECHO = (
    b"Private key in PEM format:\r\n"
    + material().key.replace("\n", "\r\n").encode()
    + b"\r\nOuter identity (optional): alice\r\n"
)
PRINTED = (
    b"Device ID: 330041000d47353136383631\r\nDevice Secret: %s\r\nSerial Number: PHHMAB123\r\n"
    b'Claim code set to: %s\r\n{"access_token": "%s"}\r\ntoken %s\r\n'
) % (SECRET.encode(), CLAIM_CODE.encode(), b"zU5-oI8_pQ2.xC6", TOKEN.encode())
MONITORED = (PASSWORD, PASSPHRASE, TOKEN, CLAIM_CODE, SECRET, material().key, "zU5-oI8_pQ2.xC6")


@pytest.fixture
def plug(tmp_path: Path) -> Generator[Plug]:
    found = Plug(tmp_path / "port")
    found.plug_in()
    yield found
    found.close()


def echo(plug: Plug, prompt: bytes, answer: str, end: bytes) -> None:
    """Echo an answer in pieces, log lines between them."""
    plug.write(prompt)
    for at in range(0, len(answer), 3):
        plug.write(answer[at : at + 3].encode())
        plug.write(LOG if at % 2 else b"")
    plug.write(end)


def watching(stage: Stage, plug: Plug, *words: str, **options: object) -> Running:
    """Start the monitor, and wait until it has the port."""
    running = stage.start("monitor", "--port", str(plug.path), *words, **options)  # pyright: ignore[reportArgumentType]
    running.wait(plug.opened, "the port to be opened")
    return running


@pytest.mark.parametrize("view", [("--timestamps",), ("--plain",), ("--json",)])
def test_monitor_over_unplugging_and_interruption(
    stage: Stage, plug: Plug, view: tuple[str, ...]
) -> None:
    words = ("--record", "session.cast", "--raw", "photon.log")
    running = watching(stage, plug, *words, *view, environment={"PARTICLE_ACCESS_TOKEN": TOKEN})
    echo(plug, b"Password: ", PASSWORD, b"\r\nSSID: one\r\n")
    plug.write(KEY_ECHO + PRINTED + TOKEN.encode() + b"\r\nEND ONE\r\n")
    running.until("END ONE")
    # Unplugged in mid-echo; what another session prints begins anew behind it.
    log = stage.work / "photon.log"
    echo(plug, b"Password: ", PASSPHRASE[:11], b"")
    running.wait(lambda: log.read_bytes().count(b"Password: ") == 2, "a prompt")
    plug.unplug()
    running.until('"begins"' if "--json" in view else "port")
    plug.plug_in()
    running.wait(plug.opened, "the port to be opened again")
    # What an opened port still had from before is thrown away, so that it may need several.
    running.wait(lambda: plug.write(b"after the gap\r\n") or b"after" in log.read_bytes(), "more")
    echo(plug, b"Password: ", PASSPHRASE[:9], b"")
    running.wait(lambda: log.read_bytes().count(b"Password: ") == 3, "a prompt")
    running.process.send_signal(signal.SIGINT)
    done = running.end()
    assert done.code in (Exit.OK, Exit.FAULT, Exit.UNDECIDED), done.terminal
    raw = (stage.work / "photon.log").read_bytes()
    assert b"after the gap\r\n" in raw
    assert b"Device Secret: [masked]" in raw
    stage.assert_clean(done, *MONITORED, known_to_environment=[TOKEN])
    for data in (raw, (stage.work / "session.cast").read_bytes(), done.shown):
        assert_no_fragment(data, PASSPHRASE, 4)


def test_monitor_whose_disk_is_full(stage: Stage, plug: Plug) -> None:
    def small() -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))

    running = watching(
        stage,
        plug,
        *("--record", "session.cast", "--raw", "photon.log", "--plain"),
        terminal=False,
        preexec_fn=small,
    )
    for _ in range(4):
        echo(plug, b"Password: ", PASSWORD, b"\r\nSSID: one\r\n")
        plug.write(KEY_ECHO + PRINTED)
    plug.write(b"END ONE\r\n")
    running.wait(lambda: b"END ONE" in running.out, "the end")
    running.process.send_signal(signal.SIGINT)
    done = running.end()
    assert done.code == Exit.INPUT, done.terminal
    stage.assert_clean(done, *MONITORED)


def test_what_waits_for_a_screen_that_stands_still(tmp_path: Path) -> None:
    """It lies in files without a name, which their owner can still read."""
    spool = Spool(memory=0, folder=str(tmp_path))
    keeper = Keeper(Masker([Secret(PASSWORD)]), spool, [])
    text = KEY_ECHO + PRINTED + b"Password: " + PASSPHRASE.encode() + b"\r\n" + PASSWORD.encode()
    for at in range(0, len(text), 7):
        keeper.take(Chunk(0.0, Direction.OUTPUT, text[at : at + 7]))
    keeper.close()
    nameless = [
        handle.read_bytes()
        for handle in Path("/proc/self/fd").iterdir()
        if handle.is_symlink() and str(handle.readlink()).startswith(str(tmp_path))
    ]
    spool.discard()
    assert any(b"Serial Number: PHHMAB123" in data for data in map(_joined, nameless))
    for data in nameless:
        assert_no_secret(data, MONITORED)
        assert_no_secret(_joined(data), MONITORED)


def _joined(spooled: bytes) -> bytes:
    """The data of records, each of which has a head of 13 bytes."""
    text, at = b"", 0
    while at < len(spooled):
        size = int.from_bytes(spooled[at + 9 : at + 13], "little")
        text += spooled[at + 13 : at + 13 + size]
        at += 13 + size
    return text


def configured(stage: Stage, tmp_path: Path, program: str, *switches: str, **options: object):
    """Start to configure a device; `program` runs first, in the process."""
    source = f"{program}\nfrom diag.cli.main import main\nmain()"
    device = photon(campus(chatter=True))
    with served(device, tmp_path) as port:
        running = stage.start(
            *("configure", "--port", str(port.path), *PEAP, "--password-from", "env:CAMPUS"),
            *("--yes", "--log", "--record", "session.cast"),
            environment={"CAMPUS": PASSWORD, "PYTHONFAULTHANDLER": "1"},
            python=(sys.executable, *switches, "-c", source),
            **options,  # pyright: ignore[reportArgumentType]
        )
        yield running, port
    stage.assert_clean(running.end(), PASSWORD, known_to_environment=[PASSWORD])


CRASH = """
from diag.device import link
passed = link.Link.read
echoed = 0
def read(self, timeout):
    global echoed
    data = passed(self, timeout)
    echoed += b"Kj" in data or data.endswith(b"K")
    if echoed:
        {act}
    return data
link.Link.read = read
"""
"""Does something when the device has begun to echo the password."""
HALF = "import sys, time; sys.stderr.write('HALF'); sys.stderr.flush(); time.sleep({seconds})"


@pytest.mark.parametrize("act", ["raise RuntimeError('forced')", "import os; os.abort()"])
def test_a_crash_in_the_middle_of_the_echo(stage: Stage, tmp_path: Path, act: str) -> None:
    def no_core() -> None:
        resource.setrlimit(resource.RLIMIT_CORE, (0, 0))

    steps = configured(
        stage, tmp_path, CRASH.format(act=act), "-X", "dev", terminal=False, preexec_fn=no_core
    )
    running, _ = next(steps)
    done = running.end()
    assert done.code not in (Exit.OK, Exit.INPUT), done.terminal
    assert b"in read" in done.terminal, done.terminal
    assert_no_fragment(done.shown, PASSWORD, 4)
    assert next(steps, None) is None


def test_unplugged_in_the_middle_of_the_echo(stage: Stage, tmp_path: Path) -> None:
    steps = configured(stage, tmp_path, CRASH.format(act=HALF.format(seconds=1)))
    running, port = next(steps)
    running.until("HALF")
    port.unplug()
    done = running.end()
    assert done.code == Exit.INPUT, done.terminal
    assert b"Traceback" not in done.terminal
    assert_no_fragment(done.shown, PASSWORD, 4)
    assert next(steps, None) is None


def test_interrupted_in_the_middle_of_the_echo(stage: Stage, tmp_path: Path) -> None:
    steps = configured(stage, tmp_path, CRASH.format(act=HALF.format(seconds=20)))
    running, _ = next(steps)
    running.until("HALF")
    running.type("\x03")
    done = running.end()
    assert done.code == Exit.INTERRUPTED, done.terminal
    assert b"Traceback" not in done.terminal
    assert_no_fragment(done.shown, PASSWORD, 4)
    assert next(steps, None) is None


@pytest.mark.parametrize("closing", [(1,), (1, 2)])
def test_without_an_output(stage: Stage, tmp_path: Path, closing: tuple[int, ...]) -> None:
    def close() -> None:
        for each in closing:
            os.close(each)

    steps = configured(stage, tmp_path, "", terminal=False, preexec_fn=close)
    running, _ = next(steps)
    done = running.end()
    assert_no_fragment(done.shown, PASSWORD, 4)
    assert next(steps, None) is None


def test_a_password_that_is_no_text(stage: Stage, tmp_path: Path) -> None:
    """From an environment in another encoding, or typed so: a sentence, and nothing of it."""
    spoilt = os.fsencode(PASSWORD) + b"\xff\xfe"
    device = photon()
    with served(device, tmp_path) as port:
        done = stage.run(
            *("configure", "--port", str(port.path), *PEAP, "--password-from", "env:CAMPUS"),
            "--yes",
            environment={"CAMPUS": os.fsdecode(spoilt)},
        )
    assert done.code not in (Exit.OK,), done.terminal
    assert b"Traceback" not in done.terminal, done.terminal
    stage.assert_clean(done, PASSWORD, known_to_environment=[PASSWORD])
