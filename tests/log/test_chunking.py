"""Any bytes, in any chunking, give the same events as in one piece, and all are accounted for."""

import re
import tracemalloc

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from diag.log import LogReader, reader, template
from diag.log.reader import MAX_LINE
from tests.corpus import LOGS
from tests.log.streams import (
    DEVICE,
    check_places,
    cut,
    lines_of,
    long_streams,
    read,
    stamps,
    streams,
)

any_bytes = st.one_of(st.binary(max_size=400), streams, long_streams)


@settings(max_examples=300)
@given(cut(st.one_of(st.binary(max_size=400), streams, streams)))
def test_the_chunking_does_not_matter(drawn: tuple[bytes, list[int]]) -> None:
    data, places = drawn
    assert read(data, places) == read(data)


@settings(max_examples=200)
@given(cut(long_streams))
@example((b"x" * MAX_LINE + b"\r" + b"y", [MAX_LINE + 1]))
@example((b"INFO:" * MAX_LINE + b"\r\n", [MAX_LINE + 1, 5 * MAX_LINE + 1]))
def test_nor_does_it_in_overlong_lines(drawn: tuple[bytes, list[int]]) -> None:
    data, places = drawn
    assert read(data, places) == read(data)


@settings(max_examples=60)
@given(st.one_of(st.binary(max_size=60), streams))
def test_byte_by_byte_gives_the_same(data: bytes) -> None:
    assert read(data, range(1, len(data))) == read(data)


@settings(max_examples=300)
@given(any_bytes)
@example(b"INFO: said nobody")
@example(b"0000000001 [app] INFO: x\r\n\r\n")
@example(b"x" * (MAX_LINE + 1) + b"\r\nINFO:\r")
def test_every_byte_belongs_to_one_place(data: bytes) -> None:
    check_places(data, read(data))


@settings(max_examples=150)
@given(any_bytes)
def test_lines_are_counted_as_grep_and_editors_count_them(data: bytes) -> None:
    log = LogReader()
    log.feed(data)
    log.close()
    assert log.lines == len(lines_of(data))


def test_a_progress_display_and_doubled_crs_are_one_line() -> None:
    log = b"start\r\n10%\r20%\r30%\r\n0000000001 [hal.wlan] INFO: Joining x\r\r\nend\r\r\n"
    joining = next(event for event in read(log) if event.kind == "joining")
    assert (joining.line, joining.name) == (3, "x")


def test_lines_so_far_include_an_unterminated_one() -> None:
    log = LogReader()
    assert log.lines == 0
    log.feed(b"one\r\ntw")
    assert log.lines == 2
    log.feed(b"o\r")
    assert log.lines == 2
    log.feed(b"\nthree")
    assert log.lines == 3


_TRICKY = (
    b" [hal.wlan] INFO: Joining lab",
    b"] INFO: Joining lab",
    b"00 [hal.wlan] INFO: Joining lab",
    b'{"l":"INFO","m":"Joining lab","c":"hal.wlan","t":123}',
    b" note 0000000123 INFO: Joining lab",
    b"\x1b[0m [hal.wlan] INFO: Joining lab",
    b" [system] INFO: unknown to all",
    *(b" " + line for line in DEVICE),
)
_alike = st.lists(
    st.tuples(st.one_of(stamps, st.just(b"[hal.wlan")), st.sampled_from(_TRICKY)).map(b"".join),
    max_size=8,
).map(lambda lines: b"".join(line + b"\r\n" for line in lines))


def _read_cold(data: bytes) -> list[object]:
    log = LogReader()
    events: list[object] = []
    for line in data.splitlines(keepends=True):
        reader._memo.clear()
        events += log.feed(line)
    return events + log.close()


@settings(max_examples=300)
@given(_alike, _alike)
@example(b"0000000000] INFO: Joining lab\r\n", b"[hal.wlan] INFO: Joining lab\r\n")
@example(b"[hal.wlan] INFO: Joining lab\r\n", b"0000000000] INFO: Joining lab\r\n")
@example(
    b'0000000123{"l":"INFO","m":"Joining lab","c":"hal.wlan","t":123}\r\n',
    b'0000000999{"l":"INFO","m":"Joining lab","c":"hal.wlan","t":123}\r\n',
)
@example(b"000000000000 [hal] INFO: x\r\n", b"123456789000 [hal] INFO: x\r\n")
@example(b"0000000123 note 0000000123 INFO: x\r\n", b"0000000999 note 0000000123 INFO: x\r\n")
def test_what_was_read_before_does_not_matter(before: bytes, data: bytes) -> None:
    cold = _read_cold(data)
    reader._memo.clear()
    read(before)
    assert read(data) == cold
    assert read(data) == cold


def test_the_memo_is_used_and_bounded() -> None:
    reader._memo.clear()
    read(b"0000000001 [hal.wlan] INFO: Joining x\r\n0000000002 [hal.wlan] INFO: Joining x\r\n")
    assert len(reader._memo) == 1
    read(b"".join(b"%010d [hal.wlan] INFO: Joining %d\r\n" % (i, i) for i in range(20_000)))
    assert len(reader._memo) <= reader._MEMO_SIZE


def test_a_copy_goes_its_own_way() -> None:
    log = LogReader()
    log.feed(b"0000005000 [hal.wlan] INFO: Joi")
    twin = log.copy()
    restarted = twin.feed(b"ning a\n0000000001 [hal.wlan] INFO: Joining b\n")
    assert [event.boot for event in restarted] == [0, 1]
    assert [event.name for event in log.feed(b"ning c\n")] == ["c"]
    assert [event.boot for event in log.feed(b"0000005001 [hal.wlan] INFO: Joining d\n")] == [0]


def test_a_line_without_end_needs_no_memory() -> None:
    log = LogReader()
    chunk = (b"tick " * 4000 + b"INFO: ") * 10
    for _ in range(2):
        log.feed(chunk)
    tracemalloc.start()
    for _ in range(20):
        log.feed(chunk)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 8 * len(chunk)


@pytest.mark.parametrize("end", [b"\n", b"\r\n", b"\r", b"\r\r\n"])
@pytest.mark.parametrize("path", sorted(LOGS.glob("grammar-*.log")), ids=lambda path: path.stem)
def test_the_corpus_in_odd_chunks(path, end: bytes) -> None:
    data = end.join(path.read_bytes().splitlines()) + end
    whole = read(data)
    check_places(data, whole)
    for step in (1, 7, 64):
        assert read(data, range(step, len(data), step)) == whole


_HOSTILE = {
    "assertion": b"0000000001 [hal] ERROR: Assertion failed: " + b":1 (" * 16_000,
    "details": b"0000000001 [hal] ERROR: " + b" [details = " * 5_000,
    "digits": b"INFO:" + b"1" * 65_000,
    "words": b"INFO:" + b"a" * 65_000,
    "brackets": b"INFO:" + b"[a] " * 16_000,
    "signal": b"rssi" * 16_000,
    "headers": b"0000000001 [a] " * 4_000 + b"INFO:",
    "joining": b"INFO: Joining " + b"0000000001 [a] " * 4_000,
    "objects": b'{"l":"' * 10_000,
    "arrays": b'"net:{' + b"[" * 60_000,
    "vitals": b'"net:' + b'{"a":' * 12_000,
}


@pytest.mark.parametrize("line", _HOSTILE.values(), ids=_HOSTILE)
def test_a_line_made_to_keep_the_grammar_busy_comes_to_an_end(line: bytes) -> None:
    data = line + b"\n" + line
    whole = read(data)
    check_places(data, whole)
    assert read(data, [len(line) // 2]) == whole


_words = st.sampled_from(
    [
        *(b"x", b"1234567890", b"0000000001 [app] y", b"]", b"~", b" ", b"Rssi=-70", b"INFO: "),
        *(b"\xc3\xa9", b"[code = 1]", b"hal.wlan", b'"net:err"', b"Joining x", b"[ncp.client]"),
        b"Supplicant started 0",
    ]
)
_application_lines = st.builds(
    lambda stamp, category, level, words: (
        b"%010d [%s] %s: %s\r\n" % (stamp, category, level, words)
    ),
    st.integers(0, 10**10 - 1),
    st.sampled_from(
        [b"app", b"app.hal", b"halx", b"hal", b"hal.wlan", b"system", b"comm.dtls", b"a b"]
    ),
    st.sampled_from([b"INFO", b"TRACE", b"ERROR", b"LOG"]),
    st.lists(_words, max_size=4).map(b"".join),
)


@settings(max_examples=300)
@given(st.lists(_application_lines, min_size=1, max_size=4).map(b"".join))
def test_plain_lines_are_read_as_all_others_are(data: bytes) -> None:
    shortcut = template._PLAIN
    reader._memo.clear()
    fast = read(data)
    try:
        reader._memo.clear()
        template._PLAIN = re.compile(rb"(?!)")
        assert fast == read(data)
    finally:
        template._PLAIN = shortcut
