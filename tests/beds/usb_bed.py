"""Programs under test, run against the scripted USB devices of `umock_bed.py`."""

import functools
import json
import os
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pytest

from tests.running import ROOT, environment

PYTHON: Final = "/usr/bin/python3"
_BED: Final = Path(__file__).with_name("umock_bed.py")
_PROBE: Final = (
    "import gi; gi.require_version('UMockdev', '1.0'); from gi.repository import UMockdev"
)
_IN_BED: Final = ("umockdev-wrapper", PYTHON, str(_BED))
_CAPABILITIES: Final = "-dac_override,-dac_read_search"

Plan = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Ran:
    """What a program did in the bed."""

    code: int
    out: str
    err: str
    devices: list[dict[str, Any]]
    """What each device was asked."""

    @property
    def json(self) -> Any:
        """Its output, read as JSON."""
        assert self.code in (0, 3), self.err
        return json.loads(self.out)


@functools.cache
def missing() -> str:
    """Why there is no bed; empty when there is one."""
    if sys.platform != "linux":
        return "umockdev is for Linux"
    if shutil.which("umockdev-wrapper") is None:
        return "umockdev is missing: apt-get install umockdev gir1.2-umockdev-1.0 python3-gi"
    probe = subprocess.run([PYTHON, "-c", _PROBE], capture_output=True, check=False)
    return "" if probe.returncode == 0 else "gir1.2-umockdev-1.0 or python3-gi is missing"


def require() -> None:
    """Skip the test without the bed, or fail where beds are required."""
    why = missing()
    if why and os.environ.get("WPA2DIAG_REQUIRE_BEDS") == "1":
        pytest.fail(why)
    if why:
        pytest.skip(why)


def run(folder: Path, devices: list[Plan], *command: str, timeout: float = 60) -> Ran:
    """Run a Python program, given as `-c CODE` or `-m MODULE`, with these devices plugged in.

    It runs without the right to open files that it has no permission for, as root has.
    """
    plan, log = folder / "plan.json", folder / "log.json"
    plan.write_text(json.dumps(devices))
    limits = []
    if os.getuid() == 0:
        limits = ["setpriv", f"--bounding-set={_CAPABILITIES}", f"--inh-caps={_CAPABILITIES}"]
    done = subprocess.run(
        [*_IN_BED, str(plan), str(log), *limits, sys.executable, *command],
        capture_output=True,
        text=True,
        env=environment() | {"COLUMNS": "80"},
        cwd=ROOT,
        timeout=timeout,
        check=False,
    )
    assert log.exists(), done.stderr
    return Ran(done.returncode, done.stdout, done.stderr, json.loads(log.read_text()))
