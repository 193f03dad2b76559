"""What happens in the guest: one story, told in order; each part goes on from the last."""

import json
import logging
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Generator, Iterator
from pathlib import Path
from typing import Any, Final, TypeVar

import pytest

from diag.simulator import Photon, scenario
from tests.acceptance.usb_photon import UsbPhoton

LOG: Final = logging.getLogger(__name__)
ID: Final = "3a0021000b47363339343638"
RELEASE: Final = "1.5.2"
ACM0, ACM1 = "/dev/ttyACM0", "/dev/ttyACM1"
PASSWORD: Final = "correct horse 7"
"""Of the scenario."""
TOOL: Final = [sys.executable, "-c", "from diag.cli.main import main; main()"]
RULES: Final = Path("/etc/udev/rules.d/70-particle.rules")
TIMEOUT: Final = 120.0
T = TypeVar("T")


def wait_for(look: Callable[[], T], what: str) -> T:
    """Wait until something is there, and return it."""
    deadline = time.monotonic() + TIMEOUT
    while not (found := look()):
        assert time.monotonic() < deadline, f"{what} did not come"
        time.sleep(0.02)
    return found


@pytest.fixture(scope="module")
def board() -> Generator[UsbPhoton]:
    """The device, plugged into the first socket."""
    subprocess.run(["modprobe", "vhci-hcd"], check=True)
    photon = Photon(scenario("nps-outer-identity"), release=RELEASE, seed=1, device_id=ID)
    with UsbPhoton(photon, RELEASE) as usb:
        yield usb


def tool(*words: str, user: tuple[str, ...] = (), exits: int = 0) -> str:
    """Run `wpa2diag` to its end; return its output."""
    done = subprocess.run(
        [*user, *TOOL, *words],
        capture_output=True,
        text=True,
        env={**os.environ, "NO_COLOR": "1", "COLUMNS": "100", "WIFI_PASSWORD": PASSWORD},
        check=False,
    )
    LOG.info(
        "wpa2diag %s: exit %d\n%s%s", " ".join(words), done.returncode, done.stdout, done.stderr
    )
    assert done.returncode == exits, done.stderr
    assert "Traceback" not in done.stderr
    return done.stdout


def listed(**how: Any) -> list[dict[str, Any]]:
    return json.loads(tool("devices", "--json", **how))["devices"]


def kernel_said(text: str) -> str:
    """Wait for a line of the kernel's log."""

    def look() -> str:
        lines = subprocess.run(["dmesg"], capture_output=True, text=True, check=True).stdout
        return next((line for line in lines.splitlines() if text in line), "")

    line = wait_for(look, f"{text!r} in the kernel's log")
    LOG.info("kernel: %s", line)
    return line


def test_the_kernel_enumerates_it(board: UsbPhoton) -> None:
    kernel_said("idVendor=2b04, idProduct=c006")
    kernel_said("cdc_acm 1-1:1.0: ttyACM0")
    link = Path(f"/dev/serial/by-id/usb-Particle_Photon_{ID}-if00")
    wait_for(link.exists, "udev's link")
    assert link.resolve() == Path(ACM0)


def test_it_is_listed_by_its_ids(board: UsbPhoton) -> None:
    (found,) = listed()
    assert (found["product"], found["id"], found["modes"]) == ("Photon", ID, ["serial"])
    assert (found["port"], found["location"], found["problems"]) == (ACM0, "1-1", [])


def test_the_monitor_goes_on_when_it_comes_back_elsewhere(board: UsbPhoton, tmp_path: Path) -> None:
    raw, cast = tmp_path / "photon.log", tmp_path / "session.cast"
    words = ["monitor", "--device", ID[:6], "--json", "--raw", str(raw), "--record", str(cast)]
    with subprocess.Popen(
        [*TOOL, *words], stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as monitor:
        told = (json.loads(line) for line in monitor.stdout or ())
        assert next(told)["port"] == ACM0
        _until(told, lambda item: item["type"] == "diagnosis")
        board.stop_after(b"wiced_join_ap")
        wait_for(lambda: board.still, "the middle of a line")
        wait_for(lambda: raw.read_bytes() == board.delivered, "every byte so far")
        # Somebody else who holds the port makes the kernel give out another name.
        holder = os.open(ACM0, os.O_RDWR | os.O_NOCTTY | os.O_NONBLOCK)
        board.unplug()
        kernel_said("usb 1-1: USB disconnect")
        gap = _until(told, lambda item: item["type"] == "gap")
        assert gap["state"] == "begins"
        assert ACM0 in gap["reason"]
        board.plug(1)
        back = _until(told, lambda item: item["type"] == "gap")
        assert (back["state"], back["port"]) == ("ends", ACM1)
        os.close(holder)
        _until(told, lambda item: item["type"] == "diagnosis")
        monitor.send_signal(signal.SIGINT)
        last = _until(told, lambda item: item["type"] == "end")
        assert monitor.wait(TIMEOUT) == last["exit"] == 1
        # The device goes on meanwhile: closing the port needs its answers.
        assert board.delivered.startswith(raw.read_bytes())
        assert monitor.stderr is not None
        assert "Traceback" not in monitor.stderr.read()
    kernel_said("cdc_acm 1-2:1.0: ttyACM1")
    diagnosed = json.loads(tool("diagnose", str(cast), "--format", "json", exits=1))
    LOG.info("first cause: %s", json.dumps(diagnosed["causes"][0])[:300])


def test_vitals_come_over_control_requests_and_identity_after_a_touch(board: UsbPhoton) -> None:
    assert "net:err" in json.loads(tool("vitals", "--json"))
    found = json.loads(tool("identify", "--json"))
    assert (found["id"], found["device_os"]) == (ID, RELEASE)


def _until(
    told: Iterator[dict[str, Any]], holds: Callable[[dict[str, Any]], bool]
) -> dict[str, Any]:
    for item in told:
        LOG.info("monitor: %s", json.dumps(item)[:160])
        if holds(item):
            return item
    pytest.fail("the monitor ended before that")
