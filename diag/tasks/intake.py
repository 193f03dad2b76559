"""Opens what a user points at: a log, a recording, a case file, plain or compressed.

Nothing is read whole but small JSON case files; memory does not grow with the input.
"""

import bz2
import codecs
import gzip
import io
import json
import lzma
import os
import stat
import sys
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, cast

from diag.recording import Reader, RecordingError, is_recording
from diag.stream import Chunk, Direction, Item

if TYPE_CHECKING:
    from typing_extensions import Buffer

BLOCK: Final = 1 << 16
_STDIN: Final = "standard input"
_HEAD: Final = 1 << 16
_CASE_LIMIT: Final = 16 << 20
_UNPACKED_LIMIT: Final = 16 << 30
_BINARY_SHARE: Final = 0.07
"""Share of control bytes in the first block from which a file is no text; of random bytes,
such as encrypted ones, 9 percent are."""
_COMPRESSED: Final[tuple[tuple[bytes, Callable[[IO[bytes]], IO[bytes]]], ...]] = (
    (b"\x1f\x8b", lambda file: cast("IO[bytes]", gzip.GzipFile(fileobj=file))),
    (b"BZh", lambda file: cast("IO[bytes]", bz2.BZ2File(file))),
    (b"\xfd7zXZ\x00", lambda file: cast("IO[bytes]", lzma.LZMAFile(file))),  # noqa: SIM115
)
_REFUSED: Final = (
    (b"\x28\xb5\x2f\xfd", "is compressed with zstd; unpack it first: zstd -d FILE"),
    (b"PK\x03\x04", "is a zip archive; unpack it and name the log inside"),
    (b"%PDF", "is a PDF; save the log as plain text"),
    (b"\x89PNG", "is a picture; the log is needed as text"),
    (b"\xff\xd8\xff", "is a picture; the log is needed as text"),
)

Progress = Callable[[int, int | None], None]
"""Called with bytes read so far and the size, if known."""


class InputError(Exception):
    """An input that cannot be used; the text says what is wrong and what to do."""


@dataclass(frozen=True, slots=True)
class Source:
    """An opened input."""

    name: str
    kind: str
    """`log`, `recording` or `case`."""
    items: Iterator[Item]
    reader: Reader | None = None
    """Of a recording: its header, and whether it was cut."""


def find_inputs(path: str) -> list[str]:
    """Return the files a path stands for: itself, or the files of a folder.

    Raises:
        InputError: the folder has no readable file.
    """
    if path == "-" or not Path(path).is_dir():
        return [path]
    found = sorted(
        str(file)
        for file in Path(path).rglob("*")
        if file.is_file() and not any(p.startswith(".") for p in file.relative_to(path).parts)
    )
    if not found:
        raise InputError(f"{path}: the folder holds no files")
    return found


def open_source(path: str, progress: Progress | None = None) -> Source:
    """Open an input and say what it is.

    Args:
        path: a file, or `-` for standard input.
        progress: told how far the reading is.

    Raises:
        InputError: it cannot be read, is empty, or is no text.
    """
    name = _STDIN if path == "-" else path
    raw, size = _open(path, name)
    file = _Reader(name, raw, size, progress)
    try:
        head = file.peek()
        for magic, opener in _COMPRESSED:
            if head.startswith(magic):
                file = _Reader(name, opener(cast("IO[bytes]", file)), None, None, below=file)
                head = file.peek()
        return _understand(name, file, head, size)
    except BaseException:
        file.close()
        raise


def _understand(name: str, file: "_Reader", head: bytes, size: int | None) -> Source:
    for magic, why in _REFUSED:
        if head.startswith(magic):
            raise InputError(f"{name} {why}")
    if not head:
        raise InputError(f"{name} is empty; nothing to diagnose")
    encoding = _encoding(head)
    if encoding is None and _is_binary(head):
        raise InputError(f"{name} is not text, so it is no device log")
    if is_recording(head):
        return _recording(name, file)
    if head.lstrip()[:1] == b"{":
        lines = _case_lines(file, size)
        if lines is not None:
            file.close()
            data = "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogatepass")
            return Source(name, "case", iter([Chunk(0.0, Direction.OUTPUT, data)]))
    return Source(name, "log", _chunks(file, encoding))


class _Reader(io.RawIOBase):
    """A byte source that can be looked ahead into, with its errors put into words."""

    def __init__(
        self,
        name: str,
        file: IO[bytes],
        size: int | None,
        progress: Progress | None,
        below: "_Reader | None" = None,
    ) -> None:
        super().__init__()
        self._name = name
        self._file = file
        self._size = size
        self._progress = progress
        self._below = below
        self._ahead = b""
        self._done = 0

    def readable(self) -> bool:
        return True

    def close(self) -> None:
        """Close what is read from too, but for standard input, which is not ours."""
        if self._below is not None or self._name != _STDIN:
            self._file.close()
        if self._below is not None:
            self._below.close()
        super().close()

    def peek(self) -> bytes:
        while len(self._ahead) < _HEAD:
            more = self._fetch(_HEAD - len(self._ahead))
            if not more:
                break
            self._ahead += more
        return self._ahead

    def peek_all(self) -> bytes:
        """Look at everything that is left; only for what is known to be small."""
        self._ahead = self.read()
        return self._ahead

    def read(self, size: int = -1, /) -> bytes:
        if size < 0:
            return b"".join(iter(lambda: self.read(BLOCK), b""))
        if self._ahead:
            data, self._ahead = self._ahead[:size], self._ahead[size:]
            return data
        return self._fetch(size)

    def readinto(self, buffer: "Buffer", /) -> int:
        view = memoryview(buffer).cast("B")
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def _fetch(self, size: int) -> bytes:
        try:
            data = self._file.read(size) or b""
        except (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile) as error:
            raise InputError(f"{self._name} is damaged and does not unpack: {error}") from error
        except OSError as error:
            raise InputError(f"{self._name} cannot be read: {_reason(error)}") from error
        self._done += len(data)
        if self._done > _UNPACKED_LIMIT:
            raise InputError(f"{self._name} is larger than 16 GiB; cut out the part that matters")
        if self._progress is not None:
            self._progress(self._done, self._size)
        return data


def _open(path: str, name: str) -> tuple[IO[bytes], int | None]:
    if path == "-":
        return sys.stdin.buffer, None
    try:
        file = Path(path).open("rb", buffering=0)  # noqa: SIM115
        status = os.fstat(file.fileno())
    except OSError as error:
        raise InputError(f"{name} cannot be opened: {_reason(error)}") from error
    except ValueError as error:
        raise InputError(f"{name!r} is no file name") from error
    if stat.S_ISDIR(status.st_mode):
        raise InputError(f"{name} is a folder")
    return cast("IO[bytes]", file), status.st_size if stat.S_ISREG(status.st_mode) else None


def _reason(error: OSError) -> str:
    return {
        "FileNotFoundError": "there is no such file",
        "PermissionError": "permission denied; check its owner and mode",
    }.get(type(error).__name__, error.strerror or str(error))


def _encoding(head: bytes) -> str | None:
    """The encoding of a UTF-16 file, as PowerShell's `>` writes them; None for bytes."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = head[: len(head) & ~1]
    if len(sample) >= 64:
        zeros = sample[1::2].count(0), sample[::2].count(0)
        if zeros[0] * 2 > len(sample) * 0.8 and not zeros[1]:
            return "utf-16-le"
        if zeros[1] * 2 > len(sample) * 0.8 and not zeros[0]:
            return "utf-16-be"
    return None


def _is_binary(head: bytes) -> bool:
    text = bytes(range(0x20, 0x100)) + b"\t\r\n\x0b\x0c\x1b\x08\x07"
    return len(head.translate(None, text)) > len(head) * _BINARY_SHARE


def _chunks(file: _Reader, encoding: str | None) -> Iterator[Item]:
    decoder = codecs.getincrementaldecoder(encoding)("replace") if encoding else None
    first = True
    with file:
        while data := file.read(BLOCK):
            if first and data.startswith(codecs.BOM_UTF8):
                data = data[len(codecs.BOM_UTF8) :]
            first = False
            if decoder is not None:
                data = decoder.decode(data).encode("utf-8", "surrogatepass")
            yield Chunk(0.0, Direction.OUTPUT, data)


def _recording(name: str, file: _Reader) -> Source:
    try:
        reader = Reader(io.BufferedReader(file, BLOCK))
    except RecordingError as error:
        raise InputError(f"{name}: {error}") from error

    def items() -> Iterator[Item]:
        with file:
            try:
                yield from reader
            except RecordingError as error:
                raise InputError(f"{name}: {error}") from error

    return Source(name, "recording", items(), reader)


def _case_lines(file: _Reader, size: int | None) -> list[str] | None:
    """The `log` array of a case file; None when it is none, with nothing consumed."""
    if size is None or size > _CASE_LIMIT:
        return None
    whole = file.peek_all()
    try:
        found = json.loads(whole)
    except (ValueError, RecursionError):
        return None
    lines = found.get("log") if isinstance(found, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):  # pyright: ignore[reportUnknownVariableType]
        return None
    return cast("list[str]", lines)
