"""What is written, byte for byte, and that it comes back."""

import json
import re
import unicodedata
from collections.abc import Iterator

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from diag.recording import Encoder, RecordingError, visible
from diag.recording.format import MAX_CHUNK, MAX_TEXT, MAX_TIME
from diag.recording.header import MAX_LINE
from diag.stream import Chunk, Direction, Fact, Item, Marker, inert
from tests.recording.strategies import sessions
from tests.recording.support import read, recorded

OUT = Direction.OUTPUT
IN = Direction.INPUT


def lines_of(*items: Item) -> list[str]:
    """Return the lines of these items in one recording."""
    encoder = Encoder()
    return b"".join(encoder.encode_item(item) for item in items).decode("ascii").splitlines()


def events(content: bytes) -> Iterator[tuple[float, str, str]]:
    """Read a recording the way a strict player does: asciinema 3 wants text in every event."""
    header, *rest = content.decode("ascii").splitlines()
    assert json.loads(header)["version"] == 2
    latest = 0.0
    for line in rest:
        time, code, text = json.loads(line)
        assert isinstance(time, float), "asciinema 3 before its release refused whole numbers"
        assert time >= latest, "asciinema 3 subtracts times as unsigned numbers"
        assert re.fullmatch("[A-Za-z]", code)
        assert isinstance(text, str)
        latest = time
        yield time, code, text


@given(sessions)
def test_any_session_comes_back(items: list[Item]) -> None:
    """Times, chunk boundaries, bytes, facts with their types, markers."""
    found, torn = read(recorded(items))
    assert found == items
    assert [type(item.value) for item in found if isinstance(item, Fact)] == [
        type(item.value) for item in items if isinstance(item, Fact)
    ]
    assert not torn


@given(sessions)
def test_what_was_read_can_be_recorded_again(items: list[Item]) -> None:
    """A copy of a copy is the copy."""
    once = recorded(items)
    assert recorded(read(once)[0]) == once


@given(sessions)
@example([Chunk(0.0, OUT, bytes(range(256)))])
@example([Chunk(0.0, OUT, "a\u202eb\u2028\x9b31m\r\n".encode())])
@example([Chunk(0.0, OUT, b"result: 1006\r"), Chunk(0.5, OUT, b"result: 0   \r\n")])
def test_nothing_in_a_recording_acts_on_a_terminal(items: list[Item]) -> None:
    """Not in a player, and not with `cat`."""
    content = recorded(items)
    assert all(0x20 <= byte <= 0x7E or byte == 0x0A for byte in content)
    shown = {"o": "", "i": ""}
    for _, code, text in events(content):
        if code in shown:
            shown[code] += text
            for sign in text:
                assert sign in "\r\n\t" or unicodedata.category(sign) not in ("Cc", "Cf", "Cs")
        if code == "m":
            assert inert(text) == text
    for text in shown.values():
        assert "\r" not in text.replace("\r\n", "\n").removesuffix("\r")


def test_each_byte_value_is_exact() -> None:
    """Alone, between letters, and all in one chunk."""
    pieces = [bytes([byte]) for byte in range(256)]
    items: list[Item] = [Chunk(1.0, OUT, piece) for piece in pieces]
    items += [Chunk(2.0, IN, b"a" + piece + b"b") for piece in pieces]
    items.append(Chunk(3.0, OUT, bytes(range(256)) * 3))
    assert read(recorded(items))[0] == items


def test_plain_text_stands_once_and_readable() -> None:
    """The common case costs one line."""
    assert lines_of(Chunk(1.5, OUT, b'0000001500 [hal.wlan] INFO: Joining "x"\r\n\tok\n')) == [
        r'[1.500000, "o", "0000001500 [hal.wlan] INFO: Joining \"x\"\r\n\tok\n"]'
    ]


def test_other_bytes_stand_exact_and_then_inert() -> None:
    """The exact event comes first, so that a cut between the two loses nothing."""
    assert lines_of(Chunk(0.25, OUT, b"\x1b[2J\xff\x00\r\n"), Chunk(0.5, IN, "é".encode())) == [
        r'[0.250000, "O", "\u001b[2J\u00ff\u0000\r\n"]',
        r'[0.250000, "o", "\\x1b[2J\\xff\\x00\r\n"]',
        r'[0.500000, "I", "\u00c3\u00a9"]',
        r'[0.500000, "i", "\u00e9"]',
    ]


def test_a_carriage_return_never_leads_to_overwriting() -> None:
    """Inside a chunk it is shown; between chunks a line feed of ours comes to its aid."""
    assert visible(b"bad\rgood\r\n") == "bad\\x0dgood\r\n"
    assert visible(b"a\r\r\n") == "a\\x0d\r\n"
    items = [Chunk(1, OUT, b"bad\r"), Chunk(2, IN, b"x"), Chunk(3, OUT, b"good\r\n")]
    assert lines_of(*items) == [
        r'[1.000000, "o", "bad\r"]',
        r'[2.000000, "i", "x"]',
        r'[3.000000, "O", "good\r\n"]',
        r'[3.000000, "o", "\ngood\r\n"]',
    ]


def test_a_line_end_split_over_two_chunks_stays_plain() -> None:
    """Serial ports cut anywhere."""
    assert lines_of(Chunk(1, OUT, b"one\r"), Chunk(1, OUT, b""), Chunk(2, OUT, b"\ntwo")) == [
        r'[1.000000, "o", "one\r"]',
        '[1.000000, "o", ""]',
        r'[2.000000, "o", "\ntwo"]',
    ]


def test_a_long_chunk_is_split_and_its_lines_stay_bounded() -> None:
    """Bytes stay exact; only the boundary is lost. The worst byte needs six characters."""
    data = bytes(MAX_CHUNK) + b"\r" * MAX_CHUNK + "\u200b".encode() * MAX_CHUNK
    content = recorded([Chunk(1.0, OUT, data)])
    assert max(len(line) for line in content.splitlines(keepends=True)) <= MAX_LINE
    found = [item for item in read(content)[0] if isinstance(item, Chunk)]
    assert b"".join(item.data for item in found) == data
    assert max(len(item.data) for item in found) == MAX_CHUNK


def test_the_longest_label_and_fact_fit_a_line() -> None:
    """Astral characters need twelve signs in JSON, and fourteen in JSON in JSON."""
    items: list[Item] = [
        Marker(0.0, "\U0001f600" * MAX_TEXT),
        Fact(0.0, "n" * 80, "\U0001f600" * MAX_TEXT),
    ]
    assert read(recorded(items))[0] == items


def test_time_that_goes_back_is_raised_to_the_latest() -> None:
    """Order is what counts; a late fact must not end a recording."""
    items = [Marker(5.0, "a"), Fact(4.0, "net:err", 1007), Marker(5.5, "b")]
    assert [line.split(",")[0] for line in lines_of(*items)] == [
        "[5.000000",
        "[5.000000",
        "[5.500000",
    ]
    assert [item.time for item in read(recorded(items))[0]] == [5.0, 5.0, 5.5]


def test_facts_keep_their_types() -> None:
    """A version is text even where it looks like a number."""
    items = [
        Fact(0.0, "net:err", 1007),
        Fact(0.0, "device-os", "1.5.2"),
        Fact(0.0, "eduroam", True),
        Fact(0.0, "elapsed", 7.0),
    ]
    assert lines_of(*items) == [
        '[0.000000, "f", "net:err=1007"]',
        r'[0.000000, "f", "device-os=\"1.5.2\""]',
        '[0.000000, "f", "eduroam=true"]',
        '[0.000000, "f", "elapsed=7.0"]',
    ]


@pytest.mark.parametrize(
    "item",
    [
        Marker(-0.1, "x"),
        Marker(float("nan"), "x"),
        Marker(float("inf"), "x"),
        Marker(MAX_TIME + 1, "x"),
        Marker(0, "x" * (MAX_TEXT + 1)),
        Fact(0, "", 1),
        Fact(0, "a=b", 1),
        Fact(0, "a b", 1),
        Fact(0, "\u00e9", 1),
        Fact(0, "a\n", 1),
        Fact(0, "n" * 81, 1),
        Fact(0, "n", float("nan")),
        Fact(0, "n", float("-inf")),
        Fact(0, "n", 2**63),
        Fact(0, "n", 10**5000),
        Fact(0, "n", "x" * (MAX_TEXT + 1)),
    ],
)
def test_what_cannot_be_recorded_is_refused(item: Item) -> None:
    """And the recording goes on as if it had not been offered."""
    encoder = Encoder()
    with pytest.raises(RecordingError):
        encoder.encode_item(item)
    assert encoder.encode_item(Marker(0.0, "x")) == b'[0.000000, "m", "x"]\n'


@given(st.text(alphabet=st.characters(), max_size=10))
def test_a_marker_is_inert(label: str) -> None:
    """Control characters and lone surrogates too."""
    assert read(recorded([Marker(0.0, label)]))[0] == [Marker(0.0, inert(label))]


def test_a_lone_surrogate_in_a_fact_becomes_the_replacement_character() -> None:
    """It is no character, and printing it would raise."""
    assert read(recorded([Fact(0.0, "n", "a\ud800b")]))[0] == [Fact(0.0, "n", "a\ufffdb")]
