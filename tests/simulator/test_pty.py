"""The simulated Photon on a pseudo-terminal, opened with pyserial."""

import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from diag.simulator import Photon, scenario

pytest.importorskip("termios")
pytest.importorskip("serial")

import serial

from diag.simulator.pty import PtyPhoton

SPEED = 40.0


def wait(condition: Callable[[], object], seconds: float = 10.0) -> None:
    """Wait for something that happens in another thread."""
    end = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < end
        time.sleep(0.005)


def read_until(port: serial.Serial, text: bytes) -> bytes:
    """Read from a port up to a text."""
    came = b""
    end = time.monotonic() + 10.0
    while text not in came:
        assert time.monotonic() < end, came
        came += port.read(256)
    return came


def served(name: str, link: Path | None = None) -> PtyPhoton:
    """Return a device to be served quickly."""
    return PtyPhoton(Photon(scenario(name)), speed=SPEED, link=link)


def test_the_log_is_read_and_a_touch_at_28800_opens_the_console() -> None:
    with served("wrong-password") as photon:
        path = photon.wait_plugged()
        with serial.Serial(path, 9600, timeout=0.01) as port:
            read_until(port, b"wiced_join_ap_specific(), result: ")
            port.baudrate = 28800
            with photon.locked() as inside:
                device_id = inside.device_id
            wait(lambda: photon.is_listening)
            port.baudrate = 9600
            port.write(b"i")
            read_until(port, f"Your device id is {device_id}\r\n".encode())
            port.write(b"w")
            read_until(port, b"SSID: ")
            port.write(b"CampusWLAN\n")
            read_until(port, b"1=EAP-TLS: ")


def test_opening_at_14400_leads_to_dfu_and_back_under_the_same_link(tmp_path: Path) -> None:
    link = tmp_path / "photon"
    with served("all-well", link) as photon:
        assert photon.wait_plugged() == str(link)
        with serial.Serial(str(link), 14400, timeout=0.01) as port:
            wait(lambda: photon.path is None)
            with pytest.raises((serial.SerialException, OSError)):
                read_until(port, b"never")
        wait(lambda: photon.presence == "dfu")
        assert not link.is_symlink()
        with photon.locked() as inside:
            inside.reset()
        assert photon.wait_plugged() == str(link)
        with serial.Serial(str(link), 9600, timeout=0.01) as port:
            read_until(port, b"hal.wlan")
    assert not link.is_symlink()


def test_unplugging_hangs_up_and_plugging_in_gives_a_new_port() -> None:
    with served("wrong-password") as photon:
        with serial.Serial(photon.wait_plugged(), 9600, timeout=0.01) as port:
            read_until(port, b"hal.wlan")
            photon.unplug()
            assert photon.path is None
            with pytest.raises((serial.SerialException, OSError)):
                read_until(port, b"never")
        photon.plug()
        with serial.Serial(photon.wait_plugged(), 9600, timeout=0.01) as port:
            read_until(port, b"hal.wlan")


def test_a_host_that_does_not_read_loses_output_but_not_the_device() -> None:
    with served("no-credentials") as photon:
        wait(lambda: photon.is_listening)
        with serial.Serial(photon.wait_plugged(), 9600, timeout=0.01) as port:
            port.write(b"s" * 200)
            before = photon.now
            wait(lambda: photon.now > before + 30)
            came = b""
            while piece := port.read(4096):
                came += piece
            assert 1 < came.count(b'"p":6') < 200
            port.write(b"v")
            read_until(port, b"system firmware version: 1.5.2")


def test_it_is_served_from_the_command_line(tmp_path: Path) -> None:
    link = tmp_path / "photon"
    command = [sys.executable, "-m", "diag.simulator", "wrong-password", "--link", str(link)]
    with subprocess.Popen(
        [*command, "--speed", "40", "--release", "0.7.0"], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout is not None
            assert process.stdout.readline() == f"{link}\n"
            with serial.Serial(str(link), 9600, timeout=0.01) as port:
                read_until(port, b"Joining CampusWLAN")
        finally:
            process.send_signal(2)
        assert process.wait(10) == 0
    assert not link.is_symlink()


def test_the_command_line_refuses_what_does_not_go_together() -> None:
    from diag.simulator.__main__ import main

    for wrong in (
        ["nowhere"],
        ["all-well", "--release", "0.7.0", "--app", "built-for-1.5.2"],
        ["all-well", "--speed", "0"],
    ):
        with pytest.raises(SystemExit):
            main(wrong)
