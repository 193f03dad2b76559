"""The traps of knowledge.md section 6: false diagnoses that a naive tool makes."""

import pytest

from errorcodes import lookup
from errorcodes.causes import causes
from tests.diagnosis.lines import (
    attempt,
    burst,
    chances,
    diagnose,
    found,
    line,
    observed,
    plan,
)
from tests.diagnosis.lines import (
    causes as ranked,
)

UP = attempt(1000, None) + line(5000, "Bringing WiFi interface up with DHCP")
RANGE = {"weak-signal", "network-not-found", "five-ghz-only"}
IDENTITY = {"outer-identity-rejected", "realm-missing", "credentials-rejected"}


def test_t1_dhcp_fail_after_a_join_error_is_no_dhcp_problem() -> None:
    """It is printed after every failure."""
    after = line(9000, "DHCP fail, ARM_WLAN_WD 4", category="system")
    trap = diagnose(burst(1025, 1025, 1006) + after, "--eap", "peap")
    assert trap.stage == "join"
    assert "no-address" not in observed(trap)
    assert "dhcp-failed" not in ranked(trap)[:3]
    assert "dhcp-line-misleading" in found(trap)
    real = diagnose(UP + line(20_000, "DHCP fail, ARM_WLAN_WD 4", category="system"))
    assert real.stage == "address"
    assert ranked(real)[0] == "dhcp-failed"
    assert "dhcp-line-misleading" not in found(real)


def test_t2_config_valid_0_during_a_clear_is_normal() -> None:
    clear = (
        line(5603, "Clearing enterprise credentials")
        + line(5684, "EAP config valid: 0")
        + line(5684, "Writing EAP configuration")
    )
    assert "eap-config-invalid" not in observed(diagnose(clear))
    assert diagnose(clear).verdict.value != "fault"
    refused = line(5603, "Trying to set EAP credentials", "TRACE") + line(
        5684, "EAP config valid: 0"
    )
    assert "eap-config-invalid" in observed(diagnose(refused))
    assert ranked(diagnose(refused))[0] in ("credentials-not-stored", "client-certificate-unusable")


def test_t3_1004_at_once_is_no_rejected_password() -> None:
    trap = diagnose(burst(1004, 1004, 1004, took=7, enterprise=False))
    assert "junk-network-slot" in found(trap)
    assert "failed-at-once" in observed(trap)
    assert ranked(trap)[0] == "stored-credentials-corrupt"
    assert chances(trap).get("wrong-passphrase", 0) < chances(trap)["stored-credentials-corrupt"]
    assert not set(ranked(trap)[:2]) & IDENTITY


def test_t4_1006_is_not_simply_a_refused_password() -> None:
    """A block list, a full access point and the edge of the cell give the same code."""
    told = diagnose("", "--code", "1006")
    share = chances(told)
    assert share["credentials-rejected"] < 0.5
    assert share.get("weak-signal", 0) > 0.01
    assert share.get("association-refused", 0) + share.get("mac-filtered", 0) > 0.02
    assert all(probability < 0.5 for probability in share.values())


def test_t5_1024_in_a_burst_is_not_range() -> None:
    mixed = diagnose(burst(1025, 1006, 1024, 1025), "--eap", "peap")
    assert "range-not-main" in found(mixed)
    assert ranked(mixed)[0] not in RANGE
    assert chances(mixed).get("weak-signal", 0) < 0.2
    alone = diagnose(burst(1024, 1024, 1024, took=7000))
    assert ranked(alone)[0] in RANGE
    assert "range-not-main" not in found(alone)
    mostly = diagnose(burst(1024, 1024, 1006, 1024, took=7000))
    assert set(ranked(mostly)[:2]) & RANGE


def test_t6_1003_is_not_out_of_range() -> None:
    told = diagnose("", "--code", "1003")
    assert "code-1003-unsupported" in found(told)
    assert ranked(told)[:1] != ["weak-signal"]
    assert chances(told).get("weak-signal", 0) < 0.2
    (code,) = lookup(1003, "join")
    assert "range" not in code.meaning.lower()
    assert "range" in code.not_meaning.lower()


@pytest.mark.parametrize("reading", ["2", "0", "127"])
def test_t7_a_positive_rssi_is_an_error_marker(reading: str) -> None:
    told = diagnose("", "--code", "1024", "--fact", f"rssi={reading}")
    assert "rssi-error-marker" in observed(told)
    assert not {"rssi-good", "rssi-poor"} & observed(told)
    assert "rssi-marker" in found(told)
    assert "rssi-good" in observed(diagnose("", "--code", "1024", "--fact", "rssi=-50"))
    assert "rssi-poor" in observed(diagnose("", "--code", "1024", "--fact", "rssi=-85"))


def test_t8_each_code_belongs_to_the_network_before_it() -> None:
    log = ""
    for i in range(3):
        log += attempt(1000 + i * 10_000, 1025, 800, "Campus")
        log += attempt(3000 + i * 10_000, 1024, 6000, "OldHome", enterprise=False)
    trap = diagnose(log, "--eap", "peap")
    assert [(a.ssid, a.code) for a in trap.attempts] == [("Campus", 1025), ("OldHome", 1024)] * 3
    assert "several-networks" in found(trap)
    assert "mix-only-1025" in observed(trap)
    assert ranked(trap)[0] not in RANGE


@pytest.mark.parametrize(
    ("text", "category", "level"),
    [
        ("Cloud handshake failed, code=16", "system", "WARN"),
        ("Cloud socket connection failed: -210", "system", "WARN"),
        ("SET_SSID status=1", "app", "INFO"),
    ],
)
def test_t9_other_number_spaces_are_no_join_codes(text: str, category: str, level: str) -> None:
    log = UP + line(6000, "CLR_WLAN_WD 1, DHCP success", category="system")
    trap = diagnose(log + line(9000, text, level, category))
    assert trap.stage != "join"
    assert [a.code for a in trap.attempts if a.code] == []
    assert not {"mix-only-1006", "code-chip-refused"} & observed(trap)
    assert not set(ranked(trap)[:3]) & IDENTITY
    if "16" in text:
        assert "not-a-join-code" in found(trap)
        assert ranked(trap)[0] == "cloud-keys"


@pytest.mark.parametrize("code", [2, 4, 5, 8, 10, 15, 23])
def test_t10_a_result_below_1000_is_no_eap_or_802_11_reason(code: int) -> None:
    trap = diagnose(burst(code, code, code, took=5000), "--eap", "peap")
    assert {c.family for c in lookup(code, "join")} <= {"wiced", "wwd"}
    assert not {"mix-only-1006", "mix-only-1025", "code-eap-failure"} & observed(trap)
    assert "mix-authentication" not in observed(trap)


def test_t10_result_2_speaks_of_the_chip() -> None:
    trap = diagnose(burst(2, 2, 2, took=5000), "--eap", "peap")
    assert "code-chip-silent" in observed(trap)
    assert not set(ranked(trap)[:2]) & IDENTITY


def test_t11_supplicant_success_is_not_joined() -> None:
    log = attempt(1000, None)
    log += line(1900, "EAP supplicant completed successfully", "DEBUG", "wiced")
    log += line(8030, "wiced_join_ap_specific(), result: 1007", "ERROR")
    trap = diagnose(log, "--eap", "peap", "--device-os", "1.0.0")
    assert trap.verdict.value == "fault"
    assert trap.stage == "join"
    told = diagnose(log, "--eap", "peap", "--device-os", "1.0.0", "--fact", "server-log=accept")
    assert "supplicant-success-not-joined" in found(told)
    assert ranked(told)[0] == "tls12-key-derivation"


def test_t12_a_working_phone_proves_little() -> None:
    """It rules nothing out, and does not make the device itself the suspect."""
    name = "credentials-work-elsewhere"
    for cause in causes().values():
        assert name not in cause.rules_out, cause.id
    base = ("--code", "1025,1006", "--eap", "peap", "--elapsed", "1s", "--outer-identity", "")
    before = diagnose("", *base)
    after = diagnose("", *base, "--fact", "credentials-elsewhere=work")
    assert name in observed(after)
    assert ranked(after)[0] == ranked(before)[0]
    assert "hardware-fault" not in ranked(after)[:3]
    assert plan(after)[0] == plan(before)[0]


def test_the_code_changes_from_try_to_try_and_the_answer_does_not() -> None:
    """Knowledge 0.2: the burst is diagnosed, not the last line of it."""
    orders = [(1025, 1025, 1006), (1006, 1025, 1025), (1025, 1006, 1025)]
    answers = {tuple(ranked(diagnose(burst(*order), "--eap", "peap"))) for order in orders}
    assert len(answers) == 1
