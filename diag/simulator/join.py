"""From what the radio chip reports to the result of a join (device-facts 4.1 to 4.4).

The driver keeps a handful of bits, sets and clears them with every event of the chip, and
reads a result code off them when the wait ends. One fault therefore prints one code or
another, depending on the order in which its events arrive.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from enum import IntEnum, IntFlag
from typing import Final

WAIT: Final = 7.0
"""Seconds the driver waits for a join; the bits decide when they are over."""


class Bit(IntFlag):
    """The join state (device-facts 4.1)."""

    ASSOCIATED = 1 << 0
    AUTHENTICATED = 1 << 1
    LINK_READY = 1 << 2
    SECURITY_COMPLETE = 1 << 3
    SSID_SET = 1 << 4
    NO_NETWORKS = 1 << 5
    M1_TIMEOUT = 1 << 6
    M3_TIMEOUT = 1 << 7
    G1_TIMEOUT = 1 << 8
    KEY_FAILURE = 1 << 9


class Kind(IntEnum):
    """Events of the chip that the join listens to (device-facts 4.2)."""

    SET_SSID = 0
    AUTH = 3
    DEAUTH_IND = 6
    DISASSOC_IND = 12
    LINK = 16
    PSK_SUP = 46


class Status(IntEnum):
    """Status words of those events."""

    SUCCESS = 0
    FAIL = 1
    TIMEOUT = 2
    NO_NETWORKS = 3
    ABORT = 4
    NO_ACK = 5
    UNSOLICITED = 6


SUP_DISCONNECTED: Final = 256
"""PSK_SUP: the key exchange is off because the link is."""
SUP_KEYED: Final = 256 + 6
"""PSK_SUP: keys are installed."""
SUP_WAIT_M1: Final = 260
"""PSK_SUP: waiting for the first message of the four-way handshake."""
SUP_WAIT_M3: Final = 264
"""PSK_SUP: waiting for the third message of the four-way handshake."""
SUP_WAIT_G1: Final = 266
"""PSK_SUP: waiting for the group key."""
REASON_TIMEOUT: Final = 527
"""PSK_SUP: the awaited message did not come."""

CODES: Final = {
    0: "WICED_SUCCESS",
    4: "WICED_ERROR",
    1004: "WWD_INVALID_KEY",
    1006: "WWD_NOT_AUTHENTICATED",
    1007: "WWD_NOT_KEYED",
    1023: "WWD_JOIN_IN_PROGRESS",
    1024: "WWD_NETWORK_NOT_FOUND",
    1025: "WWD_INVALID_JOIN_STATUS",
    1055: "WWD_SET_BLOCK_ACK_WINDOW_FAIL",
    1061: "WWD_EAPOL_KEY_PACKET_M1_TIMEOUT",
    1062: "WWD_EAPOL_KEY_PACKET_M3_TIMEOUT",
    1063: "WWD_EAPOL_KEY_PACKET_G1_TIMEOUT",
    1064: "WWD_EAPOL_KEY_FAILURE",
}
"""Every result this simulator's join can have, by its name in the driver."""


@dataclass(frozen=True, slots=True)
class Event:
    """One report of the chip."""

    at: float
    """Seconds since the join began."""
    kind: Kind
    status: int = Status.SUCCESS
    reason: int = 0
    up: bool = False
    """For LINK: whether the link is up."""


_A_L: Final = Bit.AUTHENTICATED | Bit.LINK_READY
_A_L_I: Final = _A_L | Bit.SSID_SET
_COMPLETE: Final = _A_L_I | Bit.SECURITY_COMPLETE

_TABLE: Final[dict[Bit, int]] = {
    _COMPLETE: 0,
    Bit.NO_NETWORKS: 1024,
    _A_L | Bit.M1_TIMEOUT: 1061,
    _A_L | Bit.M3_TIMEOUT: 1062,
    _A_L_I | Bit.M3_TIMEOUT: 1062,
    _A_L | Bit.G1_TIMEOUT: 1063,
    _A_L_I | Bit.G1_TIMEOUT: 1063,
    _A_L | Bit.KEY_FAILURE: 1064,
    _A_L_I | Bit.KEY_FAILURE: 1064,
    Bit(0): 1006,
    Bit.SECURITY_COMPLETE: 1006,
    _A_L | Bit.SECURITY_COMPLETE: 1023,
    _A_L: 1007,
    _A_L_I: 1007,
}


def code_of(bits: Bit) -> int:
    """Return the result for exactly these bits (device-facts 4.3)."""
    return _TABLE.get(bits, 1025)


def apply(bits: Bit, event: Event) -> tuple[Bit, bool]:
    """Let one event change the bits.

    Returns:
        The bits after it, and whether the event ends the wait by itself.
    """
    status = event.status
    match event.kind:
        case Kind.AUTH:
            if status == Status.SUCCESS:
                return bits | Bit.AUTHENTICATED, False
            return bits, status != Status.UNSOLICITED
        case Kind.LINK:
            return (bits | Bit.LINK_READY if event.up else bits & ~Bit.LINK_READY), False
        case Kind.DEAUTH_IND | Kind.DISASSOC_IND:
            return bits & ~Bit.AUTHENTICATED, False
        case Kind.SET_SSID:
            if status == Status.SUCCESS:
                return bits | Bit.SSID_SET, False
            if status == Status.NO_NETWORKS:
                return bits | Bit.NO_NETWORKS, False
            return bits, True
        case Kind.PSK_SUP:
            return _supplicant(bits, status, event.reason)


def _supplicant(bits: Bit, status: int, reason: int) -> tuple[Bit, bool]:
    if status == SUP_KEYED:
        return bits | Bit.SECURITY_COMPLETE, False
    if reason == REASON_TIMEOUT:
        if status == SUP_WAIT_M1:
            return bits | Bit.M1_TIMEOUT, True
        if status == SUP_WAIT_M3:
            return bits | Bit.M3_TIMEOUT, True
        if status == SUP_WAIT_G1:
            return bits | Bit.G1_TIMEOUT, True
    return bits | Bit.KEY_FAILURE, True


def join(events: Iterable[Event], *, keyless: bool = False) -> tuple[int, float]:
    """Run one join over the chip's events.

    Args:
        events: what the chip reports, in any order.
        keyless: for an open or a WEP network, which needs no key exchange.

    Returns:
        The result code and the seconds the join took.
    """
    bits = Bit.SECURITY_COMPLETE if keyless else Bit(0)
    for event in sorted(events, key=lambda event: event.at):
        if event.at >= WAIT:
            break
        bits, ended = apply(bits, event)
        if ended or bits == _COMPLETE:
            return code_of(bits), event.at
    return code_of(bits), WAIT
