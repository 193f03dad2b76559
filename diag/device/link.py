"""A transport with witnesses: whatever passes becomes an item of the session."""

from collections.abc import Callable
from typing import Final

from diag.device.transport import Transport
from diag.stream import Chunk, Direction, Item

Tap = Callable[[Item], None]
"""Told of every chunk that passes, as it passes."""
_SHORTEST: Final = 0.0


class Link:
    """The one way in which tasks speak with a device.

    Times of chunks are seconds since the link began, by the transport's clock; they go on
    over a change of transport, so that a device which restarted stays one session.
    """

    def __init__(self, transport: Transport, tap: Tap) -> None:
        """Begin at time 0."""
        self.transport = transport
        self._tap = tap
        self._offset = -transport.now()

    @property
    def name(self) -> str:
        """Return how a user calls the device."""
        return self.transport.name

    def now(self) -> float:
        """Return seconds since the link began."""
        return max(_SHORTEST, self.transport.now() + self._offset)

    def read(self, timeout: float) -> bytes:
        """Return what has arrived; see `Transport.read`."""
        data = self.transport.read(timeout)
        if data:
            self._tap(Chunk(self.now(), Direction.OUTPUT, data))
        return data

    def write(self, data: bytes) -> None:
        """Send bytes; see `Transport.write`."""
        # Told first: whoever masks secrets must know the typed ones before their echo.
        self._tap(Chunk(self.now(), Direction.INPUT, data))
        self.transport.write(data)

    def touch(self, baud: int) -> None:
        """Set the line coding; see `Transport.touch`."""
        self.transport.touch(baud)

    def resume(self, transport: Transport) -> None:
        """Go on with the same device on another transport."""
        now = self.now()
        self.transport = transport
        self._offset = now - transport.now()

    def close(self) -> None:
        """Give the port back."""
        self.transport.close()
