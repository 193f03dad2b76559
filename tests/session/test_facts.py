"""Facts that change in the middle of a session, and those told for the whole of it."""

import pytest

from diag.diagnosis import Diagnosis
from diag.session import Session
from diag.stream import Chunk, Direction, Fact
from tests.join.lines import attempt, joining, line, up


def session_of(*steps: str | tuple[str, str | int]) -> Session:
    """A session of pieces of log and of facts, one after the other."""
    session = Session()
    for time, step in enumerate(steps):
        if isinstance(step, str):
            session.feed(Chunk(float(time), Direction.OUTPUT, step.encode()))
        else:
            session.feed(Fact(float(time), *step))
    return session


def seen(session: Session) -> set[str]:
    return {observation.id for observation in session.diagnosis().observed}


def episodes(session: Session) -> list[int]:
    return [a.episode for a in session.history().attempts]


FAILURES = attempt(1000, 1025) + attempt(2300, 1025)
LATER = attempt(9000, 1025) + attempt(10_300, 1025)


def test_the_latest_value_of_a_fact_holds() -> None:
    session = session_of(("rssi", -60), ("rssi", -85), ("device-os", "1.5.2"))
    assert session.facts == {"rssi": -85, "device-os": "1.5.2"}


def test_fixes_tried_add_up() -> None:
    first, second, third = "re-enter-password", "move-closer", "restart-device"
    session = session_of(("tried", first), ("tried", f"{second},{third}"))
    assert session.facts == {"tried": f"{first},{second},{third}"}
    more = session_of(FAILURES, ("tried", first), ("tried", second), LATER)
    assert episodes(more) == [0, 0, 0, 0]


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("tried", "no-such-fix"), ("tried", True), ("eap", 7)),
        *(("device-os", "newest"), ("rssi", "strong"), ("from-a-later-release", "x")),
    ],
)
def test_a_recorded_fact_that_is_not_understood_is_left_out(name: str, value: object) -> None:
    session = session_of(FAILURES, (name, value))
    assert session.facts == {}
    assert session.diagnosis().verdict == "fault"


def test_without_an_attempt_the_latest_word_holds() -> None:
    assert "eap-unsupported" not in {
        seen.id for seen in session_of(("eap", "ttls"), ("eap", "peap")).diagnosis().observed
    }


@pytest.mark.parametrize(
    ("name", "one", "two"),
    [
        ("outer-identity", "blank", "is-username"),
        ("eap", "peap", "tls"),
        ("device-os", "1.4.0", "1.5.2"),
        ("server", "nps", "ise"),
    ],
)
def test_a_setting_that_changes_begins_a_new_episode(name: str, one: str, two: str) -> None:
    session = session_of((name, one), FAILURES, (name, two), LATER)
    assert episodes(session) == [0, 0, 1, 1]


@pytest.mark.parametrize("name", ["rssi", "led", "tried", "net:err", "net:stat"])
def test_a_reading_that_changes_does_not(name: str) -> None:
    session = session_of((name, 1), FAILURES, (name, 2), LATER)
    assert episodes(session) == [0, 0, 0, 0]


def test_a_setting_told_again_or_for_the_first_time_does_not() -> None:
    assert episodes(session_of(FAILURES, ("eap", "peap"), LATER)) == [0] * 4
    assert episodes(session_of(("eap", "peap"), FAILURES, ("eap", "peap"), LATER)) == [0] * 4


def test_failures_are_judged_by_the_settings_they_had() -> None:
    old = session_of(("eap", "peap"), FAILURES).diagnosis()
    changed = session_of(("eap", "peap"), FAILURES, ("eap", "ttls"))
    assert changed.facts == {"eap": "ttls"}
    assert changed.diagnosis().causes == old.causes
    assert "eap-unsupported" not in seen(changed)
    # A join that is under way says nothing yet.
    changed.feed(Chunk(9.0, Direction.OUTPUT, joining(9000).encode()))
    assert "eap-unsupported" not in seen(changed)
    assert "eap-unsupported" in seen(session_of(("eap", "ttls"), FAILURES))


def test_an_attempt_that_ended_brings_the_new_settings_in() -> None:
    session = session_of(("eap", "peap"), FAILURES, ("eap", "ttls"), attempt(9000, 1025))
    assert "eap-unsupported" in seen(session)


def test_a_success_brings_them_in_as_well() -> None:
    session = session_of(("eap", "ttls"), FAILURES, ("eap", "peap"), attempt(9000, None) + up(9900))
    assert "eap-unsupported" not in seen(session)


def test_an_attempt_that_the_change_cut_short_is_of_the_old_settings() -> None:
    session = session_of(
        ("eap", "peap"),
        joining(1000),
        ("eap", "ttls"),
        line(2000, "wiced_join_ap_specific(), result: 1025", "ERROR"),
    )
    assert "eap-unsupported" not in seen(session)
    session.feed(Chunk(9.0, Direction.OUTPUT, attempt(2400, 1025).encode()))
    assert "eap-unsupported" in seen(session)


def test_two_changes_keep_the_settings_of_the_failures() -> None:
    session = session_of(("eap", "ttls"), FAILURES, ("eap", "tls"), ("eap", "peap"))
    assert "eap-unsupported" in seen(session)
    session.feed(Chunk(9.0, Direction.OUTPUT, LATER.encode()))
    assert "eap-unsupported" not in seen(session)


def told(*facts: tuple[str, str]) -> Diagnosis:
    session = session_of(("eap", "peap"), FAILURES)
    session.tell(Fact(0.0, *fact) for fact in facts)
    assert session.facts == {"eap": "peap"}
    return session.diagnosis()


def test_what_is_told_prevails() -> None:
    assert "eap-unsupported" in {o.id for o in told(("eap", "ttls")).observed}


def test_what_is_told_prevails_over_what_comes_later() -> None:
    session = Session()
    session.tell([Fact(0.0, "eap", "ttls")])
    session.feed(Fact(1.0, "eap", "peap"))
    session.feed(Chunk(2.0, Direction.OUTPUT, FAILURES.encode()))
    session.feed(Fact(3.0, "eap", "tls"))
    assert "eap-unsupported" in seen(session)
    session.feed(Chunk(4.0, Direction.OUTPUT, LATER.encode()))
    assert "eap-unsupported" in seen(session)


def test_of_two_things_told_the_last_holds() -> None:
    ids = {o.id for o in told(("eap", "ttls"), ("eap", "tls")).observed}
    assert "eap-unsupported" not in ids
