"""The first line: what it says, who may read it, how it is recognised."""

import json
import sys
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diag.recording import (
    FORMAT,
    Header,
    Origin,
    RecordingError,
    decode_header,
    encode_header,
    is_recording,
)
from diag.recording.header import MAX_LINE
from diag.stream import inert
from tests.recording.strategies import values
from tests.recording.support import HEADER

texts = st.text(max_size=20).map(inert)
headers = st.builds(
    Header,
    origin=st.sampled_from(Origin),
    tool=texts,
    source=texts,
    device=texts,
    title=texts,
    timestamp=st.none() | st.integers(0, 2**33),
    width=st.integers(1, 500),
    height=st.integers(1, 500),
    extra=st.dictionaries(
        texts.filter(lambda key: key not in ("format", "tool", "origin", "source", "device")),
        values.map(lambda value: inert(value) if isinstance(value, str) else value),
        max_size=3,
    ),
)


def first_line(**changes: object) -> bytes:
    """Return a header with these of our entries changed."""
    found = json.loads(encode_header(HEADER))
    found["wpa2diag"] |= changes
    return json.dumps(found).encode() + b"\n"


@given(headers)
def test_any_header_comes_back(header: Header) -> None:
    """And it is recognised by its first bytes, and is one line of plain ASCII."""
    line = encode_header(header)
    assert decode_header(line) == header
    assert is_recording(line[:16])
    assert line.endswith(b"\n")
    assert all(0x20 <= byte <= 0x7E for byte in line[:-1])


def test_a_header_is_written_in_reading_order() -> None:
    """What every asciicast has comes first."""
    header = replace(HEADER, timestamp=1_700_000_000, device="Photon", extra={"case": "04"})
    assert encode_header(header) == (
        b'{"version": 2, "width": 80, "height": 24, "timestamp": 1700000000, "title": "test", '
        b'"wpa2diag": {"format": 1, "tool": "0.1.0", "origin": "simulated", '
        b'"source": "made by a test", "device": "Photon", "case": "04"}}\n'
    )


def test_free_text_is_inert_on_the_way_in_and_out() -> None:
    """A title reaches a terminal in every player."""
    assert decode_header(encode_header(replace(HEADER, title="\x1b[2J"))).title == "\\x1b[2J"
    assert decode_header(first_line(source="a\x07b\u202e")).source == "a\\x07b\\u202e"


@pytest.mark.parametrize(
    "header",
    [
        replace(HEADER, origin=None),
        replace(HEADER, extra={"origin": "live"}),
        replace(HEADER, extra={"x": float("nan")}),
        replace(HEADER, extra={"x": 10**5000}),
        replace(HEADER, title="x" * MAX_LINE),
        replace(HEADER, width=0),
        replace(HEADER, timestamp=-1),
    ],
)
def test_a_header_that_could_not_be_read_is_not_written(header: Header) -> None:
    """The reader's rules hold for the writer."""
    with pytest.raises(RecordingError):
        encode_header(header)


def test_a_newer_format_asks_for_an_update() -> None:
    """The user's next step stands in the message."""
    with pytest.raises(RecordingError, match=r"newer wpa2diag.*update wpa2diag"):
        decode_header(first_line(format=FORMAT + 1))


def test_a_number_of_endless_digits_costs_no_time() -> None:
    """Also where Python's own bound on digits is switched off."""
    before = sys.get_int_max_str_digits()
    sys.set_int_max_str_digits(0)
    try:
        with pytest.raises(RecordingError, match="too many digits"):
            decode_header(b'{"version":2,"timestamp":' + b"9" * 1_000_000 + b"}")
    finally:
        sys.set_int_max_str_digits(before)


def test_asciicast_3_names_the_way_to_convert_it() -> None:
    """It is what asciinema 3 writes unless told otherwise."""
    line = b'{"version":3,"term":{"cols":80,"rows":24}}\n'
    assert is_recording(line)
    with pytest.raises(RecordingError, match="asciinema convert"):
        decode_header(line)


def test_entries_of_a_later_release_are_no_hindrance() -> None:
    """Plain values are kept, others passed over."""
    header = decode_header(first_line(masked=True, later={"a": [1]}, nothing=None))
    assert header.extra == {"masked": True}


def test_an_asciicast_of_another_recorder_has_no_origin() -> None:
    """Its size may be missing too."""
    header = decode_header(b'\xef\xbb\xbf{"version":2,"title":null,"timestamp":1504467315.5}\r\n')
    assert header == Header(origin=None, format=None, timestamp=1504467315)


@pytest.mark.parametrize(
    "line",
    [
        first_line(format=0),
        first_line(format=True),
        first_line(format="1"),
        first_line(format=None),
        first_line(origin="guessed"),
        first_line(origin=None),
        first_line(origin=[]),
        first_line(tool=1),
        first_line(device={}),
        b'{"version":2,"wpa2diag":[]}',
        b'{"version":2,"width":80,"width":81}',
        b'{"version":2,"width":"80"}',
        b'{"version":2,"width":true}',
        b'{"version":2,"width":1e999}',
        b'{"version":2,"width":NaN}',
        b'{"version":2,"timestamp":-5}',
        b'{"version":2,"timestamp":' + b"9" * 6000 + b"}",
        b'{"version":2,"title":7}',
        b'{"version":true}',
        b'{"version":1,"stdout":[]}',
        b'{"version":[2]}',
        b'{"version":' + b"[" * 100_000,
        b"[2]",
        b"null",
        b"\xff\xfe",
        b"",
        b" " * (MAX_LINE + 1),
    ],
)
def test_other_first_lines_are_refused(line: bytes) -> None:
    """With the number of the line, and never with another exception."""
    with pytest.raises(RecordingError) as caught:
        decode_header(line)
    assert caught.value.line == 1
    assert str(caught.value).startswith("line 1: ")


@pytest.mark.parametrize(
    ("first", "expected"),
    [
        (b'{"version": 2, "width": 80, "height": 24}\n[1.0, "o", "x"]\n', True),
        (b'{"version":2', True),
        (b'\xef\xbb\xbf{"version":2,', True),
        (b'{"height":24,"version":2,"width":80}\n', True),
        (b'{"version": 2}', True),
        (b'{"version": 2\n', True),
        (b'{"version":21,', False),
        (b'{"version":1,"stdout":[]}', False),
        (b'{"schema":1,"version":2}', False),
        (b'{\n "source_url": "x",\n "log": []\n}', False),
        (b'{"l":"INFO","m":"x","c":"hal.wlan","t":7269}\r\n', False),
        (b"0000007269 [hal.wlan] ERROR: wiced_join_ap_specific(), result: 1025\r\n", False),
        (b"\x1f\x8b\x08", False),
        (b"[" * 100_000, False),
        (b"", False),
    ],
)
def test_a_recording_is_told_from_other_input(first: bytes, expected: bool) -> None:
    """Logs, case files and JSON lines go elsewhere."""
    assert is_recording(first) is expected


@given(st.binary(max_size=200))
def test_any_first_bytes_are_judged_without_raising(first: bytes) -> None:
    """The question itself is always safe to ask."""
    assert is_recording(first) in (True, False)
