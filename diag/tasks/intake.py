"""Opens what a user points at: a log, a recording, a case file, plain or compressed.

Nothing is read whole but small JSON case files; memory does not grow with the input.
"""

import codecs
import io
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Final, cast

from diag.recording import Reader, RecordingError, is_recording
from diag.stream import Chunk, Direction, Item
from diag.tasks.reading import (
    BLOCK,
    ByteSource,
    InputError,
    Progress,
    open_bytes,
)

__all__ = ["InputError", "Progress", "Source", "find_inputs", "open_source"]

_CASE_LIMIT: Final = 16 << 20
_BINARY_SHARE: Final = 0.07
"""Share of control bytes in the first block from which a file is no text; of random bytes,
such as encrypted ones, 9 percent are."""
_REFUSED: Final = (
    (b"\x28\xb5\x2f\xfd", "is compressed with zstd; unpack it first: zstd -d FILE"),
    (b"PK\x03\x04", "is a zip archive; unpack it and name the log inside"),
    (b"%PDF", "is a PDF; save the log as plain text"),
    (b"\x89PNG", "is a picture; the log is needed as text"),
    (b"\xff\xd8\xff", "is a picture; the log is needed as text"),
)


@dataclass(frozen=True, slots=True)
class Source:
    """An opened input."""

    name: str
    kind: str
    """`log`, `recording` or `case`."""
    items: Iterator[Item]
    bytes: ByteSource
    reader: Reader | None = None
    """Of a recording: its header, and whether it was cut."""

    def remarks(self) -> list[str]:
        """What is to be said of the reading, once all items were read."""
        found: list[str] = []
        if self.bytes.cut:
            found.append("the packed data ends too early; all before it was read")
        if self.reader is not None and self.reader.torn:
            found.append("the recording's last line was cut off; all before it was read")
        if self.reader is not None and self.reader.skipped:
            found.append(f"{self.reader.skipped} events of a newer kind were passed over")
        return found


def find_inputs(path: str) -> list[str]:
    """Return the files a path stands for: itself, or the files of a folder.

    Raises:
        InputError: the folder has no readable file.
    """
    if path == "-" or not Path(path).is_dir():
        return [path]
    found = sorted(str(file) for file in Path(path).rglob("*") if _is_input(file, path))
    if not found:
        raise InputError(f"{path}: the folder holds no files")
    return found


def _is_input(file: Path, folder: str) -> bool:
    if any(part.startswith(".") for part in file.relative_to(folder).parts):
        return False
    try:
        return file.is_file()
    except OSError:
        return False


def open_source(path: str, progress: Progress | None = None) -> Source:
    """Open an input and say what it is.

    Args:
        path: a file, or `-` for standard input.
        progress: told how far the reading is.

    Raises:
        InputError: it cannot be read, is empty, or is no text.
    """
    file = open_bytes(path, progress)
    try:
        return _understand(file)
    except BaseException:
        file.close()
        raise


def _understand(file: ByteSource) -> Source:
    name, head = file.name, file.peek()
    for magic, why in _REFUSED:
        if head.startswith(magic):
            raise InputError(f"{name} {why}")
    if not head:
        raise InputError(f"{name} is empty; nothing to diagnose")
    encoding = _encoding(head)
    if encoding is None and _is_binary(head):
        raise InputError(f"{name} is not text, so it is no device log")
    if is_recording(head):
        return _recording(name, file)
    if head.lstrip()[:1] == b"{":
        lines = _case_lines(file, head)
        if lines is not None:
            file.close()
            data = "".join(f"{line}\n" for line in lines).encode("utf-8", "surrogatepass")
            return Source(name, "case", iter([Chunk(0.0, Direction.OUTPUT, data)]), file)
    return Source(name, "log", _chunks(file, encoding), file)


def _encoding(head: bytes) -> str | None:
    """The encoding of a UTF-16 file, as PowerShell's `>` writes them; None for bytes."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    sample = head[: len(head) & ~1]
    if len(sample) >= 64:
        zeros = sample[1::2].count(0), sample[::2].count(0)
        if zeros[0] * 2 > len(sample) * 0.8 and not zeros[1]:
            return "utf-16-le"
        if zeros[1] * 2 > len(sample) * 0.8 and not zeros[0]:
            return "utf-16-be"
    return None


def _is_binary(head: bytes) -> bool:
    text = bytes(range(0x20, 0x100)) + b"\t\r\n\x0b\x0c\x1b\x08\x07"
    return len(head.translate(None, text)) > len(head) * _BINARY_SHARE


def _chunks(file: ByteSource, encoding: str | None) -> Iterator[Item]:
    decoder = codecs.getincrementaldecoder(encoding)("replace") if encoding else None
    first = True
    with file:
        while data := file.read(BLOCK):
            if first and data.startswith(codecs.BOM_UTF8):
                data = data[len(codecs.BOM_UTF8) :]
            first = False
            if decoder is not None:
                data = decoder.decode(data).encode("utf-8", "surrogatepass")
            yield Chunk(0.0, Direction.OUTPUT, data)


def _recording(name: str, file: ByteSource) -> Source:
    try:
        reader = Reader(io.BufferedReader(file, BLOCK))
    except RecordingError as error:
        raise InputError(f"{name}: {error}") from error

    def items() -> Iterator[Item]:
        with file:
            try:
                yield from reader
            except RecordingError as error:
                raise InputError(f"{name}: {error}") from error

    return Source(name, "recording", items(), file, reader)


def _case_lines(file: ByteSource, head: bytes) -> list[str] | None:
    """The `log` array of a case file; None when it is none, with nothing consumed.

    A pipe is read ahead only when it may be one: a live log must not wait for its end.
    """
    if head.lstrip().startswith(b'{"l":') or (file.size is None and b'"log"' not in head):
        return None
    whole = file.peek_all(_CASE_LIMIT)
    if whole is None:
        return None
    try:
        found = json.loads(whole)
    except (ValueError, RecursionError):
        return None
    lines = found.get("log") if isinstance(found, dict) else None  # pyright: ignore[reportUnknownMemberType, reportUnknownVariableType]
    if not isinstance(lines, list) or not all(isinstance(line, str) for line in lines):  # pyright: ignore[reportUnknownVariableType]
        return None
    return cast("list[str]", lines)
