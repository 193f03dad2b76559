"""Discovery through unmodified pyserial, pyusb and libusb, on a bus of scripted devices."""

from pathlib import Path
from typing import Any, Final

import pytest

from tests.beds.usb_bed import require, run

ID: Final = "1e0035000d47343233323032"
OTHER: Final = "1f0042000d47343233323032"
OLD: Final = "00000000010C"
_CODE: Final = """
import json
from diag.device.discovery import discover
rows = [[b.product.name, b.id, sorted(b.modes), b.port, b.location, [p.kind for p in b.problems],
         b.accessible, b.serial] for b in discover().boards]
print(json.dumps(rows))
"""


@pytest.fixture(autouse=True)
def _bed() -> None:
    require()


def found(folder: Path, *devices: dict[str, Any]) -> list[list[Any]]:
    """What discovery finds."""
    return run(folder, list(devices), "-c", _CODE).json


def test_a_photon_is_one_device_with_port_and_location(tmp_path: Path) -> None:
    rows = found(tmp_path, {"serial": ID.upper(), "at": "4"})
    assert rows == [["Photon", ID, ["serial"], "/dev/ttyACM0", "1-4", [], True, ID.upper()]]


def test_every_kind_of_device_at_once(tmp_path: Path) -> None:
    rows = found(
        tmp_path,
        {"serial": OTHER, "at": "1", "platform": 12},
        {"serial": OLD, "at": "2", "dfu": True},
        {"serial": OLD, "at": "3", "dfu": True},
        {"serial": ID, "at": "4", "platform": 8},
        {"serial": OTHER.replace("f", "a"), "at": "5"},
    )
    assert [row[:5] for row in rows] == [
        ["Photon", "", ["dfu"], None, "1-2"],
        ["Photon", "", ["dfu"], None, "1-3"],
        ["Photon", OTHER.replace("f", "a"), ["serial"], "/dev/ttyACM2", "1-5"],
        ["P1", ID, ["serial"], "/dev/ttyACM1", "1-4"],
        ["Argon", OTHER, ["serial"], "/dev/ttyACM0", "1-1"],
    ]


def test_what_may_not_be_opened_is_still_known_by_its_id(tmp_path: Path) -> None:
    rows = found(
        tmp_path,
        {"serial": ID, "at": "1", "blocked": ["usb"]},
        {"serial": OTHER, "at": "2", "dfu": True, "blocked": ["usb"]},
    )
    assert [row[1] for row in rows] == [ID, OTHER]
    assert [row[5] for row in rows] == [["permission"], ["permission"]]
    assert [row[6] for row in rows] == [True, False]


def test_nothing_connected(tmp_path: Path) -> None:
    assert found(tmp_path) == []


def test_looking_asks_devices_nothing_of_particle_s(tmp_path: Path) -> None:
    ran = run(tmp_path, [{"serial": ID, "at": "1"}], "-c", _CODE)
    assert ran.devices[0]["asked"] == 0
