"""A log without end needs no memory without end; a copy goes its own way."""

import pickle

from diag.join import JoinTracker
from diag.join.links import LinkTrack
from diag.log import LogReader, reader
from tests.join.lines import attempt, failed, joining, system, track, up


def _attempts(begin: int, end: int) -> str:
    """Attempts at ever new networks, with readings, vitals and links in between."""
    text = ""
    for i in range(begin, end):
        ms = 1000 + 900 * i
        text += joining(ms, f"network {i}") + failed(ms + 500, 1025)
        if i % 10 == 0:
            text += (
                f'RSSI: -{i % 90}\r\n{{"net:err":{i}}}\r\ntick {i}\r\nwiced_join_status=0x16\r\n'
            )
            text += up(ms + 510) + system(ms + 511, "CLR_WLAN_WD 1, DHCP success")
    return text


def test_fifty_thousand_attempts() -> None:
    log, tracker = LogReader(), JoinTracker()
    tracker.feed(log.feed(_attempts(0, 5_000).encode()))
    before = len(pickle.dumps(tracker))
    for begin in range(5_000, 50_000, 5_000):
        tracker.feed(log.feed(_attempts(begin, begin + 5_000).encode()))
    history = tracker.history()
    assert len(history.attempts) == JoinTracker.KEPT
    assert history.attempts[-1].ssid == "network 49999"
    # An interface that comes up after a failure is one more attempt.
    assert history.attempt_count == history.attempts[-1].number == 55_000
    assert len(history.links) == LinkTrack.KEPT
    for kept in (history.signals, history.vitals, history.status_words):
        assert len(kept) == JoinTracker.KEPT_READINGS
    assert len(pickle.dumps(tracker)) < before * 1.1
    assert len(reader._memo) <= reader._MEMO_SIZE


def test_ever_new_networks_in_one_burst_and_ever_new_restarts() -> None:
    log = "".join(joining(1000 + i, f"network {i}") for i in range(3_000))
    tracker = JoinTracker()
    assert len(track(log, tracker).attempts) == JoinTracker.KEPT
    assert len(tracker._attempts._rounds) <= JoinTracker.KEPT
    restarts = track("".join(joining(5_000) + joining(10) for _ in range(300))).restart_lines
    assert len(restarts) == JoinTracker.KEPT_READINGS


def test_the_open_attempt_counts_among_those_kept() -> None:
    history = track(_attempts(1, 450) + joining(900_000, "last"))
    assert len(history.attempts) == JoinTracker.KEPT
    assert history.attempts[-1].ssid == "last"


def test_a_copy_goes_its_own_way() -> None:
    tracker = JoinTracker()
    begun = (
        attempt(1000, 1025)
        + 'RSSI: -60\r\n{"net:err":1}\r\nbcmf_x\r\nwiced_join_status=0x16\r\n'
        + "no shared cipher\r\n0000002200 [hal.wlan] TRACE: Trying to set EAP credentials\r\n"
        + up(2250)
        + joining(2300, "open")
    )
    before = track(begun, tracker)
    twin = tracker.copy()
    assert twin.history() == before
    more = (
        failed(2500, 1006)
        + attempt(10, 1007, ssid="other")
        + 'RSSI: -80\r\n{"net:err":2}\r\ncyw43\r\nwiced_join_status=0x1\r\nunknown CA\r\n'
        + "Alert read:fatal:unknown CA\r\n0000002200 [hal.wlan] INFO: EAP config valid: 1\r\n"
        + "0000002300 [app] WARN: note\r\n"
        + up(2400)
        + system(2500, "Cloud connected")
    )
    ahead = track(more, tracker)
    assert ahead != before
    assert twin.history() == before
    assert track(more, twin) == ahead
