"""The pace of a replay."""

import math

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diag.recording import RecordingError, pace
from diag.stream import Item, Marker
from tests.recording.strategies import sessions

ITEMS = [Marker(1.0, "a"), Marker(3.0, "b"), Marker(3.0, "c"), Marker(103.0, "d")]


def waits(**options: float | str) -> list[float]:
    """Return the waits before each of ITEMS."""
    return [wait for wait, _ in pace(ITEMS, **options)]  # pyright: ignore[reportArgumentType]


def test_waits_are_the_gaps() -> None:
    """From second zero, as players do."""
    assert waits() == [1.0, 2.0, 0.0, 100.0]


def test_speed_divides_and_the_cap_bounds_before_it() -> None:
    """A cap of five seconds at double speed waits two and a half."""
    assert waits(speed=2.0) == [0.5, 1.0, 0.0, 50.0]
    assert waits(speed=2.0, idle_cap=5.0) == [0.5, 1.0, 0.0, 2.5]
    assert waits(idle_cap=0.0) == [0.0, 0.0, 0.0, 0.0]


def test_time_that_goes_back_is_no_wait_below_zero() -> None:
    """Items may come from elsewhere than a recording; the gap counts from the latest."""
    items = [Marker(5.0, "a"), Marker(3.0, "b"), Marker(6.0, "c")]
    assert [wait for wait, _ in pace(items)] == [5.0, 0.0, 1.0]


def test_infinite_speed_waits_for_nothing() -> None:
    """`--instant`."""
    assert waits(speed=math.inf) == [0.0, 0.0, 0.0, 0.0]


def test_items_before_the_mark_come_at_once() -> None:
    """What they say is known when the replay begins."""
    assert waits(start="b") == [0.0, 0.0, 0.0, 100.0]
    assert [item for _, item in pace(ITEMS, start="b")] == ITEMS


def test_a_mark_is_found_by_what_the_user_saw() -> None:
    """A label with control characters is listed, and asked for, as its inert text."""
    items = [Marker(1.0, "\\x1b[2J"), Marker(2.0, "x")]
    assert [wait for wait, _ in pace(items, start="\x1b[2J")] == [0.0, 1.0]


def test_a_missing_mark_names_those_there_are() -> None:
    """At the end, as it could have come until then."""
    with pytest.raises(RecordingError, match="no mark e; its marks are: a, b, c, d"):
        list(pace(ITEMS, start="e"))
    with pytest.raises(RecordingError, match="it has no marks"):
        list(pace([], start="e"))


@pytest.mark.parametrize("speed", [0.0, -1.0, math.nan])
def test_a_speed_that_is_none_is_refused_at_once(speed: float) -> None:
    """Not with the first item only."""
    with pytest.raises(ValueError, match="speed"):
        pace(ITEMS, speed=speed)


@pytest.mark.parametrize("cap", [-1.0, math.nan])
def test_a_cap_that_is_none_is_refused_at_once(cap: float) -> None:
    """The same for the cap."""
    with pytest.raises(ValueError, match="idle_cap"):
        pace(ITEMS, idle_cap=cap)


@given(sessions, st.floats(0.01, 1000), st.none() | st.floats(0, 100))
def test_every_item_comes_and_waits_add_up(
    items: list[Item], speed: float, cap: float | None
) -> None:
    """In order, with no wait below zero."""
    paced = list(pace(items, speed=speed, idle_cap=cap))
    assert [item for _, item in paced] == items
    assert all(wait >= 0 for wait, _ in paced)
    if cap is None and items:
        assert math.isclose(sum(wait for wait, _ in paced) * speed, items[-1].time, abs_tol=1e-6)
