"""Byte streams for the reader, and what must hold of the events read from them."""

import re
from bisect import bisect_right
from collections.abc import Iterable

from hypothesis import strategies as st

from diag.log import Event, Kind, LogReader
from diag.log.reader import MAX_LINE

DEVICE = (
    b"[hal.wlan] INFO: Using internal antenna",
    b"[hal.wlan] TRACE: Free RAM before suppl: 46648",
    b"[hal.wlan] TRACE: Starting supplicant",
    b"[hal.wlan] TRACE: Supplicant started 0",
    b"[hal.wlan] INFO: Joining CampusWLAN",
    b"[hal.wlan] wlan_hal.cpp:618, wlan_join(): INFO: Joining CampusWLAN",
    b"[hal.wlan] ERROR: wiced_join_ap_specific(), result: 1025",
    b"[hal.wlan] TRACE: connect cancel",
    b"[hal.wlan] INFO: Bringing WiFi interface up with DHCP",
    b"[system] INFO: ARM_WLAN_WD 2",
    b"[system] INFO: CLR_WLAN_WD 1, DHCP success",
    b"[system] WARN: Handling cloud error: 2",
    b"[system] TRACE: nothing anybody knows",
    b"[comm.protocol] ERROR: Event loop error 3 [code = 3, details = gone]",
    b"[app] INFO: WiFi rssi: -61",
    b"[app] ERROR: HTTP get failed",
    b"[ncp.esp32] TRACE: a network processor",
    b"INFO: no category",
    b"wlan_hal.cpp:623: ERROR: wiced_join_ap_specific(), result: 1006",
)
"""Lines less their time, which comes before with a space."""
OLD = (
    b":DEBUG: int Spark_Disconnect() (643):Close Attempt",
    b":INFO : void cloud_disconnect(bool) (410):Cloud: disconnected",
)
HEADLESS = (
    b'{"l":"INFO","m":"Joining lab","c":"hal.wlan","t":2731}',
    b'{"l":"ERROR","m":"wiced_join_ap_specific(), result: 1007","c":"hal.wlan","t":9731}',
    b'{"l":"INFO","m":"torn',
    b"[hal.wlan] INFO: Joining lab",
    b"wlan] INFO: Joining lab",
    b"] TRACE: Supplicant stopped",
    b"wiced_join_ap_specific(), result: 1064",
    b"Your device id is 3b002f000247343339373536",
    b"Awesome. Now we\xe2\x80\x99ll connect!",
    b'{"net:err":1007,"net:stat":3}',
    b"RSSI=-70 dBm",
    b"bcmf_chipinitialize: bcm43362 chip detected",
    b"INFO: said an application",
    b"tick 17",
    b"ult: 1025",
    b"",
    b"\xff\xfe\x80",
    b"\0\0\0\0",
    b"\x1b[31m",
    b"\xe2\x80\x9c\xc2\xa0",
)
TORN = (
    (b"[hal.wlan] ERROR: wiced_join_ap_specific(), restemp=21", b"ult: 1025"),
    (b"[hal.wlan] ERROR: temp=21.5", b"wiced_join_ap_specific(), result: 1006"),
    (b"[hal.wlan] TRACE: Stopping stick 17", b"upplicant"),
    (b"[hal.wlan] INFO: Bringing WiFi tick", b"interface up with DHCP"),
)
"""A message cut by a print without a line end, and the rest of it."""

stamps = st.one_of(
    st.integers(0, 20_000).map(lambda ms: b"%010d" % ms),
    st.integers(0, 9_999_999_999).map(lambda ms: b"%010d" % ms),
    st.sampled_from([b"0000000123", b"0000000000", b"4294967295", b"00000001234", b"123"]),
)
_with_time = st.tuples(stamps, st.sampled_from(DEVICE)).map(b" ".join)
_old = st.tuples(stamps, st.sampled_from(OLD)).map(b"".join)
_coloured = _with_time.map(lambda line: b"\x1b[32m" + line + b"\x1b[0m")
_doubled = _with_time.map(lambda line: line + b"\r\n" + line)
_pasted = _with_time.map(lambda line: b"> " + line.replace(b" ", b"\xc2\xa0"))
_torn = st.builds(
    lambda stamp, torn, between: b"\r\n".join([stamp + b" " + torn[0], *between, torn[1]]),
    stamps,
    st.sampled_from(TORN),
    st.lists(st.sampled_from(HEADLESS), max_size=4),
)
_whole = st.one_of(_with_time, _old, _coloured, _doubled, _pasted, _torn, st.sampled_from(HEADLESS))
_part = st.tuples(_whole, st.integers(0, 90), st.integers(0, 90)).map(
    lambda drawn: drawn[0][min(drawn[1:]) : max(drawn[1:])]
)
_long = st.builds(
    lambda before, pieces, off, filler, after: (
        before + (filler * (pieces * MAX_LINE + off))[: pieces * MAX_LINE + off] + after
    ),
    st.one_of(st.just(b""), _whole),
    st.sampled_from([2, 1]),
    st.sampled_from([1, 0, -1, 2, -2, -20, 20, -60]),
    st.sampled_from([b"x", b"\0", b"\xe2\x80\x9c", b"INFO: "]),
    st.one_of(st.just(b""), _whole),
)
"""A line whose length, or a literal within it, falls about the borders of the pieces."""
ends = st.sampled_from([b"\n", b"\r\n", b"\r\n", b"\r", b"\r\r\n", b"\n\r", b""])


def _joined(lines: list[tuple[bytes, bytes]]) -> bytes:
    return b"".join(line + end for line, end in lines)


lines = st.one_of(_whole, _whole, _part, st.binary(max_size=30))
streams = st.lists(st.tuples(lines, ends), max_size=14).map(_joined)
"""What a device, its application and a person who pastes may make of a log."""
long_streams = st.tuples(
    streams, _long, ends, st.one_of(st.just(b""), _long), ends, st.one_of(st.just(b""), streams)
).map(b"".join)
"""The same with lines longer than the reader looks at in one piece."""


@st.composite
def cut(draw: st.DrawFn, logs: st.SearchStrategy[bytes]) -> tuple[bytes, list[int]]:
    """Return bytes, and places to cut them into chunks: anywhere, and where it may hurt."""
    data = draw(logs)
    sore = {i + 1 for i, byte in enumerate(data[:2000]) if byte in b"\r\n"}
    for place in (*range(0, len(data), MAX_LINE), data.rfind(b"\n"), data.rfind(b"\r")):
        sore.update(range(place - 1, place + 4))
    places = st.integers(0, len(data)) | st.sampled_from(sorted(sore))
    drawn = draw(st.lists(places, min_size=1, max_size=12))
    return data, sorted({place for place in drawn if 0 < place < len(data)})


def read(data: bytes, at: Iterable[int] = ()) -> list[Event]:
    """Return the events of `data`, cut into chunks at these places."""
    reader = LogReader()
    events, begin = [], 0
    for end in (*at, len(data)):
        events += reader.feed(data[begin:end])
        begin = end
    return events + reader.close()


def said(text: str | bytes) -> list[Event]:
    """Return what a log says, its runs of foreign lines left out."""
    data = text if isinstance(text, bytes) else text.encode()
    return [event for event in read(data) if event.kind is not Kind.FOREIGN]


def lines_of(data: bytes) -> list[bytes]:
    """The lines of a log: LF ends one, and a lone CR does as long as no LF has been seen."""
    first = data.find(b"\n") + 1 or len(data)
    rest = re.findall(rb"[^\n]*\n|[^\n]+", data[first:])
    return [*data[:first].splitlines(keepends=True), *rest]


def check_places(data: bytes, events: list[Event]) -> None:
    """Every byte belongs to one run or one line with events, and all the numbers fit."""
    starts, place = [], 0
    for line in lines_of(data):
        starts.append(place)
        place += len(line)
    position, before = 0, None
    for event in events:
        assert event.line == bisect_right(starts, event.offset), event
        assert event.length > 0
        here = (event.offset, event.length)
        if before is not None and here == (before.offset, before.length):
            # Several records on one line, or a torn record and what its rest made of it.
            assert Kind.FOREIGN not in (event.kind, before.kind)
            continue
        between = data[position : event.offset]
        assert event.offset >= position, "events overlap or go back"
        assert between in (b"", b"\n", b"\r", b"\r\n"), "bytes belong to no event"
        if before is None or before.kind is Kind.FOREIGN:
            assert between == b"", "a run has its line ends"
        position = event.offset + event.length
        if event.kind is Kind.FOREIGN:
            assert before is None or before.kind is not Kind.FOREIGN, "one run was cut in two"
            assert event.number == 1 + sum(event.offset < start < position for start in starts)
        else:
            assert b"\n" not in data[event.offset : position]
        before = event
    assert data[position:] in (b"", b"\n", b"\r", b"\r\n"), "bytes belong to no event"
    if before is None or before.kind is Kind.FOREIGN:
        assert position == len(data)
