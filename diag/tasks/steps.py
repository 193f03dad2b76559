"""What a front is told while a session goes on: lines, and the diagnosis as it changes."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Final

from diag.diagnosis import Diagnosis
from diag.log import Kind
from diag.session import Session
from diag.stream import GAP_BEGINS, Direction, Fact, Item, Marker

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
    """One line of a session."""

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


@dataclass(frozen=True, slots=True)
class Lost:
    """The device went away; it is being looked for."""

    time: float
    reason: str


@dataclass(frozen=True, slots=True)
class Back:
    """The device is there again, and the session goes on."""

    time: float
    name: str
    """Its port, which may have another name now."""
    away: float
    """Seconds it was away."""


@dataclass(frozen=True, slots=True)
class Remark:
    """Something to know about the session itself, such as a recording that broke off."""

    time: float
    text: str


@dataclass(frozen=True, slots=True)
class Silent:
    """The device has printed nothing since the session began. Told once."""

    time: float


@dataclass(frozen=True, slots=True)
class Idle:
    """Everything that came so far was told. Told several times a second while nothing comes."""

    time: float


@dataclass(frozen=True, slots=True)
class Ended:
    """The session has ended; the last step."""

    time: float
    reason: str
    """`stopped`, `joined`, `fault` or `time`."""
    complete: bool
    """Whether every file that was asked for holds everything."""


Step = Shown | Changed | Lost | Back | Remark | Silent | Idle | Ended


class Follower:
    """Feeds a session and tells what of it is worth showing.

    The diagnosis is made anew only when something telling came, and never more often than
    every so many seconds of the session.
    """

    def __init__(self, facts: Iterable[Fact] = (), *, every: float = 0.0) -> None:
        """Begin.

        Args:
            facts: told beside the log, from its beginning.
            every: seconds of the session between two diagnoses at least.
        """
        self.session = Session()
        self.session.tell(facts)
        self.diagnosis: Diagnosis | None = None
        """The latest one, without its questions."""
        self._lines = Lines()
        self._every = every
        self._telling = False
        self._next = 0.0
        self._said = ""

    def feed(self, item: Item) -> Iterator[Shown | Changed]:
        """Take one item; yield its lines, and the diagnosis when it has changed."""
        yield from self._lines.of(item)
        events = self.session.feed(item)
        if isinstance(item, Fact) or any(event.kind not in _QUIET for event in events):
            self._telling = True
        yield from self.settle(item.time)

    def settle(self, now: float) -> Iterator[Changed]:
        """Make the diagnosis that was put off, if its time has come."""
        if not self._telling or now < self._next:
            return
        self._telling = False
        self._next = now + self._every
        diagnosis = self.diagnosis = self.session.diagnosis(brief=True)
        if (gist := _gist(diagnosis)) != self._said:
            self._said = gist
            yield Changed(self.session.time, diagnosis)

    def overdue(self, before: float) -> Iterator[Shown]:
        """Yield a line that has not ended and is older than that: a prompt, perhaps."""
        if self._lines.time < before:
            yield from self._lines.rest()

    def finish(self) -> Iterator[Shown | Changed]:
        """Take the end of the session: yield what lacks its end, and the whole diagnosis."""
        yield from self._lines.rest()
        self.session.close()
        diagnosis = self.diagnosis = self.session.diagnosis()
        yield Changed(self.session.time, diagnosis)


def _gist(diagnosis: Diagnosis) -> str:
    """What a viewer would notice: verdict, leading cause, its rough probability."""
    first = diagnosis.causes[0] if diagnosis.causes else None
    lead = "" if first is None else f"{first.id} {round(first.probability * 20)}"
    return f"{diagnosis.verdict} {diagnosis.stage} {lead}"


class Lines:
    """Cuts the device's output into lines for showing."""

    def __init__(self) -> None:
        """Begin before any line."""
        """Start before any output."""
        self._partial = b""
        self.time = 0.0
        """When the latest output came."""

    def of(self, item: Item) -> Iterator[Shown]:
        """Return what an item shows."""
        if isinstance(item, Marker):
            if item.label == GAP_BEGINS:
                yield from self.rest()
            yield Shown(item.time, "mark", item.label)
        elif isinstance(item, Fact):
            yield Shown(item.time, "fact", f"{item.name} = {item.value}")
        elif item.direction is Direction.INPUT:
            yield Shown(item.time, "input", _text(item.data))
        else:
            self.time = item.time
            *whole, self._partial = (self._partial + item.data).split(b"\n")
            for line in whole:
                yield Shown(item.time, "log", _text(line))
            if len(self._partial) > _LONGEST:
                yield from self.rest()

    def rest(self) -> Iterator[Shown]:
        """Return the last line, which lacks its end."""
        if self._partial:
            yield Shown(self.time, "log", _text(self._partial))
            self._partial = b""


def _text(data: bytes) -> str:
    return data.decode("utf-8", "backslashreplace").rstrip("\r\n")
