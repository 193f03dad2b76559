"""Chip events become result codes as device-facts 4.2 and 4.3 say."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diag.simulator.join import (
    CODES,
    REASON_TIMEOUT,
    SUP_DISCONNECTED,
    SUP_KEYED,
    SUP_WAIT_G1,
    SUP_WAIT_M1,
    SUP_WAIT_M3,
    WAIT,
    Bit,
    Event,
    Kind,
    Status,
    code_of,
    join,
)

A, L, S, I = Bit.AUTHENTICATED, Bit.LINK_READY, Bit.SECURITY_COMPLETE, Bit.SSID_SET  # noqa: E741


@pytest.mark.parametrize(
    ("bits", "code"),
    [
        (A | L | I | S, 0),
        (Bit.NO_NETWORKS, 1024),
        (A | L | Bit.M1_TIMEOUT, 1061),
        (A | L | Bit.M3_TIMEOUT, 1062),
        (A | L | I | Bit.M3_TIMEOUT, 1062),
        (A | L | Bit.G1_TIMEOUT, 1063),
        (A | L | I | Bit.G1_TIMEOUT, 1063),
        (A | L | Bit.KEY_FAILURE, 1064),
        (A | L | I | Bit.KEY_FAILURE, 1064),
        (Bit(0), 1006),
        (S, 1006),
        (A | L | S, 1023),
        (A | L, 1007),
        (A | L | I, 1007),
        (I, 1025),
        (A, 1025),
        (L, 1025),
        (I | L, 1025),
        (L | Bit.M3_TIMEOUT, 1025),
        (I | L | Bit.KEY_FAILURE, 1025),
        (I | Bit.KEY_FAILURE, 1025),
    ],
)
def test_every_row_of_the_table(bits: Bit, code: int) -> None:
    assert code_of(bits) == code


UP = [
    Event(0.1, Kind.AUTH),
    Event(0.2, Kind.LINK, up=True),
    Event(0.3, Kind.SET_SSID),
]


@pytest.mark.parametrize(
    ("more", "code", "seconds"),
    [
        ([Event(1.0, Kind.PSK_SUP, SUP_KEYED)], 0, 1.0),
        ([], 1007, WAIT),
        ([Event(1.0, Kind.AUTH, Status.FAIL)], 1007, 1.0),
        ([Event(1.0, Kind.AUTH, Status.UNSOLICITED)], 1007, WAIT),
        ([Event(1.0, Kind.DEAUTH_IND)], 1025, WAIT),
        ([Event(1.0, Kind.DISASSOC_IND), Event(1.1, Kind.LINK)], 1025, WAIT),
        ([Event(1.0, Kind.DEAUTH_IND), Event(1.1, Kind.PSK_SUP, SUP_DISCONNECTED)], 1025, 1.1),
        ([Event(1.1, Kind.DEAUTH_IND), Event(1.0, Kind.PSK_SUP, SUP_DISCONNECTED)], 1064, 1.0),
        ([Event(2.5, Kind.PSK_SUP, SUP_WAIT_M3, REASON_TIMEOUT)], 1062, 2.5),
        ([Event(2.5, Kind.PSK_SUP, SUP_WAIT_G1, REASON_TIMEOUT)], 1063, 2.5),
        ([Event(2.5, Kind.PSK_SUP, SUP_WAIT_M1, REASON_TIMEOUT)], 1025, 2.5),
        ([Event(2.5, Kind.PSK_SUP, SUP_WAIT_M3, 15)], 1064, 2.5),
        ([Event(WAIT + 1, Kind.PSK_SUP, SUP_KEYED)], 1007, WAIT),
    ],
)
def test_what_follows_an_association(more: list[Event], code: int, seconds: float) -> None:
    assert join([*more, *UP]) == (code, seconds)


def test_an_unheard_network_is_waited_for_and_a_refused_one_is_not() -> None:
    assert join([Event(1.0, Kind.SET_SSID, Status.NO_NETWORKS)]) == (1024, WAIT)
    assert join([Event(1.0, Kind.SET_SSID, Status.FAIL)]) == (1006, 1.0)
    assert join([]) == (1006, WAIT)
    assert join(UP, keyless=True) == (0, 0.3)


EVENTS = st.builds(
    Event,
    at=st.floats(0, 9),
    kind=st.sampled_from(Kind),
    status=st.sampled_from([*Status, SUP_KEYED, SUP_WAIT_M1, SUP_WAIT_M3, SUP_WAIT_G1, 256]),
    reason=st.sampled_from([0, 14, 15, REASON_TIMEOUT]),
    up=st.booleans(),
)


@settings(max_examples=300, deadline=None)
@given(st.lists(EVENTS, max_size=12), st.booleans())
def test_any_events_give_a_code_in_time(events: list[Event], keyless: bool) -> None:
    code, seconds = join(events, keyless=keyless)
    assert code in CODES
    assert 0 <= seconds <= WAIT
