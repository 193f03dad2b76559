"""Names in data and names in code are the same names, both ways."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

import pytest

import diag.diagnosis
from diag.diagnosis import Diagnosis
from diag.diagnosis.case import MIX
from diag.log import Kind
from errorcodes.causes import causes
from errorcodes.codes import codes, lookup
from errorcodes.findings import findings
from errorcodes.messages import messages
from errorcodes.observations import observations
from errorcodes.questions import questions
from errorcodes.releases import defects
from tests.corpus import cases, diagnosed, logs
from tests.diagnosis.lines import attempt, burst, diagnose, found, line, observed

ROOM: Final = Path(diag.diagnosis.__file__).parent
NAME: Final = re.compile(r"[a-z]+[0-9]*(-[a-z0-9]+)+")
FACT_NAMES: Final = {"outer-identity", "peap-version"}
"""Constants of observe.py that look like observations and are names of facts."""

LINK = attempt(1000, None) + line(5000, "Bringing WiFi interface up with DHCP")
CLOUD = LINK + line(7000, "CLR_WLAN_WD 1, DHCP success", category="system")

CONTEXT_ONLY: Final = {
    "a release can be too new for a fault to be worth weighing": {
        f"release-without-{name}"
        for name in [
            "no-enterprise",
            "heap-fragmentation",
            "system-thread",
            "krack",
            "network-races",
            "sha1-chain-refused",
            "mac-in-listening",
            "early-wifi-crash",
            "c-library-races",
            "console-mixes-with-log",
            "no-diagnostics-command",
            "no-net-err",
            "no-usb-channel",
            "no-usb-credentials",
            "socket-before-restart",
            "socket-before-restart-3",
            "silent-log",
        ]
    },
    "a trait of the release that tells what can be seen or done, not why a join fails": {
        f"release-with-{name}"
        for name in [
            "krack",
            "mac-in-listening",
            "no-diagnostics-command",
            "no-net-err",
            "no-usb-channel",
            "silent-log",
        ]
    },
    "LED states of booting, of buttons and of network media that a Photon has not": {
        f"led-{name}"
        for name in [
            "blue-blinking-fast",
            "red-blinking-fast",
            "white-flash-boot",
            "white-blinking-clear",
            "magenta-blinking-button-held",
            "green-blinking-button-held",
            "red-2-blinks",
            "red-3-blinks",
        ]
    },
}
"""Observations that no cause weighs, by the reason why."""


@cache
def tree(name: str) -> ast.Module:
    return ast.parse((ROOM / name).read_text("utf-8"))


def constants(name: str) -> set[str]:
    """String constants of a module that are shaped like names, f-string parts left out."""
    parts = {
        id(part)
        for node in ast.walk(tree(name))
        if isinstance(node, ast.JoinedStr)
        for part in node.values
    }
    return {
        node.value
        for node in ast.walk(tree(name))
        if isinstance(node, ast.Constant)
        and isinstance(node.value, str)
        and id(node) not in parts
        and NAME.fullmatch(node.value)
    }


def first_arguments(name: str, callee: str) -> Iterator[ast.expr]:
    """The first argument of every call of a function in a module."""
    for node in ast.walk(tree(name)):
        if isinstance(node, ast.Call) and node.args and isinstance(node.func, ast.Name):
            yield from node.args[:1] if node.func.id == callee else []


def families(name: str, callee: str) -> set[str]:
    """Patterns of the f-strings that are the first argument of a call: `mix-only-*`."""
    return {
        "".join(
            str(part.value) if isinstance(part, ast.Constant) else "*" for part in argument.values
        )
        for argument in first_arguments(name, callee)
        if isinstance(argument, ast.JoinedStr)
    }


EXPANDED: Final = {
    "mix-only-*": {f"mix-only-{code}" for code in MIX},
    "release-*-*": {f"release-{w}-{d.id}" for w in ("with", "without") for d in defects()},
    "led-*": {f"led-{code.symbol}" for code in codes() if code.led is not None},
    "server-log-*": {
        f"server-log-{value}"
        for message in messages()
        if message.event == Kind.SERVER_LOG
        for value in message.values.values()
    },
}
"""What the computed names of observe.py can be."""


def test_computed_names_are_those_known() -> None:
    assert families("observe.py", "Observed") == set(EXPANDED)


def test_what_the_code_can_observe_is_the_vocabulary() -> None:
    told = {a.observation for q in questions().values() for a in q.answers} - {""}
    arguments = first_arguments("observe.py", "Observed")
    one_word = {str(a.value) for a in arguments if isinstance(a, ast.Constant)}
    by_code = one_word | (constants("observe.py") - FACT_NAMES) | set().union(*EXPANDED.values())
    assert by_code - set(observations()) == set()
    by_number = {o.id for o in observations().values() if o.codes}
    assert by_code | by_number | told == set(observations())


def test_numbers_that_make_an_observation_are_in_the_tables() -> None:
    for observation in observations().values():
        assert bool(observation.codes) or not observation.id.startswith("code-")
        context = {"cloud-key-error": "cloud", "panic-out-of-heap": "panic"}.get(observation.id)
        for number in observation.codes:
            assert lookup(number, context), (observation.id, number)


def test_every_name_the_stages_and_verdicts_look_at_exists() -> None:
    """A misspelt name would silently never hold."""
    others = {
        "stages.py": {"not-reached", "not-observable"},
        "case.py": {"device-os", "outer-identity", "server-log", "cyan-breathing"},
        "findings.py": set(findings()) | {"re-enter-password", "unlock-account", "fix-server-tls"},
        "diagnose.py": set(findings()) | {"no-fault"},
    }
    for name, allowed in others.items():
        assert constants(name) <= set(observations()) | allowed, name


def test_every_observation_is_weighed_or_is_context_for_a_reason() -> None:
    weighed = {
        name
        for cause in causes().values()
        for name in (*cause.evidence, *cause.rules_out, *cause.requires)
    }
    context = [name for names in CONTEXT_ONLY.values() for name in names]
    assert len(context) == len(set(context))
    assert set(observations()) - weighed == set(context)


# -- everything can really be observed ------------------------------------------------


def handshake(code: int) -> str:
    return CLOUD + line(8000, f"Cloud handshake failed, code={code}", "WARN", "system")


EXTRA: Final[dict[str, tuple[str, tuple[str, ...]]]] = {
    "code-1061": (burst(1061), ()),
    "code-1063": (burst(1063), ()),
    "code-chip-refused": (burst(2012), ()),
    "code-bus-fault": (burst(1018), ()),
    "code-eap-failure": (burst(3023), ()),
    "code-tls-peer-refused": (burst(5035), ()),
    "code-tls-alert": (burst(5010), ()),
    "code-1044": (burst(1044), ()),
    "code-key-shape": (burst(1046), ()),
    "code-certificate-parse": (burst(3035), ()),
    "code-tls-timeout": (burst(5031), ()),
    "code-interface": (burst(1057), ()),
    "radio-refuses-again": (burst(1055) + burst(1055), ()),
    "memory-short": (
        "",
        ("--fact", "net:err=4", "--fact", "sys:tram=81920", "--fact", "sys:uram=73000"),
    ),
    "ssid-says-5ghz": (burst(1024, ssid="Corp-5GHz"), ()),
    "ssid-says-wpa3": (burst(1024, ssid="Corp WPA3"), ()),
    "cloud-connection-broke": (
        "0000001000 [hal.wlan] INFO: Bringing WiFi interface up with DHCP\r\n"
        "0000009000 [comm.protocol] ERROR: Event loop error 3\r\n",
        (),
    ),
    "outer-is-username": ("", ("--fact", "outer-identity=is-username", "--code", "1025")),
    "server-other": ("", ("--server", "other", "--code", "1025")),
    "not-eduroam": ("", ("--fact", "eduroam=no", "--code", "1025")),
    "credentials-fail-elsewhere": (
        "",
        ("--fact", "credentials-elsewhere=fail", "--code", "1025"),
    ),
    "other-network-joins": (
        attempt(1000, None, ssid="other")
        + line(5000, "Bringing WiFi interface up with DHCP")
        + "".join(attempt(30_000 + i * 2000, 1025) for i in range(3)),
        (),
    ),
    "cloud-socket-failed": (
        CLOUD + line(8000, "Cloud socket connection failed: -1", "WARN", "system"),
        (),
    ),
    "cloud-name-unresolved": (
        CLOUD + line(8000, "Unable to resolve IP for device.spark.io (-1)", "ERROR", "system"),
        (),
    ),
    "cloud-handshake-failed": (handshake(2), ()),
    "panic-firmware": ("", ("--led", "red sos 10")),
    "setup-tool-timeout": (
        "Serial timed out, please try again after unplugging and replugging the device\n",
        (),
    ),
}


def everything() -> Iterator[set[str]]:
    for entry in (*logs(), *cases()):
        result, _ = diagnosed(entry.name, entry.path, entry.args)
        yield {item["id"] for item in result["observations"]}


@pytest.mark.parametrize("name", EXTRA)
def test_what_the_logs_lack_can_be_observed(name: str) -> None:
    log, args = EXTRA[name]
    assert name in observed(diagnose(log, *args))


def test_every_name_is_observed_somewhere_and_nothing_else_is() -> None:
    seen = set().union(*everything())
    assert seen <= set(observations())
    generated = EXPANDED["release-*-*"] | EXPANDED["led-*"]
    assert set(observations()) - generated == (seen | set(EXTRA)) - generated


@pytest.mark.parametrize("version", ["0.6.4", "0.7.0", "1.5.2", "2.3.1", "3.3.1"])
def test_a_release_is_with_or_without_every_defect(version: str) -> None:
    names = {n for n in observed(diagnose("", "--device-os", version)) if n.startswith("release-")}
    assert {re.sub("^release-(with|without)-", "", n) for n in names} == {d.id for d in defects()}
    assert len(names) == len(defects())


@pytest.mark.parametrize("symbol", [c.symbol for c in codes() if c.led is not None])
def test_every_led_state_can_be_told_by_its_own_name(symbol: str) -> None:
    seen = {name for name in observed(diagnose("", "--led", symbol)) if name.startswith("led-")}
    assert seen == {f"led-{symbol}"}


def test_observations_of_one_group_exclude_one_another() -> None:
    """Over everything the logs and cases show; weights of a group are never added up."""
    for names in everything():
        groups = [observations()[name].group for name in names if observations()[name].group]
        assert len(groups) == len(set(groups)), sorted(names)


# -- findings ------------------------------------------------------------------------


def written() -> set[str]:
    """Ids of every Found("…") in the room, those chosen by a condition included."""
    return {
        str(part.value)
        for path in ROOM.glob("*.py")
        for argument in first_arguments(path.name, "Found")
        if not isinstance(argument, ast.JoinedStr)
        for part in ast.walk(argument)
        if isinstance(part, ast.Constant)
    }


def test_findings_in_code_are_those_in_data() -> None:
    computed = set().union(*(families(path.name, "Found") for path in ROOM.glob("*.py")))
    assert computed == {"family-*"}
    own = {name for name in findings() if not name.startswith("family-")}
    assert {name for name in written() if not name.startswith("family-")} == own


def test_families_of_messages_are_those_of_findings() -> None:
    named = {
        value
        for message in messages()
        if message.event in (Kind.FAMILY, Kind.WICED_SDK)
        for value in message.values.values()
    }
    assert {f"family-{name}" for name in named} == {
        name for name in findings() if name.startswith("family-")
    }


def test_a_finding_names_lines_that_exist() -> None:
    log = burst(1025, 1006, 1024)
    diagnosis: Diagnosis = diagnose(log)
    assert {"codes-vary"} <= found(diagnosis)
    last = log.count("\n")
    for item in diagnosis.findings:
        assert all(1 <= number <= last for number in item.lines), item
