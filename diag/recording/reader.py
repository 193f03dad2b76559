"""Read a recording as a stream, in memory that does not grow with it."""

from collections.abc import Generator, Iterator
from typing import BinaryIO, Final

from diag.recording.errors import RecordingError
from diag.recording.format import Decoder
from diag.recording.header import MAX_LINE, Header, decode_header
from diag.recording.strict import parse
from diag.stream import Item

_NOT_A_LINE: Final = "a line of more than a mebibyte: this is not a recording"


class Reader:
    """The header of a recording, and its items one after the other, once.

    A recording whose last line was cut off reads up to there, and `torn` says so. Anything
    else that is not a recording is a RecordingError with the number of the line. Asciicasts
    of other recorders are read too: their text counts as UTF-8 bytes.
    """

    __slots__ = ("_decoder", "_file", "_items", "_torn", "header")

    def __init__(self, file: BinaryIO) -> None:
        """Read the header. `file` is binary and buffered; who opened it closes it."""
        self._file = file
        self._torn = False
        first = self._line(1)
        if not first:
            raise RecordingError("the file is empty, so there is nothing to replay")
        try:
            self.header: Header = decode_header(first)
        except RecordingError:
            if not first.endswith(b"\n") and _is_cut(first):
                raise RecordingError(
                    "the recording is cut inside its first line, and nothing of it can be "
                    "read; record again"
                ) from None
            raise
        self._decoder = Decoder(own=self.header.format is not None)
        self._items = self._read()

    @property
    def torn(self) -> bool:
        """Whether the last line was incomplete; known once all items have been read."""
        return self._torn

    @property
    def skipped(self) -> int:
        """How many events of a code unknown to this release were passed over so far."""
        return self._decoder.skipped

    def __iter__(self) -> Iterator[Item]:
        """Go on with the items not yet read."""
        return self._items

    def _read(self) -> Generator[Item, None, None]:
        number = 1
        while True:
            number += 1
            line = self._line(number)
            if not line:
                return
            if line.isspace():
                continue
            try:
                event = parse(line)
            except ValueError as error:
                if not line.endswith(b"\n"):
                    self._torn = True
                    return
                raise RecordingError(f"damaged ({error})", number) from None
            item = self._decoder.decode_event(event, number)
            if item is not None:
                yield item

    def _line(self, number: int) -> bytes:
        try:
            line = self._file.readline(MAX_LINE + 1)
        except (OSError, EOFError) as error:
            raise RecordingError(f"cannot be read ({error})", number) from None
        if len(line) > MAX_LINE:
            raise RecordingError(_NOT_A_LINE, number)
        return line


def _is_cut(first: bytes) -> bool:
    """Tell a header without its end from a first line that was never a header."""
    if not first.removeprefix(b"\xef\xbb\xbf").lstrip().startswith(b"{"):
        return False
    try:
        parse(first.removeprefix(b"\xef\xbb\xbf"))
    except ValueError:
        return True
    return False
