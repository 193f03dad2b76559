"""The wire format of USB control requests, without USB.

Two generations (device-facts 6.6; particle-iot/device-os,
system/src/usb_control_request_channel.cpp and .h):

Raw requests carry the request in the setup packet itself: bRequest `P`, wIndex the request's
number. Of these the device id and the Device OS release are answered by every release since
0.6.0; up to 0.7.0 some orders are taken that way too.

The channel protocol of 0.8.0-rc.2 and later wraps a request in service requests: INIT
announces number and payload size, SEND delivers the payload once the device has a buffer,
CHECK asks how far it is, RECV fetches the reply, RESET gives up. INIT, CHECK and RESET are
answered by a service reply: u32 flags, u16 status, and as the flags say u16 id, u32 size,
i32 result, all little-endian. Nothing is sent in pieces: SEND and RECV must ask for exactly
the size agreed, or the device stalls.
"""

from collections.abc import Generator, Iterator
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Final, Self

from diag.device.transport import DeviceError

RAW: Final = 0x50
"""bRequest of raw requests: `P`."""
OUT: Final = 0x40
"""bmRequestType: to the device, vendor request, device as recipient."""
IN: Final = 0xC0
"""bmRequestType: from the device, vendor request, device as recipient."""
LENGTH: Final = 64
"""The wLength that INIT, CHECK and RESET require, and the most a raw reply may have."""
LARGEST: Final = 4096
"""Bytes of payload or reply at most: what libusb and Linux let through in one transfer."""
_FIRST_PAUSE: Final = 0.02
_LONGEST_PAUSE: Final = 0.5
_GROWTH: Final = 1.6
_BUSY_TRIES: Final = 4


class Service(IntEnum):
    """bRequest of the channel protocol."""

    INIT = 1
    CHECK = 2
    SEND = 3
    RECV = 4
    RESET = 5


class Status(IntEnum):
    """How a service request went."""

    OK = 0
    ERROR = 1
    PENDING = 2
    BUSY = 3
    NO_MEMORY = 4
    NOT_FOUND = 5


class Flag(IntFlag):
    """Which fields a service reply has."""

    STATUS = 1
    ID = 2
    SIZE = 4
    RESULT = 8


_RESULTS: Final = {
    -110: "it is busy; try again in a moment",
    -120: "its Device OS does not support it",
    -130: "it does not allow it now",
    -140: "the request was cancelled; try again",
    -150: "the request was broken off; try again",
    -160: "it took too long; try again",
    -260: "it is short of memory; restart it and try again",
}
"""Results as Device OS writes them: particle-iot/particle-usb, src/result.js."""


class ProtocolError(DeviceError):
    """The device broke the rules of the channel protocol."""


class Refused(DeviceError):  # noqa: N818 - what happened, in the word of its user
    """The device has taken the request and says no."""

    def __init__(self, kind: int, result: int) -> None:
        """Take the request's number and the negative result code."""
        why = _RESULTS.get(result, "restart it and try again")
        super().__init__(f"the device refused USB request {kind} with result {result}: {why}")
        self.result = result


class TooSlow(DeviceError):  # noqa: N818 - what happened, in the word of its user
    """The device has taken the request and does not finish it."""


@dataclass(frozen=True, slots=True)
class Transfer:
    """One control transfer to make."""

    kind: int
    """bmRequestType, `IN` or `OUT`."""
    request: int
    """bRequest."""
    value: int
    """wValue."""
    index: int
    """wIndex."""
    length: int = LENGTH
    """wLength."""
    data: bytes = b""
    """What to send, with `OUT`."""


@dataclass(frozen=True, slots=True)
class Pause:
    """Seconds to wait before the next transfer."""

    seconds: float


@dataclass(frozen=True, slots=True)
class Reply:
    """A service reply."""

    status: int
    id: int | None = None
    size: int = 0
    result: int | None = None

    @classmethod
    def parse(cls, data: bytes) -> Self:
        """Read one.

        Raises:
            ProtocolError: it is too short, or has no status.
        """
        fields = _Fields(data)
        flags = fields.take(4)
        if not flags & Flag.STATUS:
            raise ProtocolError(_broken("a reply without a status"))
        status = fields.take(2)
        number = fields.take(2) if flags & Flag.ID else None
        size = fields.take(4) if flags & Flag.SIZE else 0
        result = fields.take(4, signed=True) if flags & Flag.RESULT else None
        return cls(status, number, size, result)


Exchange = Generator[Transfer | Pause, bytes, bytes]
"""Yields what to do, is sent what the device answered, returns the reply's payload."""


def raw(kind: int) -> Transfer:
    """Return the raw request that reads something: the device id (20), the release (30)."""
    return Transfer(IN, RAW, 0, kind)


def raw_order(kind: int, value: int = 0) -> Transfer:
    """Return the raw request that orders something, which releases up to 0.7.0 take."""
    return Transfer(OUT, RAW, value, kind, 0)


def cancel(number: int = 0) -> Transfer:
    """Return the service request that gives up a request, or with 0 all of them."""
    return Transfer(IN, Service.RESET, 0, number)


def exchange(kind: int, payload: bytes = b"", *, patience: float = 30.0) -> Exchange:
    """Make one request of the channel protocol.

    Args:
        kind: the request's number.
        payload: what goes with it.
        patience: seconds of pauses after which the request is given up.

    Returns:
        The payload of the reply.

    Raises:
        Refused: the device says no.
        TooSlow: it does not finish in time; the request was cancelled.
        ProtocolError: what it answers makes no sense.
        DeviceError: payload or reply are too large.
    """
    if len(payload) > LARGEST:
        raise DeviceError(
            f"USB request {kind} would have to carry {len(payload)} bytes; "
            f"the most that fits is {LARGEST}"
        )
    opened = yield from _opened(kind, len(payload))
    if opened.id is None:
        raise ProtocolError(_broken("a request without an id"))
    pauses = _pauses(patience)
    if opened.status == Status.PENDING:
        if not payload:
            raise ProtocolError(_broken("a wait for a payload that there is not"))
        yield from _checked(kind, opened.id, pauses)
    if payload:
        yield Transfer(OUT, Service.SEND, 0, opened.id, len(payload), payload)
    done = yield from _checked(kind, opened.id, pauses)
    data = b""
    if done.size:
        data = yield from _fetched(kind, opened.id, done.size)
    if done.result is None:
        raise ProtocolError(_broken("an end without a result"))
    if done.result < 0:
        raise Refused(kind, done.result)
    return data


def _opened(kind: int, size: int) -> Generator[Transfer | Pause, bytes, Reply]:
    """Announce the request; the device has room for four at a time."""
    for left in reversed(range(_BUSY_TRIES)):
        reply = Reply.parse((yield Transfer(IN, Service.INIT, size, kind)))
        if reply.status in (Status.OK, Status.PENDING):
            return reply
        if reply.status == Status.NO_MEMORY:
            raise DeviceError(
                f"the device has no memory left for USB request {kind}; restart it and try again"
            )
        if reply.status != Status.BUSY:
            raise ProtocolError(_broken(f"status {reply.status} to a new request"))
        if left == 1:
            # Requests of a program that was killed stay for ever; cancel them all.
            yield cancel()
        elif left:
            yield Pause(_LONGEST_PAUSE)
    raise DeviceError("another program keeps the device busy over USB; close it and try again")


def _checked(
    kind: int, number: int, pauses: Iterator[float]
) -> Generator[Transfer | Pause, bytes, Reply]:
    """Ask until the device has got on."""
    for pause in pauses:
        reply = Reply.parse((yield Transfer(IN, Service.CHECK, 0, number)))
        if reply.status == Status.OK:
            return reply
        if reply.status == Status.NO_MEMORY:
            raise DeviceError(
                f"the device has no memory left for USB request {kind}; restart it and try again"
            )
        if reply.status == Status.NOT_FOUND:
            raise DeviceError(
                f"USB request {kind} was cancelled, by a restart of the device or by another "
                "program; try again"
            )
        if reply.status != Status.PENDING:
            raise ProtocolError(_broken(f"status {reply.status} to a running request"))
        yield Pause(pause)
    yield cancel(number)
    raise TooSlow(
        f"the device does not get to USB request {kind}; it may be in the middle of joining, "
        "or hang: wait a moment and try again"
    )


def _fetched(kind: int, number: int, size: int) -> Generator[Transfer | Pause, bytes, bytes]:
    if size > LARGEST:
        yield cancel(number)
        raise DeviceError(
            f"the reply to USB request {kind} has {size} bytes; the most that fits is {LARGEST}"
        )
    data = yield Transfer(IN, Service.RECV, 0, number, size)
    if len(data) != size:
        raise ProtocolError(_broken(f"{len(data)} bytes instead of {size}"))
    return data


def _pauses(patience: float) -> Iterator[float]:
    spent, pause = 0.0, _FIRST_PAUSE
    while spent < patience:
        yield pause
        spent += pause
        pause = min(pause * _GROWTH, _LONGEST_PAUSE)


def _broken(what: str) -> str:
    return f"the device answered USB requests with {what}; restart it and try again"


class _Fields:
    """Little-endian numbers, one after the other."""

    def __init__(self, data: bytes) -> None:
        self._rest = data

    def take(self, size: int, *, signed: bool = False) -> int:
        if len(self._rest) < size:
            raise ProtocolError(_broken("a reply that is cut short"))
        field, self._rest = self._rest[:size], self._rest[size:]
        return int.from_bytes(field, "little", signed=signed)
