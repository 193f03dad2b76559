"""Follows what the log says of storing EAP settings (device-facts 3.2)."""

from typing import ClassVar

from diag.log import Event, Kind


class CredentialsTrack:
    """The latest word on the stored EAP settings.

    A clear prints "EAP config valid: 0" too, which says nothing against the
    settings (knowledge T2).
    """

    __slots__ = ("_clearing", "cleared_line", "invalid_line", "unanswered_line", "valid_line")

    KINDS: ClassVar = frozenset(
        {
            Kind.EAP_CLEARED,
            Kind.CREDENTIALS_CLEARED,
            Kind.EAP_SET_BEGIN,
            Kind.EAP_CONFIG_VALID,
            Kind.CREDENTIALS_SAVED,
            Kind.CONSOLE_SAVED,
        }
    )
    """What it takes; anything else it need not be shown."""

    def __init__(self) -> None:
        """Start before any event."""
        self._clearing = False
        self.valid_line: int | None = None
        self.invalid_line: int | None = None
        self.unanswered_line: int | None = None
        self.cleared_line: int | None = None

    def take(self, event: Event) -> bool:
        """Take one event; True when the stored credentials have changed."""
        kind = event.kind
        if kind is Kind.EAP_CLEARED or kind is Kind.CREDENTIALS_CLEARED:
            self._clearing = True
            self.cleared_line = event.line
            self.valid_line = self.invalid_line = self.unanswered_line = None
            return True
        if kind is Kind.EAP_SET_BEGIN:
            if not self._clearing:
                self.unanswered_line = event.line
            return False
        if kind is Kind.EAP_CONFIG_VALID:
            return self._verdict(event)
        return kind is Kind.CREDENTIALS_SAVED or kind is Kind.CONSOLE_SAVED

    def _verdict(self, event: Event) -> bool:
        self.unanswered_line = None
        if self._clearing and event.number == 0:
            self._clearing = False
            return False
        self._clearing = False
        self.valid_line = event.line if event.number == 1 else None
        self.invalid_line = event.line if event.number == 0 else None
        return event.number == 1
