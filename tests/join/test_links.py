"""What becomes of a join that succeeded."""

import pytest

from diag.join import LinkUp
from tests.join.lines import attempt, joining, line, prepared, system, track, up

ADDRESS = system(10_000, "CLR_WLAN_WD 1, DHCP success")
NO_ADDRESS = system(10_000, "DHCP fail, ARM_WLAN_WD 4")
LOST = system(20_000, "ARM_WLAN_WD 3")


def connected(ms: int) -> str:
    return system(ms, "Cloud connected")


def trouble(ms: int) -> str:
    return line(ms, "Cloud socket connection failed: -1", "WARN", "system")


def links(log: str) -> list[LinkUp]:
    """The joins that succeeded."""
    return list(track(log).links)


def test_an_address() -> None:
    (link,) = links(joining(1000) + up(2000) + ADDRESS)
    assert (link.line, link.ms, link.address_line, link.failed_line) == (3, 2000, 4, None)


@pytest.mark.parametrize(
    "sign",
    [
        system(5000, "Cloud: connecting"),
        trouble(5000),
        connected(5000),
        line(5000, "Handshake failed: 16", "ERROR", "comm.protocol"),
        line(5000, "Internet test failed: DNS", "WARN", "system"),
    ],
)
def test_what_needs_an_address_shows_one(sign: str) -> None:
    (link,) = links(up(2000) + sign)
    assert link.address_line == 2


def test_no_address() -> None:
    (link,) = links(up(2000) + NO_ADDRESS)
    assert (link.address_line, link.failed_line) == (None, 2)


def test_a_failed_join_is_no_matter_of_addresses() -> None:
    # After a join that failed the same words are printed (knowledge T1).
    assert links(attempt(1000, 1025) + NO_ADDRESS) == []
    (link,) = links(up(500) + ADDRESS + attempt(1000, 1025) + NO_ADDRESS)
    assert link.failed_line is None


def test_words_about_addresses_after_one_was_had() -> None:
    (link,) = links(up(2000) + ADDRESS + NO_ADDRESS)
    assert (link.address_line, link.failed_line) == (2, None)


@pytest.mark.parametrize("again", [joining(17_050), prepared(17_050)])
def test_a_rejoin_when_the_wait_for_an_address_is_over(again: str) -> None:
    (link,) = links(joining(1000) + up(2000) + again)
    assert (link.rejoin_line, link.rejoin_after_ms, link.address_line) == (4, 15_050, None)


def test_a_rejoin_without_times() -> None:
    (link,) = links("[hal.wlan] INFO: Bringing WiFi interface up with DHCP\n" + joining(9000))
    assert (link.rejoin_line, link.rejoin_after_ms) == (2, None)


def test_a_link_that_is_lost() -> None:
    (link,) = links(up(2000) + ADDRESS + LOST + joining(22_500))
    assert (link.lost_line, link.rejoin_line) == (3, None)
    (link,) = links(up(2000) + system(2001, "ARM_WLAN_WD 2"))
    assert link.lost_line is None


def test_what_follows_a_lost_link_is_not_its() -> None:
    (link,) = links(up(2000) + ADDRESS + connected(12_000) + LOST + trouble(20_100))
    assert (link.cloud_line, link.cloud_trouble_line, link.failed_line) == (3, None, None)


def test_a_link_that_comes_back() -> None:
    first, second = links(up(2000) + LOST + up(23_000) + connected(24_000))
    assert (first.lost_line, first.cloud_line) == (2, None)
    assert (second.line, second.cloud_line) == (3, 4)


def test_a_link_whose_return_only_the_system_shows() -> None:
    first, second = links(
        joining(1000)
        + up(2000)
        + LOST
        + system(25_000, "CLR_WLAN_WD 1, DHCP success")
        + connected(26_000)
    )
    assert first.lost_line == 4
    assert (second.line, second.how, second.ssid) == (5, "unknown", "net")
    assert (second.address_line, second.cloud_line, second.lost_line) == (5, 6, None)


def test_trouble_with_the_cloud_then_none() -> None:
    (link,) = links(up(2000) + trouble(3000))
    assert (link.cloud_trouble_line, link.cloud_line) == (2, None)
    (link,) = links(up(2000) + trouble(3000) + connected(4000))
    assert (link.cloud_trouble_line, link.cloud_line) == (None, 3)
    (link,) = links(
        up(2000)
        + trouble(3000)
        + connected(4000)
        + line(5000, "Event loop error 1", "ERROR", "comm.protocol")
    )
    assert (link.cloud_trouble_line, link.cloud_line) == (4, 3)


def test_a_log_that_begins_after_the_join() -> None:
    (link,) = links(system(9000, "Cloud: connecting") + trouble(9100))
    assert (link.how, link.ssid, link.address_line, link.cloud_trouble_line) == (
        "unknown",
        None,
        1,
        2,
    )


def test_a_restart_begins_a_new_link() -> None:
    first, second = links(joining(8000, "a") + up(9000) + ADDRESS + connected(500))
    assert (first.cloud_line, first.boot) == (None, 0)
    assert (second.cloud_line, second.boot, second.how) == (5, 1, "unknown")
