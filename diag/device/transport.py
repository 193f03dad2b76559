"""What every way to a running device has in common."""

from typing import Protocol


class DeviceError(Exception):
    """Something about a device did not work; the text says what, why, and what to do."""


class Gone(DeviceError):  # noqa: N818 - what happened, in the word of its user
    """The device is no longer there: unplugged, restarted, or another program has its port."""


class Transport(Protocol):
    """Bytes to and from one device, and the clock they are timed by.

    Every wait happens in `read`, so that a simulated device can let time pass as fast as
    it likes. Deadlines are reckoned by `now`, never by the host's own clock.
    """

    @property
    def name(self) -> str:
        """How a user calls it: a port, or `sim:SCENARIO`."""
        ...

    def now(self) -> float:
        """Return monotonic seconds; their beginning means nothing."""
        ...

    def read(self, timeout: float) -> bytes:
        """Return what has arrived, waiting up to `timeout` seconds for the first byte.

        Empty when nothing came.

        Raises:
            Gone: the device went away.
        """
        ...

    def write(self, data: bytes) -> None:
        """Send bytes; returns when the port has taken them all.

        Raises:
            Gone: the device went away.
            DeviceError: the device takes no bytes.
        """
        ...

    def touch(self, baud: int) -> None:
        """Set the line coding to a baud rate that means a command (device-facts 6.4).

        28800 asks for listening mode. 14400 restarts into DFU, after which the transport
        is gone.

        Raises:
            Gone: the device went away.
        """
        ...

    def close(self) -> None:
        """Give the port back. A second call does nothing."""
        ...


class Control(Protocol):
    """USB control requests, answered beside the serial port (device-facts 6.6)."""

    def device_id(self) -> str:
        """Return the 24 hex digits, lower-case."""
        ...

    def system_version(self) -> str:
        """Return the Device OS release as the device writes it."""
        ...

    def request(self, kind: int, payload: bytes = b"") -> bytes:
        """Send a request of the channel protocol; return the reply's payload.

        Raises:
            Gone: the device went away.
            DeviceError: the device does not answer such a request.
        """
        ...

    def close(self) -> None:
        """Give the interface back. A second call does nothing."""
        ...
