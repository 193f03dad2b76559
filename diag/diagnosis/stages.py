"""How far the device gets: credentials, supplicant, join, address, cloud."""

from enum import StrEnum
from typing import Final

from diag.diagnosis.case import Case
from diag.join import Outcome
from diag.log import Kind

STAGES: Final = ("credentials", "supplicant", "join", "address", "cloud")


LED_CLOUD: Final = frozenset(
    {
        "led-orange-1-blink",
        "led-orange-2-blinks",
        "led-orange-3-blinks",
        "led-red-1-blink",
        "led-magenta-1-blink",
    }
)
"""LED states that say the cloud connection failed (device-facts 8.2; knowledge 5)."""
_LED_ADDRESSED: Final = frozenset(
    {"led-cyan-blinking", "led-cyan-blinking-fast", "led-cyan-breathing", "led-green-breathing"}
)
_ADDRESS_KINDS: Final = (Kind.WATCHDOG_ARMED, Kind.ADDRESS_OBTAINED, Kind.BRING_UP_FAILED)


class StageState(StrEnum):
    """What is known of a stage."""

    REACHED = "reached"
    FAILED = "failed"
    NOT_REACHED = "not-reached"
    NOT_OBSERVABLE = "not-observable"
    """This release, or this log, prints nothing of it."""
    UNKNOWN = "unknown"


def stages(case: Case, present: set[str]) -> dict[str, StageState]:
    """Return the state of every stage, in order."""
    found = {
        "credentials": _credentials(case, present),
        "supplicant": _supplicant(case, present),
        "join": _join(case, present),
        "address": _address(case, present),
        "cloud": _cloud(case, present),
    }
    # What a later stage shows, the earlier ones must have passed.
    passed = False
    for name in reversed(STAGES):
        state = found[name]
        if passed and state is not StageState.FAILED and name != "supplicant":
            found[name] = StageState.REACHED
        passed = passed or state is StageState.REACHED
    return found


def failing_stage(states: dict[str, StageState]) -> str | None:
    """The first stage that failed; None when none did."""
    return next((name for name in STAGES if states[name] is StageState.FAILED), None)


def furthest_stage(states: dict[str, StageState]) -> str | None:
    """The last stage reached; None when none is known to be."""
    return next((name for name in reversed(STAGES) if states[name] is StageState.REACHED), None)


def _shows(case: Case, what: str) -> bool:
    return case.visible is None or what in case.visible.shows


def _credentials(case: Case, present: set[str]) -> StageState:
    refused = {
        "eap-config-invalid",
        "eap-config-precheck-failed",
        "console-refused",
        "console-out-of-memory",
        "no-supplicant-for-enterprise",
    }
    if refused & present:
        return StageState.FAILED
    stored = {"eap-config-valid", "console-saved", "supplicant-started", "network-personal"}
    if case.connected or stored & present:
        return StageState.REACHED
    return StageState.UNKNOWN if _shows(case, "hal") else StageState.NOT_OBSERVABLE


def _supplicant(case: Case, present: set[str]) -> StageState:
    if {"supplicant-not-prepared", "supplicant-start-failed"} & present:
        return StageState.FAILED
    if "supplicant-started" in present:
        return StageState.REACHED
    if not _shows(case, "hal"):
        return StageState.NOT_OBSERVABLE
    if case.network is not None and not case.network.enterprise:
        return StageState.NOT_REACHED
    # Supplicant lines are TRACE lines: at INFO nothing is seen of it.
    trace = "TRACE" in case.history.levels
    return StageState.UNKNOWN if trace or not case.attempts else StageState.NOT_OBSERVABLE


def _join(case: Case, present: set[str]) -> StageState:
    if case.connected or "no-address" in present:
        return StageState.REACHED
    if any(a.outcome is Outcome.FAILED for a in case.failures):
        return StageState.FAILED
    if any(a.outcome is Outcome.NO_SUPPLICANT for a in case.failures):
        return StageState.NOT_REACHED
    if "led-green-blinking" in present:
        return StageState.FAILED
    if (LED_CLOUD | _LED_ADDRESSED | {"led-green-blinking-fast"}) & present:
        return StageState.REACHED
    if not _shows(case, "hal"):
        return StageState.NOT_OBSERVABLE
    return StageState.UNKNOWN


def _address(case: Case, present: set[str]) -> StageState:
    if "no-address" in present:
        return StageState.FAILED
    if "address-obtained" in present or (LED_CLOUD | _LED_ADDRESSED) & present:
        return StageState.REACHED
    if "led-green-blinking-fast" in present:
        return StageState.FAILED
    if case.failures and not case.connected:
        return StageState.NOT_REACHED
    if case.connected and not _sees(case, ("hal", "system"), _ADDRESS_KINDS):
        return StageState.NOT_OBSERVABLE
    return StageState.UNKNOWN


def _cloud(case: Case, present: set[str]) -> StageState:
    if {"cloud-connected", "led-cyan-breathing"} & present:
        return StageState.REACHED
    if LED_CLOUD & present:
        return StageState.FAILED
    if case.link is not None and case.link.cloud_trouble_line is not None:
        return StageState.FAILED
    if "no-address" in present or (case.failures and not case.connected):
        return StageState.NOT_REACHED
    if case.connected and not _sees(case, ("system",), (*_ADDRESS_KINDS, Kind.CLOUD_CONNECTING)):
        return StageState.NOT_OBSERVABLE
    return StageState.UNKNOWN


def _sees(case: Case, shown: tuple[str, ...], kinds: tuple[Kind, ...]) -> bool:
    """Whether the release prints what is needed, or the log shows that this build does."""
    if case.visible is not None and all(what in case.visible.shows for what in shown):
        return True
    return any(kind in case.history.marks for kind in kinds)
