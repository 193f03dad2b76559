"""Reads a small file that somebody else may have chosen: never blocks, never grows."""

import os
import stat
from pathlib import Path
from typing import Final

from diag.credentials.errors import ProfileError
from diag.stream import inert

PROFILE_LIMIT: Final = 256 << 10
"""Bytes of a profile."""
MATERIAL_LIMIT: Final = 1 << 20
"""Bytes of a certificate or key file; the largest bundle of a public list is half of it."""


def read_file(path: Path, limit: int, what: str) -> bytes:
    """Return the bytes of a regular file.

    Args:
        path: the file.
        limit: bytes it may have.
        what: what it is to be, for the error, such as `profile`.

    Raises:
        ProfileError: it is missing, unreadable, no regular file, empty or too large.
    """
    name = inert(str(path))
    try:
        # A pipe with nobody at its other end must not hold the program up.
        handle = os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0) | _BINARY)
    except OSError as error:
        raise ProfileError(f"{name} cannot be opened: {_reason(error)}") from None
    except ValueError:
        raise ProfileError(f"the {what} has an impossible file name; correct it") from None
    try:
        mode = os.fstat(handle).st_mode
        if not stat.S_ISREG(mode):
            raise ProfileError(f"{name} is {_kind(mode)}; name the {what} file itself")
        with os.fdopen(handle, "rb", closefd=False) as file:
            data = file.read(limit + 1)
    except OSError as error:
        raise ProfileError(f"{name} cannot be read: {_reason(error)}") from None
    finally:
        os.close(handle)
    if len(data) > limit:
        raise ProfileError(f"{name} is larger than {limit >> 10} KiB, so it is no {what}")
    if not data.strip():
        raise ProfileError(f"{name} is empty; put the {what} into it")
    return data


_BINARY: Final = getattr(os, "O_BINARY", 0)


def _kind(mode: int) -> str:
    if stat.S_ISDIR(mode):
        return "a folder"
    return "a pipe" if stat.S_ISFIFO(mode) else "a device or socket"


def _reason(error: OSError) -> str:
    if isinstance(error, FileNotFoundError):
        return "there is no such file"
    if isinstance(error, PermissionError):
        return "permission denied; check its owner and mode"
    if isinstance(error, IsADirectoryError):
        return "it is a folder"
    return error.strerror or type(error).__name__
