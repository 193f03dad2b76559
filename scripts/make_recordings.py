"""Makes the recordings shipped in `recordings/`, with what each should lead to.

    python scripts/make_recordings.py [--cases FOLDER]

Simulated ones come from the logs in tests/logs, written by hand from the facts; real
ones from published reports, read from a folder of case files when one is given.
"""

import argparse
import json
import re
import shlex
import tomllib
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from diag.cli.diagnose import command as diagnose_command
from diag.cli.facts_options import told_facts
from diag.recording import Header, Origin, Recorder
from diag.stream import Chunk, Direction, Fact, Item, Marker
from diag.tasks.timing import timed

ROOT: Final = Path(__file__).parent.parent
LOGS: Final = ROOT / "tests" / "logs"
OUT: Final = ROOT / "recordings"
TOOL: Final = "0.1.0"
BY_HAND: Final = "written by hand from the facts about Device OS, not recorded from a device"
EXPECTED: Final = ("verdict", "top1", "top3_any", "not_top1", "findings", "warnings", "stage")

SIMULATED: Final = {
    "account-locked": "account-locked",
    "association-refused": "association-refused-psk",
    "captive-portal": "t9-socket-minus-210",
    "certificate-hash": "certificate-hash-070",
    "client-certificate-rejected": "client-certificate-refused",
    "cloud-blocked": "cloud-blocked-231",
    "cloud-keys": "t9-handshake-16-keys",
    "credentials-not-stored": "eap-config-invalid",
    "credentials-rejected": "wrong-password-in-server-log",
    "dhcp-failed": "dhcp-15s-debug",
    "eduroam-no-realm": "eduroam-blank-outer-silent-7s",
    "eap-method-unsupported": "ttls-network",
    "five-ghz-only": "five-ghz-only",
    "hardware-fault": "t10-result-2-chip-dead",
    "heap-exhausted": "heap-supplicant-never-started",
    "inner-method-mismatch": "inner-method",
    "joined": "success-enterprise-152-no-ca",
    "mac-filtered": "mac-filter-one-unit",
    "memory-leak": "heap-leak-rc1-reconnects",
    "n-only-access-point": "n-only-080",
    "network-not-found": "not-found-psk-152",
    "no-shared-cipher": "no-shared-cipher",
    "outer-identity-failing": "nps-blank-outer-152",
    "peap-version": "peapv1-only",
    "radius-unreachable": "radius-silent-152",
    "security-mode-mismatch": "security-mismatch-strong",
    "server-certificate-rejected": "server-certificate-unknown-ca",
    "server-refuses-tls11": "server-refuses-tls11-log",
    "setup-tool-fault": "dialogue-crlf-pem",
    "silent-release": "silent-231-app-only",
    "stored-credentials-corrupt": "t3-1004-local",
    "tls12-key-derivation": "accept-then-1007-070",
    "too-old": "too-old-064-enterprise",
    "weak-signal": "weak-signal-edge",
    "wrong-passphrase": "wrong-passphrase-1062-json",
}
"""Shipped name: log of tests/logs."""


def facts_of(args: list[str]) -> list[Fact]:
    """The facts that options of `wpa2diag diagnose` state."""
    context = diagnose_command.make_context("diagnose", list(args))
    return told_facts(context.params)


def chunks(data: bytes, begin: float = 0.0) -> Iterator[Item]:
    """Each line at the device's own time, counted from the first."""
    return timed([Chunk(0.0, Direction.OUTPUT, data)], begin)


def write(name: str, header: Header, items: list[Item], expect: dict[str, Any]) -> None:
    """Write one recording and its expectation, in place of an older one."""
    path = OUT / f"{name}.cast"
    path.unlink(missing_ok=True)
    with Recorder.create(path, header) as recorder:
        for item in items:
            recorder.write(item)
    path.chmod(0o644)
    text = json.dumps(expect, indent=1, ensure_ascii=True)
    path.with_suffix(".expect.json").write_text(text + "\n", "utf-8")


def simulated() -> None:
    """Make the simulated recordings from the logs of the tests."""
    for name, log in SIMULATED.items():
        case = tomllib.loads((LOGS / f"{log}.toml").read_text("utf-8"))
        header = Header(
            Origin.SIMULATED, tool=TOOL, source=BY_HAND, device="Photon", title=case["title"]
        )
        items: list[Item] = [*facts_of(case["args"]), *chunks((LOGS / f"{log}.log").read_bytes())]
        write(name, header, items, {key: case[key] for key in EXPECTED if key in case})


def demo() -> None:
    """Make the default demo: a fault, its fix, and the proof."""
    failing = (LOGS / "nps-blank-outer-152.log").read_bytes()
    before = list(chunks(failing))
    now = before[-1].time + 2.0
    told = facts_of(["--device-os", "1.5.2", "--eap", "peap", "--outer-identity", ""])
    fixed = b"".join(
        line + b"\r\n"
        for line in (
            b"0000041210 [hal.wlan] TRACE: Trying to set EAP credentials",
            b"0000041295 [hal.wlan] INFO: EAP config valid: 1",
            b"0000041295 [hal.wlan] INFO: Writing EAP configuration",
            b"0000041460 [hal.wlan] INFO: Saving credentials",
            b"0000042102 [hal.wlan] INFO: Using internal antenna",
            b"0000042618 [hal.wlan] TRACE: Free RAM before suppl: 46648",
            b"0000042619 [hal.wlan] TRACE: Starting supplicant",
            b"0000042650 [hal.wlan] TRACE: Supplicant started 0",
            b"0000042650 [hal.wlan] TRACE: Free RAM after suppl: 35264",
            b"0000042651 [hal.wlan] INFO: Joining CampusWLAN",
            b"0000042651 [hal.wlan] TRACE: Free RAM connect: 35264",
            b"0000044907 [hal.wlan] TRACE: Stopping supplicant",
            b"0000044910 [hal.wlan] TRACE: Supplicant stopped",
            b"0000044910 [hal.wlan] TRACE: Free RAM after suppl stop: 46584",
            b"0000045033 [hal.wlan] INFO: Bringing WiFi interface up with DHCP",
        )
    )
    items: list[Item] = [
        *told,
        *before,
        Marker(now, "outer identity set to the username"),
        Fact(now, "outer-identity", "is-username"),
        *chunks(fixed, now + 1.0),
    ]
    header = Header(
        Origin.SIMULATED,
        tool=TOOL,
        source=BY_HAND,
        device="Photon",
        title="A blank outer identity at an NPS server: the fault, the fix, the proof",
    )
    write(
        "outer-identity",
        header,
        items,
        {"verdict": ["no-fault"], "findings": ["joined-after-change"]},
    )


def real(cases: Path) -> None:
    """Make recordings of the published logs."""
    for path in sorted(cases.glob("*.json")):
        case = json.loads(path.read_text("utf-8"))
        if not case["log"] or not case["expect"]:
            continue
        data = "".join(f"{line}\r\n" for line in case["log"]).encode()
        expect = case["expect"]
        header = Header(
            Origin.REAL,
            tool=TOOL,
            source=f"excerpt of a public report: {case['source_url']}",
            device=case["device"],
            title=case["symptom"],
            extra={"arguments": shlex.join(expect["args"])},
        )
        name = re.sub(r"^\d+-", "real-", path.stem)
        items: list[Item] = [*facts_of(expect["args"]), *chunks(data)]
        write(name, header, items, {key: expect[key] for key in EXPECTED if key in expect})


def main() -> None:
    """Make them all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--cases", type=Path, help="folder of case files with published logs")
    options = parser.parse_args()
    simulated()
    demo()
    if options.cases is not None:
        real(options.cases)


if __name__ == "__main__":
    main()
