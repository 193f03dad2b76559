"""A queue between a thread that must never wait and one that may stand still.

Some of it is held in memory; the rest goes to temporary files without a name, which go
when the program does, however that ends.
"""

import errno
import os
import struct
import tempfile
import threading
from collections import deque
from pathlib import Path
from typing import IO, Final, NamedTuple

MEMORY: Final = 4 << 20
"""Bytes of memory after which what comes goes to a file."""
_SEGMENT: Final = 64 << 20
"""Bytes of one file; it is given back to the disk once it was read."""
_OVERHEAD: Final = 200
"""Bytes that a record takes beside its data."""
_HEAD: Final = struct.Struct("<BdI")


class Record(NamedTuple):
    """What goes in and comes out."""

    kind: int
    """0 to 255, for the user of the spool."""
    time: float
    data: bytes


class SpoolError(Exception):
    """The spool cannot take more; the text says why and what to do."""


class Spool:
    """First in, first out, without loss; one thread puts, another takes."""

    def __init__(
        self, memory: int = MEMORY, segment: int = _SEGMENT, folder: str | None = None
    ) -> None:
        """Begin empty.

        Args:
            memory: bytes held in memory.
            segment: bytes of one temporary file.
            folder: where those are made; None for one that is on a disk, if possible.
        """
        self._memory = memory
        self._segment = segment
        self._folder = folder
        self._ready = threading.Condition()
        self._records: deque[Record] = deque()
        self._held = 0
        self._files: deque[_File] = deque()
        self._closed = False

    def put(self, record: Record) -> None:
        """Add a record; never waits for the reader.

        Raises:
            SpoolError: the disk takes no more.
        """
        with self._ready:
            size = len(record.data) + _OVERHEAD
            if self._files or self._held + size > self._memory:
                self._store(record)
            else:
                self._records.append(record)
                self._held += size
            self._ready.notify()

    def take(self, timeout: float, limit: int = 1 << 18) -> list[Record]:
        """Return what has come, about `limit` bytes of it at most.

        Waits up to `timeout` seconds for the first record. Empty when none came.

        Raises:
            SpoolError: what was put aside cannot be read back.
        """
        with self._ready:
            if not self._records and not self._files and not self._closed:
                self._ready.wait(timeout)
            if not self._records:
                self._load()
            taken: list[Record] = []
            size = 0
            while self._records and size < limit:
                record = self._records.popleft()
                taken.append(record)
                size += len(record.data) + _OVERHEAD
            self._held -= size
            return taken

    @property
    def waiting(self) -> bool:
        """Whether something can be taken at once."""
        with self._ready:
            return bool(self._records or self._files)

    @property
    def ended(self) -> bool:
        """Whether nothing is left and nothing more will come."""
        with self._ready:
            return self._closed and not self._records and not self._files

    def close(self) -> None:
        """Say that nothing more will come; what is in can still be taken."""
        with self._ready:
            self._closed = True
            self._ready.notify_all()

    def discard(self) -> None:
        """Throw away what is left."""
        with self._ready:
            self._closed = True
            self._records.clear()
            self._held = 0
            while self._files:
                self._files.popleft().close()
            self._ready.notify_all()

    def _store(self, record: Record) -> None:
        try:
            if not self._files or self._files[-1].written >= self._segment:
                self._files.append(_File(self._folder or _roomy()))
            self._files[-1].append(record)
        except OSError as error:
            raise SpoolError(
                "the screen is far behind, and there is no room for what it has not shown yet "
                f"({error.strerror}); make room in the folder for temporary files, or set TMPDIR "
                "to another one"
            ) from None

    def _load(self) -> None:
        """Bring the next stretch of the oldest file into memory."""
        while self._files and not self._records:
            try:
                for record in self._files[0].read(self._memory // 4):
                    self._records.append(record)
                    self._held += len(record.data) + _OVERHEAD
            except OSError as error:
                raise SpoolError(
                    "what the screen has not shown yet cannot be read back from the folder for "
                    f"temporary files ({error.strerror}); set TMPDIR to another one"
                ) from None
            if self._files[0].read_up:
                self._files.popleft().close()


class _File:
    """Records in a file that has no name; only its owner could have opened it."""

    def __init__(self, folder: str | None) -> None:
        self._file: IO[bytes] = tempfile.TemporaryFile(  # noqa: SIM115 - closed when read up
            buffering=0, prefix="wpa2diag-", dir=folder
        )
        self.written = 0
        self._taken = 0

    @property
    def read_up(self) -> bool:
        return self._taken >= self.written

    def append(self, record: Record) -> None:
        data = _HEAD.pack(record.kind, record.time, len(record.data)) + record.data
        self._file.seek(self.written)
        rest = memoryview(data)
        while rest:
            # A write cut short is continued; what it left when it fails is overwritten.
            rest = rest[self._file.write(rest) :]
        self.written += len(data)

    def read(self, size: int) -> list[Record]:
        """Return the next records: `size` bytes of them, but always one."""
        found: list[Record] = []
        self._file.seek(self._taken)
        block, start = self._fetch(max(size, _HEAD.size)), 0
        until = self._taken + size
        while self._taken < min(until, self.written):
            block, start = self._whole(block, start, _HEAD.size)
            kind, time, length = _HEAD.unpack_from(block, start)
            end = _HEAD.size + length
            block, start = self._whole(block, start, end)
            found.append(Record(kind, time, block[start + _HEAD.size : start + end]))
            start += end
            self._taken += end
        return found

    def _whole(self, block: bytes, start: int, size: int) -> tuple[bytes, int]:
        """Return a block that has `size` bytes from the returned place on."""
        if len(block) - start >= size:
            return block, start
        pieces = [block[start:]]
        missing = size - len(pieces[0])
        while missing > 0:
            pieces.append(self._fetch(max(missing, 4096)))
            missing -= len(pieces[-1])
        return b"".join(pieces), 0

    def _fetch(self, size: int) -> bytes:
        data = self._file.read(size)
        if not data:
            raise OSError(errno.EIO, "the file ends too early")
        return data

    def close(self) -> None:
        self._file.close()


def _roomy() -> str | None:
    """A folder for large temporary files: `/tmp` is memory on many systems."""
    usual = "/var/tmp"  # noqa: S108 - files there have no name
    if any(os.environ.get(name) for name in ("TMPDIR", "TEMP", "TMP")):
        return None
    return usual if Path(usual).is_dir() and os.access(usual, os.W_OK) else None
