"""Follows what becomes of a join that succeeded: address, loss, cloud."""

import copy
from collections import deque
from dataclasses import replace
from typing import ClassVar, Final, Self

from diag.join.history import LinkUp
from diag.log import Event, Kind

_NEEDS_ADDRESS: Final = frozenset(
    {
        Kind.ADDRESS_OBTAINED,
        Kind.CLOUD_CONNECTING,
        Kind.CLOUD_SOCKET_CONNECTED,
        Kind.CLOUD_SOCKET_FAILED,
        Kind.CLOUD_NAME_UNRESOLVED,
        Kind.CLOUD_HANDSHAKE_FAILED,
        Kind.CLOUD_LOOP_ERROR,
        Kind.CLOUD_CONNECTED,
        Kind.CLOUD_ERROR,
        Kind.CLOUD_NOT_REACHABLE,
        Kind.INTERNET_TEST_FAILED,
    }
)
_TROUBLE: Final = frozenset(
    {
        Kind.CLOUD_SOCKET_FAILED,
        Kind.CLOUD_NAME_UNRESOLVED,
        Kind.CLOUD_HANDSHAKE_FAILED,
        Kind.CLOUD_LOOP_ERROR,
        Kind.CLOUD_ERROR,
        Kind.CLOUD_NOT_REACHABLE,
        Kind.INTERNET_TEST_FAILED,
    }
)
_PROVES_LINK: Final = frozenset(
    {Kind.ADDRESS_OBTAINED, Kind.CLOUD_SOCKET_CONNECTED, Kind.CLOUD_CONNECTED}
)
"""What cannot be an echo of a link that has ended."""
_ATTEMPT_BEGINS: Final = frozenset({Kind.JOINING, Kind.HEAP_BEFORE_SUPPLICANT})
_LINK_LOST: Final = 3
"""`ARM_WLAN_WD 3`: the link was lost."""


class LinkTrack:
    """The latest successful joins."""

    KEPT: Final = 16
    KINDS: ClassVar = (
        _NEEDS_ADDRESS
        | _ATTEMPT_BEGINS
        | {
            Kind.INTERFACE_UP,
            Kind.BRING_UP_FAILED,
            Kind.WATCHDOG_ARMED,
        }
    )
    """What it takes; anything else it need not be shown."""

    def __init__(self) -> None:
        """Start before any event."""
        self._links: deque[LinkUp] = deque(maxlen=self.KEPT)
        self._ssid: str | None = None

    def copy(self) -> Self:
        """Return an independent track in the same state."""
        twin = copy.copy(self)
        twin._links = self._links.copy()
        return twin

    def links(self) -> tuple[LinkUp, ...]:
        """The latest successful joins, oldest first."""
        return tuple(self._links)

    def take(self, event: Event) -> None:
        """Take one event."""
        kind = event.kind
        if kind is Kind.JOINING:
            self._ssid = event.name
        if kind is Kind.INTERFACE_UP:
            self._links.append(
                LinkUp(event.line, event.ms, event.boot, self._ssid, event.name or "dhcp")
            )
            return
        last = self._links[-1] if self._links else None
        if last is not None and last.boot != event.boot:
            last = None
        if last is not None and not (_ended(last) and kind in _PROVES_LINK):
            self._links[-1] = self._follow(last, event)
        elif kind in _NEEDS_ADDRESS:
            # The log does not show the join, but what follows shows that there was one.
            link = LinkUp(event.line, event.ms, event.boot, self._ssid, "unknown")
            self._links.append(self._follow(link, event))

    def _follow(self, link: LinkUp, event: Event) -> LinkUp:
        kind = event.kind
        ended = _ended(link)
        if kind in _ATTEMPT_BEGINS and not ended:
            after = None
            if link.ms is not None and event.ms is not None:
                after = event.ms - link.ms
            return replace(link, rejoin_line=event.line, rejoin_after_ms=after)
        if ended:
            return link
        if kind is Kind.BRING_UP_FAILED and link.address_line is None:
            return replace(link, failed_line=event.line)
        if kind is Kind.WATCHDOG_ARMED and event.number == _LINK_LOST:
            return replace(link, lost_line=event.line)
        if kind in _NEEDS_ADDRESS and link.address_line is None:
            link = replace(link, address_line=event.line)
        if kind is Kind.CLOUD_CONNECTED:
            return replace(link, cloud_line=event.line, cloud_trouble_line=None)
        if kind in _TROUBLE:
            return replace(link, cloud_trouble_line=event.line)
        return link


def _ended(link: LinkUp) -> bool:
    return link.rejoin_line is not None or link.lost_line is not None
