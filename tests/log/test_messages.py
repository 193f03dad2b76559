"""What the reader makes of every message of errorcodes/messages, whole, torn and doubled."""

import json
import re

import pytest

from diag.log import Kind, gate
from diag.log.catalogue import splice, understand, understand_bare
from errorcodes.messages import messages
from tests.log.streams import read, said

ALL = messages()
SYSTEM = [m for m in ALL if m.category.split(".")[0] in ("hal", "system", "comm")]
BARE = [m for m in ALL if m.bare]
OWN = {Kind.VITALS, Kind.RSSI, Kind.OTHER, Kind.FOREIGN}
"""Kinds that are no message."""
PLACE = re.compile("%[dsx]")


def by_id(message) -> str:
    return message.id


def filled(text: str, *, number: str = "17", name: str = "sample") -> str:
    """Return a message as printed, with values in its places."""
    return text.replace("%d", number).replace("%x", "1f").replace("%s", name)


def line(message, text: str, ms: int = 1000) -> str:
    return f"{ms:010d} [{message.category}] {message.level}: {text}\r\n"


def test_events_of_messages_and_kinds_are_the_same() -> None:
    assert {m.event for m in ALL} == {kind.value for kind in set(Kind) - OWN}


def test_no_place_is_left_that_the_reader_does_not_fill() -> None:
    for message in ALL:
        rest = PLACE.sub("", message.text)
        assert "%" not in rest, message.id


@pytest.mark.parametrize("message", SYSTEM, ids=by_id)
@pytest.mark.parametrize(("number", "name"), [("17", "sample"), ("-2", "a (b): c"), ("0", "x")])
def test_a_message_of_the_system(message, number: str, name: str) -> None:
    text = filled(message.text, number=number, name=name)
    (event,) = said(line(message, text))
    assert event.kind == message.event
    assert (event.text, event.level, event.category) == (text, message.level, message.category)
    assert event.ms == 1000
    meaning = understand(text)
    assert meaning is not None
    assert meaning.message.id == message.id
    if message.values:
        assert event.name == next(iter(message.values.values()))
    elif "%s" in message.text:
        assert event.name is not None
        assert name.startswith(event.name)
    elif "%d" in message.text and "%x" in message.text:
        assert event.name == "31"
    else:
        assert event.name is None
    assert event.number == (int(number) if "%d" in message.text else None)


@pytest.mark.parametrize("message", [m for m in SYSTEM if not m.bare], ids=by_id)
def test_without_a_header_most_messages_are_anybodys(message) -> None:
    assert said(filled(message.text) + "\r\n") == []


@pytest.mark.parametrize("message", BARE, ids=by_id)
@pytest.mark.parametrize(("before", "after"), [("", ""), ("> ", ""), ("tick;", " tock"), ("", "~")])
def test_a_message_that_says_itself_what_it_is(message, before: str, after: str) -> None:
    text = filled(message.text)
    (event,) = said(f"{before}{text}{after}\r\n")
    assert event.kind == message.event
    assert (event.ms, event.level) == (None, "")
    meaning = understand_bare(text)
    assert meaning is not None
    assert (meaning.kind, meaning.message.category) == (message.event, message.category)
    asks = message.text.endswith(":")  # whatever follows such a prompt is its answer
    if message.values and not (asks and after):
        assert event.name == next(iter(message.values.values()))
    if "%x" in message.text:
        assert event.number == 0x1F


@pytest.mark.parametrize("message", SYSTEM, ids=by_id)
def test_a_message_of_the_json_handler(message) -> None:
    text = filled(message.text)
    entry = {"l": message.level, "m": text, "c": message.category, "t": 1000}
    (event,) = said(json.dumps(entry, separators=(",", ":")) + "\r\n")
    (other,) = said(line(message, text))
    assert event._replace(length=0) == other._replace(length=0)


@pytest.mark.parametrize(
    "text", ["EAP config valid: ", "EAP config valid: x", "Supplicant started"]
)
def test_a_message_without_its_value_is_not_understood(text: str) -> None:
    assert understand(text) is None


def test_a_number_too_long_is_not_cut_short() -> None:
    assert understand("EAP config valid: 12345678901") is None


def test_a_category_names_the_family() -> None:
    (event,) = said("0000000001 [ncp.esp32.client] TRACE: anything\r\n")
    assert (event.kind, event.name) == (Kind.FAMILY, "gen3")


def test_the_gate_stays_fast() -> None:
    # The vector search takes 64 patterns; with one more it falls back to a slow one.
    assert len(gate.literals()) <= 64


# -- torn -------------------------------------------------------------------------


def cuts(message) -> range:
    head = PLACE.split(message.text)[0]
    return range(4, len(head.rstrip()))


@pytest.mark.parametrize("message", [m for m in SYSTEM if len(cuts(m))], ids=by_id)
def test_a_message_cut_by_a_print(message) -> None:
    text = filled(message.text)
    for cut in cuts(message):
        # A print may go on as the message would; one that completes it is told by nothing.
        likely = [f"{text[cut]}{text[cut]}!"] if cut + 1 < cuts(message).stop else []
        for print_ in ("tick 17", *likely):
            torn = line(message, text[:cut] + print_)
            events = [e for e in said(f"{torn}{text[cut:]}\r\n") if e.kind == message.event]
            assert len(events) == 1, (cut, print_)
            (event,) = events
            assert event.text == text
            if not message.bare:
                # Else the rest may say itself what it is.
                assert (event.line, event.offset, event.ms) == (1, 0, 1000)
                assert event.length == len(torn) - 2


@pytest.mark.parametrize("between", range(5))
def test_the_rest_follows_within_three_lines(between: int) -> None:
    log = (
        "0000003517 [hal.wlan] ERROR: wiced_join_ap_specific(), restemp=21\r\n"
        + "tock\r\n" * between
        + "ult: 1025\r\nlater\r\n"
    )
    events = read(log.encode())
    assert events[0].kind is Kind.OTHER
    assert events[-1].kind is Kind.FOREIGN
    assert (events[-1].line, events[-1].number) == (2, between + 2)
    failed = [event for event in events if event.kind is Kind.JOIN_FAILED]
    assert [(e.line, e.ms, e.number) for e in failed] == ([(1, 3517, 1025)] if between < 3 else [])


@pytest.mark.parametrize(
    "between",
    ["0000003518 [app] INFO: x", "0000003518 [hal.wlan] TRACE: Supplicant stopped", "rssi: -60"],
)
def test_a_torn_message_ends_with_the_next_event(between: str) -> None:
    log = f"0000003517 [hal.wlan] TRACE: Stopptick\r\n{between}\r\ning supplicant\r\n"
    assert Kind.SUPPLICANT_STOPPING not in [event.kind for event in said(log)]


def test_a_message_cut_before_its_first_letter() -> None:
    (_, event) = said("0000003517 [hal.wlan] TRACE: temp=21\r\nStopping supplicant\r\n")
    assert (event.kind, event.line, event.ms) == (Kind.SUPPLICANT_STOPPING, 1, 3517)


@pytest.mark.parametrize(
    ("torn", "rest"),
    [
        # A message known to nobody, and an application that says the same as a system.
        ("0000003517 [system] TRACE: some news", "Cloud connected"),
        ("0000003517 [hal.wlan] INFO: some news", "Cloud connected"),
        # A number or a name alone could be anything.
        ("0000003517 [hal.wlan] ERROR: wiced_join_ap_specific(), result: x", "1025"),
        ("0000003517 [hal.wlan] INFO: some news", "Joining lab"),
        # An application's own lines are not the system's.
        ("0000003517 [app] TRACE: Stopptick", "ing supplicant"),
    ],
)
def test_what_is_not_put_together(torn: str, rest: str) -> None:
    assert [event.kind for event in said(f"{torn}\r\n{rest}\r\n")] == [Kind.OTHER]


def test_splice_gives_the_whole_message() -> None:
    assert splice("Joinitick", "ng lab", "hal.wlan", "INFO") is not None
    assert splice("Join", "ing lab", "hal.wlan", "INFO") is not None
    assert splice("Joi", "ning lab", "hal.wlan", "INFO") is None
    spliced = splice("Failed to cotick", "nnect to a:5683 (-2)", "system", "ERROR")
    assert spliced is not None
    assert spliced[1] == "Failed to connect to a:5683 (-2)"
    assert splice("tick", "Supplicant stopped", "hal.wlan", "TRACE") is not None
    assert splice("tick", "Supplicant stopped", "", "TRACE") is not None
    assert splice("tick", "Supplicant stopped", "system", "TRACE") is None
    assert splice("tick", "Supplicant stopped", "hal.wlan", "ERROR") is None


# -- two handlers -----------------------------------------------------------------


def doubled(log: str) -> list[tuple[Kind, bool]]:
    return [(event.kind, event.repeated) for event in said(log)]


def test_a_line_of_a_second_handler_is_repeated() -> None:
    one = "0000002731 [hal.wlan] INFO: Joining lab\r\n"
    assert doubled(one * 3) == [(Kind.JOINING, False), (Kind.JOINING, True), (Kind.JOINING, True)]


def test_handlers_of_different_form() -> None:
    text = "0000002731 [hal.wlan] INFO: Joining lab \r\n"
    entry = '{"l":"INFO","m":"Joining lab ","c":"hal.wlan","t":2731}\r\n'
    debug = "0000002731 [hal.wlan] wlan_hal.cpp:618: INFO: Joining lab\r\n"
    for second in (entry, debug):
        assert doubled(text + second) == [(Kind.JOINING, False), (Kind.JOINING, True)]


def test_the_second_handler_may_come_a_few_lines_later() -> None:
    lines = [f"0000002731 [hal.wlan] TRACE: Free RAM connect: {n}\r\n" for n in range(8)]
    assert [again for _, again in doubled("".join(lines * 2))] == [False] * 8 + [True] * 8


@pytest.mark.parametrize(
    "other",
    [
        "0000002732 [hal.wlan] INFO: Joining lab\r\n",
        "0000002731 [hal.wlan] INFO: Joining lab2\r\n",
        "0000002731 [hal] INFO: Joining lab\r\n",
        "[hal.wlan] INFO: Joining lab\r\n",
    ],
)
def test_what_is_no_repetition(other: str) -> None:
    one = "0000002731 [hal.wlan] INFO: Joining lab\r\n"
    assert [again for _, again in doubled(one + other)] == [False, False]


def test_lines_without_time_are_never_repeated() -> None:
    assert [again for _, again in doubled("[hal.wlan] INFO: Joining lab\r\n" * 2)] == [False] * 2


def test_the_rest_of_a_torn_line_does_not_make_it_repeated() -> None:
    log = "0000003517 [hal.wlan] TRACE: Stopptick\r\ning supplicant\r\n" * 2
    first = said(log)
    assert [event.repeated for event in first] == [False, False, True, True]
