"""The live side on a real Linux kernel: enumeration, cdc_acm, udev, usbfs.

The kernel runs in a virtual machine; the device is the simulated Photon behind the kernel's
virtual USB host controller. What happens in the guest is `guest.py`.
"""

import os
import sys
from pathlib import Path

import pytest

from tests.acceptance import machine

_TIMEOUT = 900.0
"""Seconds; a minute or two on two idle cores, several times that on busy ones."""


def test_photon_on_a_real_kernel(tmp_path: Path) -> None:
    try:
        kernel = machine.kernel()
    except machine.Unavailable as error:
        if os.environ.get("WPA2DIAG_REQUIRE_BEDS") == "1":
            pytest.fail(str(error))
        pytest.skip(str(error))
    python = os.environ.get("WPA2DIAG_GUEST_PYTHON") or sys.executable
    root = machine.HERE.parent.parent
    paths = f"PYTHONPATH={root}:{root / 'tests/beds'}"
    settings = [paths, "PYTHONDONTWRITEBYTECODE=1", "PYTEST_DISABLE_PLUGIN_AUTOLOAD=1"]
    story = str(machine.HERE / "guest.py")
    options = ["-x", "-v", "--durations=0", "--log-cli-level=INFO", "-p", "no:cacheprovider"]
    pytest_in_guest = [python, "-m", "pytest", story, *options, f"--confcutdir={machine.HERE}"]
    command = ["env", "-C", str(root), *settings, *pytest_in_guest]
    code, console = machine.boot(kernel, tmp_path, command, _TIMEOUT)
    assert code == 0, f"the guest ended with {code}; its console:\n{console[-20_000:]}"
