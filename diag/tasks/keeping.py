"""What becomes of everything that passes: masked, recorded, and handed to the screen."""

import contextlib
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from typing import Protocol

from diag.recording import RecordingError
from diag.stream import GAP_BEGINS, GAP_ENDS, Item, Marker
from diag.stream.masking import Masker
from diag.tasks.entries import Entry, packed
from diag.tasks.spool import Spool, SpoolError
from diag.tasks.steps import Back, Lost, Remark


class Sink(Protocol):
    """A file that items go to; each call may raise a `RecordingError`."""

    def write(self, item: Item) -> None:
        """Append an item."""
        ...

    def sync(self) -> None:
        """Put what was written on the disk."""
        ...

    def close(self) -> None:
        """Sync and close."""
        ...


class Keeper:
    """Takes what passed, in order; nothing leaves it unmasked. For one thread.

    A file that takes no more is let go with a remark, and the rest goes on.
    """

    def __init__(self, masker: Masker, spool: Spool, files: Sequence[Sink]) -> None:
        """Begin.

        Args:
            masker: knows the secrets.
            spool: is given everything, for the screen; closed at the end.
            files: are given every item; closed at the end.
        """
        self._masker = masker
        self._spool = spool
        self._files = list(files)
        self._time = 0.0
        self.incomplete = False
        """Whether a file broke off."""
        self.error: SpoolError | None = None
        """Why the screen is given no more."""

    def take(self, entry: Entry) -> None:
        """Take the next thing that passed."""
        self._time = max(self._time, entry.time)
        if isinstance(entry, Remark):
            self._show(entry)
        elif isinstance(entry, Lost):
            # The mask is told too: an answer that the gap cut off is not gone on with behind it.
            self._pass_on(self._masker.feed(Marker(entry.time, GAP_BEGINS)))
            self._show(entry)
            for file in tuple(self._files):
                self._try(file, file.sync)
        elif isinstance(entry, Back):
            self._pass_on([Marker(entry.time, GAP_ENDS)])
            self._show(entry)
        else:
            self._pass_on(self._masker.feed(entry))

    def rest(self, now: float) -> None:
        """Nothing came for a while: let go what needs not be held back any longer."""
        self._time = max(self._time, now)
        self._pass_on(self._masker.release(now))

    def close(self) -> None:
        """Take the end: everything is on the disk, and the screen gets no more."""
        try:
            self._pass_on(self._masker.flush())
        finally:
            for file in tuple(self._files):
                self._try(file, file.close)
            self._spool.close()

    def _pass_on(self, items: Iterable[Item]) -> None:
        for item in items:
            for file in tuple(self._files):
                self._try(file, partial(file.write, item))
            self._show(item)

    def _try(self, file: Sink, action: Callable[[], None]) -> None:
        try:
            action()
        except RecordingError as error:
            self._files.remove(file)
            self.incomplete = True
            with contextlib.suppress(RecordingError):
                file.close()
            self._show(Remark(self._time, str(error)))

    def _show(self, entry: Entry) -> None:
        if self.error is not None:
            return
        try:
            self._spool.put(packed(entry))
        except SpoolError as error:
            self.error = error
            self._spool.close()
