"""Which device is which: the two views brought together, names, products."""

import contextlib
import errno
import os
import sys
from pathlib import Path
from types import SimpleNamespace
from typing import Any, Final

import pytest
import usb.backend.libusb1
import usb.core
from hypothesis import given
from hypothesis import strategies as st
from serial.tools import list_ports
from serial.tools.list_ports_common import ListPortInfo
from usb.backend import IBackend

from diag.device import discovery
from diag.device import usb as ours
from diag.device.boards import Board, NoBoard, Problem, choose, same
from diag.device.control_protocol import raw
from diag.device.discovery import merge, serial_ports
from diag.device.products import P1, PHOTON, UNKNOWN, Mode, identify
from diag.device.transport import DeviceError
from diag.device.usb import Seen
from diag.tasks import finding

ID: Final = "1e0035000d47343233323032"
OTHER: Final = "1f0042000d47343233323032"
OLD: Final = "00000000010C"
SERIAL: Final = frozenset({Mode.SERIAL})
DFU: Final = frozenset({Mode.DFU})


def port(path: str, serial: str | None, location: str | None, pid: int = 0xC006) -> ListPortInfo:
    """A port as pyserial lists it."""
    info = ListPortInfo(path)
    info.vid, info.pid, info.serial_number, info.location = 0x2B04, pid, serial, location
    return info


def on_usb(
    serial: str, location: str | None, mode: Mode = Mode.SERIAL, problem: Problem | None = None
) -> Seen:
    """A Photon as libusb lists it."""
    device: Any = SimpleNamespace()
    return Seen(PHOTON, mode, serial, location, problem, device)


@pytest.fixture(autouse=True)
def _ports_open(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "access", lambda *_: True)


@pytest.mark.parametrize(
    ("vendor", "product", "name", "mode", "supported"),
    [
        (0x2B04, 0xC006, "Photon", "serial", True),
        (0x2B04, 0xD006, "Photon", "dfu", True),
        (0x2B04, 0xC008, "P1", "serial", True),
        (0x2B04, 0xD008, "P1", "dfu", True),
        (0x2B04, 0xC00C, "Argon", "serial", False),
        (0x2B04, 0xD020, "Photon 2 or P2", "dfu", False),
        (0x2B04, 0xC00A, "Electron", "serial", False),
        (0x1D50, 0x607F, "Core", "dfu", False),
        (0x2B04, 0xC0FE, "Particle device 254", "serial", False),
    ],
)
def test_products(vendor: int, product: int, name: str, mode: str, supported: bool) -> None:
    found = identify(vendor, product)
    assert found is not None
    assert (found[0].name, found[1], found[0].supported) == (name, mode, supported)
    assert bool(found[0].why_not) is not supported


@given(st.integers(0, 0xFFFF), st.integers(0, 0xFFFF))
def test_other_vendors_are_not_taken_for_particle(vendor: int, product: int) -> None:
    found = identify(vendor, product)
    assert (found is None) is not (
        (vendor == 0x2B04 and product >> 8 in (0xC0, 0xD0))
        or (vendor == 0x1D50 and product in (0x607D, 0x607F))
    )
    assert identify(None, product) is None


def test_the_two_views_of_a_device_are_one_whatever_the_case() -> None:
    ports = serial_ports([port("/dev/ttyACM0", ID.upper(), "1-2:1.0")])
    (board,) = merge(ports, [on_usb(ID, "1-2")])
    assert (board.id, board.port, board.location) == (ID, "/dev/ttyACM0", "1-2")


def test_a_device_seen_in_both_modes_is_shown_once() -> None:
    # As while it restarts: the port is still listed, the bootloader already is.
    ports = serial_ports([port("/dev/ttyACM0", ID, "1-2:1.0")])
    (board,) = merge(ports, [on_usb(ID, "1-2", Mode.DFU)])
    assert board.modes == {Mode.SERIAL, Mode.DFU}
    (board,) = merge(ports, [on_usb(ID, "1-2"), on_usb(ID.upper(), "1-2", Mode.DFU)])
    assert board.modes == {Mode.SERIAL, Mode.DFU}


@pytest.mark.parametrize("serial", [ID, OLD, ""])
def test_equal_devices_stay_apart_by_their_location(serial: str) -> None:
    seen = [on_usb(serial, "1-1", Mode.DFU), on_usb(serial, "1-2", Mode.DFU)]
    assert [board.location for board in merge([], seen)] == ["1-1", "1-2"]
    infos = [port("/dev/ttyACM1", serial, "1-2:1.0"), port("/dev/ttyACM0", serial, "1-1:1.0")]
    both = merge(serial_ports(infos), [on_usb(serial, "1-2"), on_usb(serial, "1-1")])
    assert [(board.port, board.location) for board in both] == [
        ("/dev/ttyACM0", "1-1"),
        ("/dev/ttyACM1", "1-2"),
    ]


@pytest.mark.parametrize("serial", [ID, OLD])
@pytest.mark.parametrize("order", [("1-1", "1-2"), ("1-2", "1-1")])
def test_a_port_goes_to_the_equal_device_at_its_place(serial: str, order: tuple[str, str]) -> None:
    ports = serial_ports([port("/dev/ttyACM0", serial, "1-1:1.0")])
    found = merge(ports, [on_usb(serial, place) for place in order])
    assert {board.location: board.port for board in found} == {"1-1": "/dev/ttyACM0", "1-2": None}


@given(st.permutations(["1-1", "1-2", "1-3.4"]), st.permutations([0, 1, 2]), st.booleans())
def test_every_device_appears_once_in_any_order(
    places: list[str], order: list[int], equal: bool
) -> None:
    ids = {place: OLD if equal else f"{index:024x}" for index, place in enumerate(places)}
    infos = [port(f"/dev/ttyACM{i}", ids[place], f"{place}:1.0") for i, place in enumerate(places)]
    seen = [on_usb(ids[places[index]].upper(), places[index]) for index in order]
    found = merge(serial_ports(infos), seen)
    assert {board.port: board.location for board in found} == {
        f"/dev/ttyACM{i}": place for i, place in enumerate(places)
    }


def test_an_id_unites_what_two_libraries_number_differently() -> None:
    # Bus numbers on Windows.
    ports = serial_ports([port("COM3", ID.upper(), "1-4:x.0")])
    (board,) = merge(ports, [on_usb(ID, "2-4")])
    assert board.port == "COM3"


def test_windows_without_a_driver_tells_no_serial_number() -> None:
    mute = on_usb("", "2-4", problem=Problem("driver", "2-4"))
    ports = serial_ports([port("COM3", ID, "1-4:x.0")])
    (board,) = merge(ports, [mute])
    assert board.id == ID
    assert board.accessible, "the port works without the driver"
    two = [*ports, *serial_ports([port("COM4", OTHER, "1-5:x.0")])]
    assert len(merge(two, [mute])) == 3, "it could be either"


def test_an_instance_number_of_windows_is_no_id() -> None:
    (board,) = serial_ports([port("COM3", "6&2A9F1C&0&0000", "1-4:x.0")])
    assert board.id == ""
    (board,) = merge([board], [on_usb(ID, "1-4")])
    assert (board.id, board.port) == (ID, "COM3")


def test_a_second_port_of_one_device_is_no_second_device() -> None:
    infos = [port("/dev/ttyACM1", ID, "1-2:1.3"), port("/dev/ttyACM0", ID, "1-2:1.0")]
    (board,) = serial_ports(infos)
    assert board.port == "/dev/ttyACM0"


def test_macos_ports_are_called_out() -> None:
    (board,) = serial_ports([port("/dev/tty.usbmodem14201", ID, "20-2")])
    assert board.port == "/dev/cu.usbmodem14201"
    assert choose([board], "/dev/tty.usbmodem14201") == board


def test_other_ports_are_listed_only_when_asked_for() -> None:
    info = ListPortInfo("/dev/ttyACM7")
    assert serial_ports([info]) == []
    (board,) = serial_ports([info], unknown=True)
    assert (board.product, board.port) == (UNKNOWN, "/dev/ttyACM7")
    with pytest.raises(NoBoard):
        choose([board])


BOARDS: Final = (
    Board(PHOTON, SERIAL, "/dev/ttyACM0", "1-1", ID.upper()),
    Board(P1, DFU, None, "1-2.1", OTHER),
    Board(PHOTON, DFU, None, "1-3", OLD),
    Board(PHOTON, DFU, None, "1-4", OLD),
)


@pytest.mark.parametrize(
    ("wanted", "index"),
    [
        ("/dev/ttyACM0", 0),
        ("ttyACM0", 0),
        (ID, 0),
        ("1e00", 0),
        ("1E0035", 0),
        ("1f00", 1),
        ("1-1", 0),
        ("1-2.1", 1),
        ("1-4", 3),
    ],
)
def test_choosing(wanted: str, index: int) -> None:
    assert choose(BOARDS, wanted) == BOARDS[index]


@pytest.mark.parametrize(
    ("wanted", "match"),
    [
        (None, "4 devices are connected: Photon 1e00.*--device"),
        ("1e0", "no device '1e0'.*connected: Photon"),
        ("9999", "no device '9999'"),
        ("1-2", "no device '1-2'"),
        (OLD, "2 devices answer.*1-3.*1-4.*USB location"),
    ],
)
def test_choosing_what_is_not_clear(wanted: str | None, match: str) -> None:
    with pytest.raises(NoBoard, match=match):
        choose(BOARDS, wanted)


def test_the_only_photon_is_chosen_among_others() -> None:
    argon = identify(0x2B04, 0xC00C)
    assert argon is not None
    other = Board(argon[0], SERIAL, "/dev/ttyACM1", "1-2", OTHER)
    assert choose([other, BOARDS[0]]) == BOARDS[0]
    with pytest.raises(NoBoard, match="the Argon cannot do WPA2 Enterprise"):
        choose([other])
    with pytest.raises(NoBoard, match="plug one in"):
        choose([])


@pytest.mark.parametrize("wanted", ["/dev/pts/7", "rfc2217://localhost:4000", "COM12", "com3"])
def test_a_port_that_is_not_listed_is_taken_at_its_word(wanted: str) -> None:
    board = choose(BOARDS, wanted)
    assert (board.port, board.product) == (wanted, UNKNOWN)
    assert not board.product.why_not


@pytest.mark.skipif(sys.platform == "win32", reason="links to ports are a thing of Unix")
def test_a_link_to_a_port_is_that_port(tmp_path: Path) -> None:
    link = tmp_path / "by-id"
    link.symlink_to("/dev/ttyACM0")
    assert choose(BOARDS, str(link)) == BOARDS[0]


@given(st.text(max_size=12))
def test_any_word_is_answered_in_words(wanted: str) -> None:
    with contextlib.suppress(NoBoard):
        board = choose(BOARDS, wanted)
        assert board.port == wanted or board in BOARDS


@pytest.mark.parametrize("board", BOARDS)
def test_a_board_is_known_by_its_name(board: Board) -> None:
    assert choose(BOARDS, board.name) == board


def test_a_unit_is_the_same_on_another_port_and_in_another_mode() -> None:
    assert same(BOARDS[0], Board(PHOTON, DFU, None, "2-1", ID))
    assert not same(BOARDS[0], Board(PHOTON, SERIAL, "/dev/ttyACM0", "1-1", OTHER))
    assert same(BOARDS[2], Board(PHOTON, SERIAL, "/dev/ttyACM3", "1-3", ID))
    assert not same(BOARDS[2], BOARDS[3])
    assert not same(Board(PHOTON, DFU), Board(PHOTON, DFU))


class WindowsBackend(IBackend):  # pyright: ignore[reportUntypedBaseClass]
    """A bus as libusb shows it on Windows: it can be listed without a driver, not opened."""

    def __init__(self, error: Exception) -> None:
        self.error = error

    def enumerate_devices(self) -> list[int]:
        return [0]

    def get_device_descriptor(self, dev: int) -> Any:
        names = ("bLength", "bDescriptorType", "bDeviceClass", "bDeviceSubClass")
        more = ("bDeviceProtocol", "bMaxPacketSize0", "iManufacturer", "iProduct", "bcdUSB")
        fields = dict.fromkeys((*names, *more, "bcdDevice", "bNumConfigurations"), 1)
        fields |= {"idVendor": 0x2B04, "idProduct": 0xD006, "iSerialNumber": 3}
        place = {"bus": 2, "address": 5, "port_number": 4, "port_numbers": (4,), "speed": 2}
        return SimpleNamespace(**fields, **place)

    def open_device(self, dev: int) -> None:
        raise self.error


def test_a_device_without_driver_on_windows(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "platform", "win32")
    for error in (NotImplementedError("not supported"), usb.core.USBError("no", -5, errno.ENOENT)):
        backend = WindowsBackend(error)
        (seen,) = ours.devices(backend)
        assert seen.problem == Problem("driver", "2-4")
        (board,) = merge([], [seen])
        assert not board.accessible
        device = ours.find(board, Mode.DFU, backend)
        with pytest.raises(DeviceError, match="has no driver"):
            ours.transfer(device, "Photon 2-4", raw(20), 1)


def test_without_libusb_serial_ports_are_still_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(usb.backend.libusb1, "get_backend", lambda find_library=None: None)
    monkeypatch.setattr(list_ports, "comports", lambda: [port("/dev/ttyACM0", ID, "1-1:1.0")])
    ours.backend.cache_clear()
    try:
        found = discovery.discover()
    finally:
        ours.backend.cache_clear()
    assert [board.id for board in found.boards] == [ID]
    assert "libusb is missing" in found.remarks[0]


def test_a_device_that_leaves_while_it_is_listed(monkeypatch: pytest.MonkeyPatch) -> None:
    tries = iter([TypeError("int() argument must be a string"), [port("/dev/ttyACM0", ID, None)]])

    def comports() -> list[ListPortInfo]:
        found = next(tries)
        if isinstance(found, Exception):
            raise found
        return found

    monkeypatch.setattr(list_ports, "comports", comports)
    monkeypatch.setattr("diag.device.usb.devices", lambda: iter(()))
    assert [board.id for board in discovery.discover().boards] == [ID]


def pick(monkeypatch: pytest.MonkeyPatch, *boards: Board, **asked: Any) -> Board:
    """Pick from these boards."""
    found = discovery.Discovered(boards)
    monkeypatch.setattr(finding, "discover", lambda **_: found)
    return finding.pick(**asked)


def test_what_is_picked_can_be_used(monkeypatch: pytest.MonkeyPatch) -> None:
    shut = Board(PHOTON, SERIAL, "/dev/x", "1-1", ID, (Problem("permission", "/dev/x"),))
    half = Board(PHOTON, SERIAL, "/dev/x", "1-1", ID, (Problem("permission", "/dev/bus/usb/1"),))
    argon = Board(identify(0x2B04, 0xC00C)[0], SERIAL, "/dev/y", "1-2", OTHER)  # pyright: ignore[reportOptionalSubscript]
    assert pick(monkeypatch, half) == half
    with pytest.raises(NoBoard, match="you may not open"):
        pick(monkeypatch, shut)
    with pytest.raises(NoBoard, match="press its RESET"):
        pick(monkeypatch, BOARDS[1], needs=Mode.SERIAL)
    with pytest.raises(NoBoard, match="shows no serial port"):
        pick(monkeypatch, Board(PHOTON, SERIAL, None, "1-1", ID), needs=Mode.SERIAL)
    with pytest.raises(NoBoard, match="hold SETUP"):
        pick(monkeypatch, BOARDS[0], needs=Mode.DFU)
    with pytest.raises(NoBoard, match="cannot do WPA2 Enterprise"):
        pick(monkeypatch, argon, BOARDS[0], wanted="1f00")


def test_simulated_devices_go_by_their_scenario() -> None:
    pytest.importorskip("diag.simulator", reason="the simulator is not built yet")
    boards = discovery.simulated_boards()
    if not boards:
        pytest.skip("there are no scenarios yet")
    for board in boards:
        assert board.simulated
        assert board.title
        assert finding.pick(board.name) == board
    with pytest.raises(NoBoard, match="did you mean"):
        finding.pick(f"{boards[0].name}x")
    with pytest.raises(NoBoard, match="plug one in"):
        choose(boards)
