"""What must hold whatever the weights are: the blank outer identity, hardware, cancelling."""

from itertools import chain, combinations
from typing import Final

import pytest

from diag.diagnosis import outer_identity_shape
from errorcodes.fixes import fixes
from tests.diagnosis.lines import (
    attempt,
    burst,
    causes,
    chances,
    diagnose,
    facts,
    found,
    line,
    observed,
    plan,
)

JOIN_CODES: Final = (1004, 1006, 1007, 1023, 1024, 1025, 1055, 1062)
USERNAME: Final = "set-outer-identity-to-username"
REALM: Final = "set-outer-identity-with-realm"
EARLY: Final = ("--eap", "peap", "--elapsed", "800ms", "--outer-identity", "")


@pytest.mark.parametrize("eap", [(), ("--eap", "peap"), ("--eap", "none")])
def test_hardware_never_leads_on_join_codes_alone(eap: tuple[str, ...]) -> None:
    """A bad unit is what is left when everything else is ruled out."""
    subsets = chain.from_iterable(
        combinations(JOIN_CODES, size) for size in range(1, len(JOIN_CODES) + 1)
    )
    for subset in subsets:
        told = diagnose("", "--code", ",".join(map(str, subset)), *eap)
        assert causes(told)[:1] != ["hardware-fault"], subset


@pytest.mark.parametrize("code", [*JOIN_CODES, 1061, 1063, 1064])
@pytest.mark.parametrize("elapsed", ["5ms", "800ms", "7s"])
def test_hardware_never_leads_on_a_code_and_its_time(code: int, elapsed: str) -> None:
    told = diagnose("", "--code", str(code), "--elapsed", elapsed)
    assert causes(told)[:1] != ["hardware-fault"]


# -- the blank outer identity ----------------------------------------------------------


@pytest.mark.parametrize("codes", ["1025", "1006", "1006,1025", "1025,1007", "1025,1006,1024"])
@pytest.mark.parametrize(
    "more", [(), ("--server", "nps"), ("--server", "freeradius"), ("--server", "ise")]
)
@pytest.mark.parametrize("version", ["0.7.0", "1.4.4", "1.5.2", "2.3.1"])
def test_blank_outer_identity_comes_first(codes: str, more: tuple[str, ...], version: str) -> None:
    told = diagnose("", "--code", codes, *EARLY, *more, "--device-os", version)
    assert plan(told)[0] == USERNAME


def test_anonymous_is_what_blank_sends() -> None:
    """Setting it to "anonymous" by hand changes nothing."""
    assert outer_identity_shape("") == outer_identity_shape("anonymous") == "blank"
    blank = diagnose("", "--code", "1025", *EARLY)
    by_hand = ("--eap", "peap", "--elapsed", "800ms", "--outer-identity", "anonymous")
    assert diagnose("", "--code", "1025", *by_hand) == blank


@pytest.mark.parametrize("codes", ["1025", "1006", "1006,1025"])
@pytest.mark.parametrize("how", [("--eduroam",), ()])
def test_on_eduroam_the_realm_comes_first(codes: str, how: tuple[str, ...]) -> None:
    log = (
        ""
        if how
        else "".join(
            attempt(1000 + i * 2000, int(code), ssid="eduroam")
            for i, code in enumerate(codes.split(","))
        )
    )
    given = ("--code", codes, *EARLY) if how else ("--eap", "peap", "--outer-identity", "")
    told = diagnose(log, *given, *how)
    assert "eduroam" in observed(told)
    assert plan(told)[0] == REALM
    assert causes(told)[0] == "realm-missing"


def test_not_again_when_it_was_tried() -> None:
    told = diagnose("", "--code", "1025", *EARLY, "--tried", USERNAME)
    before = diagnose("", "--code", "1025", *EARLY)
    assert USERNAME not in plan(told)
    assert chances(told)["outer-identity-rejected"] < chances(before)["outer-identity-rejected"]
    both = diagnose("", "--code", "1025", *EARLY, "--eduroam", "--tried", REALM)
    assert REALM not in plan(both)


def test_not_when_it_equals_the_username_or_nothing_says_peap() -> None:
    same = ("--code", "1025", "--eap", "peap", "--fact", "outer-identity=is-username")
    assert USERNAME not in plan(diagnose("", *same))
    assert USERNAME not in plan(diagnose("", "--code", "1025", "--eap", "none"))


def test_it_is_worded_as_probable_and_warns_that_the_name_goes_in_clear() -> None:
    told = diagnose("", "--code", "1025", *EARLY, "--server", "nps")
    lead = told.causes[0]
    assert lead.id == "outer-identity-rejected"
    assert lead.probability < 0.9
    assert lead.confidence in ("vendor", "reported", "inferred")
    assert "likely" in lead.summary or "probabl" in lead.summary
    assert "clear" in fixes()[USERNAME].caution


def test_an_identity_is_kept_as_its_shape_only() -> None:
    told = diagnose("", "--code", "1025", "--outer-identity", "alice@example.org")
    assert facts(told)["outer-identity"] == "with-realm"
    assert "alice" not in repr(told)


# -- cancelled attempts, vitals -------------------------------------------------------


def cancelled(begin: int, code: int) -> str:
    text = attempt(begin, None)
    text += line(begin + 900, "connect cancel", "TRACE")
    text += line(begin + 920, f"wiced_join_ap_specific(), result: {code}", "ERROR")
    return text + line(begin + 921, "Stopping supplicant", "TRACE")


@pytest.mark.parametrize("code", [10, 1006, 1025, 1024])
def test_a_cancelled_attempt_is_no_evidence(code: int) -> None:
    alone = diagnose(cancelled(1000, code), "--eap", "peap")
    assert "attempt-cancelled" in found(alone)
    assert alone.verdict.value == "insufficient"
    assert not {name for name in observed(alone) if name.startswith(("mix-", "code-", "thrown"))}
    assert alone.causes == ()

    log = burst(1007, 1007, took=7000)
    plain = diagnose(log, "--eap", "peap")
    stopped = diagnose(log + cancelled(30_000, code), "--eap", "peap")
    assert observed(stopped) == observed(plain)
    assert chances(stopped) == chances(plain)


@pytest.mark.parametrize("code", [1006, 1007, 1024, 1025])
def test_the_vitals_keep_the_last_join_code(code: int) -> None:
    """For releases that print nothing of the join."""
    vitals = f'{{"net:stat":2,"net:err":{code},"net:connatt":9,"net:dconnrsn":0}}\r\n'
    read = diagnose(vitals, "--device-os", "2.3.1", "--eap", "peap")
    told = diagnose("", "--code", str(code), "--device-os", "2.3.1", "--eap", "peap")
    assert [a.code for a in read.attempts] == [code]
    assert read.verdict.value == "fault"
    assert causes(read) == causes(told)


def test_the_vitals_of_a_connected_device_are_old_news() -> None:
    """The code outlives a later success."""
    vitals = '{"net:stat":4,"net:err":1025,"net:connatt":3}\r\n'
    read = diagnose(vitals, "--device-os", "2.3.1")
    assert read.verdict.value == "no-fault"
    assert read.attempts == ()
    assert "net-err-outlives-success" in found(read)


@pytest.mark.parametrize("err", ["0", "-1", "true", '"1025"', "{}", "1e3", "null"])
def test_vitals_without_a_usable_code_bring_none(err: str) -> None:
    read = diagnose(f'{{"net:stat":2,"net:err":{err},"net:connatt":9}}\r\n')
    assert read.attempts == ()


def test_a_log_prevails_over_the_vitals_and_over_told_codes() -> None:
    vitals = '{"net:stat":2,"net:err":1024,"net:connatt":9}\r\n'
    read = diagnose(vitals + burst(1025, 1025), "--code", "1007")
    assert [a.code for a in read.attempts] == [1025, 1025]
