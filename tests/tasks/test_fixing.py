"""The closed loop on simulated devices: what it proposes, writes, proves and leaves alone."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from diag.device.serial_port import SerialTransport
from diag.device.transport import DeviceError
from diag.diagnosis import Verdict
from diag.diagnosis.plan import AUTOMATIC
from diag.recording import Header, Origin, Reader, Recorder
from diag.session import Session
from diag.simulator import Photon, scenario
from diag.stream import Item
from diag.tasks.fixing import Doubted, End, FixAnswer, FixStep, Proposed, Result, Wanted, Wrote, fix
from diag.tasks.listening import enter_listening
from diag.tasks.live import Live
from diag.tasks.opened import Device
from diag.tasks.remedies import Field, changes, remedies
from diag.tasks.simulating import Simulated, SimulatedUser, profile_of, simulate
from errorcodes.fixes import fixes
from tests.device.paced import Paced

RELEASES = ("0.7.0", "1.5.2", "2.3.1", "3.3.1")
SPEED = 25.0


def simulated(name: str, release: str = "1.5.2", seed: int = 0, **options: Any) -> Simulated:
    return simulate(Photon(scenario(name), release=release, seed=seed), **options)


def play(
    one: Simulated,
    answer: Callable[[FixStep], FixAnswer] | None = None,
    **options: Any,
) -> tuple[Result, list[FixStep]]:
    """Play a fix to its end; return the result and every step."""
    answer = answer or SimulatedUser(one).answer
    stored = one.stored or one.user
    assert stored is not None
    steps = fix(one.device, stored, **options)
    passed: list[FixStep] = []
    given: FixAnswer = None
    while True:
        try:
            step = steps.send(given)
        except StopIteration as end:
            return end.value, passed
        passed.append(step)
        given = answer(step)


@pytest.mark.parametrize("usb", [True, False])
@pytest.mark.parametrize("release", RELEASES)
def test_the_outer_identity_is_set_and_the_device_connects(release: str, usb: bool) -> None:
    one = simulated("nps-outer-identity", release, usb=usb)
    result, steps = play(one)
    assert result.end is End.CURED
    assert result.cured_by is not None
    assert result.cured_by.fix.id == "set-outer-identity-to-username"
    assert result.before.verdict is Verdict.FAULT
    assert result.after.verdict is Verdict.NO_FAULT
    assert result.seconds is not None
    assert 0 < result.seconds < 30
    assert one.photon.connected
    assert one.photon.stored is not None
    assert one.user is not None
    assert one.photon.stored.outer_identity.decode() == one.user.username
    proposed = [step for step in steps if isinstance(step, Proposed)]
    assert [(c.name, c.before) for c in proposed[0].changes] == [("outer identity", "(blank)")]


@pytest.mark.parametrize("release", RELEASES)
def test_over_a_pseudo_terminal_as_over_any_port(release: str) -> None:
    """Fails, is diagnosed, is set right through the dialogue, connects; by pyserial alone."""
    pty = pytest.importorskip("diag.simulator.pty", reason="no pseudo-terminals here")
    photon = Photon(scenario("nps-outer-identity"), release=release, seed=1)
    told = profile_of(photon.scenario.stored[0])
    with pty.PtyPhoton(photon, speed=SPEED) as served:
        live = Live(Paced(SerialTransport(served.wait_plugged()), SPEED))
        try:
            steps = fix(Device(live), told)
            answer: FixAnswer = None
            while True:
                try:
                    step = steps.send(answer)
                except StopIteration as end:
                    result: Result = end.value
                    break
                answer = True if isinstance(step, Proposed) else None
        finally:
            live.close()
        assert result.end is End.CURED
        with served.locked() as device:
            assert device.connected


def test_nothing_is_written_without_a_yes() -> None:
    one = simulated("nps-outer-identity")
    result, steps = play(one, lambda _: False)
    assert result.end is End.NOTHING_LEFT
    assert not any(isinstance(step, Wrote) for step in steps)
    assert one.photon.prompts == []
    assert result.held
    assert one.photon.listening


def test_what_works_is_left_alone() -> None:
    one = simulated("all-well")
    result, steps = play(one)
    assert result.end is End.WELL
    assert not result.held
    assert not any(isinstance(step, Proposed | Wrote) for step in steps)
    assert one.photon.prompts == []


def test_it_goes_down_the_plan_until_it_connects() -> None:
    one = simulated("wrong-password")
    result, steps = play(one)
    assert result.end is End.CURED
    assert result.cured_by is not None
    assert result.cured_by.fix.id == "re-enter-password"
    wanted = [step.field for step in steps if isinstance(step, Wanted)]
    assert Field.PASSWORD in wanted
    tried = [step.fix.id for step in result.tried]
    assert len(tried) == len(set(tried)), "no fix is tried twice"


def test_an_answer_that_is_not_given_skips_the_fix() -> None:
    one = simulated("wrong-password")

    def answer(step: FixStep) -> FixAnswer:
        return True if isinstance(step, Proposed) else None

    result, steps = play(one, answer)
    assert result.end is End.NOTHING_LEFT
    assert "re-enter-password" not in [s.step.fix.id for s in steps if isinstance(s, Proposed)]


def test_it_stops_at_its_limit_of_changes() -> None:
    one = simulated("policy-refused")
    result, steps = play(one, writes=1)
    assert result.end is End.LIMIT
    assert sum(isinstance(step, Wrote) for step in steps) == 1
    assert one.photon.listening


def test_the_device_does_not_retry_while_a_person_decides() -> None:
    one = simulated("wrong-password-lockout")
    joins: list[int] = []

    def answer(step: FixStep) -> FixAnswer:
        if isinstance(step, Proposed):
            before = one.device.live.session.history().attempt_count
            one.device.live.watch(600.0)
            joins.append(one.device.live.session.history().attempt_count - before)
            return False
        return None

    play(one, answer)
    assert joins
    assert set(joins) == {0}


def test_without_holding_it_is_let_go() -> None:
    one = simulated("policy-refused")
    result, _ = play(one, lambda _: False, hold=False)
    assert not result.held
    assert not one.photon.listening


def test_what_the_checks_refuse_is_shown_and_not_written() -> None:
    one = simulated("nps-outer-identity")
    result, steps = play(one, objections=lambda _: ("No user name: it is blank",))
    assert isinstance(steps[0], Doubted)
    proposed = [step for step in steps if isinstance(step, Proposed)]
    assert proposed
    assert all(step.objections for step in proposed)
    assert result.end is End.NOTHING_LEFT
    assert one.photon.prompts == []


def test_a_change_that_is_only_a_test_is_not_called_a_cure() -> None:
    one = simulated("sha1-chain")
    result, _ = play(one)
    assert one.photon.connected
    assert result.end is End.SHOWN
    assert result.cured_by is not None
    assert result.cured_by.fix.id == "remove-root-ca-to-test"


@pytest.mark.parametrize("release", ["1.5.2", "3.3.1"])
def test_a_device_without_networks_is_given_its_settings(release: str) -> None:
    one = simulated("no-credentials", release)
    result, _ = play(one)
    assert result.end is End.CURED
    assert one.photon.connected


@pytest.mark.parametrize(
    ("name", "release"),
    [
        ("account-locked", "1.5.2"),
        ("radius-unreachable", "2.3.1"),
        ("out-of-range", "0.7.0"),
        ("dhcp-pool-empty", "3.3.1"),
        ("captive-portal", "1.5.2"),
        ("cloud-blocked", "2.3.1"),
        ("low-heap", "1.5.2"),
        ("radio-wedged", "1.5.2"),
    ],
)
def test_what_cannot_be_cured_from_the_device_is_said_to_be_so(name: str, release: str) -> None:
    one = simulated(name, release)
    result, _ = play(one)
    assert result.end in (End.NOTHING_LEFT, End.LIMIT)
    assert not one.photon.connected
    assert any(step.fix.who == "network-administrator" or step.fix.id not in remedies()
               for step in result.after.plan)  # fmt: skip


def test_the_recording_gives_the_same_verdict_and_holds_no_password(tmp_path: Path) -> None:
    path = tmp_path / "fix.cast"
    photon = Photon(scenario("nps-outer-identity"), release="2.3.1")
    one = simulate(photon)
    recorder = Recorder.create(path, Header(Origin.SIMULATED))
    live = Live(one.device.live.link.transport, recorder=recorder)
    again = Simulated(Device(live, one.device.control), photon, one.stored, one.user)
    result, _ = play(again)
    live.close()
    with path.open("rb") as file:
        items: list[Item] = list(Reader(file))
    replayed = Session().feed_all(items).diagnosis()
    assert replayed.verdict is result.after.verdict is Verdict.NO_FAULT
    assert one.user is not None
    assert one.user.password.reveal().encode() not in path.read_bytes()


# -- remedies ----------------------------------------------------------------------------------


def test_remedies_are_the_fixes_whose_action_is_automatic_both_ways() -> None:
    automatic = {fix.id for fix in fixes().values() if fix.action in AUTOMATIC}
    assert set(remedies()) == automatic - {"read-vitals"}, "vitals are read without being asked"


def test_changes_show_no_secret() -> None:
    before = profile_of(scenario("wrong-password").stored[0])
    user = scenario("wrong-password").user
    assert user is not None
    shown = repr(changes(before, profile_of(user)))
    assert "password" in shown
    for secret in (before.password, profile_of(user).password):
        assert secret.reveal() not in shown


# -- applications that print nothing (device-facts 11.3) ---------------------------------------

SILENT = ("0.7.0", "1.5.2", "2.3.1", "3.3.1")


def tinker(name: str, release: str, usb: bool) -> Simulated:
    return simulate(Photon(scenario(name), release=release, app="tinker"), usb=usb)


@pytest.mark.parametrize("usb", [True, False])
@pytest.mark.parametrize("release", SILENT)
def test_a_healthy_silent_device_is_left_connected(release: str, usb: bool) -> None:
    one = tinker("all-well", release, usb)
    result, steps = play(one)
    assert not any(isinstance(step, Wrote) for step in steps)
    assert result.end in (End.WELL, End.UNDECIDED)
    if result.end is End.WELL:
        one.device.live.watch(60.0)
        assert one.photon.connected
        assert not result.held


@pytest.mark.parametrize("usb", [True, False])
@pytest.mark.parametrize("release", SILENT)
@pytest.mark.parametrize("name", ["nps-outer-identity", "wrong-password"])
def test_a_cure_of_a_silent_device_is_seen(name: str, release: str, usb: bool) -> None:
    one = tinker(name, release, usb)
    result, _ = play(one)
    assert result.end is End.CURED
    one.device.live.watch(60.0)
    assert one.photon.connected
    assert not one.photon.listening


@pytest.mark.parametrize("name", ["cloud-blocked", "captive-portal"])
def test_a_silent_device_without_the_cloud_is_not_called_fine(name: str) -> None:
    result, _ = play(tinker(name, "2.3.1", True))
    assert result.end is not End.WELL


def test_a_device_found_half_way_is_not_answered_blindly() -> None:
    one = simulated("all-well")
    live = one.device.live
    live.link.touch(28800)
    live.watch(3.0)
    for typed in (b"w", b"CampusWLAN\n"):
        live.link.write(typed)
        live.watch(15.0)
    with pytest.raises(DeviceError, match="RESET"):
        enter_listening(one.device)
    assert one.photon.prompts[-1].answer.strip(b"c~\x7f") == b""
