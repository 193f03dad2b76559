"""A lost or damaged error line must not turn a failed attempt into a success."""

import pytest

from diag.join import Outcome
from tests.join.lines import attempt, failed, joining, line, prepared, stopped, track, up


def silent(begin: int, took: int) -> str:
    """An attempt whose result line is missing."""
    return prepared(begin) + joining(begin + 33) + stopped(begin + 33 + took)


def test_no_error_line_and_nothing_against_it_is_a_join() -> None:
    (one,) = track(silent(1000, 2200)).attempts
    assert one.outcome is Outcome.JOINED


def test_another_try_after_it_says_that_it_was_none() -> None:
    history = track(silent(1000, 800) + attempt(2300, 1025))
    assert [a.outcome for a in history.attempts] == [Outcome.OPEN, Outcome.FAILED]
    assert [a.episode for a in history.attempts] == [0, 0]


def test_the_interface_coming_up_confirms_it() -> None:
    history = track(silent(1000, 2200) + up(3300) + attempt(60_000, 1025))
    assert [a.outcome for a in history.attempts] == [Outcome.JOINED, Outcome.FAILED]
    assert [a.episode for a in history.attempts] == [0, 1]


def test_the_whole_wait_is_no_join() -> None:
    (one,) = track(silent(1000, 7000)).attempts
    assert one.outcome is Outcome.OPEN


def test_an_error_line_that_cannot_be_read_is_a_failure_without_a_code() -> None:
    broken = line(1833, "wiced_joitic", "ERROR")
    (one,) = track(prepared(1000) + joining(1033) + broken + stopped(1833)).attempts
    assert (one.outcome, one.code) == (Outcome.FAILED, None)


def test_an_error_line_hit_by_a_print_keeps_its_code() -> None:
    hit = line(1833, "wiced_joitic n_ap_specific(), result: 1007", "ERROR")
    (one,) = track(prepared(1000) + joining(1033) + hit + stopped(1833)).attempts
    assert (one.outcome, one.code) == (Outcome.FAILED, 1007)


@pytest.mark.parametrize("cut", ["1", "10", "102"])
def test_a_shortened_number_is_no_code(cut: str) -> None:
    torn = f"0000001833 [hal.wlan] ERROR: wiced_join_ap_specific(), result: {cut}py->hw: tic\r\n"
    (one,) = track(prepared(1000) + joining(1033) + torn + stopped(1900)).attempts
    assert (one.outcome, one.code) == (Outcome.FAILED, None)
    end = failed(1833, 1025).rstrip()[: -4 + len(cut)]
    (last,) = track(prepared(1000) + joining(1033) + end).attempts
    assert (last.outcome, last.code) == (Outcome.OPEN, None)


def test_what_is_stopped_was_running() -> None:
    """A capture that begins at "Joining" does not show a device without a supplicant."""
    (one,) = track(joining(1033) + failed(1800, 1025) + stopped(1800)).attempts
    assert one.supplicant == "started"
