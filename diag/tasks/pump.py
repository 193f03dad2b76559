"""The thread that reads a device, always: a Photon drops its log when nobody does.

It does nothing that could stand still, but for the device itself: no disk, no screen.
"""

import threading
from collections.abc import Callable
from typing import Final

from diag.device.link import Link
from diag.device.reconnect import Way
from diag.device.transport import Gone, Transport
from diag.stream import Chunk
from diag.tasks.entries import Entry
from diag.tasks.steps import Back, Lost, Remark

_SLICE: Final = 0.1
"""Seconds of one read; a stop is heard at least this often."""
_ROOM: Final = 8 << 20
"""Bytes that wait in memory while the disk stands still. A Photon prints a hundredth of it in
a second; only a pseudo-terminal is ever made to wait."""
_OVERHEAD: Final = 200
_PATIENCE: Final = 3.0
"""Seconds after which it is said why a device that is there again cannot be used."""


class Pump:
    """Reads until it is stopped, over every gap; what came is taken by another thread."""

    def __init__(self, transport: Transport, way: Way, stopped: Callable[[], bool]) -> None:
        """Take an open transport, which is closed at the end.

        Args:
            transport: the device.
            way: how to find it again.
            stopped: asked several times a second.
        """
        self._link = Link(transport, self._put)
        self._way = way
        self._stopped = stopped
        self._ready = threading.Condition()
        self._entries: list[Entry] = []
        self._size = 0
        self._ended = False
        self.error: BaseException | None = None
        """Why it ended by itself."""
        self._thread = threading.Thread(target=self._run, name="wpa2diag-read", daemon=True)

    def start(self) -> None:
        """Begin to read."""
        self._thread.start()

    def join(self) -> None:
        """Wait for the end; the port is closed then."""
        if self._thread.ident is not None:
            self._thread.join()
        else:
            self._link.close()

    def now(self) -> float:
        """Return seconds since the beginning."""
        return self._link.now()

    def take(self, timeout: float) -> list[Entry] | None:
        """Return what has come; None when nothing more will."""
        with self._ready:
            if not self._entries and not self._ended:
                self._ready.wait(timeout)
            if not self._entries:
                return None if self._ended else []
            taken, self._entries = self._entries, []
            self._size = 0
            self._ready.notify_all()
            return taken

    def abandon(self) -> None:
        """Take nothing any more; what comes is thrown away."""
        with self._ready:
            self._ended = True
            self._entries.clear()
            self._ready.notify_all()

    def _put(self, entry: Entry) -> None:
        with self._ready:
            while self._size > _ROOM and not self._ended:
                self._ready.wait()
            if self._ended:
                return
            self._entries.append(entry)
            self._size += _OVERHEAD + (len(entry.data) if isinstance(entry, Chunk) else 0)
            self._ready.notify_all()

    def _run(self) -> None:
        try:
            while not self._stopped():
                try:
                    self._link.read(_SLICE)
                except Gone as gone:
                    self._bridge(gone)
        except BaseException as error:
            self.error = error
        finally:
            try:
                self._link.close()
            except Exception as error:
                self.error = self.error or error
            with self._ready:
                self._ended = True
                self._ready.notify_all()

    def _bridge(self, gone: Gone) -> None:
        """Wait for the device to come back."""
        # First of all: while the port is open the system gives the device another name.
        self._link.close()
        since = self._link.now()
        self._put(Lost(since, str(gone)))
        pause = threading.Event()
        said = ""
        while not self._stopped():
            transport = self._way.again()
            if transport is not None:
                self._link.resume(transport)
                now = self._link.now()
                self._put(Back(now, transport.name, now - since))
                return
            trouble = self._way.trouble
            now = self._link.now()
            if trouble and trouble != said and now - since > _PATIENCE:
                said = trouble
                self._put(Remark(now, trouble))
            pause.wait(self._way.pause)
