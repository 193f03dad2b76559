"""Going on from a checkpoint is the same as never having stopped."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diag.log import Event
from diag.session import Session
from diag.stream import Chunk, Direction, Fact, Item, Marker
from tests.corpus import LOGS
from tests.join.lines import attempt
from tests.log.streams import streams


def output(data: bytes, time: float = 0.0) -> Chunk:
    return Chunk(time, Direction.OUTPUT, data)


def run(session: Session, *items: Item) -> list[Event]:
    """Feed items and the end of the log; return the events."""
    events = [event for item in items for event in session.feed(item)]
    return events + session.close()


def check_split(data: bytes, at: int, straight: Session, events: list[Event]) -> None:
    """Stop at a byte, go on from there twice, and compare with the straight run."""
    session = Session()
    first = session.feed(output(data[:at]))
    checkpoint = session.checkpoint()
    seen = session.history()
    assert first + run(session, output(data[at:])) == events
    assert session.history() == straight.history()
    assert checkpoint.history() == seen, "the checkpoint went along"
    assert first + run(checkpoint.checkpoint(), output(data[at:])) == events
    assert checkpoint.history() == seen, "the checkpoint went along"
    assert run(checkpoint, output(data[at:])) == events[len(first) :]
    assert checkpoint.history() == straight.history()


@pytest.mark.parametrize(
    "name", ["cancelled-attempt", "hostile-ssid", "capture-stops-after-joining"]
)
def test_every_byte_of_a_log(name: str) -> None:
    data = (LOGS / f"{name}.log").read_bytes()[:900]
    straight = Session()
    events = run(straight, output(data))
    for at in range(len(data) + 1):
        check_split(data, at, straight, events)


@pytest.mark.parametrize("path", sorted(LOGS.glob("*.log"))[::5], ids=lambda path: path.stem)
def test_places_in_the_logs_of_the_corpus(path) -> None:
    data = path.read_bytes()
    straight = Session()
    events = run(straight, output(data))
    for at in range(0, len(data), max(1, len(data) // 25)):
        check_split(data, at, straight, events)


@pytest.mark.parametrize(
    "name", ["success-after-failures", "two-networks-second-joins", "t8-three-networks-junk-slot"]
)
def test_the_diagnosis_is_the_same(name: str) -> None:
    data = (LOGS / f"{name}.log").read_bytes()
    straight = Session()
    run(straight, output(data))
    for at in range(0, len(data), len(data) // 12):
        session = Session()
        session.feed(output(data[:at]))
        checkpoint = session.checkpoint()
        before = session.diagnosis()
        run(session, output(data[at:]))
        assert session.diagnosis() == straight.diagnosis()
        assert checkpoint.diagnosis() == before


times = st.floats(0, 100)
_VALUES = {
    "eap": ("peap", "tls", "ttls"),
    "outer-identity": ("blank", "equals-username"),
    "device-os": ("0.7.0", "1.5.2"),
    "rssi": (-61, -85),
    "tried": ("re-enter-password", "upgrade-device-os"),
    "net:err": (1007, 1025),
}
facts = st.sampled_from(list(_VALUES)).flatmap(
    lambda name: st.builds(Fact, times, st.just(name), st.sampled_from(_VALUES[name]))
)
items = st.one_of(
    st.builds(Chunk, times, st.sampled_from(Direction), streams),
    facts,
    st.builds(Marker, times, st.just("here")),
)


@settings(max_examples=120)
@given(st.lists(items, max_size=8), st.lists(items, max_size=8), st.lists(facts, max_size=2))
def test_any_items(before: list[Item], after: list[Item], told: list[Fact]) -> None:
    session = Session()
    for item in before:
        session.feed(item)
    checkpoint = session.checkpoint()
    state = (session.time, session.facts, session.history(), session.diagnosis())
    session.tell(told)
    run(session, *after)
    left = (checkpoint.time, checkpoint.facts, checkpoint.history(), checkpoint.diagnosis())
    assert left == state, "the checkpoint went along"
    straight = Session()
    straight.tell(told)
    straight.feed_all([*before, *after])
    assert session.history() == straight.history()
    assert (session.time, session.facts) == (straight.time, straight.facts)
    assert session.diagnosis() == straight.diagnosis()


def test_only_what_the_device_sends_is_log() -> None:
    session = Session()
    line = b"0000001000 [hal.wlan] INFO: Joining lab\r\n"
    assert session.feed(Chunk(5.0, Direction.INPUT, line)) == []
    assert session.feed(Marker(6.0, "0000001000 [hal.wlan] INFO: Joining lab")) == []
    assert session.history().attempt_count == 0
    assert session.time == 6.0
    session.feed(output(line, 4.0))
    assert (session.history().attempt_count, session.time) == (1, 6.0)


def test_facts_after_a_checkpoint_are_not_its() -> None:
    session = Session()
    for item in (Fact(0.0, "eap", "peap"), output(attempt(1000, 1025).encode())):
        session.feed(item)
    session.feed(Fact(1.0, "eap", "tls"))
    checkpoint = session.checkpoint()
    before = checkpoint.diagnosis()
    session.feed(Fact(2.0, "device-os", "1.5.2"))
    session.feed(Fact(3.0, "device-os", "0.7.0"))
    session.tell([Fact(0.0, "eap", "ttls")])
    assert session.diagnosis() != before
    assert checkpoint.diagnosis() == before
    assert checkpoint.facts == {"eap": "tls"}
