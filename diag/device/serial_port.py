"""A device on a serial port, through pyserial, with its errors in words."""

import contextlib
import errno
import os
import select
import time
from collections.abc import Callable
from functools import cache
from typing import Final

from diag.device.transport import DeviceError, Gone

BAUD: Final = 9600
"""Any rate will do on USB, but 14400 and 28800 are commands (device-facts 6.4)."""
_SLICE: Final = 0.05
"""Seconds of one blocking read where the port cannot be waited for itself."""
_BLOCK: Final = 1 << 16
_WRITE_TIMEOUT: Final = 5.0
_LEAVE: Final = 14400
_HELD: Final = 0.1
"""Seconds for which a rate that is a command is held."""
_MISSING: Final = (errno.ENOENT, errno.ENODEV, errno.ENXIO)
_FORBIDDEN: Final = (errno.EACCES, errno.EPERM)
_TAKEN: Final = (errno.EAGAIN, errno.EBUSY, errno.EWOULDBLOCK)
_NO_PORT: Final = (errno.ENOTTY, errno.EISDIR, errno.EINVAL)


class SerialTransport:
    """A `Transport` over a serial port: a real one, or a pseudo-terminal."""

    def __init__(self, path: str) -> None:
        """Open the port; DTR is asserted, for a Photon drops its output without (2.14).

        Raises:
            Gone: there is no such port.
            DeviceError: it cannot be opened: permissions, or another program has it.
        """
        import serial

        self._path = path
        local = "://" not in path
        try:
            self._port = serial.serial_for_url(
                path,
                baudrate=BAUD,
                timeout=_SLICE,
                write_timeout=_WRITE_TIMEOUT,
                exclusive=True if local else None,
            )
        except (OSError, ValueError, *_errors()) as error:
            raise _not_opened(path, error) from None
        self._descriptor: int | None = self._port.fileno() if local and os.name == "posix" else None
        self._failed: BaseException | None = None

    @property
    def name(self) -> str:
        """Return the path of the port."""
        return self._path

    def now(self) -> float:
        """Return the host's monotonic seconds."""
        return time.monotonic()

    def read(self, timeout: float) -> bytes:
        """Return what has arrived, waiting up to `timeout` seconds for the first byte.

        What came before a port went away is returned before `Gone` is raised.

        Raises:
            Gone: the port went away.
        """
        try:
            if self._descriptor is not None:
                return self._read(self._descriptor, timeout)
            return self._read_slices(timeout)
        except (OSError, TypeError, ValueError, *_errors()) as error:
            raise self._gone(error) from None

    def _read(self, descriptor: int, timeout: float) -> bytes:
        # Not by pyserial, which forgets what it has read when the port goes in the middle.
        ready, _, _ = select.select([descriptor], [], [], timeout)
        if not ready:
            return b""
        try:
            data = os.read(descriptor, _BLOCK)
        except BlockingIOError:
            return b""
        if not data:
            raise OSError(errno.EIO, "the port is ready but has nothing to read")
        return data

    def _read_slices(self, timeout: float) -> bytes:
        if self._failed is not None:
            raise self._gone(self._failed)
        deadline = time.monotonic() + timeout
        data = self._port.read(1)
        while not data and time.monotonic() < deadline:
            data = self._port.read(1)
        if not data:
            return b""
        try:
            more = self._port.in_waiting
            return data + self._port.read(more) if more else data
        except (OSError, TypeError, *_errors()) as error:
            self._failed = error
            return data

    def write(self, data: bytes) -> None:
        """Send bytes.

        Raises:
            Gone: the port went away.
            DeviceError: the device takes no bytes.
        """
        import serial

        try:
            self._port.write(data)
        except serial.SerialTimeoutException:
            raise DeviceError(
                f"{self._path} takes no bytes; the device seems to hang: "
                "press its RESET button and try again"
            ) from None
        except (OSError, TypeError, *_errors()) as error:
            raise self._gone(error) from None

    def touch(self, baud: int) -> None:
        """Set the line coding to a rate that is a command, and back.

        Raises:
            Gone: the port went away.
        """
        try:
            self._port.baudrate = baud
            # Whoever only looks now and then has to see it: a pseudo-terminal's other end.
            time.sleep(_HELD)
            self._port.baudrate = BAUD
        except (OSError, ValueError, *_errors()) as error:
            if baud != _LEAVE:
                raise self._gone(error) from None

    def close(self) -> None:
        """Give the port back without waiting for bytes that nobody takes."""
        self._descriptor = None
        give_up: tuple[Callable[[], object], ...] = (
            self._port.reset_output_buffer,
            self._port.close,
        )
        for step in give_up:
            with contextlib.suppress(OSError, TypeError, *_errors()):
                step()

    def _gone(self, error: BaseException) -> Gone:
        if isinstance(error, Gone):
            return error
        return Gone(
            f"{self._path} went away ({_words(error)}): the device was unplugged or has "
            "restarted, or another program took the port"
        )


@cache
def _errors() -> tuple[type[Exception], ...]:
    """Exceptions of an unplugged port that are no OSError (testbeds 1)."""
    try:
        import termios
    except ImportError:
        return ()
    return (termios.error,)


def _not_opened(path: str, error: BaseException) -> DeviceError:
    number = _number(error)
    if number in _MISSING:
        return Gone(f"there is no port {path}; see what is connected: wpa2diag devices")
    if number == errno.EIO:
        return Gone(
            f"{path} went away while it was opened; see what is connected: wpa2diag devices"
        )
    if number in _FORBIDDEN:
        return DeviceError(
            f"you may not open {path}; `wpa2diag devices` says how to get the permission"
        )
    if number in _TAKEN:
        return DeviceError(
            f"another program has {path} open; close it (a serial monitor, an IDE, or "
            "ModemManager) and try again"
        )
    if number in _NO_PORT:
        return DeviceError(f"{path} is no serial port; see what is connected: wpa2diag devices")
    return DeviceError(
        f"{path} cannot be opened as a serial port ({_words(error)}); "
        "see what is connected: wpa2diag devices"
    )


def _number(error: BaseException) -> int | None:
    """The system's error number, also of what pyserial wrapped without passing it on."""
    number = getattr(error, "errno", None)
    inner = error.__context__
    if number is None and inner is not None:
        number = getattr(inner, "errno", None) or next(iter(inner.args), None)
    return number if isinstance(number, int) else None


def _words(error: BaseException) -> str:
    text = getattr(error, "strerror", None) or str(error) or type(error).__name__
    return str(text).splitlines()[0][:120]
