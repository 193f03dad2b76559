"""Which USB ids are which product, and which products can do WPA2 Enterprise.

Ids follow one rule: vendor 2B04, product C0xx with firmware running and D0xx in DFU mode,
xx being the platform id (dfu-facts 1.1, device-facts 6.5; particle-iot/device-os,
build/platform-id.mk; npm @particle/device-constants). Only the Core has ids of its own.
"""

from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType
from typing import Final

VENDOR: Final = 0x2B04
_CORE_VENDOR: Final = 0x1D50
_CORE_MODES: Final = {0x607D: "serial", 0x607F: "dfu"}


class Mode(StrEnum):
    """A face that a device shows on USB."""

    SERIAL = "serial"
    """Firmware runs: an application, safe mode or listening mode, which USB cannot tell apart."""
    DFU = "dfu"
    """The bootloader waits for firmware; the LED blinks yellow."""


@dataclass(frozen=True, slots=True)
class Product:
    """A kind of device."""

    name: str
    platform: int | None
    """Particle's platform id; None for what is no Particle device."""
    why_not: str = ""
    """Why it cannot be helped here, to follow its name; empty for a Photon and a P1."""

    @property
    def supported(self) -> bool:
        """Whether it is a Photon or a P1."""
        return self.platform is not None and not self.why_not


_NOT_ENTERPRISE: Final = "cannot do WPA2 Enterprise; of Particle's boards only Photon and P1 can"
"""For Argon, P2, Photon 2 and M-SoM: docs.particle.io/getting-started/setup/wpa2-enterprise."""
_CELLULAR: Final = "is a cellular device and joins no Wi-Fi network"
_MESH: Final = "has no Wi-Fi"

PHOTON: Final = Product("Photon", 6)
P1: Final = Product("P1", 8)
UNKNOWN: Final = Product("unknown serial port", None)
"""Of a port that a user names, and that may still lead to a Photon."""
_CORE: Final = Product("Core", 0, _NOT_ENTERPRISE)
_NAMES: Final = MappingProxyType(
    {
        10: ("Electron", _CELLULAR),
        12: ("Argon", _NOT_ENTERPRISE),
        13: ("Boron", _CELLULAR),
        14: ("Xenon", _MESH),
        15: ("E SoM X", _CELLULAR),
        22: ("A SoM", _NOT_ENTERPRISE),
        23: ("B SoM", _CELLULAR),
        24: ("X SoM", _MESH),
        25: ("B5 SoM", _CELLULAR),
        26: ("Tracker", _CELLULAR),
        28: ("Tracker M", _CELLULAR),
        32: ("Photon 2 or P2", _NOT_ENTERPRISE),
        35: ("M-SoM", _NOT_ENTERPRISE),
        37: ("Electron 2", _CELLULAR),
        42: ("Tachyon", "runs Linux and sets up its networks there"),
        88: ("RedBear Duo", "is not a Photon or P1, though related, and its firmware differs"),
    }
)
_PRODUCTS: Final = MappingProxyType(
    {6: PHOTON, 8: P1}
    | {number: Product(name, number, why) for number, (name, why) in _NAMES.items()}
)


def identify(vendor: int | None, product: int | None) -> tuple[Product, Mode] | None:
    """Return the product behind USB ids and the mode they stand for.

    None for a device that is not Particle's.
    """
    if vendor is None or product is None:
        return None
    if vendor == _CORE_VENDOR and product in _CORE_MODES:
        return _CORE, Mode(_CORE_MODES[product])
    mode = {0xC0: Mode.SERIAL, 0xD0: Mode.DFU}.get(product >> 8)
    if vendor != VENDOR or mode is None:
        return None
    platform = product & 0xFF
    known = _PRODUCTS.get(platform)
    return known or Product(f"Particle device {platform}", platform, _NOT_ENTERPRISE), mode
