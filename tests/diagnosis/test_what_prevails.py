"""The log against what is told, the present against the past."""

from diag.diagnosis import Verdict
from tests.diagnosis.lines import attempt, burst, diagnose, line


def ids(diagnosis: object) -> set[str]:
    return {found.id for found in diagnosis.findings}


def test_the_release_a_log_names_prevails_and_it_is_told() -> None:
    log = "system firmware version: 1.5.2\r\n" + burst(1025, 1025)
    found = diagnose(log, "--device-os", "0.9.0", "--eap", "peap")
    assert found.release == "1.5.2"
    assert "facts-disagree" in ids(found)


def test_supplicant_lines_disprove_a_personal_network() -> None:
    found = diagnose(burst(1025, 1025), "--eap", "none")
    assert "facts-disagree" in ids(found)
    assert "network-enterprise" in {item.id for item in found.observed}


def test_a_restart_ends_what_was_connected() -> None:
    up = line(3000, "Bringing WiFi interface up with DHCP")
    cloud = line(5000, "Cloud connected", category="system")
    assert diagnose(up + cloud).verdict is Verdict.NO_FAULT
    after = diagnose(up + cloud + line(10, "setup", category="app"))
    assert after.verdict is Verdict.INSUFFICIENT
    assert "device-restarted" in ids(after)


def test_without_any_result_finding_out_comes_before_trying() -> None:
    told = ("--led", "green blinking", "--eap", "peap", "--device-os", "2.3.1")
    assert diagnose("", *told).plan[0].fix.id == "read-vitals"
    assert diagnose(burst(1025, 1025), "--eap", "peap").plan[0].chance > 0


def test_an_earlier_success_counts_only_until_the_settings_change() -> None:
    joined = attempt(1000, None) + line(3000, "Bringing WiFi interface up with DHCP")
    later = "".join(attempt(90_000 + 1300 * i, 1025) for i in range(3))
    changed = line(80_000, "EAP config valid: 1")
    assert "joined-earlier" in {o.id for o in diagnose(joined + later).observed}
    assert "joined-earlier" not in {o.id for o in diagnose(joined + changed + later).observed}
