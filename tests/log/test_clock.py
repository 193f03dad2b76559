"""The device's clock: 32 bits of milliseconds, threads that print late, restarts."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from diag.log.clock import DeviceClock
from tests.log.streams import said

WRAP = 1 << 32


def readings(*printed: int) -> list[tuple[int, int]]:
    """What a clock makes of printed times: (milliseconds, restarts)."""
    clock = DeviceClock()
    return [(clock.read(value), clock.boot) for value in printed]


def test_it_counts_on_when_32_bits_are_over() -> None:
    assert readings(WRAP - 50, 30, 5000) == [(WRAP - 50, 0), (WRAP + 30, 0), (WRAP + 5000, 0)]


def test_a_thread_that_prints_late_around_the_wrap() -> None:
    assert readings(WRAP - 50, 30, WRAP - 20, 40) == [
        (WRAP - 50, 0),
        (WRAP + 30, 0),
        (WRAP - 20, 0),
        (WRAP + 40, 0),
    ]


def test_two_wraps() -> None:
    assert readings(WRAP - 1, 1, WRAP // 2, WRAP - 1, 1, WRAP - 20)[-2:] == [
        (2 * WRAP + 1, 0),
        (2 * WRAP - 20, 0),
    ]


def test_a_thread_that_prints_late_is_no_restart() -> None:
    assert readings(9000, 7100, 9100) == [(9000, 0), (7100, 0), (9100, 0)]


@pytest.mark.parametrize("last", [2_500, 60_000, WRAP // 2, WRAP - 11 * 60_000])
def test_a_restart(last: int) -> None:
    assert readings(last, 400, 500) == [(last, 0), (400, 1), (500, 1)]


def test_a_restart_after_a_wrap_starts_from_nothing() -> None:
    assert readings(WRAP - 1, 9 * 60_000, 400) == [
        (WRAP - 1, 0),
        (WRAP + 9 * 60_000, 0),
        (400, 1),
    ]


def test_only_a_count_near_its_end_goes_on_from_there() -> None:
    minutes = 60_000
    assert readings(WRAP - 11 * minutes, 9 * minutes)[1] == (9 * minutes, 1)
    assert readings(WRAP - 9 * minutes, 11 * minutes)[1] == (11 * minutes, 1)


@given(
    st.integers(0, WRAP - 1),
    st.lists(st.tuples(st.integers(0, 500_000), st.integers(0, 1_000)), max_size=60),
)
def test_time_that_passes_is_told_right(start: int, steps: list[tuple[int, int]]) -> None:
    clock, now = DeviceClock(), start
    clock.read(start)
    for step, late in steps:
        now += step
        true = max(now - late, start)
        assert clock.read(true % WRAP) == true
    assert clock.boot == 0


@given(st.lists(st.integers(0, 10**10), max_size=40))
def test_any_readings_give_times(printed: list[int]) -> None:
    clock = DeviceClock()
    boots = [0]
    for value in printed:
        assert clock.read(value) >= 0
        boots.append(clock.boot)
    assert boots == sorted(boots)


def test_the_reader_uses_it() -> None:
    log = "".join(
        f"{ms:010d} [hal.wlan] INFO: Joining {i}\r\n"
        for i, ms in enumerate((WRAP - 900, 700, WRAP - 10, 800_000, 20))
    )
    assert [(event.ms, event.boot) for event in said(log)] == [
        (WRAP - 900, 0),
        (WRAP + 700, 0),
        (WRAP - 10, 0),
        (WRAP + 800_000, 0),
        (20, 1),
    ]
