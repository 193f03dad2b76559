"""What several of these tests need."""

import io
from collections.abc import Iterable

from diag.recording import Encoder, Header, Origin, Reader, encode_header
from diag.stream import Item

HEADER = Header(origin=Origin.SIMULATED, tool="0.1.0", source="made by a test", title="test")


def recorded(items: Iterable[Item], header: Header = HEADER) -> bytes:
    """Return the bytes of a recording of `items`."""
    encoder = Encoder()
    return encode_header(header) + b"".join(encoder.encode_item(item) for item in items)


def read(content: bytes) -> tuple[list[Item], bool]:
    """Return the items of a recording, and whether it is torn."""
    reader = Reader(io.BytesIO(content))
    items = list(reader)
    return items, reader.torn


def wrapped(*lines: str) -> bytes:
    """Return a recording with these lines after a header."""
    return encode_header(HEADER) + "".join(line + "\n" for line in lines).encode("utf-8")
