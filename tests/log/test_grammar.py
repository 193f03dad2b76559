"""The shape of a line in every variant (device-facts 2)."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diag.log import Event, Kind
from tests.log.streams import read, said

FAILED = "wiced_join_ap_specific(), result: 1025"


def only(text: str | bytes) -> Event:
    """The one event of a log."""
    events = said(text)
    assert len(events) == 1, events
    return events[0]


@pytest.mark.parametrize(
    ("line", "category", "ms"),
    [
        (f"0000007269 [hal.wlan] ERROR: {FAILED}", "hal.wlan", 7269),
        (f"0000007269 [hal.wlan] wlan_hal.cpp:623: ERROR: {FAILED}", "hal.wlan", 7269),
        (f"0000007269 [hal.wlan] wlan_hal.cpp:623, wlan_join(): ERROR: {FAILED}", "hal.wlan", 7269),
        (f"0000007269 [hal.wlan] wlan_hal.cpp, wlan_join(): ERROR: {FAILED}", "hal.wlan", 7269),
        (f"0000007269 [hal.wlan] wlan_hal.cpp: ERROR: {FAILED}", "hal.wlan", 7269),
        (f"0000007269 ERROR: {FAILED}", "", 7269),
        (f"0000007269 wlan_hal.cpp:623: ERROR: {FAILED}", "", 7269),
        (f"0000007269 wlan_hal.cpp:623, wlan_join(): ERROR: {FAILED}", "", 7269),
        (f"[hal.wlan] ERROR: {FAILED}", "hal.wlan", None),
        (f"0000007269 [hal.wlan] ERROR: {FAILED} [code = 1025]", "hal.wlan", 7269),
        (f"0000007269 [hal.wlan] ERROR: {FAILED} [code = -5, details = a [b] c]", "hal.wlan", 7269),
        (f"0000007269 [hal.wlan] ERROR: {FAILED} [details = gone]", "hal.wlan", 7269),
        (f"\x1b[31m0000007269 [hal.wlan] ERROR: {FAILED}\x1b[0m", "hal.wlan", 7269),
        (f"\x1b[31m0000007269 [hal.wlan] ERROR: {FAILED} [code = 2]\x1b[0m", "hal.wlan", 7269),
        (f"0000007269\x1b[0m [hal.wlan] \x1b[1;31mERROR\x1b[0m: {FAILED}", "hal.wlan", 7269),
        (f"0000007269 \x1b[34m[hal.wlan]\x1b[0m ERROR: {FAILED}", "hal.wlan", 7269),
        (f"> > 0000007269 [hal.wlan] ERROR: {FAILED}", "hal.wlan", 7269),
        (f"    0000007269 [hal.wlan] ERROR: {FAILED}", "hal.wlan", 7269),
        (f"[14:02:10.679] 0000007269 [hal.wlan] ERROR: {FAILED}", "hal.wlan", 7269),
        (f"14:02:10.679 -> 0000007269 [hal.wlan] ERROR: {FAILED}", "hal.wlan", 7269),
        (f"Nov 23 14:02:10 0000007269 [hal.wlan] ERROR: {FAILED}", "hal.wlan", 7269),
        (f"[2024-11-23 14:02:10.679] 0000007269 [hal.wlan] ERROR: {FAILED}", "hal.wlan", 7269),
        (f"2024-11-23T14:02:10+01:00 0000007269 [hal.wlan] ERROR: {FAILED}", "hal.wlan", 7269),
        (f"v=3.30;0000007269 [hal.wlan] ERROR: {FAILED}", "hal.wlan", 7269),
        (f"temp=120000007269 [hal.wlan] ERROR: {FAILED}", "hal.wlan", 7269),
        ("\ufeff0000007269 [hal.wlan] ERROR: " + FAILED, "hal.wlan", 7269),
        ("0000007269\u00a0[hal.wlan]\u00a0ERROR:\u00a0" + FAILED, "hal.wlan", 7269),
        ("0000007269\u00a0[hal.wlan] ERROR: " + FAILED, "hal.wlan", 7269),
        (f"wlan] ERROR: {FAILED}", "", None),
        (f"69 [hal.wlan] ERROR: {FAILED}", "hal.wlan", None),
        (f"0000007269:ERROR: void wlan_join() (623):{FAILED}", "", 7269),
        (f"0000007269:ERROR: wlan_join wlan_hal.cpp(623):{FAILED}", "", 7269),
    ],
)
def test_a_header(line: str, category: str, ms: int | None) -> None:
    event = only(line + "\r\n")
    assert (event.kind, event.number, event.level) == (Kind.JOIN_FAILED, 1025, "ERROR")
    assert (event.category, event.ms, event.text) == (category, ms, FAILED)


@pytest.mark.parametrize("level", ["TRACE", "INFO", "WARN", "ERROR", "PANIC"])
def test_a_level(level: str) -> None:
    assert only(f"0000000001 [hal.wlan] {level}: Supplicant stopped").level == level


@pytest.mark.parametrize(
    ("line", "level", "text"),
    [
        ("0000066665:DEBUG: int Spark_Disconnect() (634):", "DEBUG", ""),
        ("0000066670:DEBUG: int Spark_Disconnect() (643):Close Attempt", "DEBUG", "Close Attempt"),
        (
            "0000066677:DEBUG: sock_result_t socket_close(sock_handle_t) (936):socket closed",
            "DEBUG",
            "socket closed",
        ),
        ("0000066686:DEBUG: int Spark_Disconnect() (645):socket_close()=0", "DEBUG", None),
        ("0000066692:LOG  : int f() (1):note", "LOG", "note"),
        ("0000066692:WARN : int f() (1):note", "WARN", "note"),
        ("0000066692:PANIC: int f() (1):note", "PANIC", "note"),
    ],
)
def test_the_style_of_0_4_and_0_5(line: str, level: str, text: str | None) -> None:
    event = only(line + "\r\n")
    assert (event.kind, event.level, event.ms) == (Kind.OTHER, level, int(line[:10]))
    assert event.text == ("socket_close()=0" if text is None else text)


def test_the_old_style_speaks_of_the_cloud_too() -> None:
    event = only("0000066692:INFO : void cloud_disconnect(bool) (410):Cloud: disconnected\r\n")
    assert (event.kind, event.level, event.ms) == (Kind.CLOUD_DISCONNECTED, "INFO", 66692)


@pytest.mark.parametrize(
    "line",
    [
        "INFO: Joining lab",
        "main.cpp:12: INFO: Joining lab",
        "0000007269 Joining lab",
        "000007269 INFO: Joining lab",
        "0000007269 [hal.wlan] NOTICE: Joining lab",
        "0000007269 [hal.wlan] INFO Joining lab",
        "0000007269 [hal wlan] info: Joining lab",
        "[12:00:01] INFO: Joining lab",
        "2024-01-01 [10:00] INFO: Joining lab",
        "Joining lab",
        "Cloud connected",
        "Bringing WiFi interface up with DHCP",
        "Supplicant stopped",
        '{"l":"INFO"}',
        '{"l":"INFO","m":5}',
        '{"l":"NOTE","m":"Joining lab"}',
        '{"m":"Joining lab","l":"INFO"}',
        '{"l":"INFO","m":"Joining lab","c":"hal.w',
        '["l","INFO"]',
    ],
)
def test_what_is_no_log_line(line: str) -> None:
    assert said(line + "\r\n") == []
    (run,) = read(f"{line}\r\n".encode())
    assert (run.kind, run.number, run.length) == (Kind.FOREIGN, 1, len(line) + 2)


@pytest.mark.parametrize(
    "line",
    [
        "[irc] INFO: Joining lab",
        "0000007269 [app] INFO: Joining lab",
        "0000007269 [app] INFO: last was wiced_join_ap_specific(), result: 1062",
        "0000007269 [app.wifi] INFO: Free RAM connect: 5",
        "0000007269 [halo] INFO: Cloud connected",
    ],
)
def test_an_application_that_uses_the_systems_words_is_hearsay(line: str) -> None:
    assert only(line).kind is Kind.OTHER


# -- the JSON handler -------------------------------------------------------------


def entry(message: str, **more: object) -> str:
    """A line of the JSON handler."""
    return json.dumps({"l": "INFO", "m": message, "c": "hal.wlan", **more}, separators=(",", ":"))


def test_a_json_line() -> None:
    line = entry("Joining lab", f="wlan_hal.cpp", ln=618, fn="wlan_join", t=2731, code=1)
    event = only(line + "\r\n")
    assert (event.kind, event.name, event.ms) == (Kind.JOINING, "lab", 2731)
    assert (event.category, event.level, event.text) == ("hal.wlan", "INFO", "Joining lab")


@pytest.mark.parametrize(
    ("time", "ms"),
    [
        ("0", 0),
        ("4294967295", 4294967295),
        ("4294967296", None),
        ("-1", None),
        ("1.5", None),
        ("true", None),
        ('"5"', None),
        ("null", None),
        ("1" * 400, None),
    ],
)
def test_the_time_of_a_json_line(time: str, ms: int | None) -> None:
    line = entry("Joining lab", t="TIME").replace('"TIME"', time)
    assert only(line).ms == ms


def test_a_json_line_after_chatter_and_two_on_one_line() -> None:
    events = said("tick" + entry("Joining a", t=1) + entry("Joining b", t=2) + " tock\n")
    assert [(event.name, event.ms) for event in events] == [("a", 1), ("b", 2)]


def test_a_json_line_with_typographic_quotes() -> None:
    line = entry("Joining lab", t=5).replace('{"', "{\u201c").replace('"', "\u201d")
    line = line.replace("\u201d:\u201d", "\u201d:\u201c")
    event = only(line + "\n")
    assert (event.kind, event.name, event.ms) == (Kind.JOINING, "lab", 5)


def test_a_json_line_that_quotes_a_record_is_one() -> None:
    event = only(entry("Joining 0000000001 [hal] INFO: Joining x", t=9000) + "\n")
    assert (event.name, event.ms) == ("0000000001 [hal] INFO: Joining x", 9000)


def test_half_a_surrogate_pair_can_be_written() -> None:
    event = only('{"l":"INFO","m":"Joining \\ud800\\udc00 \\ud800","c":"hal.wlan\\udfff"}\n')
    assert event.name is not None
    for text in (event.name, event.text, event.category):
        text.encode()
    assert "\U00010000" in event.text


@given(st.recursive(st.none() | st.booleans() | st.integers() | st.text(), st.lists, max_leaves=5))
def test_any_json_values_do_no_harm(value: object) -> None:
    for key in "lmct":
        fields: dict[str, object] = {"l": "INFO", "m": "Joining lab", "c": "hal.wlan", "t": 1}
        for event in said(json.dumps({**fields, key: value}, separators=(",", ":"))):
            event.text.encode()


def test_deep_json_does_no_harm() -> None:
    assert said('{"l":"INFO","m":' + "[" * 20_000) == []
    assert said('"net:' + '{"a":' * 10_000) == []


# -- several records on a line, torn headers ------------------------------------------


def test_two_records_on_one_line() -> None:
    line = (
        "tick 0000000001 [hal.wlan] INFO: Joining lab20000000002 [hal.wlan] TRACE: Free RAM "
        "connect: 50000000003:INFO : void f() (4):Cloud: disconnected0000000004 INFO: Cloud "
        f"connected{entry('Supplicant stopped', t=6)}\r\n"
    )
    events = said(line)
    assert [event.kind for event in events] == [
        Kind.JOINING,
        Kind.HEAP_AT_JOIN,
        Kind.CLOUD_DISCONNECTED,
        Kind.CLOUD_CONNECTED,
        Kind.SUPPLICANT_STOPPED,
    ]
    assert [event.ms for event in events] == [1, 2, 3, 4, 6]
    assert events[0].name == "lab2"
    assert events[1].number == 5
    assert {(event.line, event.offset, event.length) for event in events} == {(1, 0, len(line) - 2)}


@pytest.mark.parametrize("cut", range(1, len("0000002731 [hal.wlan] INFO: ")))
def test_a_header_torn_by_a_print(cut: int) -> None:
    line = "0000002731 [hal.wlan] INFO: Joining lab"
    events = said(f"{line[:cut]}tick 17\r\n{line[cut:]}\r\n")
    joined = [event.name for event in events if event.kind is Kind.JOINING]
    # Past the category nothing of the rest says what it is.
    assert joined == (["lab"] if cut < 21 or cut == 28 else []), events


def test_a_torn_header_has_no_time_of_its_own() -> None:
    events = said("000000tick\n4741 [hal.wlan] ERROR: " + FAILED)
    assert [(event.kind, event.ms, event.line) for event in events] == [(Kind.JOIN_FAILED, None, 2)]


def test_more_digits_than_the_clock_has_are_no_time() -> None:
    log = "0000005000 [app] INFO: a\n9999999999 [app] INFO: b\n0000005001 [app] INFO: c\n"
    for _ in range(2):
        assert [(event.ms, event.boot) for event in said(log)] == [(5000, 0), (None, 0), (5001, 0)]


# -- names of networks ----------------------------------------------------------------


@pytest.mark.parametrize(
    "ssid",
    [
        "x, result: 0 INFO: Bringing WiFi",
        "[hal] INFO: connect cancel",
        "0000000001 [hal] INFO: Joining x",
        "ab 0000000001 [hal] WARN: Joinin",
        "0000000001 INFO: Cloud connected",
        '{"l":"INFO","m":"Joining x"}',
        "0000000001:INFO : f(1):x",
        "net [code",
        "net [5G]",
        "net []",
        "Joining",
        "a: Joining b",
        "Bob\u2019s \u201cWiFi\u201d \u2013 5",
        "caf\u00e9",
        "\x1b]0;x\x07\x1b[2J[red]<b>",
        "rssi: -40",
        "bcmf_cyw43 rltk",
        "Sim Ready",
        "EAP config valid: 0",
        "~",
    ],
)
def test_a_name_may_be_anything(ssid: str) -> None:
    for header in ("0000002731 [hal.wlan] ", "0000002731 [hal.wlan] wlan_hal.cpp:618: "):
        event = only(f"{header}INFO: Joining {ssid}\r\n")
        assert (event.kind, event.name, event.ms) == (Kind.JOINING, ssid, 2731)
    event = only(entry(f"Joining {ssid}", t=2731) + "\r\n")
    assert (event.kind, event.name, event.ms) == (Kind.JOINING, ssid, 2731)


@given(st.text(st.characters(codec="utf-8", exclude_characters="\r\n"), min_size=1, max_size=32))
def test_any_name_in_the_json_handler(ssid: str) -> None:
    if ssid.strip() and len(ssid.encode()) <= 32:
        event = only(entry(f"Joining {ssid}") + "\n")
        assert (event.kind, event.name) == (Kind.JOINING, ssid.rstrip())


def test_a_name_in_latin_1_keeps_its_bytes_visible() -> None:
    assert only(b"0000000001 [hal.wlan] INFO: Joining caf\xe9\r\n").name == "caf\\xe9"


def test_a_lost_line_end_after_a_name() -> None:
    first, second = said(
        "0000002731 [hal.wlan] INFO: Joining lab0000002731 [hal.wlan] TRACE: Free RAM connect: 9"
    )
    assert (first.name, second.number) == ("lab", 9)


def test_forum_typography_around_a_name_is_taken_back() -> None:
    event = only("0000002731\u00a0[hal.wlan]\u00a0INFO:\u00a0Joining Bob\u2019s\n")
    assert (event.kind, event.name) == (Kind.JOINING, "Bob's")


# -- texts without a header -------------------------------------------------------------


@pytest.mark.parametrize(
    ("line", "kind"),
    [
        ("Awesome. Now we'll connect!", Kind.CONSOLE_SAVED),
        ("Awesome. Now we\u2019ll connect!", Kind.CONSOLE_SAVED),
        ("Derp. Sorry, we couldn\u2019t save the credentials.", Kind.CONSOLE_REFUSED),
        ("> Your device id is 3b002f000247343339373536", Kind.DEVICE_ID),
        ("(7) eap_peap: ERROR: no shared cipher", Kind.SERVER_LOG),
        ("\x1b[31mSerial timed out\x1b[0m", Kind.SETUP_TOOL_TIMEOUT),
        ('{"net:err":1007,"net:stat":3}', Kind.VITALS),
        ('vitals: {"net:err":1007} ok', Kind.VITALS),
        ("RSSI: -61 dBm", Kind.RSSI),
        ("rssi=2", Kind.RSSI),
        ("wiced_join_status=0x16", Kind.WICED_SDK),
    ],
)
def test_a_text_that_says_itself_what_it_is(line: str, kind: Kind) -> None:
    assert only(line + "\r\n").kind is kind


def test_values_of_such_texts() -> None:
    assert only("RSSI: -61 dBm").number == -61
    assert only("wiced_join_status=0x16").number == 0x16
    assert only('x {"net:err":1007} y').text == '{"net:err":1007}'
    assert only("system firmware version: 1.5.2").name == "1.5.2"


@pytest.mark.parametrize("line", ['"net:err" {torn', "rssi", "rssi: -1234", "rssi 1.5", '"net:"'])
def test_what_only_looks_like_a_reading(line: str) -> None:
    assert said(line) == []


def test_an_overlong_message_is_known_by_its_start() -> None:
    text = ("Assertion failed: src/a.cpp:12 void f() (" + "x" * 200)[:158] + "~"
    event = only(f"0000000001 [hal] ERROR: {text}\r\n")
    assert event.kind is Kind.ASSERTION_FAILED
    assert only(f"0000000001 [hal] ERROR: {text[:100]}\r\n").kind is Kind.OTHER
    assert only("0000000001 [app] INFO: " + "y" * 158 + "~").kind is Kind.OTHER
