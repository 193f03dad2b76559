"""What keeps a user from a device, for every system."""

import os
import re
import shlex
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any, Final

import pytest

from diag.device import surroundings
from diag.device.boards import Board, Problem
from diag.device.permissions import (
    RULE_FILE,
    Advice,
    Holder,
    Node,
    Surroundings,
    System,
    advise,
    advise_on_nothing,
    udev_rule,
)
from diag.device.products import PHOTON, Mode

TTY: Final = Node("/dev/ttyACM0", "dialout")
USB: Final = Node("/dev/bus/usb/001/007", usb=True)
LINUX: Final = Surroundings(System.LINUX)
ADD_RULE: Final = f"wpa2diag devices --udev-rule | sudo tee {RULE_FILE}"


def text(advice: list[Advice]) -> str:
    """All of it in one string."""
    return "\n".join(line for one in advice for line in (one.text, *one.commands))


@pytest.mark.parametrize("system", System)
def test_nothing_in_the_way_is_nothing_to_say(system: System) -> None:
    assert advise(Surroundings(system)) == []


def test_a_port_without_permission_on_linux() -> None:
    said = advise(replace(LINUX, blocked=(TTY,)))
    assert ADD_RULE in said[0].commands
    assert "sudo udevadm control --reload-rules" in said[0].commands
    assert "plug it in again" in said[0].text
    assert said[1].commands == ("sudo usermod -aG dialout $USER",)
    assert "uucp" in text(advise(replace(LINUX, blocked=(Node("/dev/ttyACM0", "uucp"),))))


def test_a_group_does_not_open_a_usb_device() -> None:
    said = text(advise(replace(LINUX, blocked=(USB,))))
    assert ADD_RULE in said
    assert "usermod" not in said


def test_a_group_that_waits_for_the_next_login() -> None:
    around = replace(LINUX, blocked=(TTY,), promised=frozenset({"dialout"}))
    (said,) = advise(around)
    assert "log out and in again" in said.text
    assert not said.commands
    held = text(advise(replace(around, groups=frozenset({"dialout"}))))
    assert "added to the group" not in held


def test_a_rule_that_came_after_the_device() -> None:
    said = advise(replace(LINUX, blocked=(USB,), rule=True))
    assert ADD_RULE not in text(said)
    assert "sudo udevadm trigger" in said[0].commands


def test_modem_manager() -> None:
    assert "ModemManager runs" in text(advise(replace(LINUX, modem_manager=True)))
    assert advise(replace(LINUX, modem_manager=True, rule=True)) == []


@pytest.mark.parametrize("system", System)
def test_another_program_has_the_port(system: System) -> None:
    around = Surroundings(system, holders=(Holder("/dev/ttyACM0", "minicom", 4711),))
    assert "/dev/ttyACM0 is open in minicom (process 4711)" in text(advise(around))


def test_windows_wants_a_driver_for_dfu() -> None:
    around = Surroundings(System.WINDOWS, driverless=("Photon 2-4",), driverless_dfu=True)
    said = text(advise(around))
    assert "Photon 2-4 lacks the WinUSB driver" in said
    assert "Photon DFU Mode" in said
    said = text(advise(replace(around, driverless_dfu=False)))
    assert "the serial port works" in said
    assert "never for the serial interface" in said


def test_other_systems_go_by_the_group() -> None:
    around = Surroundings(System.OTHER, blocked=(Node("/dev/cuaU0", "dialer"), Node("/dev/x")))
    said = text(advise(around))
    assert "group dialer" in said
    assert "only its owner" in said
    assert "udev" not in said


@pytest.mark.parametrize(
    ("system", "wsl", "words"),
    [
        (System.LINUX, False, "lsusb -d 2b04:"),
        (System.LINUX, True, "usbipd attach --wsl"),
        (System.WINDOWS, False, "Device Manager"),
        (System.MACOS, False, "ls /dev/cu.usbmodem*"),
        (System.OTHER, False, "another cable"),
    ],
)
def test_when_nothing_is_connected(system: System, wsl: bool, words: str) -> None:
    said = text(advise_on_nothing(Surroundings(system, wsl=wsl)))
    assert words in said
    assert "another cable" in said
    others = {"lsusb", "usbipd", "Device Manager", "cu.usbmodem"}
    assert not [
        word for word in others if word in said and word not in words.replace("ls /dev/", "")
    ]


def rules(wanted: str = "dialout") -> list[dict[str, str]]:
    """The lines of the rule, as udev reads them."""
    found: list[dict[str, str]] = []
    for line in udev_rule(wanted).splitlines():
        if not line.startswith("#"):
            parts = re.findall(r'([A-Z]+(?:\{[^}]+\})?)(==|\+=|=)"([^"]*)"(?:, |$)', line)
            assert ", ".join(f'{key}{sign}"{value}"' for key, sign, value in parts) == line
            found.append({f"{key}{sign}": value for key, sign, value in parts})
    return found


def test_the_rule_opens_both_faces_to_the_user_and_shuts_modem_manager_out() -> None:
    usb, tty = rules()
    assert usb["SUBSYSTEM=="] == "usb"
    assert usb["ATTR{idVendor}=="] == tty["ATTRS{idVendor}=="] == "2b04"
    assert tty["SUBSYSTEM=="] == "tty"
    for rule in (usb, tty):
        assert rule["MODE="] == "0660", "not for everyone"
        assert rule["TAG+="] == "uaccess"
        assert rule["ENV{ID_MM_DEVICE_IGNORE}="] == "1"
        assert rule["GROUP="] == "dialout"
    assert rules("uucp")[0]["GROUP="] == "uucp"
    # uaccess is acted on by 73-seat-late.rules.
    assert int(Path(RULE_FILE).name[:2]) < 73


@pytest.mark.parametrize("product", [0xC006, 0xD006, 0xC008, 0xD008])
def test_the_rule_matches_every_face(product: int) -> None:
    import fnmatch

    usb, tty = rules()
    assert fnmatch.fnmatchcase(f"{product:04x}", usb["ATTR{idProduct}=="])
    assert fnmatch.fnmatchcase(f"{product:04x}", tty["ATTRS{idProduct}=="])


def test_commands_are_ready_to_paste() -> None:
    every = [
        *advise(replace(LINUX, blocked=(TTY, USB), modem_manager=True)),
        *advise(replace(LINUX, blocked=(TTY,), rule=True)),
        *advise_on_nothing(LINUX),
        *advise_on_nothing(replace(LINUX, wsl=True)),
        *advise_on_nothing(Surroundings(System.MACOS)),
    ]
    commands = [line for one in every for line in one.commands]
    assert commands
    for line in commands:
        assert shlex.split(line)
        assert len(line) <= 76, "must fit a terminal of 80 columns unbroken"


def board(**more: Any) -> Board:
    """A Photon on a port."""
    return Board(PHOTON, frozenset({Mode.SERIAL}), **more)


@pytest.mark.skipif(sys.platform != "linux", reason="looks into /proc")
def test_a_look_at_this_system(tmp_path: Path) -> None:
    import subprocess

    port = tmp_path / "port"
    port.touch()
    port.chmod(0o660)
    shut = board(port=str(port), problems=(Problem("permission", str(port)),))
    code = "import sys; file = open(sys.argv[1]); print('open', flush=True); sys.stdin.read()"
    with subprocess.Popen(
        [sys.executable, "-c", code, str(port)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    ) as other:
        assert other.stdin is not None
        assert other.stdout is not None
        assert other.stdout.readline() == b"open\n"
        around = surroundings.look([shut])
        other.stdin.close()
    assert [(held.path, held.process) for held in around.holders] == [(str(port), other.pid)]
    assert around.system is System.LINUX
    group = port.group()
    assert around.blocked == (Node(str(port), group),)
    assert group in around.groups
    assert surroundings.look([shut]).holders == (), "it was closed"
    assert os.getpid() not in {held.process for held in around.holders}


def test_a_look_at_another_system(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    mute = Board(
        PHOTON, frozenset({Mode.DFU}), location="2-4", problems=(Problem("driver", "2-4"),)
    )
    around = surroundings.look([mute])
    assert around == Surroundings(System.WINDOWS, driverless=("Photon 2-4",), driverless_dfu=True)
    monkeypatch.setattr(sys, "platform", "freebsd14")
    assert surroundings.system() is System.OTHER
