"""Write a recording so that whatever ends the program, what was recorded stays readable.

Each item is one write to an unbuffered file, so a killed program loses at most the item
being written. `sync` is for the moments after which power may go.
"""

import contextlib
import errno
import io
import os
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from diag.recording.errors import RecordingError
from diag.recording.format import Encoder
from diag.recording.header import Header, encode_header
from diag.stream import Item, inert

_NO_SYNC: Final = (errno.EINVAL, errno.ENOTSUP, errno.EROFS)
"""What fsync says of a pipe or another thing that keeps nothing."""
_ENDED: Final = "this recording has ended; begin a new one"


class Recorder:
    """Appends items to a recording. Not for several threads at once.

    It records what it is given: passwords and keys are masked before they come here.
    """

    __slots__ = ("_encoder", "_end", "_file", "_stopped")

    def __init__(self, file: io.RawIOBase, header: Header) -> None:
        """Write the header to `file`: binary, unbuffered, open for writing; owned from now on."""
        self._file = file
        self._encoder = Encoder()
        self._stopped = False
        try:
            self._end: int | None = file.tell() if file.seekable() else None
        except OSError:
            self._end = None
        self._append(encode_header(header), "the recording cannot begin")

    @classmethod
    def create(cls, path: str | os.PathLike[str], header: Header) -> Self:
        """Begin a new file that only its owner may read. An existing file is never touched."""
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        flags |= getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
        encode_header(header)  # a header that cannot be written must not leave a file
        try:
            descriptor = os.open(path, flags, 0o600)
        except FileExistsError:
            raise RecordingError(
                f"{_shown(path)} exists already, and a recording never overwrites a file; "
                "choose another name"
            ) from None
        except (OSError, ValueError) as error:
            raise RecordingError(
                f"cannot create the recording {_shown(path)} ({_reason(error)}); "
                "choose another folder or name"
            ) from None
        file = io.FileIO(descriptor, "wb")
        try:
            return cls(file, header)
        except BaseException:
            file.close()
            with contextlib.suppress(OSError):
                Path(path).unlink()  # ours, and without a whole first line
            raise

    def write(self, item: Item) -> None:
        """Append an item.

        RecordingError if the item cannot be recorded, which leaves the recording as it is,
        or if the file cannot be written, which ends it after the last whole item.
        """
        self._append(
            self._encoder.encode_item(item),
            "the recording ends here, and what was recorded so far is kept",
        )

    def sync(self) -> None:
        """Have the system put everything written so far on the disk itself."""
        if self._stopped:
            raise RecordingError(_ENDED)
        self._sync()

    def _sync(self) -> None:
        try:
            os.fsync(self._file.fileno())
        except io.UnsupportedOperation:
            return
        except (OSError, ValueError) as error:
            if isinstance(error, OSError) and error.errno in _NO_SYNC:
                return
            self._stopped = True
            raise RecordingError(
                f"the disk does not take the recording ({_reason(error)}); record to another disk"
            ) from None

    def close(self) -> None:
        """Sync and close. A second call does nothing."""
        if self._file.closed:
            return
        self._stopped = True
        try:
            self._sync()
        finally:
            with contextlib.suppress(OSError):
                self._file.close()

    def __enter__(self) -> Self:
        """Return the recorder itself."""
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """Close the recording; an error on its way through is not replaced."""
        if error is None:
            self.close()
            return
        with contextlib.suppress(RecordingError):
            self.close()

    def _append(self, lines: bytes, failure: str) -> None:
        if self._stopped:
            raise RecordingError(_ENDED)
        rest = memoryview(lines)
        try:
            while rest:
                written = self._file.write(rest)
                if not written:
                    raise BlockingIOError(errno.EAGAIN, "it takes no more")
                rest = rest[written:]
        except (OSError, ValueError) as error:
            raise RecordingError(f"{failure} ({_reason(error)}). {_advice(error)}") from None
        finally:
            if rest:
                self._stop()
        if self._end is not None:
            self._end += len(lines)

    def _stop(self) -> None:
        """End the recording, and where the file allows it take back a half-written item."""
        self._stopped = True
        if self._end is not None:
            with contextlib.suppress(OSError, ValueError):
                self._file.truncate(self._end)


def _reason(error: Exception) -> str:
    return inert((error.strerror if isinstance(error, OSError) else "") or str(error))


def _advice(error: Exception) -> str:
    number = error.errno if isinstance(error, OSError) else None
    if number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG):
        return "Make room on the disk, or record to another one."
    if number == errno.EPIPE:
        return "Whatever was reading it has gone; start it again."
    return "Record to another file or disk."


def _shown(path: str | os.PathLike[str]) -> str:
    return inert(os.fspath(path))
