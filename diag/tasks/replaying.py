"""Play a session: what passed, line by line, and the diagnosis at every moment."""

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Final

from diag.diagnosis import Diagnosis
from diag.log import Kind
from diag.recording import RecordingError, pace
from diag.session import Session
from diag.stream import Direction, Fact, Item, Marker
from diag.tasks.intake import InputError, Source
from diag.tasks.timing import timed

_IDLE_CAP: Final = 3.0
"""Recorded seconds of silence that are waited at most."""
_QUIET: Final = frozenset(
    {
        *(Kind.FOREIGN, Kind.OTHER, Kind.BENIGN, Kind.WIFI_ON, Kind.JOINING, Kind.HEAP_AT_JOIN),
        *(Kind.HEAP_BEFORE_SUPPLICANT, Kind.HEAP_AFTER_SUPPLICANT, Kind.HEAP_AFTER_STOP),
        *(Kind.SUPPLICANT_STARTING, Kind.SUPPLICANT_STOPPED, Kind.EAP_CONFIG_WRITTEN),
        *(Kind.CLOUD_DISCONNECTED, Kind.WATCHDOG_CLEARED),
    }
)
"""Events that bring no result by themselves: the diagnosis is not made anew for them."""
_LONGEST: Final = 16 * 1024
"""Bytes of an unterminated line after which it is shown as it stands."""


@dataclass(frozen=True, slots=True)
class Shown:
    """One line of a replay."""

    time: float
    """Host seconds since the session began."""
    kind: str
    """`log`, `input`, `fact` or `mark`."""
    text: str
    """Not yet inert."""


@dataclass(frozen=True, slots=True)
class Changed:
    """The diagnosis has changed."""

    time: float
    diagnosis: Diagnosis


Step = Shown | Changed


def replay(
    source: Source,
    *,
    speed: float = math.inf,
    start: str | None = None,
    facts: list[Fact] | None = None,
    wait: Callable[[float], None] | None = None,
) -> Iterator[Step]:
    """Yield the lines of a session and each diagnosis that differs from the one before.

    Args:
        source: an opened input.
        speed: times the recorded speed; infinite does not wait.
        start: label of the mark to begin at; what is before it comes without waiting.
        facts: told beside the recording, from its beginning.
        wait: waits a number of seconds; no waiting without it.

    Raises:
        InputError: the recording is damaged, or has no such mark.
    """
    session = Session()
    session.tell(facts or [])
    lines = _Lines()
    said = ""
    try:
        # A plain log has no times of its own, but its device has.
        items = source.items if source.kind == "recording" else timed(source.items)
        for delay, item in pace(items, speed=speed, start=start, idle_cap=_IDLE_CAP):
            if delay and wait is not None:
                wait(delay)
            yield from lines.of(item)
            events = session.feed(item)
            if isinstance(item, Fact) or any(event.kind not in _QUIET for event in events):
                diagnosis = session.diagnosis(brief=True)
                if (now := _gist(diagnosis)) != said:
                    said = now
                    yield Changed(session.time, diagnosis)
    except RecordingError as error:
        raise InputError(f"{source.name}: {error}") from error
    yield from lines.rest()
    session.close()
    yield Changed(session.time, session.diagnosis())


def _gist(diagnosis: Diagnosis) -> str:
    """What a viewer would notice: verdict, leading cause, its rough probability."""
    first = diagnosis.causes[0] if diagnosis.causes else None
    lead = "" if first is None else f"{first.id} {round(first.probability * 20)}"
    return f"{diagnosis.verdict} {diagnosis.stage} {lead}"


class _Lines:
    """Cuts the device's output into lines for showing."""

    def __init__(self) -> None:
        self._partial = b""
        self._time = 0.0

    def of(self, item: Item) -> Iterator[Shown]:
        """Return what an item shows."""
        self._time = item.time
        if isinstance(item, Marker):
            yield Shown(item.time, "mark", item.label)
        elif isinstance(item, Fact):
            yield Shown(item.time, "fact", f"{item.name} = {item.value}")
        elif item.direction is Direction.INPUT:
            yield Shown(item.time, "input", _text(item.data))
        else:
            *whole, self._partial = (self._partial + item.data).split(b"\n")
            for line in whole:
                yield Shown(item.time, "log", _text(line))
            if len(self._partial) > _LONGEST:
                yield from self.rest()

    def rest(self) -> Iterator[Shown]:
        """Return the last line, which lacks its end."""
        if self._partial:
            yield Shown(self._time, "log", _text(self._partial))
            self._partial = b""


def _text(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace").rstrip("\r\n")
