"""Run a program against scripted USB devices: unmodified libusb and sysfs, no kernel USB.

Usage: umockdev-wrapper /usr/bin/python3 umock_bed.py PLAN.json LOG.json COMMAND...

The devices live in this process; COMMAND is its child. The plan is a list of devices (see
`_device`), the log is what each was asked. Needs the system's Python with gi and UMockdev.
"""

import contextlib
import errno
import json
import os
import struct
import subprocess
import sys
import threading
import traceback
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))

import gi

gi.require_version("UMockdev", "1.0")

from channel import Channel, Stall  # noqa: E402
from gi.repository import GLib, UMockdev  # noqa: E402
from usb_device import UsbDevice  # noqa: E402

# Numbers of usbfs ioctls: direction, size, letter U, number (linux/usbdevice_fs.h).
CONTROL, GET_CAPABILITIES = 0xC0185500, 0x8004551A
SUBMIT, DISCARD, REAP, REAP_NOW = 0x8038550A, 0x550B, 0x4008550C, 0x4008550D
URB = struct.Struct("<BBxxiIxxxxQiiiiiIQ")
HUB = "/devices/pci0000:00/0000:00:14.0/usb1"
HUB_DESCRIPTORS = (
    "12010002090001406B1D020006050302010109021900010100E0000904000001090000000705810304000C"
)


class Usbfs:
    """Answers what a program asks of one device node."""

    def __init__(self, device: UsbDevice, on_order) -> None:
        """Take the device."""
        self.device = device
        self.done = []
        self.on_order = on_order
        self.base = UMockdev.IoctlBase()
        self.base.connect("handle-ioctl", self._handle)

    def _handle(self, _base, client) -> bool:
        try:
            client.complete(*self._answer(client))
        except Exception:
            # Without an answer the client would wait for ever.
            traceback.print_exc()
            client.complete(-1, errno.EIO)
        return True

    def _answer(self, client) -> tuple[int, int]:
        request, arg = client.get_request() & 0xFFFFFFFF, client.get_arg()
        if request in (REAP, REAP_NOW):
            if not self.done:
                return -1, errno.ENODEV if self.device.gone else errno.EAGAIN
            arg.resolve(0, 8).set_ptr(0, self.done.pop(0))
            return 0, 0
        if self.device.gone:
            return -1, errno.ENODEV
        if request == GET_CAPABILITIES:
            arg.resolve(0, 4).update(0, struct.pack("<I", 0x17))
            return 0, 0
        if request == SUBMIT:
            urb = arg.resolve(0, 56)
            return self._submit(urb)
        if request == DISCARD:
            return -1, errno.EINVAL
        return -1, errno.ENOTTY

    def _submit(self, urb) -> tuple[int, int]:
        kind, _, _, _, _, size, *_ = URB.unpack(bytes(urb.retrieve()))
        if kind != 2:
            return -1, errno.EINVAL
        buffer = urb.resolve(16, size)
        raw = bytes(buffer.retrieve())
        setup = struct.unpack_from("<BBHHH", raw)
        if setup[4] > 4096:
            return -1, errno.EINVAL
        came_in = bool(setup[0] & 0x80)
        status, actual = 0, setup[4]
        try:
            data = self.device.control(*setup, b"" if came_in else raw[8:])
            if came_in:
                actual = len(data)
                if data:
                    buffer.update(8, data)
        except Stall:
            status, actual = -errno.EPIPE, 0
        if self.device.gone:
            return -1, errno.ENODEV
        urb.update(4, struct.pack("<i", status))
        urb.update(28, struct.pack("<i", actual))
        self.done.append(urb)
        self.on_order(self.device)
        return 0, 0


class Bed:
    """A bus with devices on it."""

    def __init__(self) -> None:
        """Begin with an empty bus."""
        self.testbed = UMockdev.Testbed.new()
        self.handlers: list[Usbfs] = []
        self.address = 10
        self.paths: dict[int, list[str]] = {}
        self.testbed.add_from_string(_entry(HUB, 1, "0", bytes.fromhex(HUB_DESCRIPTORS), {}))

    def plug(self, device: UsbDevice, port: str, blocked: list[str]) -> None:
        """Plug a device in; `blocked` names the nodes that may not be opened."""
        self.address += 1
        path = f"{HUB}/1-{port}"
        attributes = {
            "idVendor": f"{device.vid:04x}",
            "idProduct": f"{device.pid:04x}",
            "bNumInterfaces": f" {device.interfaces}",
            "manufacturer": device.strings[1],
            "product": device.strings[2],
            "serial": device.serial,
        }
        self.testbed.add_from_string(
            _entry(path, self.address, port, device.descriptors(), attributes)
        )
        handler = Usbfs(device, lambda it: self._ordered(it, port))
        self.handlers.append(handler)
        node = f"/dev/bus/usb/001/{self.address:03}"
        self.testbed.attach_ioctl(node, handler.base)
        nodes = [path]
        root = self.testbed.get_root_dir()
        if not device.dfu:
            name = f"ttyACM{sum(not one.device.dfu for one in self.handlers) - 1}"
            self.testbed.add_from_string(_tty(path, port, name))
            nodes = [f"{path}/1-{port}:1.0/tty/{name}", f"{path}/1-{port}:1.0", path]
            if "serial" in blocked:
                os.chmod(f"{root}/dev/{name}", 0)  # noqa: PTH101
        if "usb" in blocked:
            os.chmod(f"{root}{node}", 0)  # noqa: PTH101
        self.paths[id(device)] = nodes

    def _ordered(self, device: UsbDevice, port: str) -> None:
        """Let a device that was told so restart into its bootloader."""
        if (
            device.channel.orders
            and device.channel.orders[-1][0] == 50
            and device.gone_after is None
        ):
            device.channel.orders.append((0, 0))
            GLib.timeout_add(150, lambda: self._to_dfu(device, port))

    def _to_dfu(self, device: UsbDevice, port: str) -> bool:
        device.gone_after, device.asked = 0, 1
        for path in self.paths[id(device)]:
            self.testbed.uevent(f"/sys{path}", "remove")
            self.testbed.remove_device(f"/sys{path}")
        boot = UsbDevice(device.platform, True, device.serial, device.channel)
        self.plug(boot, port, [])
        self.testbed.uevent(f"/sys{self.paths[id(boot)][-1]}", "add")
        return False

    def environment(self) -> dict[str, str]:
        """The environment of a program that is to see the bus."""
        return {
            **os.environ,
            "UMOCKDEV_DIR": self.testbed.get_root_dir(),
            "LD_PRELOAD": "libumockdev-preload.so.0",
        }


def _entry(path: str, address: int, port: str, descriptors: bytes, more: dict[str, str]) -> str:
    name, raw = f"bus/usb/001/{address:03}", descriptors.hex().upper()
    values = {"busnum": "1", "devnum": address, "devpath": port, "speed": "12", **more}
    values |= {"bConfigurationValue": "1", "dev": f"189:{address - 1}"}
    product = f"{descriptors[9]:x}{descriptors[8]:02x}/{descriptors[11]:x}{descriptors[10]:02x}/250"
    lines = [
        f"P: {path}",
        f"N: {name}={raw}",
        *(f"E: {pair}" for pair in ("DEVTYPE=usb_device", "SUBSYSTEM=usb", "DRIVER=usb")),
        f"E: BUSNUM=001\nE: DEVNUM={address:03}\nE: DEVNAME=/dev/{name}\nE: PRODUCT={product}",
        f"E: MAJOR=189\nE: MINOR={address - 1}",
        *(f"A: {key}={value}\\n" for key, value in values.items()),
        f"H: descriptors={raw}",
    ]
    return "\n".join(lines) + "\n\n"


def _tty(usb: str, port: str, name: str) -> str:
    interface = f"{usb}/1-{port}:1.0"
    return (
        f"P: {interface}\nE: DEVTYPE=usb_interface\nE: SUBSYSTEM=usb\nE: DRIVER=cdc_acm\n"
        "A: bInterfaceNumber=00\\n\nA: bInterfaceClass=02\\n\n\n"
        f"P: {interface}/tty/{name}\nN: {name}\nE: SUBSYSTEM=tty\nE: DEVNAME=/dev/{name}\n"
        f"E: MAJOR=166\nE: MINOR=0\nL: device=../../../1-{port}:1.0\nA: dev=166:0\\n\n\n"
    )


def _device(plan: dict) -> UsbDevice:
    channel = Channel(
        plan["serial"],
        plan.get("release", "1.5.2"),
        {
            int(kind): (result, bytes.fromhex(data))
            for kind, (result, data) in plan.get("replies", {}).items()
        },
        **plan.get("channel", {}),
    )
    return UsbDevice(
        plan.get("platform", 6),
        plan.get("dfu", False),
        plan["serial"],
        channel,
        plan.get("gone_after"),
    )


def main() -> None:
    """Plug everything in, run the program, write the log."""
    plan, log, *command = sys.argv[1:]
    bed = Bed()
    devices = []
    for item in json.loads(Path(plan).read_text()):
        device = _device(item)
        devices.append(device)
        bed.plug(device, item["at"], item.get("blocked", []))
    loop, codes = GLib.MainLoop(), []
    with contextlib.ExitStack() as stack:
        child = stack.enter_context(subprocess.Popen(command, env=bed.environment()))

        def wait() -> None:
            codes.append(child.wait())
            GLib.idle_add(loop.quit)

        threading.Thread(target=wait, daemon=True).start()
        loop.run()
    made = [
        {
            "served": device.channel.served,
            "orders": device.channel.orders,
            "resets": device.channel.resets,
            "asked": device.asked,
        }
        for device in devices
    ]
    Path(log).write_text(json.dumps(made))
    sys.exit(codes[0])


if __name__ == "__main__":
    main()
