"""A Photon or P1 as USB sees it: descriptors, strings, and its vendor requests.

From dfu-facts 1.2 and 1.3; the CDC part is a plain ACM function, not a copy of the Photon's
descriptors. Standard library only: the system's own Python runs it.
"""

import struct
from dataclasses import dataclass, field

from channel import Channel, Stall

PRODUCTS = {6: "Photon", 8: "P1", 12: "Argon", 32: "P2"}
_DFU_ALTERNATES = (
    "@Internal Flash   /0x08000000/03*016Ka,01*016Kg,01*064Kg,07*128Kg",
    "@DCT Flash   /0x00000000/01*016Kg",
)


@dataclass
class UsbDevice:
    """One device on the bus."""

    platform: int
    dfu: bool
    serial: str
    channel: Channel
    gone_after: int | None = None
    """Vendor requests after which it is unplugged."""
    vid: int = 0x2B04
    strings: dict[int, str] = field(default_factory=dict)
    asked: int = 0

    def __post_init__(self) -> None:
        """Fill in what follows from the mode."""
        name = PRODUCTS.get(self.platform, "Device")
        self.pid = (0xD000 if self.dfu else 0xC000) + self.platform
        self.strings = {1: "Particle", 2: f"{name} DFU Mode" if self.dfu else name}
        self.strings[3] = self.serial
        self.strings[4] = f"{name} Control Interface"
        for number, text in enumerate(_DFU_ALTERNATES):
            self.strings[5 + number] = text

    @property
    def gone(self) -> bool:
        """Whether it was unplugged."""
        return self.gone_after is not None and self.asked > self.gone_after

    @property
    def interfaces(self) -> int:
        """How many interfaces it has."""
        return 1 if self.dfu else 3

    def device_descriptor(self) -> bytes:
        """The device descriptor."""
        kind = (0, 0, 0) if self.dfu else (0xEF, 2, 1)
        return struct.pack(
            "<BBHBBBBHHHBBBB", 18, 1, 0x200, *kind, 64, self.vid, self.pid, 0x250, 1, 2, 3, 1
        )

    def descriptors(self) -> bytes:
        """The device descriptor and the configuration, as Linux shows them."""
        body = self._dfu() if self.dfu else _cdc()
        head = struct.pack("<BBHBBBBB", 9, 2, 9 + len(body), self.interfaces, 1, 0, 0xC0, 50)
        return self.device_descriptor() + head + body

    def control(
        self, kind: int, request: int, value: int, index: int, length: int, data: bytes
    ) -> bytes:
        """Answer a control transfer."""
        if kind == 0x80 and request == 6:
            return self._descriptor(value)[:length]
        if kind & 0x60 == 0x40 and not self.dfu:
            self.asked += 1
            return self.channel.setup(kind, request, value, index, length, data)
        if kind == 0x80 and request == 8:
            return b"\x01"
        raise Stall

    def _descriptor(self, value: int) -> bytes:
        kind, number = value >> 8, value & 0xFF
        if kind == 1:
            return self.device_descriptor()
        if kind == 2:
            return self.descriptors()[18:]
        if kind == 3 and not number:
            return b"\x04\x03\x09\x04"
        if kind == 3 and number in self.strings:
            text = self.strings[number].encode("utf-16-le")
            return bytes([len(text) + 2, 3]) + text
        raise Stall

    def _dfu(self) -> bytes:
        found = b"".join(
            struct.pack("<BBBBBBBBB", 9, 4, 0, alternate, 0, 0xFE, 1, 2, 5 + alternate)
            for alternate in range(len(_DFU_ALTERNATES))
        )
        return found + bytes.fromhex("09210BFF0000101A01")


def _cdc() -> bytes:
    return bytes.fromhex(
        "080B000202020100"  # interfaces 0 and 1 are one function
        "090400000102020100"
        "0524001001"
        "0524010001"
        "04240202"
        "0524060001"
        "07058203080010"  # notifications
        "090401000"
        "20A000000"
        "07050102400000"
        "07058102400000"
        "09040200"
        "00FFFFFF04"
    )
