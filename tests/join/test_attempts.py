"""Join attempts in the patterns of device-facts 3.4."""

import pytest

from diag.join import JoinTracker, Outcome, Supplicant
from diag.log import Kind
from tests.join.lines import (
    attempt,
    failed,
    joining,
    line,
    prepared,
    stopped,
    system,
    track,
    up,
)


def test_an_attempt_that_fails() -> None:
    history = track(attempt(1000, 1025))
    (one,) = history.attempts
    assert (one.number, one.ssid, one.outcome, one.code) == (1, "net", Outcome.FAILED, 1025)
    assert (one.start_ms, one.end_ms, one.elapsed_ms) == (1033, 1833, 800)
    assert one.lines == (1, 7)
    assert (one.supplicant, one.supplicant_code) == (Supplicant.STARTED, 0)
    assert (one.heap_before, one.heap_at_join, one.heap_after) == (46648, 35264, 46584)
    assert one.heap == 35264
    assert (one.burst, one.round, one.episode, one.boot) == (1, 1, 0, 0)
    assert history.attempt_count == 1


def test_the_result_is_attributed_to_the_network_named_before() -> None:
    history = track(
        attempt(1000, 1025, ssid="a")
        + attempt(2300, 1024, ssid="b")
        + attempt(3600, 1006, ssid="c")
    )
    assert [(a.ssid, a.code) for a in history.attempts] == [("a", 1025), ("b", 1024), ("c", 1006)]


def test_a_supplicant_that_cannot_be_prepared() -> None:
    history = track(prepared(1000, None) + stopped(1010))
    (one,) = history.attempts
    assert (one.outcome, one.code, one.ssid) == (Outcome.NO_SUPPLICANT, None, None)
    assert (one.supplicant, one.supplicant_code) == (Supplicant.STARTING, None)
    assert (one.lines, one.elapsed_ms, one.heap) == ((1, 3), None, 46648)
    assert one.heap_after == 46584


def test_a_supplicant_that_refuses_to_start() -> None:
    history = track(prepared(1000, 6005) + stopped(1040))
    (one,) = history.attempts
    assert (one.outcome, one.supplicant) == (Outcome.NO_SUPPLICANT, Supplicant.REFUSED)
    assert (one.supplicant_code, one.code) == (6005, None)


def test_rounds_of_a_supplicant_that_cannot_be_prepared() -> None:
    history = track("".join(prepared(ms, None) + stopped(ms + 10) for ms in (1000, 1300, 1600)))
    assert [a.outcome for a in history.attempts] == [Outcome.NO_SUPPLICANT] * 3
    assert [(a.burst, a.round) for a in history.attempts] == [(1, 1), (1, 2), (1, 3)]


def test_a_join_without_a_supplicant() -> None:
    (one,) = track(joining(1000) + failed(8000, 1007)).attempts
    assert (one.supplicant, one.outcome, one.code) == (Supplicant.NOT_SEEN, Outcome.FAILED, 1007)
    assert one.elapsed_ms == 7000


def test_a_success_has_no_result_line() -> None:
    history = track(attempt(1000, None) + up(1900))
    (one,) = history.attempts
    assert (one.outcome, one.code, one.elapsed_ms) == (Outcome.JOINED, None, 800)
    assert one.lines == (1, 7)
    (link,) = history.links
    assert (link.line, link.ssid, link.how) == (10, "net", "dhcp")


def test_a_success_without_supplicant_lines() -> None:
    history = track(joining(1000) + up(4000, "static IP"))
    (one,) = history.attempts
    assert (one.outcome, one.end_ms) == (Outcome.JOINED, 4000)
    assert history.links[0].how == "static"


def test_a_log_that_ends_in_an_attempt() -> None:
    for log in (prepared(1000) + joining(1033), prepared(1000), line(1000, "Starting supplicant")):
        (one,) = track(log).attempts
        assert (one.outcome, one.code, one.end_line) == (Outcome.OPEN, None, None)


def test_a_result_without_its_joining_line() -> None:
    history = track(failed(1000, 1025) + joining(1434, "b") + failed(2200, 1006))
    first, second = history.attempts
    assert (first.ssid, first.code, first.outcome) == (None, 1025, Outcome.FAILED)
    assert (first.start_ms, first.end_ms, first.lines) == (None, 1000, (1, 1))
    assert (second.ssid, second.code, second.number) == ("b", 1006, 2)


def test_an_interface_that_comes_up_without_an_attempt() -> None:
    history = track(system(900, "ARM_WLAN_WD 2") + up(1000))
    (one,) = history.attempts
    assert (one.outcome, one.ssid, one.lines) == (Outcome.JOINED, None, (2, 2))
    assert history.attempt_count == 1
    assert len(history.links) == 1


def test_an_interface_that_comes_up_after_a_failure_without_a_new_attempt() -> None:
    first, second = track(attempt(1000, 1025) + up(9000)).attempts
    assert (first.outcome, second.outcome) == (Outcome.FAILED, Outcome.JOINED)


def test_torn_lines_of_the_supplicant() -> None:
    # "Starting supplicant" alone is enough to know of it, and a new one begins anew.
    log = line(1000, "Starting supplicant") + joining(1033) + line(2000, "Starting supplicant")
    first, second = track(log).attempts
    assert (first.supplicant, first.outcome) == (Supplicant.STARTING, Outcome.OPEN)
    assert (second.supplicant, second.round) == (Supplicant.STARTING, 0)
    (only,) = track(line(1000, "Free RAM after suppl: 5") + joining(1001)).attempts
    assert only.supplicant is Supplicant.STARTING


# -- cancelled ---------------------------------------------------------------------


def cancel(ms: int) -> str:
    return line(ms, "connect cancel")


def test_a_cancelled_attempt() -> None:
    log = prepared(1000) + joining(1033) + cancel(2400) + failed(2421, 10) + stopped(2421)
    (one,) = track(log).attempts
    assert (one.outcome, one.code) == (Outcome.CANCELLED, 10)


def test_a_cancel_before_the_join() -> None:
    (one,) = track(prepared(1000) + cancel(1040) + stopped(1041)).attempts
    assert one.outcome is Outcome.CANCELLED


def test_a_cancel_without_a_result() -> None:
    first, second = track(joining(1000) + cancel(1100) + joining(1200) + failed(1300, 4)).attempts
    assert (first.outcome, second.outcome) == (Outcome.CANCELLED, Outcome.FAILED)
    assert second.burst == 2


def test_a_cancel_between_attempts_ends_the_burst() -> None:
    history = track(attempt(1000, 1025) + cancel(1900) + attempt(2200, 1025))
    assert [a.outcome for a in history.attempts] == [Outcome.FAILED, Outcome.FAILED]
    assert [a.burst for a in history.attempts] == [1, 2]


@pytest.mark.parametrize("stop", [stopped(2421), ""])
def test_a_cancel_that_comes_too_late(stop: str) -> None:
    history = track(prepared(1000) + joining(1033) + cancel(2400) + stop + up(2500))
    (one,) = history.attempts
    assert (one.outcome, one.ssid, history.attempt_count) == (Outcome.JOINED, "net", 1)
    assert len(history.links) == 1


# -- bursts, rounds, episodes ----------------------------------------------------------


def test_three_rounds_and_the_pause_of_the_watchdog() -> None:
    begins = (1000, 2267, 3534, 6400, 7667)
    history = track("".join(attempt(ms, 1025) for ms in begins))
    assert [(a.burst, a.round) for a in history.attempts] == [
        (1, 1),
        (1, 2),
        (1, 3),
        (2, 1),
        (2, 2),
    ]
    assert {a.episode for a in history.attempts} == {0}


def test_the_pause_is_told_by_the_time_between_result_and_next_start() -> None:
    def bursts(gap: int) -> list[int]:
        return [
            a.burst
            for a in track(joining(1000) + failed(8000, 1007) + joining(8000 + gap)).attempts
        ]

    assert bursts(500) == [1, 1]
    assert bursts(1800) == [1, 1]
    assert bursts(1801) == [1, 2]
    assert bursts(2100) == [1, 2]


@pytest.mark.parametrize(
    "between",
    [
        line(1900, "Using internal antenna", "INFO"),
        system(1900, "Resetting WLAN due to WLAN_WD_TO()"),
    ],
)
def test_what_ends_a_burst(between: str) -> None:
    history = track(attempt(1000, 1025) + between + attempt(2300, 1025))
    assert [(a.burst, a.round) for a in history.attempts] == [(1, 1), (2, 1)]


def test_several_networks_in_rounds() -> None:
    log, ms = "", 1000
    for _ in range(3):
        for ssid, code in (("a", 1025), ("b", 1024)):
            log += joining(ms, ssid) + failed(ms + 500, code)
            ms += 900
    assert [(a.ssid, a.round, a.code) for a in track(log).attempts] == [
        ("a", 1, 1025),
        ("b", 1, 1024),
        ("a", 2, 1025),
        ("b", 2, 1024),
        ("a", 3, 1025),
        ("b", 3, 1024),
    ]


def test_the_second_network_joins() -> None:
    history = track(
        joining(1000, "a") + failed(1800, 1025) + joining(2200, "b") + up(3000) + joining(9000, "b")
    )
    assert [(a.ssid, a.outcome, a.episode) for a in history.attempts] == [
        ("a", Outcome.FAILED, 0),
        ("b", Outcome.JOINED, 0),
        ("b", Outcome.OPEN, 1),
    ]


def test_new_credentials_begin_a_new_episode() -> None:
    stored = line(3000, "EAP config valid: 1", "INFO")
    history = track(attempt(1000, 1025) + stored + attempt(4000, 1025))
    assert [a.episode for a in history.attempts] == [0, 1]
    assert history.episode == 1
    assert history.eap_valid_line == 11


def test_settings_changed_beside_the_log() -> None:
    tracker = JoinTracker()
    tracker.settings_changed()
    assert tracker.history().episode == 0, "nothing was tried with the old ones"
    track(attempt(1000, 1025), tracker)
    tracker.settings_changed()
    tracker.settings_changed()
    assert tracker.history().episode == 1
    track(attempt(3000, 1025), tracker)
    assert [a.episode for a in tracker.history().attempts] == [0, 1]


def test_a_restart_ends_the_attempt_and_the_burst() -> None:
    history = track(prepared(9000) + joining(9033) + attempt(400, 1025))
    first, second = history.attempts
    assert (first.outcome, first.boot, second.boot) == (Outcome.OPEN, 0, 1)
    assert (second.burst, second.round) == (2, 1)
    assert history.restart_lines == (7,)


def test_the_clock_runs_over_in_an_attempt() -> None:
    wrap = 1 << 32
    (one,) = track(joining(wrap - 500) + failed(6500, 1007)).attempts
    assert one.elapsed_ms == 7000


def test_doubled_lines_add_nothing() -> None:
    log = attempt(1000, 1025) + attempt(2300, 1006)
    doubled = "".join(text * 2 for text in log.splitlines(keepends=True))
    history, plain = track(doubled), track(log)
    assert [(a.code, a.ssid, a.round) for a in history.attempts] == [
        (a.code, a.ssid, a.round) for a in plain.attempts
    ]
    assert history.repeated_lines == 20
    assert {k: m.count for k, m in history.marks.items()} == {
        k: m.count for k, m in plain.marks.items()
    }


# -- credentials -------------------------------------------------------------------


def info(text: str, ms: int = 1000) -> str:
    return line(ms, text, "INFO")


CLEAR = (
    line(1000, "Clearing WiFi credentials", "WARN")
    + info("Clearing enterprise credentials")
    + line(1000, "Trying to set EAP credentials")
    + info("EAP config valid: 0")
    + info("Writing EAP configuration")
)


def words(log: str) -> tuple[int | None, int | None, int | None, int | None]:
    """Where settings were accepted, refused, left without an answer, cleared."""
    history = track(log)
    return (
        history.eap_valid_line,
        history.eap_invalid_line,
        history.eap_unanswered_line,
        history.cleared_line,
    )


def test_settings_accepted_refused_and_without_an_answer() -> None:
    begin = line(1000, "Trying to set EAP credentials")
    assert words(begin + info("EAP config valid: 1")) == (2, None, None, None)
    assert words(begin + info("EAP config valid: 0")) == (None, 2, None, None)
    assert words(begin) == (None, None, 1, None)
    assert words(begin + info("EAP config valid: 0") + begin + info("EAP config valid: 1")) == (
        4,
        None,
        None,
        None,
    )


def test_a_clear_says_nothing_against_the_settings() -> None:
    assert words(CLEAR) == (None, None, None, 2)
    assert words(CLEAR + info("EAP config valid: 1", 1166)) == (6, None, None, 2)
    assert words(CLEAR + info("EAP config valid: 0", 1166)) == (None, 6, None, 2)
    assert words(CLEAR.replace("Trying to set", "Trying to sit")) == (None, None, None, 2)


# -- around them -------------------------------------------------------------------


def test_what_is_counted() -> None:
    history = track(
        "hello\r\ntick\r\n"
        + line(1000, "HTTP get failed", "ERROR", "app")
        + line(1001, "news", "WARN")
        + "RSSI: -61\r\n"
        + '{"net:err":1007}\r\n'
        + "wiced_join_status=0x16\r\n"
        + "Login incorrect (MS-CHAP2-Response is incorrect)\r\n"
        + "end\r\n"
    )
    assert history.levels == {"ERROR", "WARN"}
    assert history.signals == ((5, -61),)
    assert history.vitals == ((6, '{"net:err":1007}'),)
    assert history.status_words == ((7, 0x16),)
    assert set(history.families) == {"wiced-sdk"}
    assert history.server_log["wrong-password"].last_line == 8
    assert history.last_line == 8
    assert history.marks[Kind.RSSI].number == -61
    assert Kind.OTHER not in history.marks
