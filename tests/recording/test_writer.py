"""The recorder: files, failures, and the program's sudden end."""

import io
import os
import signal
import stat
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from diag.recording import Reader, Recorder, RecordingError, encode_header
from diag.stream import Chunk, Direction, Fact, Item, Marker
from tests.recording.support import HEADER, recorded

OUT = Direction.OUTPUT
ITEMS: list[Item] = [Fact(0.0, "net:err", 1007), Chunk(1.0, OUT, b"\x00\r\n"), Marker(2.0, "m")]


class Calls(io.RawIOBase):
    """A file that notes its writes and takes at most `limit` bytes in each."""

    def __init__(self, limit: int = 1 << 30, fail: Callable[[int], None] | None = None) -> None:
        """Call `fail` with the number of bytes kept before each write."""
        self.calls: list[bytes] = []
        self.limit = limit
        self.fail = fail

    def writable(self) -> bool:
        """Say yes."""
        return True

    def write(self, data: object, /) -> int:
        """Keep the first bytes."""
        taken = bytes(data)[: self.limit]  # pyright: ignore[reportArgumentType]
        if self.fail:
            self.fail(len(b"".join(self.calls)))
        self.calls.append(taken)
        return len(taken)


def record(recorder: Recorder, items: list[Item]) -> None:
    """Write all of these."""
    for item in items:
        recorder.write(item)


def items_of(path: Path) -> list[Item]:
    """Read a recording that must not be torn."""
    with path.open("rb") as file:
        reader = Reader(file)
        items = list(reader)
    assert not reader.torn
    return items


def test_a_new_recording_is_private_and_reads_back(tmp_path: Path) -> None:
    """Also where the user's mask would allow more."""
    path = tmp_path / "a.cast"
    before = os.umask(0)
    try:
        with Recorder.create(path, HEADER) as recorder:
            record(recorder, ITEMS)
    finally:
        os.umask(before)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_bytes() == recorded(ITEMS)
    assert items_of(path) == ITEMS


@pytest.mark.parametrize("kind", ["file", "link", "dangling link", "folder"])
def test_nothing_is_overwritten(tmp_path: Path, kind: str) -> None:
    """A link is not followed, dangling or not."""
    path, target = tmp_path / "a.cast", tmp_path / "target"
    if kind == "file":
        path.write_bytes(b"kept")
    elif kind == "folder":
        path.mkdir()
    else:
        path.symlink_to(target)
        if kind == "link":
            target.write_bytes(b"kept")
    with pytest.raises(RecordingError, match=r"exists already.*choose another name"):
        Recorder.create(path, HEADER)
    assert target.exists() == (kind == "link")
    if path.is_file():
        assert path.read_bytes() == b"kept"


def test_a_folder_that_is_missing_is_named(tmp_path: Path) -> None:
    """And its name is inert."""
    with pytest.raises(RecordingError, match=r"no\\x1bne.*No such file.*choose another folder"):
        Recorder.create(tmp_path / "no\x1bne" / "a.cast", HEADER)
    with pytest.raises(RecordingError, match="cannot create"):
        Recorder.create("nul\0", HEADER)


def test_a_header_that_cannot_be_written_leaves_no_file(tmp_path: Path) -> None:
    """So that the next try under this name works."""
    path = tmp_path / "a.cast"
    with pytest.raises(RecordingError, match="origin"):
        Recorder.create(path, replace(HEADER, origin=None))
    assert not path.exists()


def test_each_item_is_one_write() -> None:
    """Both lines of a chunk with exact bytes included; no buffer holds anything back."""
    file = Calls()
    recorder = Recorder(file, HEADER)
    assert len(file.calls) == 1
    for number, item in enumerate(ITEMS, start=2):
        recorder.write(item)
        assert len(file.calls) == number
    assert b"".join(file.calls) == recorded(ITEMS)
    recorder.sync()  # nothing to sync, and no complaint
    recorder.close()


@pytest.mark.parametrize("limit", [1, 7, 100])
def test_short_writes_are_completed(limit: int) -> None:
    """A file may take less than it was given."""
    file = Calls(limit)
    with Recorder(file, HEADER) as recorder:
        record(recorder, ITEMS)
    assert b"".join(file.calls) == recorded(ITEMS)


def test_a_file_that_takes_nothing_ends_the_recording() -> None:
    """Rather than trying for ever."""
    with pytest.raises(RecordingError, match="cannot begin"):
        Recorder(Calls(0), HEADER)


def test_an_interrupt_inside_a_write_ends_the_recording() -> None:
    """The interrupt goes on its way, and nothing is written after a half item."""

    def interrupt(kept: int) -> None:
        if kept > len(encode_header(HEADER)):
            raise KeyboardInterrupt

    file = Calls(120, interrupt)
    recorder = Recorder(file, replace(HEADER, title=""))
    with pytest.raises(KeyboardInterrupt):
        record(recorder, ITEMS * 100)
    with pytest.raises(RecordingError, match="begin a new one"):
        recorder.write(ITEMS[0])


def test_a_refused_item_does_not_end_the_recording(tmp_path: Path) -> None:
    """Only the item is missing."""
    path = tmp_path / "a.cast"
    with Recorder.create(path, HEADER) as recorder:
        recorder.write(ITEMS[0])
        with pytest.raises(RecordingError):
            recorder.write(Fact(0.0, "a b", 1))
        recorder.write(ITEMS[1])
    assert items_of(path) == ITEMS[:2]


def test_after_the_end_nothing_is_written(tmp_path: Path) -> None:
    """And closing twice is fine."""
    path = tmp_path / "a.cast"
    recorder = Recorder.create(path, HEADER)
    recorder.sync()
    recorder.close()
    recorder.close()
    for late in (lambda: recorder.write(ITEMS[0]), recorder.sync):
        with pytest.raises(RecordingError, match="begin a new one"):
            late()
    assert items_of(path) == []


def test_an_error_inside_the_block_goes_through(tmp_path: Path) -> None:
    """With the recording closed and whole."""
    path = tmp_path / "a.cast"

    def session() -> None:
        with Recorder.create(path, HEADER) as recorder:
            recorder.write(ITEMS[0])
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        session()
    assert items_of(path) == ITEMS[:1]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs the device /dev/full")
def test_a_full_disk_says_what_to_do() -> None:
    """The system's own full disk."""
    with (
        Path("/dev/full").open("wb", buffering=0) as file,
        pytest.raises(RecordingError, match=r"No space left.*Make room on the disk"),
    ):
        Recorder(file, HEADER)


LIMITED = """
import resource, sys
from diag.recording import Recorder, RecordingError
from diag.stream import Chunk, Direction
from tests.recording.support import HEADER
limit = int(sys.argv[2])
resource.setrlimit(resource.RLIMIT_FSIZE, (limit, limit))
try:
    with Recorder.create(sys.argv[1], HEADER) as recorder:
        for number in range(1000):
            recorder.write(Chunk(number, Direction.OUTPUT, b"\\x00 line %d\\r\\n" % number))
except RecordingError as error:
    print(error)
"""


@pytest.mark.parametrize("room", [0, 1, 2, 30, 60, 200, 1000])
def test_a_real_short_write_is_taken_back(tmp_path: Path, room: int) -> None:
    """The file ends after its last whole item, so that other players read it too."""
    path = tmp_path / "a.cast"
    begun = len(encode_header(HEADER))
    result = run(LIMITED, str(path), str(begun + room))
    assert "Make room on the disk" in result
    content = path.read_bytes()
    assert begun <= len(content) <= begun + room
    assert content.endswith(b"\n")
    items = items_of(path)
    assert content == recorded(items)
    assert len(items) >= room // 100


def test_no_room_for_the_header_leaves_no_file(tmp_path: Path) -> None:
    """A name is not taken by a recording that never began."""
    path = tmp_path / "a.cast"
    assert "the recording cannot begin" in run(LIMITED, str(path), "20")
    assert not path.exists()


ENDLESS = """
import sys
from diag.recording import Recorder
from diag.stream import Chunk, Direction, Fact
from tests.recording.support import HEADER
recorder = Recorder.create(sys.argv[1], HEADER)
number = 0
while True:
    recorder.write(Fact(number / 1000, "number", number))
    recorder.write(Chunk(number / 1000, Direction.OUTPUT, b"\\x00\\xff%d\\r\\n" % number))
    number += 1
    if number == 200:
        print("going", flush=True)
"""


@pytest.mark.parametrize("delay", [0.0, 0.01, 0.05])
def test_a_killed_program_leaves_a_recording_that_reads_back(tmp_path: Path, delay: float) -> None:
    """SIGKILL in the middle of writing."""
    path = tmp_path / "a.cast"
    with subprocess.Popen(
        [sys.executable, "-c", ENDLESS, str(path)],
        stdout=subprocess.PIPE,
        env=environment(),
    ) as child:
        assert child.stdout is not None
        assert child.stdout.readline() == b"going\n"
        time.sleep(delay)
        child.send_signal(signal.SIGKILL)
    assert child.returncode == -signal.SIGKILL
    with path.open("rb") as file:
        items = list(Reader(file))
    numbers = [item.value for item in items if isinstance(item, Fact)]
    assert len(numbers) >= 200
    assert numbers == list(range(len(numbers)))
    assert [item.data for item in items if isinstance(item, Chunk)] == [
        b"\x00\xff%d\r\n" % number for number in range(len(items) // 2)
    ]


def environment() -> dict[str, str]:
    """Return an environment in which a child finds the project."""
    return {**os.environ, "PYTHONPATH": str(Path(__file__).parents[2])}


def run(program: str, *arguments: str) -> str:
    """Run a Python program to its end."""
    return subprocess.run(
        [sys.executable, "-c", program, *arguments],
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    ).stdout
