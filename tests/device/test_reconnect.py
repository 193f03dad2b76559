"""A device is found again by what it is, under whatever name it comes back."""

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from diag.device import discovery
from diag.device.boards import Board
from diag.device.discovery import Discovered
from diag.device.products import PHOTON, UNKNOWN, Mode
from diag.device.reconnect import PortWay, SimulatedWay, way_to
from diag.device.simulated import SimulatedTransport
from diag.device.transport import DeviceError, Gone
from tests.plug import Plug

ID = "1e0041000547343232363230"
OTHER = "2b0041000547343232363230"


@pytest.fixture
def plug(tmp_path: Path) -> Iterator[Plug]:
    found = Plug(tmp_path / "ttyACM0")
    found.plug_in()
    yield found
    found.close()


@pytest.fixture
def moved(tmp_path: Path) -> Iterator[Plug]:
    found = Plug(tmp_path / "ttyACM1")
    found.plug_in()
    yield found
    found.close()


class Bus:
    """What discovery finds."""

    def __init__(self) -> None:
        self.boards: tuple[Board, ...] = ()

    def __call__(self) -> Discovered:
        return Discovered(self.boards)


@pytest.fixture
def bus(monkeypatch: pytest.MonkeyPatch) -> Bus:
    found = Bus()
    monkeypatch.setattr(discovery, "discover", found)
    return found


def photon(plug: Plug, serial: str = ID, location: str = "1-2") -> Board:
    return Board(
        PHOTON, frozenset({Mode.SERIAL}), port=str(plug.path), location=location, serial=serial
    )


def test_it_comes_back_under_another_name(plug: Plug, moved: Plug, bus: Bus) -> None:
    board = photon(plug)
    way = way_to(board)
    assert isinstance(way, PortWay)
    way.open().close()
    assert way.again() is None, "nothing is connected"
    bus.boards = (photon(moved, ID.upper(), "1-4"),)
    transport = way.again()
    assert transport is not None
    assert transport.name == str(moved.path)
    transport.close()


def test_another_device_on_its_old_name_is_not_it(plug: Plug, bus: Bus) -> None:
    way = PortWay(photon(plug))
    bus.boards = (photon(plug, OTHER),)
    assert way.again() is None
    assert way.trouble == ""


def test_without_an_id_the_usb_location_tells(plug: Plug, moved: Plug, bus: Bus) -> None:
    way = PortWay(photon(plug, ""))
    bus.boards = (photon(moved, "", "1-3"), photon(plug, ""))
    transport = way.again()
    assert transport is not None
    assert transport.name == str(plug.path)
    transport.close()


def test_in_dfu_mode_it_is_said_what_to_do(plug: Plug, bus: Bus) -> None:
    way = PortWay(photon(plug))
    bus.boards = (replace(photon(plug), port=None, modes=frozenset({Mode.DFU})),)
    assert way.again() is None
    assert "DFU mode" in way.trouble
    assert "RESET" in way.trouble
    bus.boards = (photon(plug),)
    transport = way.again()
    assert transport is not None
    assert way.trouble == ""
    transport.close()


def test_a_port_unknown_to_discovery_is_found_by_its_path(plug: Plug, bus: Bus) -> None:
    way = PortWay(Board(UNKNOWN, frozenset({Mode.SERIAL}), port=str(plug.path)))
    plug.unplug()
    assert way.again() is None
    plug.plug_in()
    transport = way.again()
    assert transport is not None
    del bus
    transport.close()


def test_what_hinders_is_kept_until_it_is_over(plug: Plug, bus: Bus) -> None:
    way = PortWay(photon(plug))
    bus.boards = (photon(plug),)
    holder = way.open()
    assert way.again() is None
    assert "another program has" in way.trouble
    holder.close()
    transport = way.again()
    assert transport is not None
    assert way.trouble == ""
    transport.close()


def test_a_simulated_device_restarts_and_comes_back() -> None:
    way = way_to(Board(PHOTON, frozenset({Mode.SERIAL}), port="sim:all-well"), speed=None)
    assert isinstance(way, SimulatedWay)
    transport = way.open()
    assert isinstance(transport, SimulatedTransport)
    transport.read(1)
    transport.photon.reset()
    with pytest.raises(Gone):
        transport.read(1)
    looks = 0
    while (back := way.again()) is None:
        looks += 1
        assert looks < 20
    assert back.now() > 0.5
    assert back.name == "sim:all-well"
    transport.photon.set_line_coding(14400)
    for _ in range(20):
        assert way.again() is None or not way.trouble
    assert "DFU" in way.trouble


@pytest.mark.parametrize(
    ("name", "says"),
    [
        ("sim:", "the form is"),
        ("sim:nothing-like-it", "no scenario"),
        ("sim:all-well@9.9.9", "no Device OS 9.9.9"),
        ("sim:all-well,app=nothing", "no application"),
        ("sim:all-well@0.7.0,app=built-for-3.3.1", "does not run"),
        ("sim:all-well,seed=-1", "whole number"),
        ("sim:all-well,speed=0", "the speed in"),
        ("sim:all-well,after=x", "whole number"),
        ("sim:all-well,colour=red", "the form is"),
        ("sim:all-well,seed=1,seed=2", "the form is"),
    ],
)
def test_names_of_simulated_devices(name: str, says: str) -> None:
    with pytest.raises(DeviceError, match=says):
        SimulatedWay(name, None).open()


def test_a_full_name_is_understood() -> None:
    way = SimulatedWay("sim:all-well@2.3.1,app=tinker,seed=7", None)
    transport = way.open()
    assert transport.name == "sim:all-well@2.3.1,app=tinker,seed=7"
    assert isinstance(transport, SimulatedTransport)
    assert transport.photon.raw_request(30) == b"2.3.1"
    twin = SimulatedWay("sim:all-well@2.3.1,seed=8", None).open()
    assert isinstance(twin, SimulatedTransport)
    assert twin.photon.raw_request(20) != transport.photon.raw_request(20)
