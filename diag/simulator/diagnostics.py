"""The device's vitals and module list as JSON (device-facts 3.6, 6.1)."""

import json
from typing import Final

from diag.simulator.device import Device

_BOOTLOADERS: Final = (
    ("3.", 1100),
    ("2.3", 1006),
    ("2.", 1005),
    ("1.5", 502),
    ("1.4", 501),
    ("1.2", 311),
    ("1.3", 311),
    ("1.1", 301),
    ("1.", 201),
    ("0.8", 201),
    ("0.7", 101),
)
"""Bootloader version by the beginning of the release's name (device-facts 1.5)."""
_TOTAL_RAM: Final = 81_920


def vitals_json(device: Device) -> str:
    """Return what `d` and control request 100 answer.

    Names of the net items are of device-facts 3.6; the others are plausible, since the
    exact set per release is not known (10).
    """
    vitals = device.vitals
    heap = device.heap
    connected = vitals.status == 4
    items: dict[str, object] = {
        "sys:uptime": int(device.kernel.now - device.booted),
        "sys:tram": _TOTAL_RAM,
        "sys:uram": _TOTAL_RAM - heap,
        "net:stat": vitals.status,
        "net:err": vitals.error,
        "net:connatt": vitals.attempts,
        "net:dconn": vitals.disconnects,
        "net:dconnrsn": vitals.disconnect_reason,
        "net:rssi": _signal(device) if connected else {"err": -210},
        "cloud:stat": vitals.cloud_status,
        "cloud:err": vitals.cloud_error,
        "cloud:connatt": vitals.cloud_attempts,
    }
    return json.dumps(items, separators=(",", ":"))


def _signal(device: Device) -> int:
    newest = device.store.newest
    for point in device.scenario.access_points:
        if newest is not None and point.ssid.encode() == newest.ssid:
            return point.signal
    return -60


def modules_json(device: Device) -> str:
    """Return what `s` prints between its braces: plausible modules of a Photon."""
    traits = device.traits
    version = traits.module_version
    bootloader = next(number for start, number in _BOOTLOADERS if traits.release.startswith(start))
    modules: list[dict[str, object]] = [
        {"s": 16384, "l": "m", "vc": 30, "vv": 30, "f": "b", "n": "0", "v": bootloader, "d": []},
        _module(262_144, "s", "1", version, [{"f": "s", "n": "2", "v": 207, "_": ""}]),
        _module(262_144, "s", "2", version, [{"f": "s", "n": "1", "v": version, "_": ""}]),
        _module(131_072, "u", "1", 6, [{"f": "s", "n": "2", "v": 207, "_": ""}]),
    ]
    return json.dumps({"p": 6, "m": modules}, separators=(",", ":"))[1:-1]


def _module(
    size: int, function: str, name: str, version: int, needs: list[dict[str, object]]
) -> dict[str, object]:
    return {
        "s": size,
        "l": "m",
        "vc": 30,
        "vv": 30,
        "u": "",
        "f": function,
        "n": name,
        "v": version,
        "d": needs,
    }
