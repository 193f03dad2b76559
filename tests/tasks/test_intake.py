"""What a user points at: whatever it is, an answer or one clear line, in bounded memory."""

import bz2
import contextlib
import gzip
import json
import lzma
import os
import random
import threading
import time
from collections.abc import Callable
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diag.diagnosis import Diagnosis
from diag.stream import Chunk
from diag.tasks.diagnosing import diagnose_input
from diag.tasks.intake import InputError, find_inputs, open_source
from tests.corpus import LOGS, RECORDINGS, ROOT
from tests.running import Command, run

LOG = LOGS / "nps-blank-outer-152.log"
TEXT = LOG.read_bytes()
MIB = 1 << 20


@cache
def plain() -> Diagnosis:
    """What the log says when nothing is done to it."""
    return diagnose_input(str(LOG), [])


@cache
def base() -> int:
    """Memory that the diagnosis of a small log takes."""
    return run("diagnose", str(LOG)).peak


def refused(path: Path | str) -> str:
    """The one line that an unusable input brings."""
    with pytest.raises(InputError) as caught:
        diagnose_input(str(path), [])
    text = str(caught.value)
    assert "\n" not in text
    assert str(path) in text
    return text


@pytest.fixture
def made(tmp_path: Path) -> Callable[[bytes], Path]:
    def make(data: bytes) -> Path:
        path = tmp_path / "input"
        path.write_bytes(data)
        return path

    return make


# -- nothing there, nothing readable ------------------------------------------------------


def test_missing_file() -> None:
    assert "there is no such file" in refused("no/such/file.log")


def test_name_that_cannot_be_one() -> None:
    with pytest.raises(InputError, match="is no file name"):
        diagnose_input("a\0b", [])


def test_empty_file(made: Callable[[bytes], Path]) -> None:
    assert "is empty" in refused(made(b""))


def test_compressed_emptiness(made: Callable[[bytes], Path]) -> None:
    assert "is empty" in refused(made(gzip.compress(b"")))


@pytest.mark.parametrize("seed", range(3))
def test_binary_file(made: Callable[[bytes], Path], seed: int) -> None:
    assert "is not text" in refused(made(random.Random(seed).randbytes(100_000)))


def test_a_program_is_binary(made: Callable[[bytes], Path]) -> None:
    assert "is not text" in refused(made(b"\x7fELF\x02\x01\x01" + bytes(500) + b"printf\n" * 9))


def test_unreadable_file(tmp_path: Path, command: Command) -> None:
    path = tmp_path / "secret.log"
    path.write_bytes(TEXT)
    path.chmod(0)
    if os.geteuid() != 0:
        result = command("diagnose", str(path))
        code, err = result.exit_code, result.stderr
    else:
        # Permission bits do not bite root, so the run gives its rights up. What it imports
        # late comes first: the checkout may itself be closed to others.
        for folder in (path, *path.parents):
            if folder.owner() == "root" and folder != path and folder.stat().st_mode & 0o7 == 0:
                folder.chmod(folder.stat().st_mode | 0o001)
            if folder.name.startswith("pytest-of-"):
                break
        before = (
            "import os, shutil, diag.cli.main, diag.cli.diagnose\n"
            "os.setgroups([]); os.setgid(65534); os.setuid(65534)"
        )
        done = run("diagnose", str(path), before=before)
        code, err = done.code, done.err
    assert (code, err.count("\n")) == (3, 1), err
    assert (
        err == f"wpa2diag: {path} cannot be opened: permission denied; check its owner and mode\n"
    )


# -- folders ------------------------------------------------------------------------------


def test_empty_folder(tmp_path: Path) -> None:
    with pytest.raises(InputError, match="the folder holds no files"):
        find_inputs(str(tmp_path))
    (tmp_path / ".hidden").write_bytes(TEXT)
    with pytest.raises(InputError, match="the folder holds no files"):
        find_inputs(str(tmp_path))


def test_folder_without_logs(tmp_path: Path, command: Command) -> None:
    (tmp_path / "picture.png").write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    (tmp_path / "notes.txt").write_text("buy milk\n")
    result = command("diagnose", str(tmp_path))
    assert result.exit_code == 3
    assert result.stderr.count("\n") == 1
    assert "none of its 2 files is the log of a Photon or P1" in result.stderr
    assert result.stdout == ""


def test_folder_is_walked_in_order(tmp_path: Path) -> None:
    for name in ("b/x.log", "a.log", "b/.git/y.log", "c"):
        path = tmp_path / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(TEXT)
    assert find_inputs(str(tmp_path)) == [str(tmp_path / n) for n in ("a.log", "b/x.log", "c")]


# -- large --------------------------------------------------------------------------------


def sparse(path: Path, size: int, head: bytes = b"") -> Path:
    with path.open("wb") as file:
        file.write(head)
        try:
            file.truncate(size)
        except OSError as error:  # a file system without holes, or with a smaller limit
            pytest.skip(f"no sparse file of {size} bytes here: {error}")
    return path


def test_sparse_file_of_10_gb_ends_at_once(tmp_path: Path) -> None:
    begun = time.monotonic()
    done = run("diagnose", str(sparse(tmp_path / "hole.log", 10 << 30)))
    assert time.monotonic() - begun < 10
    assert done.code == 3
    assert "is not text" in done.err
    assert done.peak < base() + 16 * MIB


def test_a_log_with_a_hole_at_its_end_stays_bounded(tmp_path: Path) -> None:
    """A log that a full disk or a crash left with a tail of zeros."""
    path = sparse(tmp_path / "tail.log", 256 * MIB, TEXT * 100)
    done = run("diagnose", str(path))
    assert done.code == 1
    assert done.peak < base() + 48 * MIB


@pytest.mark.parametrize("end", ["line", "no-line"])
def test_line_of_100_mb_is_bounded_and_hides_nothing(tmp_path: Path, end: str) -> None:
    path = tmp_path / "long.log"
    with path.open("wb") as file:
        for _ in range(100):
            file.write(b"abcdefgh" * (MIB // 8))
        if end == "line":
            file.write(b"\r\n" + TEXT)
    done = run("diagnose", str(path))
    assert done.code == (1 if end == "line" else 4)
    assert done.err == ""
    assert done.peak < base() + 48 * MIB


def test_gzip_bomb_stays_bounded(tmp_path: Path) -> None:
    """300 MB of text in 300 kB."""
    path = tmp_path / "bomb.gz"
    member = gzip.compress(b"application says hello\n" * (MIB // 23))
    path.write_bytes(member * 300 + gzip.compress(TEXT))
    assert path.stat().st_size < 2 * MIB
    done = run("diagnose", str(path))
    assert done.code == 1
    assert done.peak < base() + 48 * MIB


def test_zeros_without_end_are_refused() -> None:
    zero = Path("/dev/zero")
    if not zero.exists():
        pytest.skip("no /dev/zero on this system")
    assert "is not text" in refused(zero)


# -- other wrappings ----------------------------------------------------------------------


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
def test_compressed_log_is_the_log(
    made: Callable[[bytes], Path], pack: Callable[[bytes], bytes]
) -> None:
    assert diagnose_input(str(made(pack(TEXT))), []) == plain()


@pytest.mark.parametrize("pack", [gzip.compress, bz2.compress, lzma.compress])
@pytest.mark.parametrize("harm", ["cut", "flipped", "tail"])
def test_damaged_archive_says_so(
    made: Callable[[bytes], Path], pack: Callable[[bytes], bytes], harm: str
) -> None:
    whole = bytearray(pack(random.Random(1).randbytes(5000).hex().encode() + b"\n" + TEXT))
    if harm == "cut":
        del whole[len(whole) // 2 :]
    elif harm == "flipped":
        whole[len(whole) // 2] ^= 0x55
    else:
        del whole[20:]
    path = str(made(bytes(whole)))
    # What came before a cut is worth having, as long as the cut is told.
    if harm == "cut" and path_reads(path):
        source = open_source(path)
        assert list(source.items)
        assert source.remarks() == ["the packed data ends too early; all before it was read"]
        return
    with pytest.raises(InputError, match=r"damaged|cannot be read|is empty"):
        list(open_source(path).items)


def path_reads(path: str) -> bool:
    """Whether anything of a packed file can be had."""
    try:
        return bool(list(open_source(path).items))
    except InputError:
        return False


@pytest.mark.parametrize(
    ("magic", "hint"),
    [
        (b"\x28\xb5\x2f\xfd", "zstd -d"),
        (b"PK\x03\x04", "unpack it"),
        (b"%PDF-1.7\n", "plain text"),
        (b"\x89PNG\r\n", "picture"),
        (b"\xff\xd8\xff\xe0", "picture"),
    ],
)
def test_what_is_no_log_is_refused_with_a_hint(
    made: Callable[[bytes], Path], magic: bytes, hint: str
) -> None:
    assert hint in refused(made(magic + b"text " * 50))


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-8-sig"])
def test_other_encodings_of_text(made: Callable[[bytes], Path], encoding: str) -> None:
    """As PowerShell and editors write them; with and without a byte order mark."""
    assert diagnose_input(str(made(TEXT.decode().encode(encoding))), []) == plain()


def test_utf_16_is_decoded_across_blocks(made: Callable[[bytes], Path]) -> None:
    text = "hello 😀 there\n" * 200_000 + TEXT.decode()
    one = diagnose_input(str(made(text.encode("utf-16"))), [])
    assert one.attempts == diagnose_input(str(made(text.encode())), []).attempts
    assert len(one.attempts) == len(plain().attempts)


def test_case_file_is_its_log(made: Callable[[bytes], Path]) -> None:
    case = {"id": 1, "log": TEXT.decode().splitlines(), "notes": "wiced_join, result: 9"}
    path = made(json.dumps(case).encode())
    assert open_source(str(path)).kind == "case"
    assert diagnose_input(str(path), []) == plain()


@pytest.mark.parametrize(
    "text",
    ['{"log": [1]}', '{"log": "x"}', "{}", "{", '{"log": ["a"', "[" * 9999, '{"a":' * 9999],
)
def test_other_json_is_text(made: Callable[[bytes], Path], text: str) -> None:
    """JSON handlers print lines that begin with a brace."""
    path = made(text.encode())
    assert open_source(str(path)).kind == "log"
    assert diagnose_input(str(path), []).verdict.value == "insufficient"


def test_a_json_log_is_read_whole(made: Callable[[bytes], Path]) -> None:
    """What was looked at to find out is not lost."""
    text = b'{"l":"i","m":"Joining net","c":"hal.wlan","t":1000}\r\n' * 3000
    source = open_source(str(made(text)))
    data = b"".join(item.data for item in source.items if isinstance(item, Chunk))
    assert data == text


def test_recording_is_known_by_its_first_line() -> None:
    source = open_source(str(RECORDINGS / "outer-identity.cast"))
    assert source.kind == "recording"
    assert len(list(source.items)) > 10
    assert source.reader is not None


def test_pipe_by_name(tmp_path: Path) -> None:
    """As of `diagnose <(zcat …)`."""
    path = tmp_path / "pipe"
    os.mkfifo(path)
    writer = threading.Thread(target=path.write_bytes, args=(TEXT,))
    writer.start()
    found = diagnose_input(str(path), [])
    writer.join()
    assert found == plain()


@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_standard_input(command: Command, pack: Callable[[bytes], bytes]) -> None:
    whole = command("diagnose", str(LOG), "--format", "json")
    piped = command("diagnose", "-", "--format", "json", stdin=pack(TEXT))
    assert piped.stdout == whole.stdout
    assert piped.exit_code == whole.exit_code == 1


def test_empty_standard_input(command: Command) -> None:
    result = command("diagnose", "-", stdin=b"")
    assert result.exit_code == 3
    assert "standard input is empty" in result.stderr


def test_files_are_closed(made: Callable[[bytes], Path]) -> None:
    """Used, refused or left: warnings are errors here, an open file's too."""
    if not Path("/proc/self/fd").is_dir():
        pytest.skip("open files cannot be counted on this system")

    def count() -> int:
        return len(os.listdir("/proc/self/fd"))  # noqa: PTH208 - nothing but the names

    before = count()
    for data in (TEXT, gzip.compress(TEXT), b"", bytes(999), gzip.compress(TEXT)[:40]):
        path = made(data)
        for _ in range(3):
            with contextlib.suppress(InputError):
                diagnose_input(str(path), [])
            with contextlib.suppress(InputError):
                open_source(str(path))
    assert count() == before


def test_progress_is_told(made: Callable[[bytes], Path]) -> None:
    path = made(TEXT * 1000)
    told: list[tuple[int, int | None]] = []
    diagnose_input(str(path), [], lambda done, size: told.append((done, size)))
    assert [done for done, _ in told] == sorted(done for done, _ in told)
    assert told[-1] == (path.stat().st_size, path.stat().st_size)


DAMAGED = (
    b"{",
    b'{"version": 2',
    b'{"version": 2, "width": 80, "height": 24}\n["x"]\n[1]\nnonsense\n',
    b'{"version": 3, "term": {}}\n',
    b'{"version": 2, "width": 80, "height": 24, "wpa2diag": {"format": 99}}\n',
    b'{"version": 2, "width": 80, "height": 24}\n[1e999, "o", "x"]\n',
)


# -- cut recordings ------------------------------------------------------------------------


def recorded() -> bytes:
    return (ROOT / "recordings" / "outer-identity.cast").read_bytes()


@settings(max_examples=60)
@given(cut=st.integers(0, len(recorded())), name=st.sampled_from(["cut.cast", "cut"]))
def test_a_recording_cut_anywhere_is_read_as_far_as_it_goes(
    tmp_path_factory: pytest.TempPathFactory, cut: int, name: str
) -> None:
    path = tmp_path_factory.getbasetemp() / name
    path.write_bytes(recorded()[:cut])
    first_line = recorded().index(b"\n") + 1
    try:
        diagnosis = diagnose_input(str(path), [])
    except InputError as error:
        refusal = str(error)
    else:
        refusal = ""
    if refusal:
        assert cut < first_line, refusal
        assert "\n" not in refusal
        return
    # An event that lacks nothing but its line end is complete.
    whole = cut + 1 if recorded()[cut : cut + 1] == b"\n" else cut
    complete = recorded()[: recorded().rfind(b"\n", 0, whole) + 1]
    if cut >= first_line:
        path.write_bytes(complete)
        assert diagnose_input(str(path), []) == diagnosis


@pytest.mark.parametrize("data", DAMAGED)
def test_damaged_recordings_bring_one_line_or_a_diagnosis(
    made: Callable[[bytes], Path], data: bytes, command: Command
) -> None:
    path = made(data)
    for name in ("diagnose", "replay"):
        result = command(name, str(path))
        assert result.exit_code in (3, 4)
        assert result.stderr.count("\n") <= 1
        assert "Traceback" not in result.output


@settings(max_examples=150)
@given(
    st.one_of(
        st.binary(max_size=300),
        st.text(max_size=200).map(lambda t: t.encode("utf-8", "surrogatepass")),
    )
)
def test_any_bytes_bring_a_diagnosis_or_a_refusal(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(data)
    said = "a diagnosis"
    try:
        diagnose_input(str(path), [])
    except InputError as error:
        said = str(error)
    assert "\n" not in said
