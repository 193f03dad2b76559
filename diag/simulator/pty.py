"""A simulated Photon on a pseudo-terminal, which other programs open like any port.

POSIX only; the change of speed that sends a Photon into DFU or listening mode is seen on
Linux through packet mode (testbeds 1).
"""

import contextlib
import errno
import fcntl
import math
import os
import select
import struct
import sys
import termios
import threading
import time
import tty
from collections.abc import Generator
from pathlib import Path
from types import TracebackType
from typing import Final, Self

from diag.simulator.photon import SERIAL, Photon

_TCGETS2: Final = 0x802C542A
_TERMIOS2_SIZE: Final = 44
_OUTPUT_SPEED: Final = 40
_EXTPROC: Final = 0o200000
_LOCAL_FLAGS: Final = 3
_LONGEST_NAP: Final = 0.01
_PACKET: Final = 4096


class PtyPhoton:
    """Serves a Photon on a pseudo-terminal in a thread of its own.

    Time runs by the wall clock, multiplied by a speed. Opening the terminal asserts DTR.
    When the device is unplugged, resets or goes to DFU mode, the terminal is hung up; when
    it comes back, it does so under a new name, as a real port may.
    """

    def __init__(self, photon: Photon, *, speed: float = 1.0, link: Path | None = None) -> None:
        """Prepare to serve; nothing happens before `start`.

        Args:
            photon: the device. Until `stop`, touch it through `locked` only.
            speed: virtual seconds per real second.
            link: a symbolic link that always leads to the terminal of the moment.
        """
        self._photon = photon
        self._speed = speed
        self._link = link
        self._lock = threading.RLock()
        self._plugged = threading.Condition(self._lock)
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._serve, name="photon", daemon=True)
        self._master = -1
        self._path: str | None = None
        self._opened = False
        self._baud = 0
        self._outgoing = bytearray()
        self._incoming = bytearray()
        self._blocked = False

    def start(self) -> None:
        """Begin to serve."""
        with self._lock:
            self._follow_presence()
        self._thread.start()

    def stop(self) -> None:
        """Hang up and end the thread."""
        self._stopped.set()
        self._thread.join()
        with self._lock:
            self._hang_up()

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def path(self) -> str | None:
        """The terminal's name, or the link's if there is one; None while unplugged."""
        with self._lock:
            if self._path is None or self._link is None:
                return self._path
            return str(self._link)

    @property
    def presence(self) -> str:
        """How the host sees the device: `serial`, `dfu` or `none`."""
        with self._lock:
            return self._photon.presence

    @property
    def is_listening(self) -> bool:
        """Whether the device is in listening mode."""
        with self._lock:
            return self._photon.listening

    @property
    def now(self) -> float:
        """The device's virtual time."""
        with self._lock:
            return self._photon.now

    @contextlib.contextmanager
    def locked(self) -> Generator[Photon, None, None]:
        """Hold the device still, to look at it or to do something to it from outside."""
        with self._lock:
            yield self._photon
            self._follow_presence()

    def unplug(self) -> None:
        """Take power and USB away."""
        with self.locked() as photon:
            photon.unplug()

    def plug(self) -> None:
        """Give power and USB back; the port appears a moment later."""
        with self.locked() as photon:
            photon.plug()

    def wait_plugged(self, timeout: float = 10.0) -> str:
        """Wait until there is a terminal, and return its name (or the link's).

        Raises:
            TimeoutError: if there is none after `timeout` real seconds.
        """
        with self._plugged:
            if not self._plugged.wait_for(lambda: self._path is not None, timeout):
                raise TimeoutError(f"the simulated Photon did not appear in {timeout:g} s")
        path = self.path
        if path is None:
            raise TimeoutError("the simulated Photon went away again")
        return path

    def _serve(self) -> None:
        began = time.monotonic() - self._photon.now / self._speed
        while not self._stopped.is_set():
            with self._lock:
                self._exchange((time.monotonic() - began) * self._speed)
                self._follow_presence()
                ahead = (self._photon.next - self._photon.now) / self._speed
                master, opened = self._master, self._opened
                writing = bool(self._outgoing)
            nap = min(_LONGEST_NAP, ahead if math.isfinite(ahead) else _LONGEST_NAP)
            if master >= 0 and opened:
                waiting = [master] if writing else list[int]()
                with contextlib.suppress(OSError, ValueError):
                    select.select([master], waiting, [], max(0.0, nap))
            else:
                self._stopped.wait(max(0.0005, nap))

    def _exchange(self, until: float) -> None:
        """Let the device live up to a virtual time, and carry bytes both ways."""
        photon = self._photon
        if self._master >= 0:
            self._watch_lines()
            self._take_in()
        while True:
            if self._incoming:
                del self._incoming[: photon.send(bytes(self._incoming))]
            output = photon.run(max(until, photon.now))
            self._outgoing += output
            self._give_out()
            if not output:
                break
        if self._incoming:
            del self._incoming[: photon.send(bytes(self._incoming))]

    def _give_out(self) -> None:
        """Write what the terminal takes; while it takes nothing, the host does not read."""
        if not self._opened:
            self._outgoing.clear()
        while self._outgoing and self._master >= 0:
            try:
                written = os.write(self._master, self._outgoing[:_PACKET])
            except OSError as error:
                if error.errno == errno.EAGAIN:
                    break
                self._outgoing.clear()
                return
            del self._outgoing[:written]
        blocked = bool(self._outgoing)
        if blocked != self._blocked:
            self._blocked = blocked
            self._photon.set_reading(not blocked)

    def _take_in(self) -> None:
        """Read what the host wrote; while the device is full, leave it in the terminal."""
        while len(self._incoming) < _PACKET:
            try:
                packet = os.read(self._master, _PACKET)
            except OSError:
                return
            if not packet:
                return
            if packet[0] == 0:
                self._incoming += packet[1:]
            else:
                self._watch_speed(always=False)

    def _watch_lines(self) -> None:
        poll = select.poll()
        poll.register(self._master, select.POLLIN)
        opened = not any(state & select.POLLHUP for _, state in poll.poll(0))
        if opened != self._opened:
            self._opened = opened
            if opened:
                self._incoming.clear()
            self._photon.set_dtr(opened)
        self._watch_speed(always=False)

    def _watch_speed(self, *, always: bool) -> None:
        baud = _speed_of(self._master)
        if baud != self._baud or always:
            self._baud = baud
            self._photon.set_line_coding(baud)

    def _follow_presence(self) -> None:
        serial = self._photon.presence == SERIAL
        if serial and self._master < 0:
            self._appear()
        elif not serial and self._master >= 0:
            self._hang_up()

    def _appear(self) -> None:
        master, slave = os.openpty()
        tty.setraw(slave)
        settings = termios.tcgetattr(slave)
        settings[_LOCAL_FLAGS] |= _EXTPROC
        termios.tcsetattr(slave, termios.TCSANOW, settings)
        path = os.ttyname(slave)
        fcntl.ioctl(master, termios.TIOCPKT, struct.pack("i", 1))
        os.set_blocking(master, False)
        self._baud = _speed_of(master)
        os.close(slave)
        self._master = master
        if self._link is not None:
            self._link.unlink(missing_ok=True)
            self._link.symlink_to(path)
        self._path = path
        self._plugged.notify_all()

    def _hang_up(self) -> None:
        if self._master < 0:
            return
        os.close(self._master)
        self._master = -1
        self._path = None
        self._opened = self._blocked = False
        self._outgoing.clear()
        self._incoming.clear()
        if self._link is not None:
            self._link.unlink(missing_ok=True)


def _speed_of(master: int) -> int:
    """Return the speed in baud that was last set on the terminal."""
    if sys.platform == "linux":
        answer = fcntl.ioctl(master, _TCGETS2, bytes(_TERMIOS2_SIZE))
        return int.from_bytes(answer[_OUTPUT_SPEED : _OUTPUT_SPEED + 4], sys.byteorder)
    return int(termios.tcgetattr(master)[5])
