"""A file of a device's output alone: its bytes as they came, but for secrets."""

import contextlib
import io
import os
from typing import Final

from diag.inert import inert
from diag.recording import RecordingError
from diag.stream import Chunk, Direction, Item

_BINARY: Final = getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


class RawLog:
    """Appends output to a new file that only its owner may read. Not for several threads."""

    def __init__(self, path: str) -> None:
        """Create the file; an existing one is never touched.

        Raises:
            RecordingError: that is not possible.
        """
        try:
            descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL | _BINARY, 0o600)
        except FileExistsError:
            raise RecordingError(
                f"{inert(path)} exists already, and a log is never overwritten; choose another name"
            ) from None
        except (OSError, ValueError) as error:
            raise RecordingError(
                f"cannot create the log {inert(path)} ({_reason(error)}); "
                "choose another folder or name"
            ) from None
        self._path = path
        self._file = io.FileIO(descriptor, "wb")

    def write(self, item: Item) -> None:
        """Append an item's bytes, if it is output.

        Raises:
            RecordingError: the file takes no more.
        """
        if not isinstance(item, Chunk) or item.direction is not Direction.OUTPUT:
            return
        rest = memoryview(item.data)
        try:
            while rest:
                rest = rest[self._file.write(rest) or 0 :]
        except (OSError, ValueError) as error:
            raise self._broken(error) from None

    def sync(self) -> None:
        """Have the system put everything written so far on the disk itself.

        Raises:
            RecordingError: it does not.
        """
        try:
            os.fsync(self._file.fileno())
        except (OSError, ValueError) as error:
            raise self._broken(error) from None

    def close(self) -> None:
        """Sync and close. A second call does nothing.

        Raises:
            RecordingError: it cannot be synced.
        """
        if self._file.closed:
            return
        try:
            self.sync()
        finally:
            with contextlib.suppress(OSError):
                self._file.close()

    def _broken(self, error: Exception) -> RecordingError:
        return RecordingError(
            f"the log {inert(self._path)} ends here ({_reason(error)}), and what is in it so far "
            "is kept; make room on the disk, or write to another one"
        )


def _reason(error: Exception) -> str:
    return inert((error.strerror if isinstance(error, OSError) else "") or str(error))
