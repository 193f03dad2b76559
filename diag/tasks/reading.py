"""Reads bytes from a file, a pipe or standard input, packed or not, with its errors in words."""

import bz2
import gzip
import io
import lzma
import os
import stat
import sys
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import IO, TYPE_CHECKING, Final, cast

if TYPE_CHECKING:
    from typing_extensions import Buffer

BLOCK: Final = 1 << 16
STANDARD_INPUT: Final = "-"
_STDIN: Final = "standard input"
_HEAD: Final = 1 << 16
_UNPACKED_LIMIT: Final = 16 << 30
_XZ_MEMORY: Final = 256 << 20
"""Bytes an xz file may ask for to be unpacked; its largest preset needs 65 MiB."""

Progress = Callable[[int, int | None], None]
"""Called with bytes read so far and the size, if known."""


class InputError(Exception):
    """An input that cannot be used; the text says what is wrong and what to do."""


def open_bytes(path: str, progress: Progress | None = None) -> "ByteSource":
    """Open a file, or standard input for `-`, and unpack it if it is packed.

    Raises:
        InputError: it cannot be opened or read.
    """
    name = _STDIN if path == STANDARD_INPUT else path
    raw, size = _open(path, name)
    source = ByteSource(name, raw, size, progress)
    try:
        head = source.peek()
        for magic, opener in _PACKED:
            if head.startswith(magic):
                unpacked = opener(cast("IO[bytes]", source))
                return ByteSource(name, unpacked, None, None, below=source)
    except BaseException:
        source.close()
        raise
    return source


class ByteSource(io.RawIOBase):
    """A byte source that can be looked ahead into, with its errors put into words."""

    def __init__(
        self,
        name: str,
        file: IO[bytes],
        size: int | None,
        progress: Progress | None,
        below: "ByteSource | None" = None,
    ) -> None:
        """Read from `file`, named `name` in errors; `below` is what it unpacks."""
        super().__init__()
        self.name = name
        self.size = size
        """Bytes, where known beforehand."""
        self.cut = False
        """Whether packed data ended too early; what came before was read."""
        self._file = file
        self._progress = progress
        self._below = below
        self._ahead = b""
        self._done = 0
        self._stopped = False

    def readable(self) -> bool:
        """Return True."""
        return True

    def close(self) -> None:
        """Close what is read from too, but for standard input, which is not ours."""
        if self._below is not None or self.name != _STDIN:
            self._file.close()
        if self._below is not None:
            self._below.close()
        super().close()

    def peek(self) -> bytes:
        """Look at the first 64 KiB, or what there is of them."""
        while len(self._ahead) < _HEAD:
            more = self._fetch(_HEAD - len(self._ahead))
            if not more:
                break
            self._ahead += more
        return self._ahead

    def peek_all(self, limit: int) -> bytes | None:
        """Look at everything that is left; None when it is more than `limit` bytes."""
        while len(self._ahead) <= limit:
            more = self._fetch(BLOCK)
            if not more:
                return self._ahead
            self._ahead += more
        return None

    def read(self, size: int = -1, /) -> bytes:
        """Return the next bytes; all that are left without a size."""
        if size < 0:
            return b"".join(iter(lambda: self.read(BLOCK), b""))
        if self._ahead:
            data, self._ahead = self._ahead[:size], self._ahead[size:]
            return data
        return self._fetch(size)

    def readinto(self, buffer: "Buffer", /) -> int:
        """Fill a buffer."""
        view = memoryview(buffer).cast("B")
        data = self.read(len(view))
        view[: len(data)] = data
        return len(data)

    def _fetch(self, size: int) -> bytes:
        if self._stopped:
            return b""
        try:
            data = self._file.read(size) or b""
        except (EOFError, zlib.error, lzma.LZMAError, gzip.BadGzipFile) as error:
            if isinstance(error, EOFError) and self._done:
                self.cut = True
                return b""
            raise InputError(f"{self.name} is damaged and does not unpack: {error}") from error
        except KeyboardInterrupt:
            if self.name != _STDIN:
                raise
            # A serial monitor in front of the pipe never ends by itself: Ctrl-C ends the log.
            self._stopped = True
            return b""
        except OSError as error:
            raise InputError(f"{self.name} cannot be read: {_reason(error)}") from error
        self._done += len(data)
        if self._done > _UNPACKED_LIMIT:
            raise InputError(f"{self.name} is larger than 16 GiB; cut out the part that matters")
        if self._progress is not None:
            self._progress(self._done, self.size)
        return data


def _open(path: str, name: str) -> tuple[IO[bytes], int | None]:
    if path == STANDARD_INPUT:
        if sys.stdin is None:  # pyright: ignore[reportUnnecessaryComparison] - when it is closed
            raise InputError("standard input is closed")
        # Unbuffered, so that what has arrived is not lost in a buffer half full.
        return getattr(sys.stdin.buffer, "raw", sys.stdin.buffer), None
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


class _Xz:
    """Unpacks xz within a bound of memory, which the standard library's file does not keep."""

    def __init__(self, file: IO[bytes]) -> None:
        self._file = file
        self._unpacker: lzma.LZMADecompressor | None = None

    def read(self, size: int) -> bytes:
        while True:
            unpacker = self._unpacker
            packed = b""
            if unpacker is None or unpacker.eof:
                packed = (unpacker.unused_data if unpacker else b"") or self._file.read(BLOCK)
                if not packed.strip(b"\0"):
                    return b""
                unpacker = self._unpacker = lzma.LZMADecompressor(memlimit=_XZ_MEMORY)
            elif unpacker.needs_input:
                packed = self._file.read(BLOCK)
                if not packed:
                    raise EOFError("it ends too early")
            data = unpacker.decompress(packed, size)
            if data:
                return data

    def close(self) -> None:
        self._unpacker = None


_PACKED: Final[tuple[tuple[bytes, Callable[[IO[bytes]], IO[bytes]]], ...]] = (
    (b"\x1f\x8b", lambda file: cast("IO[bytes]", gzip.GzipFile(fileobj=file))),
    (b"BZh", lambda file: cast("IO[bytes]", bz2.BZ2File(file))),
    (b"\xfd7zXZ\x00", lambda file: cast("IO[bytes]", _Xz(file))),
)
