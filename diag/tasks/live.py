"""A session that is going on: what passes is masked, recorded, judged and shown."""

from collections.abc import Callable, Iterable

from diag.device.dialogue import drive
from diag.device.dialogue.steps import Dialogue, T
from diag.device.link import Link
from diag.device.transport import Transport
from diag.recording import Recorder, RecordingError
from diag.session import Session
from diag.stream import Fact, FactValue, Item, Marker
from diag.stream.masking import Masker
from diag.stream.secrets import Secret

Witness = Callable[[Item], None]
"""Shown every item as it passes, secrets masked."""
_POLL = 0.25


class Live:
    """One device, from when it was opened to when it is let go.

    The session and the recording get the same masked items, so that a recording played
    later gives the same diagnosis.
    """

    def __init__(
        self,
        transport: Transport,
        *,
        told: Iterable[Fact] = (),
        recorder: Recorder | None = None,
        witness: Witness | None = None,
    ) -> None:
        """Begin.

        Args:
            transport: an open one; it is closed with this.
            told: facts that hold for the whole session.
            recorder: takes every item; closed with this.
            witness: shown every item.
        """
        self.session = Session()
        self.session.tell(told)
        self._masker = Masker()
        self._recorder = recorder
        self._witness = witness
        self.remarks: list[str] = []
        """What went wrong beside the device, and was gone on without."""
        self.link = Link(transport, self._passed)

    def know(self, secret: Secret) -> None:
        """Mask a secret from now on."""
        self._masker.know(secret)

    def note(self, name: str, value: FactValue) -> None:
        """Add a fact to the session."""
        self._passed(Fact(self.link.now(), name, value))

    def mark(self, label: str) -> None:
        """Mark this moment in the recording."""
        self._passed(Marker(self.link.now(), label))

    def play(self, dialogue: Dialogue[T]) -> T:
        """Play a dialogue with the device; see `drive`.

        Raises:
            Gone: the device went away.
            DeviceError: the device takes no bytes.
        """
        result = drive(dialogue, self.link, self.know)
        self._release(idle=True)
        return result

    def watch(self, seconds: float, done: Callable[[Session], bool] | None = None) -> bool:
        """Read for a time, or until something holds of the session; return whether it does.

        Raises:
            Gone: the device went away.
        """
        deadline = self.link.now() + seconds
        while True:
            if done is not None and done(self.session):
                return True
            left = deadline - self.link.now()
            if left <= 0:
                return False
            if not self.link.read(min(left, _POLL)):
                self._release(idle=True)

    def close(self) -> None:
        """Let the device go and end the recording."""
        self.link.close()
        self._release(idle=False)
        self.session.close()
        if self._recorder is not None:
            self._recorder.close()

    def _passed(self, item: Item) -> None:
        self._give(self._masker.feed(item))

    def _release(self, *, idle: bool) -> None:
        masker = self._masker
        self._give(masker.release(self.link.now()) if idle else masker.flush())

    def _give(self, items: Iterable[Item]) -> None:
        for item in items:
            self._record(item)
            self.session.feed(item)
            self._show(item)

    def _record(self, item: Item) -> None:
        if self._recorder is None:
            return
        try:
            self._recorder.write(item)
        except RecordingError as error:
            # A full disk is no reason to leave a device in the middle of a dialogue.
            self._recorder = None
            self.remarks.append(str(error))

    def _show(self, item: Item) -> None:
        if self._witness is None:
            return
        try:
            self._witness(item)
        except OSError:
            self._witness = None
            self.remarks.append("the output went away; what passed since was not shown")
