"""Prompts are found among, and inside, whatever else a device prints."""

import re
from itertools import pairwise

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from diag.device.dialogue.console import Console
from diag.device.dialogue.prompts import Prompt, Reply

PATTERNS = (*(p.value for p in Prompt), *(r.value for r in Reply))
LOG_LINES = (
    b"0000012345 [hal.wlan] INFO: Joining Campus\r\n",
    b"0000012345 [hal.wlan] ERROR: wiced_join_ap_specific(), result: 1025\r\n",
    b"4294967295 [app] WARN: Password: wrong\r\n",
    b"0000000001 wlan_hal.cpp:623, wlan_join(): ERROR: x\r\n",
    b'{"l":"INFO","m":"Username: x","c":"app","t":12}\r\n',
    b"0000012345 TRACE: \r\n",
)
log_lines = st.lists(st.sampled_from(LOG_LINES), max_size=3).map(b"".join)


def pieces(data: bytes, cuts: list[int]) -> list[bytes]:
    edges = sorted({0, len(data), *(cut % (len(data) + 1) for cut in cuts)})
    return [data[a:b] for a, b in pairwise(edges)]


@settings(max_examples=150)
@given(
    st.sampled_from(PATTERNS),
    log_lines,
    log_lines,
    st.integers(0, 200),
    st.lists(st.integers(0, 2000), max_size=6),
)
def test_log_lines_before_and_inside_a_prompt_disturb_nothing(
    prompt: bytes, before: bytes, inside: bytes, at: int, cuts: list[int]
) -> None:
    at %= len(prompt) + 1
    data = before + prompt[:at] + inside + prompt[at:]
    console = Console()
    found = []
    for piece in pieces(data, cuts):
        console.feed(piece)
        found.append(console.find(PATTERNS))
    assert [f for f in found if f is not None] == [prompt]


@settings(max_examples=150)
@given(
    # In pieces, the security prompt of 0.6.x cannot be told from the longer one.
    st.sampled_from([p for p in PATTERNS if p != Prompt.SECURITY_OLD.value]),
    st.sampled_from([b"tick\r\n", b"temp=21.5\r\n", b"py->hw: tic\r\n", b"!"]),
    st.integers(2, 200),
)
def test_prints_inside_a_prompt_are_seen_through_once_output_pauses(
    prompt: bytes, chatter: bytes, at: int
) -> None:
    at = 2 + at % (len(prompt) - 3)
    assume(len(prompt) >= 20 or chatter.endswith(b"\n"))
    console = Console()
    console.feed(b"network event 11\r\n" + prompt[:at] + chatter + prompt[at:])
    assert console.find(PATTERNS) is None
    assert console.find_damaged(PATTERNS) == prompt
    assert console.find_damaged(PATTERNS) is None


def test_two_prints_inside_one_prompt() -> None:
    console = Console()
    console.feed(b"Pass" + b"tick\r\n" + b"wo" + b"tock\r\n" + b"rd: ")
    assert console.find_damaged((b"Username: ", b"Password: ")) == b"Password: "


@pytest.mark.parametrize(
    "chatter",
    [
        b"Publishing a sensor word: now\r\n",
        b"Pairing as SSIDs, waiting for Security: none\r\n",
        b"User 12 named: x\r\nPass 3: sword d: \r\n",
        b"Outer loop identity matrix (optional)\r\n",
        b"SSI" + b"x" * 600 + b"D: ",
    ],
)
def test_chatter_that_only_resembles_a_prompt_is_none(chatter: bytes) -> None:
    console = Console()
    console.feed(chatter)
    assert console.find(PATTERNS) is None
    assert console.find_damaged(PATTERNS) is None


def test_a_log_line_that_quotes_a_prompt_is_none() -> None:
    console = Console()
    console.feed(LOG_LINES[2])
    assert console.find(PATTERNS) is None
    console.feed(b"0000012345 [app] WARN: Password: ")
    assert console.find(PATTERNS) is None, "the line has not ended"
    console.feed(b"x\r\nPassword: ")
    assert console.find(PATTERNS) == b"Password: "


def test_of_two_prompts_that_begin_at_one_place_the_longer_is_found() -> None:
    console = Console()
    console.feed(Prompt.SECURITY.value)
    assert console.find(PATTERNS) == Prompt.SECURITY.value


@given(st.binary(max_size=300), st.data())
@example(b"~", None)
def test_an_echo_is_seen_whatever_stands_between(typed: bytes, data: st.DataObject | None) -> None:
    console = Console()
    for byte in typed:
        console.feed(bytes([byte]))
        if data is not None and data.draw(st.integers(0, 9)) == 0:
            console.feed(b"tick\r\n")
    assert console.echoed(typed) or b"[" in typed or b"{" in typed


def test_an_echo_with_a_byte_lost_is_not_taken_for_whole() -> None:
    console = Console()
    console.feed(b"huntr2")
    assert not console.echoed(b"hunter2")


def test_memory_is_bounded_and_a_prompt_after_a_flood_is_found() -> None:
    console = Console()
    for _ in range(2000):
        console.feed(b"tick " * 100 + b"\r\n")
        console.feed(LOG_LINES[0])
    assert len(console.text) <= 16 * 1024
    console.feed(b"SSID: ")
    assert console.find(PATTERNS) == b"SSID: "


def test_a_match_takes_the_output_up_to_its_end() -> None:
    console = Console()
    console.feed(b"Device claimed: yes\r\nDevice claimed: no\r\n")
    pattern = re.compile(rb"Device claimed: (yes|no)\r?\n")
    for word in (b"yes", b"no"):
        match = console.find_match(pattern)
        assert match is not None
        assert match[1] == word
    assert console.find_match(pattern) is None
