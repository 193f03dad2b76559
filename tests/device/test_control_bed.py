"""USB control requests through unmodified libusb and pyusb, to a scripted device."""

from pathlib import Path
from typing import Any, Final

import pytest

from tests.beds.usb_bed import Ran, require, run

ID: Final = "1e0035000d47343233323032"
VITALS: Final = b'{"net:stat":2,"net:err":1007,"net:rssi":-61}'
_BEGIN: Final = """
from diag.device import control
from diag.device.transport import DeviceError, Gone
from diag.device.usb import Stall
from diag.device.usb_control import UsbControl
from diag.tasks.finding import find_again, pick
board = pick(WANTED)
usb = UsbControl(board, patience=PATIENCE)
"""


@pytest.fixture(autouse=True)
def _bed() -> None:
    require()


def use(
    folder: Path, code: str, *, wanted: str | None = None, patience: float = 30, **more: Any
) -> Ran:
    """Run code with `usb`, the control of a Photon."""
    begin = _BEGIN.replace("WANTED", repr(wanted)).replace("PATIENCE", str(patience))
    plan = {"serial": ID, "at": "1", "replies": {"100": [0, VITALS.hex()]}, **more}
    ran = run(folder, [plan], "-c", begin + code)
    assert ran.code == 0, ran.err
    return ran


def test_id_release_and_vitals_beside_the_serial_port(tmp_path: Path) -> None:
    code = "print(usb.device_id(), usb.system_version(), control.diagnostics(usb))"
    ran = use(tmp_path, code, serial=ID.upper())
    assert ran.out.split(maxsplit=2) == [ID, "1.5.2", f"{VITALS.decode()}\n"]
    assert ran.devices[0]["served"] == [100]


def test_payloads_small_and_large(tmp_path: Path) -> None:
    code = "for n in (1, 64, 65, 4000):\n    print(usb.request(10, b'x' * n) == b'x' * n)"
    ran = use(tmp_path, code, channel={"echo": 10})
    assert ran.out.split() == ["True"] * 4


def test_the_order_to_listen(tmp_path: Path) -> None:
    code = "control.start_listening(usb); control.stop_listening(usb)"
    assert use(tmp_path, code).devices[0]["orders"] == [[70, 0], [71, 0]]


def test_old_firmware_takes_orders_in_their_raw_form_only(tmp_path: Path) -> None:
    code = """
control.start_listening(usb); control.stop_listening(usb); control.reset(usb)
print(usb.system_version())
try:
    control.diagnostics(usb)
except Stall as error:
    print(error)
"""
    ran = use(tmp_path, code, release="0.7.0", channel={"raw_only": True})
    assert ran.devices[0]["orders"] == [[70, 0], [70, 1], [40, 0]]
    assert ran.out.startswith("0.7.0\n")
    assert "needs Device OS 0.8.0-rc.2" in ran.out


def test_a_device_that_goes_away_in_the_middle_is_gone(tmp_path: Path) -> None:
    code = """
try:
    control.diagnostics(usb)
except Gone as error:
    print(error)
"""
    assert "went away" in use(tmp_path, code, gone_after=2, channel={"checks": 5}).out


def test_a_device_without_permission_says_where_help_is(tmp_path: Path) -> None:
    code = """
try:
    usb.device_id()
except DeviceError as error:
    print(error)
"""
    ran = use(tmp_path, code, blocked=["usb"])
    assert "you may not open Photon" in ran.out
    assert "wpa2diag devices" in ran.out


def test_an_interrupted_request_is_cleared_away(tmp_path: Path) -> None:
    code = """
def stop(seconds):
    raise KeyboardInterrupt
usb._wait = stop
try:
    control.diagnostics(usb)
except KeyboardInterrupt:
    print("stopped")
"""
    ran = use(tmp_path, code, channel={"checks": 1000})
    assert ran.out == "stopped\n"
    assert ran.devices[0]["resets"] == 1


def test_a_device_that_restarts_is_found_in_its_other_mode(tmp_path: Path) -> None:
    code = """
import time
control.enter_dfu(usb)
usb.close()
deadline = time.monotonic() + 20
found = None
while found is None or 'dfu' not in found.modes:
    assert time.monotonic() < deadline
    found = find_again(board)
print(*sorted(found.modes), found.id == board.id, found.location == board.location)
try:
    UsbControl(board)
except Gone as error:
    print(error)
"""
    ran = use(tmp_path, code)
    assert ran.out.startswith("dfu True True\n")
    assert "is in DFU mode" in ran.out
