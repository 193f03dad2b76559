"""A serial port, and all the ways in which it goes away."""

import errno
import os
import select
import termios
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import serial

from diag.device.serial_port import SerialTransport
from diag.device.transport import DeviceError, Gone
from tests.plug import Plug, wait_for


@pytest.fixture
def plug(tmp_path: Path) -> Iterator[Plug]:
    found = Plug(tmp_path / "port")
    found.plug_in()
    yield found
    found.close()


@pytest.fixture
def port(plug: Plug) -> Iterator[SerialTransport]:
    transport = SerialTransport(str(plug.path))
    yield transport
    transport.close()


def test_bytes_pass_both_ways_unchanged(plug: Plug, port: SerialTransport) -> None:
    everything = bytes(range(256))
    plug.write(everything)
    got = b""
    while len(got) < 256:
        got += port.read(5)
    assert got == everything
    port.write(everything)
    back = b""
    while len(back) < 256:
        back += os.read(plug.master, 256)
    assert back == everything


def test_reading_nothing_waits_no_longer_than_asked(port: SerialTransport) -> None:
    begun = time.monotonic()
    assert port.read(0.05) == b""
    assert port.read(0.0) == b""
    assert 0.04 < time.monotonic() - begun < 5


def test_the_rate_is_never_one_that_means_a_command(plug: Plug, port: SerialTransport) -> None:
    del port
    speeds = termios.tcgetattr(plug.master)[4:6]
    assert speeds == [termios.B9600, termios.B9600]


def test_dtr_is_asserted_on_opening(plug: Plug, port: SerialTransport) -> None:
    del plug
    assert port._port.dtr is True


def test_what_was_read_before_the_hangup_is_not_lost(plug: Plug, port: SerialTransport) -> None:
    plug.write(b"0000000001 [app] INFO: last wo")
    got = b""
    while len(got) < 30:
        got += port.read(5)
    plug.unplug()
    with pytest.raises(Gone, match="went away"):
        port.read(5)
    assert got == b"0000000001 [app] INFO: last wo"


def test_a_blocked_read_hears_of_the_hangup(plug: Plug, port: SerialTransport) -> None:
    puller = threading.Timer(0.05, plug.unplug)
    puller.start()
    with pytest.raises(Gone):
        port.read(20)
    puller.join()


def test_writing_and_touching_an_unplugged_port(plug: Plug, port: SerialTransport) -> None:
    plug.unplug()
    with pytest.raises(Gone):
        port.write(b"x")
    with pytest.raises(Gone):
        port.touch(28800)
    port.touch(14400)  # it goes away by this anyway
    port.close()
    port.close()


def test_reading_a_port_that_another_thread_closed(port: SerialTransport) -> None:
    port.close()
    with pytest.raises(Gone):
        port.read(0.01)


@pytest.mark.parametrize(
    "error",
    [
        serial.SerialException("device reports readiness to read but returned no data"),
        OSError(errno.EIO, "Input/output error"),
        termios.error(5, "Input/output error"),
        TypeError("'NoneType' object cannot be interpreted as an integer"),
    ],
)
@pytest.mark.parametrize("where", ["read", "in_waiting", "write", "reset_output_buffer"])
def test_every_family_of_exceptions_is_met(
    error: Exception, where: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Where the port cannot be waited for itself, on other systems and over networks."""
    port = SerialTransport("loop://")

    def fail(*_: Any) -> Any:
        raise error

    kind = type(port._port)
    monkeypatch.setattr(kind, where, property(fail) if where == "in_waiting" else fail)
    if where == "write":
        with pytest.raises(Gone):
            port.write(b"x")
    elif where == "read":
        with pytest.raises(Gone, match="went away"):
            port.read(0.01)
    elif where == "in_waiting":
        monkeypatch.setattr(kind, "read", lambda *_: b"a")
        assert port.read(0.01) == b"a", "what was read comes before the news"
        with pytest.raises(Gone, match="went away"):
            port.read(0.01)
    port.close()


def test_no_such_port(tmp_path: Path) -> None:
    with pytest.raises(Gone, match=r"there is no port .*wpa2diag devices"):
        SerialTransport(str(tmp_path / "none"))


def test_no_permission(plug: Plug, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: Any) -> int:
        raise PermissionError(errno.EACCES, "Permission denied")

    monkeypatch.setattr(os, "open", refuse)
    with pytest.raises(DeviceError, match="you may not open"):
        SerialTransport(str(plug.path))


def test_in_use(plug: Plug, port: SerialTransport) -> None:
    del port
    with pytest.raises(DeviceError, match=r"another program has .* open"):
        SerialTransport(str(plug.path))


@pytest.mark.parametrize("name", ["file", "."])
def test_no_port_at_all(tmp_path: Path, name: str) -> None:
    (tmp_path / "file").write_text("text")
    with pytest.raises(DeviceError, match="is no serial port"):
        SerialTransport(str(tmp_path / name))


def test_it_goes_away_while_it_is_opened(plug: Plug, monkeypatch: pytest.MonkeyPatch) -> None:
    really = termios.tcgetattr

    def pulled(descriptor: int) -> Any:
        monkeypatch.setattr(termios, "tcgetattr", really)
        plug.unplug()
        return really(descriptor)

    monkeypatch.setattr(termios, "tcgetattr", pulled)
    with pytest.raises(Gone, match="went away while it was opened"):
        SerialTransport(str(plug.path))


def test_a_port_can_be_opened_again_after_closing(plug: Plug, port: SerialTransport) -> None:
    port.close()
    again = SerialTransport(str(plug.path))
    plug.write(b"hello")
    assert again.read(5)
    again.close()
    ready, _, _ = select.select([plug.master], [], [], 0)
    assert not ready
    wait_for(plug.opened, "raw mode")
