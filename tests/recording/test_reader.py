"""Recordings cut, damaged, hostile, or made by others."""

import contextlib
import io
import json
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diag.recording import Encoder, Header, Origin, Reader, RecordingError, encode_header
from diag.recording.header import MAX_LINE
from diag.stream import Chunk, Direction, Fact, Item, Marker
from tests.recording.strategies import sessions
from tests.recording.support import HEADER, read, recorded, wrapped

OUT = Direction.OUTPUT
GOLDEN = Path(__file__).parent / "golden" / "format-1.cast"


def test_format_1_reads_as_it_always_did() -> None:
    """A file written once, never written anew: later releases have to read it."""
    with GOLDEN.open("rb") as file:
        reader = Reader(file)
        items = list(reader)
    assert reader.header == Header(
        origin=Origin.SIMULATED,
        tool="0.1.0",
        source="made up for the test of the format",
        device="Photon",
        title="Enterprise join, result 1025",
        timestamp=1_491_900_000,
        extra={"device-os": "0.7.0-rc.2", "masked": True},
    )
    assert items == [
        Fact(0.0, "device-os", "0.7.0-rc.2"),
        Fact(0.0, "outer-identity-blank", True),
        Chunk(0.000001, Direction.INPUT, b"d"),
        Chunk(7.269, OUT, b"0000007269 [hal.wlan] ERROR: wiced_join_ap_specific(), result: 1025\r"),
        Chunk(7.27, OUT, b"\n0000007703 [hal.wlan] INFO: Joining caf\xc3\xa9 \x1b[31m\r\n"),
        Chunk(7.5, OUT, b"old\rnew\x00\xff\r\n"),
        Marker(8.0, "outer identity set"),
        Fact(8.25, "net:err", 1025),
        Fact(8.25, "elapsed", 0.786),
        Chunk(9.0, Direction.INPUT, b"\x03"),
        Chunk(9.5, OUT, b"cut after the exact bytes\x1b"),
    ]
    assert reader.torn
    assert reader.skipped == 1


@given(sessions, st.data())
def test_a_cut_at_any_byte_keeps_what_stood_before_it(
    items: list[Item], data: st.DataObject
) -> None:
    """Everything before the last complete event reads back; an incomplete one is reported."""
    check_cut(items, data.draw(st.integers(0, len(recorded(items)))))


def test_a_cut_at_every_byte_of_one_recording() -> None:
    """The same, without chance."""
    items: list[Item] = [
        Fact(0.5, "net:err", 1007),
        Chunk(1.0, OUT, b"plain\r\n"),
        Chunk(2.0, OUT, b"\x1b[2J caf\xc3\xa9"),
        Marker(3.0, "fixed"),
    ]
    for cut in range(len(recorded(items)) + 1):
        check_cut(items, cut)


def check_cut(items: list[Item], cut: int) -> None:
    """Cut a recording of `items` and compare what reads back."""
    encoder = Encoder()
    end = len(encode_header(HEADER))
    whole = recorded(items)[:cut]
    if cut < end - 1:
        with pytest.raises(
            RecordingError, match="empty" if not cut else "cut inside its first line"
        ):
            read(whole)
        return
    kept: list[Item] = []
    torn = False
    for item in items:
        lines = encoder.encode_item(item)
        first_line = lines.index(b"\n")
        if cut >= end + first_line:
            kept.append(item)
        torn = torn or any(
            start < cut < start + len(line) for start, line in _starts(end, lines.splitlines())
        )
        end += len(lines)
    assert read(whole) == (kept, torn)


def _starts(start: int, lines: list[bytes]) -> list[tuple[int, bytes]]:
    found: list[tuple[int, bytes]] = []
    for line in lines:
        found.append((start, line))
        start += len(line) + 1
    return found


def drain(content: bytes) -> None:
    """Read all that can be read; any exception but one fails the test."""
    with contextlib.suppress(RecordingError):
        for item in Reader(io.BytesIO(content)):
            Encoder().encode_item(item)


@given(st.binary(max_size=300))
def test_any_bytes_as_a_file(content: bytes) -> None:
    """Nothing but a RecordingError."""
    drain(content)


@given(st.binary(max_size=300))
def test_any_bytes_after_a_header(content: bytes) -> None:
    """Of ours, and of another recorder."""
    drain(encode_header(HEADER) + content)
    drain(b'{"version":2,"width":80,"height":24}\n' + content)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)
codes = st.sampled_from(["o", "i", "O", "I", "m", "f", "r", "x", "", "oo"]) | st.text(max_size=2)
times = st.floats() | st.integers() | st.booleans() | st.none()
payloads = st.sampled_from(["a=1", "a=", "=1", "a=[1]", "a=null", "a=NaN", "\ud800"]) | json_values


@given(st.lists(st.tuples(times, codes, payloads) | json_values, max_size=6), st.booleans())
def test_any_json_after_a_header(lines: list[object], own: bool) -> None:
    """Wrong shapes and types, and whatever is accepted can be recorded again."""
    first = encode_header(HEADER) if own else b'{"version":2}\n'
    drain(first + "".join(json.dumps(line) + "\n" for line in lines).encode())


@given(sessions, st.data())
def test_a_flipped_byte_is_noticed_or_harmless(items: list[Item], data: st.DataObject) -> None:
    """Damage in the middle."""
    content = bytearray(recorded(items))
    content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    drain(bytes(content))


@pytest.mark.parametrize(
    "line",
    [
        '[-0.5, "o", "x"]',
        '[1e300, "o", "x"]',
        '[1e999, "o", "x"]',
        '[NaN, "o", "x"]',
        '[Infinity, "o", "x"]',
        "[" + "9" * 6000 + ', "o", "x"]',
        '["1", "o", "x"]',
        '[true, "o", "x"]',
        '[null, "o", "x"]',
        '[1, 2, "x"]',
        '[1, null, "x"]',
        '[1, "o"]',
        '[1, "o", "x", "y"]',
        '[1, "o", 5]',
        '[1, "o", null]',
        '[1, "m", ["x"]]',
        '[1, "f", {"a": 1}]',
        '[1, "O", "\\u0100"]',
        '[1, "I", "\\ud800"]',
        '[1, "f", "noequals"]',
        '[1, "f", "=1"]',
        '[1, "f", "a="]',
        '[1, "f", "a=x"]',
        '[1, "f", "a=[1]"]',
        '[1, "f", "a={}"]',
        '[1, "f", "a=null"]',
        '[1, "f", "a=NaN"]',
        '[1, "f", "a=1e999"]',
        '[1, "f", "a=' + "9" * 6000 + '"]',
        '[1, "f", "a=99999999999999999999"]',
        '[1, "f", "a=' + "[" * 100_000 + '"]',
        '[1, "z", {"a": 1, "a": 2}]',
        '{"version": 2}',
        '"o"',
        "7",
        "not json",
        '[1, "o", "x"',
        '[1, "o", "x"]]',
        '[1, "o", "raw \x1b"]',
        "[" * 100_000,
        '[1, "o", "' + "x" * MAX_LINE + '"]',
    ],
)
def test_a_bad_line_is_named_and_what_stood_before_it_is_kept(line: str) -> None:
    """Line 1 is the header, so the bad line here is line 3."""
    reader = Reader(io.BytesIO(wrapped('[0.5, "m", "before"]', line, '[2, "m", "after"]')))
    items = iter(reader)
    assert next(items) == Marker(0.5, "before")
    with pytest.raises(RecordingError, match=r"\Aline 3: ") as caught:
        list(items)
    assert caught.value.line == 3
    assert len(str(caught.value)) < 200


def test_invalid_utf8_is_a_named_line() -> None:
    """A recording is ASCII, other asciicasts are UTF-8."""
    with pytest.raises(RecordingError, match=r"line 2: damaged .not UTF-8"):
        read(encode_header(HEADER) + b'[1, "o", "\xff"]\n')


def test_unknown_codes_and_blank_lines_are_passed_over() -> None:
    """As every other player does, with data of any kind."""
    content = wrapped('[1, "r", "80x24"]', "", " \r", '[2, "zz", {"a": [1]}]', '[3, "o", "x"]')
    reader = Reader(io.BytesIO(content))
    assert list(reader) == [Chunk(3.0, OUT, b"x")]
    assert reader.skipped == 2


def test_exact_bytes_count_and_only_their_own_text_is_passed_over() -> None:
    """A text of another time, direction or place is a chunk of its own."""
    content = wrapped(
        '[1, "O", "\\u0000"]',
        '[1.0, "o", "nul"]',
        '[1, "o", "a"]',
        '[2, "O", "\\u0001"]',
        '[3, "o", "b"]',
        '[4, "O", "\\u0002"]',
        '[4, "m", "m"]',
        '[4, "o", "c"]',
        '[5, "I", "\\u0003"]',
    )
    assert read(content)[0] == [
        Chunk(1.0, OUT, b"\x00"),
        Chunk(1.0, OUT, b"a"),
        Chunk(2.0, OUT, b"\x01"),
        Chunk(3.0, OUT, b"b"),
        Chunk(4.0, OUT, b"\x02"),
        Marker(4.0, "m"),
        Chunk(4.0, OUT, b"c"),
        Chunk(5.0, Direction.INPUT, b"\x03"),
    ]


def test_time_never_goes_back() -> None:
    """Whatever the file says."""
    content = wrapped('[5, "O", "\\u0000"]', '[5, "o", "x"]', '[1, "O", "y"]', '[1, "o", "y"]')
    assert read(content)[0] == [Chunk(5.0, OUT, b"\x00"), Chunk(5.0, OUT, b"y")]


def test_a_hostile_marker_is_inert() -> None:
    """Its label is shown in lists."""
    assert read(wrapped('[1, "m", "\\u001b[2J\\u202e"]'))[0] == [Marker(1.0, "\\x1b[2J\\u202e")]


def test_an_asciicast_of_another_recorder() -> None:
    """Text as UTF-8 bytes; codes that are ours mean nothing there."""
    content = (
        '{"version": 2, "width": 100, "height": 30, "env": {"TERM": "xterm"}}\r\n'
        '[0.25, "o", "\\u001b[1mé\\r\\n"]\r\n[1, "i", "q\\ud800"]\r\n[1, "f", "x"]\r\n'
        '[1, "O", "x"]\r\n[2, "m", ""]'
    ).encode()
    reader = Reader(io.BytesIO(content))
    assert list(reader) == [
        Chunk(0.25, OUT, "\x1b[1mé\r\n".encode()),
        Chunk(1.0, Direction.INPUT, b"q?"),
        Marker(2.0, ""),
    ]
    assert (reader.header.format, reader.header.width, reader.torn) == (None, 100, False)


def test_zeros_at_the_end_after_a_power_cut_are_a_torn_line() -> None:
    """Some file systems leave them where a write did not reach the disk."""
    assert read(wrapped('[1, "m", "x"]') + bytes(4096)) == ([Marker(1.0, "x")], True)


def test_a_file_that_breaks_while_it_is_read() -> None:
    """An input error is told as one."""

    class Broken(io.BytesIO):
        def readline(self, size: int | None = -1, /) -> bytes:
            if self.tell() > 0:
                raise OSError(5, "Input/output error")
            return super().readline(size)

    reader = Reader(Broken(wrapped('[1, "m", "x"]')))
    with pytest.raises(RecordingError, match=r"line 2: cannot be read .*Input/output error"):
        list(reader)


def test_memory_does_not_grow_with_the_recording(tmp_path: Path) -> None:
    """Nor with a line that never ends: a sparse file of ten gigabytes is refused at once."""
    path = tmp_path / "long.cast"
    with path.open("wb") as file:
        file.write(encode_header(HEADER))
        for second in range(50_000):
            file.write(b'[%d.0, "o", "0000001500 [app] INFO: tick\\r\\n"]\n' % second)
        size = file.tell()
        file.truncate(10 * 2**30)
    tracemalloc.start()
    with path.open("rb") as file:
        reader = Reader(file)
        with pytest.raises(RecordingError, match="line 50002: a line of more than"):
            for _ in reader:
                pass
        peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert size > 2_000_000
    assert peak < 3 * MAX_LINE
