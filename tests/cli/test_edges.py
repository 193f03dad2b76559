"""What happens at the edges of the program: pipes, folders, closed and full outputs."""

import array
import fcntl
import json
import lzma
import signal
import subprocess
import sys
import termios
from pathlib import Path

import pytest

from tests.corpus import LOGS
from tests.running import environment, run

LOG = LOGS / "nps-blank-outer-152.log"
MAIN = [sys.executable, "-m", "diag.cli.main"]


def left_in(pipe: int) -> int:
    """Bytes written to a pipe and not yet read."""
    count = array.array("i", [0])
    fcntl.ioctl(pipe, termios.FIONREAD, count)
    return count[0]


def sleeps(pid: int) -> bool:
    """Whether a process waits for something."""
    return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "S"


@pytest.mark.skipif(not Path("/proc/self/stat").exists(), reason="no /proc")
def test_ctrl_c_ends_a_live_log_with_its_diagnosis() -> None:
    with subprocess.Popen(
        [*MAIN, "diagnose", "-", "--eap", "peap", "--format", "json"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        env=environment(),
    ) as process:
        assert process.stdin is not None
        assert process.stdout is not None
        process.stdin.write(LOG.read_bytes())
        process.stdin.flush()
        # The pipe is empty and the reader sleeps: it waits for more.
        while left_in(process.stdin.fileno()) or not sleeps(process.pid):
            assert process.poll() is None
        process.send_signal(signal.SIGINT)
        out = process.stdout.read()
        assert process.wait(20) == 1
    assert json.loads(out)["attempt_count"] == 3


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="no /dev/full")
def test_a_full_disk_is_told_and_is_no_fault_found() -> None:
    with Path("/dev/full").open("w") as full:
        done = subprocess.run(
            [*MAIN, "explain", "1007"],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            env=environment(),
            check=False,
        )
    assert done.returncode == 3
    assert done.stderr.startswith("wpa2diag: cannot write the output")
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("closed", ["<&-", ">&-"])
def test_closed_streams_are_no_traceback(closed: str) -> None:
    done = subprocess.run(
        ["sh", "-c", f'"$@" {closed}', "sh", *MAIN, "diagnose", "-"],
        input=LOG.read_bytes() if closed == ">&-" else None,
        stderr=subprocess.PIPE,
        env=environment(),
        check=False,
    )
    assert b"Traceback" not in done.stderr


def test_a_folder_always_gives_a_list_and_named_inputs_are_never_dropped(tmp_path: Path) -> None:
    folder = tmp_path / "logs"
    folder.mkdir()
    (folder / "one.log").write_bytes(LOG.read_bytes())
    (folder / "notes.txt").write_text("shopping list\n")
    alone = run("diagnose", str(folder), "--format", "json")
    assert [r["verdict"] for r in json.loads(alone.out)["results"]] == ["fault"]
    assert "passed over 1 files" in alone.err
    missing = str(tmp_path / "missing.log")
    both = run("diagnose", str(folder), missing, "--format", "json")
    assert [r["verdict"] for r in json.loads(both.out)["results"]] == ["fault", "unusable"]
    assert both.code == 1


def test_a_hostile_file_name_is_inert_in_markdown(tmp_path: Path) -> None:
    name = tmp_path / "\x1b]0;pwn\x07<b>x"
    done = run("diagnose", str(name), str(LOG), "--format", "markdown")
    assert "\x1b" not in done.out
    assert "\x07" not in done.out
    assert "<b>" not in done.out


def test_a_code_of_another_number_space_is_refused() -> None:
    done = run("diagnose", "--code", "PING_TIMEOUT")
    assert done.code == 2
    assert "no join result" in done.err


def test_xz_that_wants_too_much_memory_is_refused(tmp_path: Path) -> None:
    filters = [{"id": lzma.FILTER_LZMA2, "dict_size": 400 << 20, "preset": 0}]
    path = tmp_path / "big.xz"
    packer = lzma.LZMACompressor(filters=filters)
    # The header alone asks for the memory.
    path.write_bytes(packer.compress(b"x" * 100_000) + packer.flush())
    done = run("diagnose", str(path))
    assert done.code == 3
    assert "does not unpack" in done.err


def test_a_mistyped_option_of_explain_is_told() -> None:
    assert run("explain", "--jsn", "1007").code == 2
    assert run("explain", "-4").code == 0
