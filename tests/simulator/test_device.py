"""Power, USB, time: what does not depend on the network."""

import json
import math
import re
from collections.abc import Callable
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diag.simulator import NotSupported, Photon, scenario, scenarios
from tests.simulator.typist import SSID, Typist


def test_equal_inputs_give_equal_bytes() -> None:
    def lived(seed: int) -> tuple[str, list[object]]:
        typist = Typist(Photon(scenario("wrong-password"), seed=seed))
        typist.watch(12.0)
        typist.listen()
        typist.type(b"iw")
        typist.until(SSID)
        typist.photon.reset()
        typist.watch(30.0)
        return typist.seen, list(typist.photon.prompts)

    assert lived(1) == lived(1)
    assert lived(1) != lived(2)


def test_reading_in_small_steps_changes_nothing() -> None:
    one, other = (Photon(scenario("nps-outer-identity"), seed=5) for _ in range(2))
    for photon in (one, other):
        photon.set_dtr(True)
    at_once = b""
    while one.now < 40:
        at_once += one.run(40)
    in_steps = b"".join(other.run(other.now + 0.01) for _ in range(4400))
    assert in_steps.startswith(at_once)


@settings(max_examples=60, deadline=None)
@given(
    st.sampled_from(scenarios()),
    st.sampled_from(["0.7.0", "1.5.2", "3.3.1"]),
    st.lists(
        st.one_of(
            st.binary(max_size=300),
            st.sampled_from(
                [b"w", b"SSID\n", b"x", b"5\n", b"0\n", b"1\n", b"\r", b"C", b"L", b"\x01a"]
            ),
            st.floats(0.001, 5),
            st.sampled_from(["reset", "unplug", "plug", "dtr", "mute", "read", "listen", "dfu"]),
        ),
        max_size=30,
    ),
)
def test_nothing_a_host_does_breaks_it_or_stops_time(
    name: str, release: str, acts: list[bytes | float | str]
) -> None:
    photon = Photon(scenario(name), release=release)
    photon.set_dtr(True)
    touch: dict[str, Callable[[], None]] = {
        "reset": photon.reset,
        "unplug": photon.unplug,
        "plug": photon.plug,
        "dtr": lambda: photon.set_dtr(True),
        "mute": lambda: photon.set_reading(False),
        "read": lambda: photon.set_reading(True),
        "listen": lambda: photon.set_line_coding(28800),
        "dfu": lambda: photon.set_line_coding(14400),
    }
    for act in acts:
        if isinstance(act, bytes):
            paste(photon, act)
        elif isinstance(act, float | int):
            end = photon.now + act
            for _ in range(100_000):
                if photon.now >= end:
                    break
                photon.run(end)
            assert photon.now == end
        else:
            touch[act]()
        assert photon.presence in {"serial", "dfu", "none"}


def paste(photon: Photon, data: bytes) -> None:
    """Send bytes as long as the device takes some."""
    while data and (taken := photon.send(data)):
        data = data[taken:]
        photon.run(photon.now + 0.01)


def test_a_long_time_passes_in_few_steps() -> None:
    """Five minutes take as many steps as there are things to do, not one per tick."""
    photon = Photon(scenario("radius-unreachable"))
    photon.set_dtr(True)
    steps = 0
    while photon.now < 300:
        photon.run(300)
        steps += 1
    assert steps < 1000


def test_output_needs_dtr() -> None:
    photon = Photon(scenario("wrong-password"))
    assert photon.run(30) == b""
    assert photon.now == 30
    photon.set_dtr(True)
    assert photon.run(60) != b""
    assert photon.now < 60
    photon.set_dtr(False)
    assert photon.run(60) == b""


@pytest.mark.parametrize(("release", "patience"), [("1.5.2", 1.0), ("2.3.1", 2.5)])
def test_an_unread_port_blocks_for_a_while_and_then_drops(release: str, patience: float) -> None:
    typist = Typist(Photon(scenario("all-well"), release=release, app="none"))
    typist.listen()
    photon = typist.photon
    photon.set_reading(False)
    photon.send(b"s")
    began = photon.now
    assert photon.run(began + patience - 0.1) == b""
    photon.send(b"v")
    photon.set_reading(True)
    typist.watch(3.0)
    assert typist.seen.endswith("}\r\n" + f"system firmware version: {release}\n\r\n")

    photon.set_reading(False)
    photon.send(b"s")
    photon.run(photon.now + patience + 3)
    photon.set_reading(True)
    typist.seen = ""
    typist.watch(3.0)
    assert typist.seen == ""
    assert typist.press(b"v") == f"system firmware version: {release}\n\r\n"


def test_the_receive_ring_takes_257_bytes() -> None:
    photon = Photon(scenario("all-well"))
    assert photon.send(b"a" * 300) == 257
    assert photon.send(b"a") == 0


def test_a_touch_at_14400_leads_to_dfu_and_a_reset_back() -> None:
    typist = Typist(Photon(scenario("all-well")))
    typist.watch(5.0)
    photon = typist.photon
    photon.set_line_coding(14400)
    assert photon.presence == "none"
    typist.watch(2.0)
    assert (photon.presence, photon.led) == ("dfu", "yellow blinking")
    assert photon.send(b"i") == 0
    with pytest.raises(NotSupported):
        photon.raw_request(20)
    photon.reset()
    typist.watch(2.0)
    assert photon.presence == "serial"


def test_a_touch_at_28800_in_a_join_cancels_it_and_taints_the_vitals() -> None:
    typist = Typist(Photon(scenario("all-well")))
    while "Joining" not in typist.seen:
        typist.watch(0.05)
    assert json.loads(typist.photon.request(100))["net:err"] == 0
    typist.photon.set_line_coding(28800)
    typist.watch(2.0)
    assert typist.photon.listening
    assert re.search(r"connect cancel\r\n.*ERROR: wiced_join_ap_specific", typist.seen)
    assert json.loads(typist.photon.request(100))["net:err"] != 0
    typist.photon.set_line_coding(28800)
    assert typist.watch(5.0) == ""


def test_a_reset_starts_the_log_anew_and_keeps_the_network() -> None:
    typist = Typist(Photon(scenario("wrong-password")))
    typist.watch(30.0)
    photon = typist.photon
    kept = photon.stored
    assert json.loads(photon.request(100))["net:err"]
    photon.reset()
    assert (photon.presence, photon.led) == ("none", "off")
    typist.watch(1.5)
    assert photon.presence == "serial"
    assert json.loads(photon.request(100))["net:err"] == 0
    photon.set_dtr(True)
    first = re.match(r"(\d{10}) ", typist.watch(5.0))
    assert first is not None
    assert int(first[1]) < 3000
    assert photon.stored == kept
    assert photon.now > 36


def test_unplugged_it_is_dark_until_plugged_in() -> None:
    photon = Photon(scenario("all-well"))
    photon.run(30)
    photon.unplug()
    photon.reset()
    assert photon.next == math.inf
    photon.run(60)
    assert (photon.presence, photon.led, photon.connected) == ("none", "off", False)
    photon.plug()
    photon.plug()
    photon.run(90)
    assert (photon.presence, photon.led, photon.connected) == ("serial", "cyan breathing", True)


def test_the_led_tells_the_stage() -> None:
    photon = Photon(scenario("all-well"))
    seen: list[str] = []
    while photon.now < 20:
        photon.run(photon.now + 0.01)
        if photon.led not in seen:
            seen.append(photon.led)
    assert seen == [
        "white breathing",
        "blue breathing",
        "green blinking",
        "green blinking fast",
        "green breathing",
        "cyan blinking",
        "cyan blinking fast",
        "cyan breathing",
    ] or [one for one in seen if one not in {"blue breathing", "green breathing"}] == [
        "white breathing",
        "green blinking",
        "green blinking fast",
        "cyan blinking",
        "cyan blinking fast",
        "cyan breathing",
    ]


def test_requests_by_release() -> None:
    old = Photon(scenario("wrong-password"), release="0.7.0")
    assert old.raw_request(20) == old.device_id.upper().encode()
    assert old.raw_request(30) == b"0.7.0"
    with pytest.raises(NotSupported):
        old.request(100)
    old.raw_request(70)
    old.run(20)
    assert old.listening

    new = Photon(scenario("wrong-password"), release="2.3.1", device_id="0123456789abcdef01234567")
    assert new.raw_request(20) == b"0123456789ABCDEF01234567"
    with pytest.raises(NotSupported):
        new.raw_request(70)
    with pytest.raises(NotSupported):
        new.request(112)
    new.request(70)
    new.run(20)
    assert new.listening
    new.request(71)
    new.run(21)
    assert not new.listening
    new.request(50)
    new.run(21.5)
    assert new.presence == "serial"
    new.run(23)
    assert new.presence == "dfu"


def test_messages_are_cut_at_159_characters() -> None:
    made = scenario("all-well")
    long = replace(made.stored[0], ssid=b"n" * 170)
    typist = Typist(Photon(replace(made, stored=(long,)), release="1.3.1"))
    typist.watch(5.0)
    line = next(line for line in typist.seen.split("\r\n") if "Joining" in line)
    message = line.split("INFO: ")[1]
    assert len(message) == 159
    assert message.endswith("n~")
    assert "result: 2018" in typist.seen
