"""Watch a device: read it always, keep what it says, and tell what that means as it changes.

Three threads. One reads the device and does nothing else; one masks, records and puts
aside; the caller's own takes what was put aside, however slowly, and feeds the session.
"""

import threading
from collections.abc import Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Final

from diag.device.reconnect import Way
from diag.device.transport import DeviceError, Transport
from diag.diagnosis import Diagnosis, Verdict
from diag.stream import GAP_BEGINS, GAP_ENDS, Chunk, Fact, Marker
from diag.stream.masking import Masker
from diag.tasks.entries import Entry, unpacked
from diag.tasks.keeping import Keeper, Sink
from diag.tasks.pump import Pump
from diag.tasks.spool import Record, Spool, SpoolError
from diag.tasks.steps import Back, Ended, Follower, Idle, Lost, Remark, Shown, Silent, Step

_EVERY: Final = 0.25
"""Seconds between two diagnoses at least, so that a flood of results can be kept up with."""
_TICK: Final = 0.1
"""Seconds the caller waits at most for a step."""
_UNENDED: Final = 1.5
"""Seconds after which a line without an end is shown as it stands."""
_SILENCE: Final = 20.0
"""Seconds without any output after which that is worth a word: a device that fails to join
prints something at least every ten (device-facts 3)."""
_STABLE_SECONDS: Final = 30.0
_STABLE_ATTEMPTS: Final = 2


@dataclass(frozen=True, slots=True)
class Until:
    """When to end without being asked to; whichever comes first."""

    joined: bool = False
    """When the device is on the network."""
    fault: bool = False
    """When a fault has kept its likeliest cause over two further attempts, or 30 seconds."""
    seconds: float | None = None


class Stop:
    """Asks a monitor to end, from any thread or signal handler."""

    def __init__(self) -> None:
        """Begin unasked."""
        self.requested = False
        self.kept = threading.Event()
        """Set when all that passed is on the disk and the port is closed."""

    def request(self) -> None:
        """Ask."""
        # A plain attribute: an Event's lock may be held by the thread that a signal stops.
        self.requested = True


def monitor(
    transport: Transport,
    way: Way,
    *,
    stop: Stop,
    facts: Iterable[Fact] = (),
    masker: Masker | None = None,
    files: Sequence[Sink] = (),
    until: Until | None = None,
    spool: Spool | None = None,
) -> Generator[Step, None, None]:
    """Yield what a device says and what that means, until asked to stop.

    Reading, masking and recording go on whatever the caller does with the steps, and end in
    good order when the caller stops asking for them.

    Args:
        transport: the open device; closed at the end.
        way: how to find it again.
        stop: asks for the end; what came before it is still told.
        facts: told beside the log, from its beginning.
        masker: knows the secrets; one that knows only patterns without it.
        files: are given every item, masked; closed at the end.
        until: when to end by itself.
        spool: holds what the caller has not taken yet.

    Raises:
        DeviceError: reading failed for another reason than that the device went away.
    """
    watch = _Watch(transport, way, stop, masker or Masker(), files, spool or Spool())
    try:
        # Given as they are recorded, not told to the session apart from it: so the recording
        # gives the same diagnosis.
        watch.start(facts)
        yield from watch.steps(until or Until())
    finally:
        watch.end()


class _Watch:
    def __init__(
        self,
        transport: Transport,
        way: Way,
        stop: Stop,
        masker: Masker,
        files: Sequence[Sink],
        spool: Spool,
    ) -> None:
        self._stop = stop
        self._spool = spool
        self._pump = Pump(transport, way, lambda: stop.requested)
        self._keeper = Keeper(masker, spool, files)
        self._error: BaseException | None = None
        self._thread = threading.Thread(target=self._keep, name="wpa2diag-keep", daemon=True)

    def start(self, facts: Iterable[Fact]) -> None:
        for fact in facts:
            self._keeper.take(fact)
        self._pump.start()
        self._thread.start()

    def end(self) -> None:
        """End both threads; what they still had is kept."""
        self._stop.request()
        self._pump.join()
        if self._thread.ident is not None:
            self._thread.join()
        else:
            self._close()
        self._spool.discard()

    def _keep(self) -> None:
        """Mask and keep; this is the second thread."""
        try:
            while (entries := self._pump.take(_TICK)) is not None:
                for entry in entries:
                    self._keeper.take(entry)
                if not entries:
                    self._keeper.rest(self._pump.now())
        except BaseException as error:
            self._error = error
            self._stop.request()
            self._pump.abandon()
        finally:
            self._pump.join()
            self._close()

    def _close(self) -> None:
        try:
            self._keeper.close()
        except Exception as error:
            self._error = self._error or error
            self._spool.close()
        finally:
            self._stop.kept.set()

    def steps(self, until: Until) -> Iterator[Step]:
        """Tell what was put aside; this is the caller's thread."""
        follower = Follower(every=_EVERY)
        end = _End(until)
        heard = told = False
        while not self._spool.ended:
            for record in self._taken():
                entry = unpacked(record)
                heard = heard or isinstance(entry, Chunk)
                yield from _told(follower, entry)
                end.look(follower, entry.time)
            if not self._spool.waiting:
                now = self._pump.now()
                yield from follower.settle(now)
                yield from follower.overdue(now - _UNENDED)
                end.look(follower, now)
                if not heard and not told and now >= _SILENCE:
                    told = True
                    yield Silent(now)
                yield Idle(now)
            if end.reason:
                self._stop.request()
        yield from follower.finish()
        self._complain()
        yield Ended(follower.session.time, end.reason or "stopped", complete=self._complete)

    def _taken(self) -> list[Record]:
        try:
            return self._spool.take(_TICK)
        except SpoolError as error:
            raise DeviceError(str(error)) from error

    @property
    def _complete(self) -> bool:
        return not self._keeper.incomplete

    def _complain(self) -> None:
        """Raise what ended a thread by itself."""
        if self._keeper.error is not None:
            raise DeviceError(str(self._keeper.error))
        error = self._error or self._pump.error
        if error is None:
            return
        if isinstance(error, DeviceError):
            raise error
        words = f"{type(error).__name__}: {error}".rstrip(": ")
        raise DeviceError(
            f"the monitor stopped reading because of a defect in wpa2diag ({words}); what came "
            "before is kept; please report it"
        ) from error


def _told(follower: Follower, entry: Entry) -> Iterator[Step]:
    if isinstance(entry, Lost | Back):
        label = GAP_BEGINS if isinstance(entry, Lost) else GAP_ENDS
        for step in follower.feed(Marker(entry.time, label)):
            # The gap itself is told by its own step, with more in it.
            if not isinstance(step, Shown) or step.kind != "mark":
                yield step
        yield entry
    elif isinstance(entry, Remark):
        yield entry
    elif not isinstance(entry, Marker) or entry.label not in (GAP_BEGINS, GAP_ENDS):
        yield from follower.feed(entry)


class _End:
    """Knows when what the user waits for has come."""

    def __init__(self, until: Until) -> None:
        self._until = until
        self.reason = ""
        self._diagnosis: Diagnosis | None = None
        self._lead = ""
        self._since = 0.0
        self._attempts = 0

    def look(self, follower: Follower, now: float) -> None:
        """See whether it has come by now."""
        if self.reason:
            return
        diagnosis = follower.diagnosis
        anew = diagnosis is not self._diagnosis
        self._diagnosis = diagnosis
        if self._until.joined and anew and _joined(follower):
            self.reason = "joined"
        elif self._until.fault and self._stable(diagnosis, now):
            self.reason = "fault"
        elif self._until.seconds is not None and now >= self._until.seconds:
            self.reason = "time"

    def _stable(self, diagnosis: Diagnosis | None, now: float) -> bool:
        if diagnosis is None or diagnosis.verdict is not Verdict.FAULT:
            self._lead = ""
            return False
        lead = diagnosis.causes[0].id if diagnosis.causes else f"stage {diagnosis.stage}"
        if lead != self._lead:
            self._lead, self._since, self._attempts = lead, now, diagnosis.attempt_count
        return (
            diagnosis.attempt_count - self._attempts >= _STABLE_ATTEMPTS
            or now - self._since >= _STABLE_SECONDS
        )


def _joined(follower: Follower) -> bool:
    """Whether the device is on the network now, as far as its log says."""
    links = follower.session.history().links
    if not links:
        return False
    last = links[-1]
    return (last.lost_line or last.failed_line or last.rejoin_line) is None
