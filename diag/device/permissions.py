"""What keeps a user from a device, and what to do about it, for every system.

Nothing is looked at here: `diag.device.surroundings` does that, so that the advice for each
system can be had on any other.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Final

RULE_FILE: Final = "/etc/udev/rules.d/70-particle.rules"
"""Before 73-seat-late.rules, which acts on the tag `uaccess`."""
_GROUP: Final = "dialout"


class System(StrEnum):
    """Kinds of operating systems, as far as devices are concerned."""

    LINUX = "linux"
    WINDOWS = "windows"
    MACOS = "macos"
    OTHER = "other"


@dataclass(frozen=True, slots=True)
class Node:
    """A device file that the user may not open."""

    path: str
    group: str = ""
    """The group that may; empty when only its owner may."""
    usb: bool = False
    """Whether it is a USB device rather than a serial port."""


@dataclass(frozen=True, slots=True)
class Holder:
    """A program that has a device's port open."""

    path: str
    program: str
    process: int


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What of a system matters for reaching devices."""

    system: System
    blocked: tuple[Node, ...] = ()
    driverless: tuple[str, ...] = ()
    """Names of devices in want of a driver (Windows)."""
    driverless_dfu: bool = False
    """Whether one of them is in DFU mode."""
    holders: tuple[Holder, ...] = ()
    groups: frozenset[str] = frozenset()
    """Groups that this process is in."""
    promised: frozenset[str] = frozenset()
    """Groups that the user is listed in, which take effect with the next login."""
    port_group: str = _GROUP
    """The group that serial ports belong to on this system: dialout, uucp…"""
    rule: bool = False
    """Whether there is a udev rule for Particle devices."""
    modem_manager: bool = False
    """Whether ModemManager runs."""
    wsl: bool = False
    """Whether this is Linux inside Windows."""


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to do."""

    text: str
    commands: tuple[str, ...] = ()
    """To be typed as they stand."""


def udev_rule(group: str = _GROUP) -> str:
    """Return the udev rule that opens Particle devices to whoever sits at the computer.

    Args:
        group: whose members may use them too, over a remote login for instance; it must
            exist, or udev ignores it.
    """
    grant = f'MODE="0660", GROUP="{group}", TAG+="uaccess", ENV{{ID_MM_DEVICE_IGNORE}}="1"'
    return (
        "# Particle devices, with firmware running (C0xx) and in DFU mode (D0xx).\n"
        f'SUBSYSTEM=="usb", ENV{{DEVTYPE}}=="usb_device", ATTR{{idVendor}}=="2b04", '
        f'ATTR{{idProduct}}=="[cd]0??", {grant}\n'
        f'SUBSYSTEM=="tty", ATTRS{{idVendor}}=="2b04", ATTRS{{idProduct}}=="[cd]0??", {grant}\n'
    )


def advise(around: Surroundings) -> list[Advice]:
    """Return what stands in the way of devices that are connected, and what to do."""
    found = [
        Advice(
            f"{holder.path} is open in {holder.program} (process {holder.process}); two "
            "programs that read one port take the lines from each other: close it there."
        )
        for holder in around.holders
    ]
    if around.system is System.LINUX:
        found += _linux(around)
    elif around.system is System.WINDOWS:
        found += _windows(around)
    else:
        found += [_by_group(node) for node in around.blocked]
    return found


def advise_on_nothing(around: Surroundings) -> list[Advice]:
    """Return what to look at when no device shows up at all."""
    found = [
        Advice(
            "Plug the Photon or P1 into USB; its LED lights up within a second. If it does and "
            "nothing shows here, try another cable first: many carry power only, no data."
        ),
        Advice(
            "An application can switch USB serial off, and a device that sleeps leaves USB. "
            "Put it in DFU mode to be sure it is seen: hold SETUP (MODE), press and release "
            "RESET, and let SETUP go when the LED blinks yellow."
        ),
    ]
    if around.wsl:
        found.append(
            Advice(
                "This is Linux inside Windows, which does not see USB by itself: hand the device "
                "over in a Windows terminal (usbipd-win), again after each restart of the device.",
                (
                    "usbipd list",
                    "usbipd bind --busid BUSID",
                    "usbipd attach --wsl --busid BUSID --auto-attach",
                ),
            )
        )
    elif around.system is System.LINUX:
        found.append(
            Advice(
                "See whether the computer notices it at all; a container or a virtual machine "
                "must be given the device.",
                ("lsusb -d 2b04:",),
            )
        )
    elif around.system is System.WINDOWS:
        found.append(
            Advice(
                'Look into the Device Manager under "Ports (COM & LPT)": Windows 10 and later '
                "bring the driver (usbser) along, older ones need Particle's. In DFU mode the "
                "device needs WinUSB, which Zadig installs (https://zadig.akeo.ie)."
            )
        )
    elif around.system is System.MACOS:
        found.append(
            Advice(
                "No driver is needed; the port is called cu.usbmodem with a number. (Of its two "
                "names, tty.usbmodem is not the one to use.)",
                ("ls /dev/cu.usbmodem*",),
            )
        )
    return found


def _linux(around: Surroundings) -> list[Advice]:
    found: list[Advice] = []
    waiting = [node for node in around.blocked if _is_promised(node, around)]
    blocked = [node for node in around.blocked if node not in waiting]
    if waiting:
        group = waiting[0].group
        found.append(
            Advice(
                f"You were added to the group {group}, which has {_named(waiting)}; that takes "
                "effect with your next login: log out and in again."
            )
        )
    if blocked and around.rule:
        found.append(
            Advice(
                f"You may not open {_named(blocked)}, though there is a udev rule for Particle "
                "devices: it may be younger than the device's last start. Load it, then unplug "
                "the device and plug it in again.",
                ("sudo udevadm control --reload-rules", "sudo udevadm trigger"),
            )
        )
    elif blocked:
        found.append(
            Advice(
                f"You may not open {_named(blocked)}. This udev rule allows it, and keeps "
                "ModemManager away; unplug the device afterwards and plug it in again.",
                (
                    f"wpa2diag devices --udev-rule | sudo tee {RULE_FILE}",
                    "sudo udevadm control --reload-rules",
                    "sudo udevadm trigger",
                ),
            )
        )
    ports = [node for node in blocked if not node.usb and node.group]
    if ports:
        group = ports[0].group
        found.append(
            Advice(
                f"Or, for the serial port alone: become a member of the group {group}, then log "
                "out and in again.",
                (f"sudo usermod -aG {group} $USER",),
            )
        )
    if around.modem_manager and not around.rule:
        found.append(
            Advice(
                "ModemManager runs: it may take the port of a device that was just plugged in, "
                "and type modem commands into it. The udev rule keeps it away.",
                ()
                if blocked
                else (
                    f"wpa2diag devices --udev-rule | sudo tee {RULE_FILE}",
                    "sudo udevadm control --reload-rules",
                ),
            )
        )
    return found


def _windows(around: Surroundings) -> list[Advice]:
    if not around.driverless:
        return []
    names = ", ".join(around.driverless)
    if around.driverless_dfu:
        return [
            Advice(
                f"{names} lacks the WinUSB driver. Run Zadig (https://zadig.akeo.ie), choose "
                'Options > List All Devices, then the entry "Photon DFU Mode" (so named for a P1 '
                "too, by older bootloaders), and install WinUSB for it."
            )
        ]
    return [
        Advice(
            f"{names} answers no USB requests for want of a driver; the serial port works "
            'without. With Zadig (https://zadig.akeo.ie), install WinUSB for "Control Interface", '
            "never for the serial interface: that would take the COM port away."
        )
    ]


def _by_group(node: Node) -> Advice:
    if not node.group:
        return Advice(f"You may not open {node.path}; only its owner may.")
    return Advice(
        f"You may not open {node.path}; members of the group {node.group} may: let an "
        "administrator add you, then log out and in again."
    )


def _is_promised(node: Node, around: Surroundings) -> bool:
    return node.group in around.promised and node.group not in around.groups


def _named(nodes: list[Node]) -> str:
    return " and ".join(node.path for node in nodes)
