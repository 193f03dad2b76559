"""What a log has said so far, as the diagnosis reads it."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import NamedTuple

from diag.join.attempts import Attempt
from diag.log import Kind


class Mark(NamedTuple):
    """All events of one kind, reduced to what a diagnosis asks of them."""

    count: int  # pyright: ignore[reportIncompatibleMethodOverride]
    first_line: int
    last_line: int
    number: int | None
    """The last one's number."""
    name: str | None
    """The last one's name."""


@dataclass(frozen=True, slots=True)
class LinkUp:
    """A join that succeeded, and what became of it."""

    line: int
    ms: int | None
    boot: int
    ssid: str | None
    how: str
    """`dhcp` or `static`."""
    address_line: int | None = None
    """Where an address, or something that needs one, shows."""
    failed_line: int | None = None
    """Where the bring-up is said to have failed after the join."""
    rejoin_line: int | None = None
    """Where the device joins again although nothing said the link was lost."""
    rejoin_after_ms: int | None = None
    lost_line: int | None = None
    """Where the link is said to be lost."""
    cloud_line: int | None = None
    """Where the cloud is connected."""
    cloud_trouble_line: int | None = None
    """Where the last cloud failure of this link stands."""


@dataclass(frozen=True, slots=True)
class History:
    """A log's join attempts and the events around them."""

    boot: int
    """Counts restarts of the device's clock seen so far."""
    attempts: tuple[Attempt, ...]
    """The latest ones (`JoinTracker.KEPT` at most), oldest first."""
    attempt_count: int
    """All attempts of the log."""
    episode: int
    """The episode an attempt made now would belong to."""
    marks: Mapping[Kind, Mark]
    families: Mapping[str, Mark]
    """Signs of other devices, by family."""
    server_log: Mapping[str, Mark]
    """What pasted lines of an authentication server say, by kind of complaint."""
    links: tuple[LinkUp, ...]
    """The latest joins that succeeded."""
    eap_valid_line: int | None
    """Where EAP settings were accepted, if that is the latest word on them."""
    eap_invalid_line: int | None
    """Where EAP settings were refused (not as part of a clear), if that is the latest word."""
    eap_unanswered_line: int | None
    """Where EAP settings were offered and no verdict followed."""
    cleared_line: int | None
    """Where stored EAP settings were cleared."""
    settings_line: int | None
    """Where settings were last changed, in the log or beside it."""
    restart_lines: tuple[int, ...]
    """Where the device's clock started again."""
    repeated_lines: int
    """How many lines a second log handler printed again."""
    levels: frozenset[str]
    last_line: int
    signals: tuple[tuple[int, int], ...]
    """The latest (line, reading) of signal prints."""
    vitals: tuple[tuple[int, str], ...]
    """The latest (line, JSON) of vitals; line 0 for those read beside the log."""
    status_words: tuple[tuple[int, int], ...]
    """The latest (line, word) of join state bits printed by a bare WICED trace."""
