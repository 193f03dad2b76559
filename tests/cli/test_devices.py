"""`wpa2diag devices`."""

import json
import re
import sys
from pathlib import Path
from typing import Any, Final

import pytest

from diag.cli.exits import Exit
from diag.device.boards import Board, Problem
from diag.device.discovery import Discovered
from diag.device.permissions import Surroundings, System, udev_rule
from diag.device.products import PHOTON, UNKNOWN, Mode, identify
from diag.tasks import finding
from tests.beds.usb_bed import Ran, require, run
from tests.running import Command

ID: Final = "1e0035000d47343233323032"
SERIAL: Final = frozenset({Mode.SERIAL})
DFU: Final = frozenset({Mode.DFU})
FIELDS: Final = {
    *("name", "id", "product", "platform", "supported", "why_not", "modes", "port"),
    *("location", "serial_number", "accessible", "problems", "simulated", "title", "next"),
}


def devices(folder: Path, *plan: dict[str, Any], options: tuple[str, ...] = ()) -> Ran:
    """Run `wpa2diag devices` with these plugged in."""
    require()
    return run(folder, list(plan), "-m", "diag.cli.main", "devices", *options)


def connect(monkeypatch: pytest.MonkeyPatch, *boards: Board, remarks: tuple[str, ...] = ()) -> None:
    """Connect these, on a computer that keeps nobody from anything."""
    found = Discovered(boards, remarks)
    monkeypatch.setattr(finding, "discover", lambda **_: found)
    monkeypatch.setattr(finding, "look", lambda _: Surroundings(System.LINUX))
    monkeypatch.setenv("COLUMNS", "80")


def test_a_photon_and_its_next_step(tmp_path: Path) -> None:
    ran = devices(tmp_path, {"serial": ID.upper(), "at": "2"})
    assert ran.code == Exit.OK, ran.err
    assert f"Photon  {ID}" in ran.out
    assert "/dev/ttyACM0, USB 1-2" in ran.out
    assert f"next       wpa2diag monitor --device {ID}" in ran.out
    assert max(map(len, ran.out.splitlines())) <= 80
    assert ran.err == ""


def test_json_is_stable(tmp_path: Path) -> None:
    ran = devices(tmp_path, {"serial": ID, "at": "2", "dfu": True}, options=("--json",))
    assert ran.code == Exit.OK, ran.err
    assert set(ran.json) == {"schema", "devices", "advice", "remarks"}
    (device,) = ran.json["devices"]
    assert set(device) == FIELDS
    assert device | {"next": ""} == {
        "name": ID,
        "id": ID,
        "product": "Photon",
        "platform": 6,
        "supported": True,
        "why_not": None,
        "modes": ["dfu"],
        "port": None,
        "location": "1-2",
        "serial_number": ID,
        "accessible": True,
        "problems": [],
        "simulated": False,
        "title": None,
        "next": "",
    }


def test_no_permission_says_what_to_type(tmp_path: Path) -> None:
    ran = devices(tmp_path, {"serial": ID, "at": "2", "blocked": ["usb", "serial"]})
    assert ran.code == Exit.INPUT
    assert "no permission for /dev/ttyACM0" in ran.out
    assert "You may not open /dev/ttyACM0 and /dev/bus/usb/001/011" in " ".join(ran.out.split())
    assert "    sudo udevadm trigger\n" in f"{ran.out}\n"


def test_another_product_is_named_with_the_reason(tmp_path: Path) -> None:
    ran = devices(tmp_path, {"serial": ID, "at": "2", "platform": 32})
    assert ran.code == Exit.INPUT
    assert "Photon 2 or P2 cannot do WPA2 Enterprise" in " ".join(ran.out.split())
    assert "cable" not in ran.out


def test_nothing_connected(tmp_path: Path) -> None:
    ran = devices(tmp_path)
    assert ran.code == Exit.INPUT
    for words in ("No Photon or P1 is connected", "another cable", "wpa2diag demo"):
        assert words in " ".join(ran.out.split())
    ran = devices(tmp_path, options=("--json",))
    assert ran.code == Exit.INPUT
    assert ran.json["devices"] == []
    assert ran.json["advice"]


def test_an_old_bootloader_is_named_by_its_location(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(monkeypatch, Board(PHOTON, DFU, location="1-3", serial="00000000010C"))
    shown = command("devices")
    assert shown.exit_code == Exit.OK
    assert "name       1-3 (it tells no device id)" in shown.output
    assert "press RESET" in shown.output


def test_what_a_device_says_of_itself_does_nothing_to_the_terminal(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    hostile = "\x1b]0;owned\x07\u202e1"
    bad = Problem("permission", f"/dev/{hostile}")
    connect(
        monkeypatch,
        Board(PHOTON, SERIAL, f"/dev/{hostile}", None, hostile, (bad,)),
        remarks=(f"remark {hostile}",),
    )
    for options in ((), ("--json",)):
        out = command("devices", *options).output
        assert "owned" in out
        assert not re.search("[\x00-\x09\x0b-\x1f\x7f\u202e]", out)


@pytest.mark.parametrize(
    ("board", "words"),
    [
        (Board(UNKNOWN, SERIAL, "/dev/ttyUSB0"), "monitor --device /dev/ttyUSB0"),
        (Board(PHOTON, SERIAL, None, "1-1", ID), "shows no serial port"),
    ],
)
def test_next_steps(
    command: Command, monkeypatch: pytest.MonkeyPatch, board: Board, words: str
) -> None:
    connect(monkeypatch, board)
    assert words in " ".join(command("devices", "--all").output.split())


def test_only_the_json_of_an_unsupported_device_says_why(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    argon = identify(0x2B04, 0xC00C)
    assert argon is not None
    connect(monkeypatch, Board(argon[0], SERIAL, "/dev/ttyACM0", "1-1", ID))
    shown = command("devices", "--json")
    assert shown.exit_code == Exit.INPUT
    (device,) = json.loads(shown.output)["devices"]
    assert device["supported"] is False
    assert "cannot do WPA2 Enterprise" in device["why_not"]


def test_the_rule_is_ready_to_paste(command: Command) -> None:
    shown = command("devices", "--udev-rule")
    assert shown.exit_code == Exit.OK
    group = re.search('GROUP="([^"]+)"', shown.output)
    assert group is not None
    assert shown.output == udev_rule(group[1])
    if sys.platform == "linux":
        assert group[1] not in {"", "root"}


def test_help_has_examples_and_exit_codes(command: Command) -> None:
    out = command("devices", "--help").output
    assert "wpa2diag devices --json" in out
    assert "Exit codes: 0" in out


def test_simulated_devices_are_shown_when_asked_for(
    command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    connect(monkeypatch, Board(PHOTON, SERIAL, "sim:nps", title="An NPS that compares names"))
    shown = command("devices", "--all")
    assert shown.exit_code == Exit.INPUT, "software is no device"
    assert "sim:nps  An NPS that compares names" in shown.output
