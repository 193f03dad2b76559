"""The device's half of USB control requests, as Device OS behaves on the wire.

Written from the behaviour of particle-iot/device-os, system/src/usb_control_request_channel.cpp
(four requests at a time, ids that count up, buffers over 64 bytes that come later, exact sizes,
a request that ends when its last answer has gone out). Standard library only: the system's own
Python runs it.
"""

import struct
from dataclasses import dataclass, field

OK, PENDING, BUSY, NO_MEMORY, NOT_FOUND = 0, 2, 3, 4, 5
NOT_SUPPORTED = -120
ORDERS = (40, 50, 60, 70, 71)


class Stall(Exception):  # noqa: N818 - USB's word
    """The device refuses the transfer."""


@dataclass
class _Request:
    kind: int
    size: int
    state: str
    left: int
    payload: bytes = b""
    result: int = 0
    reply: bytes = b""


@dataclass
class Channel:
    """Answers vendor requests; keeps a log of what it was asked."""

    device_id: str
    release: str
    replies: dict[int, tuple[int, bytes]]
    """Result and payload by request number; a number without is not supported."""
    checks: int = 2
    """How often a request is still pending when it is asked after."""
    raw_only: bool = False
    """Whether it is a release before 0.8.0-rc.2."""
    echo: int | None = None
    """Number of a request that is answered by its own payload."""
    memory: int = 1 << 16
    """Largest payload there is a buffer for."""
    strangers: int = 0
    """Requests that another program left behind."""
    orders: list[tuple[int, int]] = field(default_factory=list)
    served: list[int] = field(default_factory=list)
    resets: int = 0

    def __post_init__(self) -> None:
        """Begin with the requests of others."""
        self._active: dict[int, _Request] = {}
        self._last = 0
        for _ in range(self.strangers):
            self._last += 1
            self._active[self._last] = _Request(10, 0, "pending", 1 << 30)

    def setup(
        self, kind: int, request: int, value: int, index: int, length: int, data: bytes
    ) -> bytes:
        """Answer a vendor request; what is returned goes out."""
        if request == 0x50:
            return self._raw(kind, value, index, length)
        if self.raw_only:
            raise Stall
        if kind == 0x40 and request == 3:
            return self._send(index, length, data)
        if kind != 0xC0 or (request != 4 and length < 64):
            raise Stall
        answer = {1: self._init, 2: self._check, 4: self._recv, 5: self._reset}.get(request)
        if answer is None:
            raise Stall
        return answer(value, index, length)

    def _raw(self, kind: int, value: int, index: int, length: int) -> bytes:
        if kind == 0xC0 and 0 < length <= 64:
            text = {20: self.device_id.upper(), 30: self.release}.get(index)
            if text is not None and len(text) <= length:
                return text.encode()
        if kind == 0x40 and self.raw_only and index in (40, 50, 60, 70):
            self.orders.append((index, value))
            return b""
        raise Stall

    def _init(self, value: int, index: int, _length: int) -> bytes:
        if len(self._active) >= 4:
            return _reply(BUSY)
        self._last = (self._last + 1) & 0xFFFF
        state = "pending" if not value else "receiving" if value <= 64 else "allocating"
        made = _Request(index, value, state, self.checks)
        self._active[self._last] = made
        if not value:
            self._begin(made)
        return _reply(PENDING if state == "allocating" else OK, number=self._last)

    def _check(self, _value: int, index: int, _length: int) -> bytes:
        asked = self._active.get(index)
        if asked is None:
            return _reply(NOT_FOUND)
        if asked.state == "receiving":
            return _reply(OK)
        if asked.left > 0:
            asked.left -= 1
            return _reply(PENDING)
        if asked.state == "allocating":
            if asked.size > self.memory:
                del self._active[index]
                return _reply(NO_MEMORY)
            asked.state, asked.left = "receiving", self.checks
            return _reply(OK)
        if not asked.reply:
            del self._active[index]
            return _reply(OK, result=asked.result)
        asked.state = "done"
        return _reply(OK, size=len(asked.reply), result=asked.result)

    def _send(self, index: int, length: int, data: bytes) -> bytes:
        asked = self._active.get(index)
        if asked is None or asked.state != "receiving" or not length == asked.size == len(data):
            raise Stall
        asked.payload, asked.state, asked.left = data, "pending", self.checks
        self._begin(asked)
        return b""

    def _recv(self, _value: int, index: int, length: int) -> bytes:
        asked = self._active.get(index)
        if asked is None or asked.state != "done" or not length == len(asked.reply):
            raise Stall
        return self._active.pop(index).reply

    def _reset(self, _value: int, index: int, _length: int) -> bytes:
        self.resets += 1
        if not index:
            self._active.clear()
            return _reply(OK)
        return _reply(NOT_FOUND if self._active.pop(index, None) is None else OK)

    def _begin(self, asked: _Request) -> None:
        self.served.append(asked.kind)
        if asked.kind == self.echo:
            asked.reply = asked.payload
        elif asked.kind in self.replies:
            asked.result, asked.reply = self.replies[asked.kind]
        elif asked.kind in ORDERS:
            self.orders.append((asked.kind, 0))
        else:
            asked.result = NOT_SUPPORTED


def _reply(
    status: int, number: int | None = None, size: int | None = None, result: int | None = None
) -> bytes:
    flags, body = 1, struct.pack("<H", status)
    if number is not None:
        flags, body = flags | 2, body + struct.pack("<H", number)
    if size is not None:
        flags, body = flags | 4, body + struct.pack("<I", size)
    if result is not None:
        flags, body = flags | 8, body + struct.pack("<i", result)
    return struct.pack("<I", flags) + body
