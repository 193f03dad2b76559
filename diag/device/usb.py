"""USB devices through pyusb: the library behind it, what is connected, errors in words."""

import contextlib
import errno
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Any, Final, Protocol

from diag.device.boards import Board, Problem
from diag.device.control_protocol import OUT, Transfer
from diag.device.products import Mode, Product, identify
from diag.device.transport import DeviceError, Gone

_STRING: Final = 3
"""Type of a string descriptor (USB 2.0, table 9-5)."""
_ENGLISH: Final = 0x0409
_SYSFS: Final = Path("/sys/bus/usb/devices")
_DENIED: Final = frozenset({errno.EACCES, errno.EPERM})
_NO_DRIVER: Final = frozenset({errno.ENOSYS, errno.ENOENT, errno.ENOTSUP})
"""What libusb says on Windows of a device without WinUSB."""
_LOST: Final = frozenset({errno.ENODEV, errno.ENXIO, errno.ESHUTDOWN, errno.EPROTO, errno.EIO})
"""A cable pulled during a transfer shows as an I/O error before the device is missed."""
_MODES: Final = {
    Mode.SERIAL: "is not in DFU mode; hold SETUP, press and release RESET, and let SETUP go when "
    "the LED blinks yellow",
    Mode.DFU: "is in DFU mode, where no firmware runs that could answer; press RESET to start it",
}


class NoLibrary(DeviceError):  # noqa: N818 - what happened, in the word of its user
    """There is no libusb."""


class Stall(DeviceError):  # noqa: N818 - what happened, in the word of its user
    """The device refused a request, as USB devices do with one they do not know."""


class NoAnswer(DeviceError):  # noqa: N818 - what happened, in the word of its user
    """The device took longer than it was given."""


class UsbDevice(Protocol):
    """What is used of pyusb's `Device`; it comes without types."""

    idVendor: int  # noqa: N815 - pyusb's names, which are USB's
    idProduct: int  # noqa: N815
    iSerialNumber: int  # noqa: N815
    bus: int | None
    address: int | None
    port_numbers: Sequence[int] | None

    def ctrl_transfer(  # noqa: D102
        self, kind: int, request: int, value: int, index: int, data: int | bytes, timeout: int, /
    ) -> Any: ...


Backend = Any
"""A backend of pyusb; it comes without types."""


@dataclass(frozen=True, slots=True)
class Seen:
    """One USB device of Particle's."""

    product: Product
    mode: Mode
    serial: str
    """As reported; empty when it cannot be read."""
    location: str | None
    problem: Problem | None
    device: UsbDevice


@cache
def backend() -> Backend:
    """Return libusb: the system's if there is one, else that of the libusb-package wheel.

    Raises:
        NoLibrary: neither is there.
    """
    libusb = import_module("usb.backend.libusb1")
    found = libusb.get_backend(find_library=_soname if sys.platform == "linux" else None)
    if found is None:
        with contextlib.suppress(ImportError, OSError):
            wheel = import_module("libusb_package")
            found = libusb.get_backend(find_library=wheel.find_library)
    if found is None:
        raise NoLibrary(
            "libusb is missing, so that devices in DFU mode and USB requests are out of reach; "
            "install it: pip install libusb-package"
        )
    return found


def devices(using: Backend | None = None) -> Iterator[Seen]:
    """Yield the devices of Particle's that are connected; none is configured or claimed.

    Args:
        using: another backend than libusb.

    Raises:
        NoLibrary: there is no libusb.
        DeviceError: the bus cannot be read.
    """
    core = import_module("usb.core")
    chosen = using or backend()
    try:
        found: list[UsbDevice] = list(
            core.find(find_all=True, backend=chosen, custom_match=_is_ours)
        )
    except (core.USBError, NotImplementedError) as error:
        raise DeviceError(f"the USB devices cannot be listed: {error}") from None
    for device in found:
        known = identify(device.idVendor, device.idProduct)
        if known is not None:
            yield _seen(device, *known)


def find(board: Board, mode: Mode, using: Backend | None = None) -> UsbDevice:
    """Return the device behind a board, not yet opened.

    Args:
        board: which one; it may have restarted since it was listed.
        mode: the mode it is to be in.
        using: another backend than libusb.

    Raises:
        Gone: it is not connected any more, or is in another mode.
        DeviceError: it is not to be told from its twin.
    """
    near = [seen for seen in devices(using) if seen.product.platform == board.product.platform]
    known = [seen for seen in near if _matches(seen, board)]
    if not known and len(near) == 1 and near[0].problem:
        known = near
    fit = [seen for seen in known if seen.mode is mode]
    found = [seen for seen in fit if seen.location == board.location] or fit
    if not found:
        if known:
            raise Gone(f"{board.product.name} {board.name} {_MODES[known[0].mode]}")
        raise Gone(f"{board} is no longer connected; plug it in again")
    if len(found) > 1:
        raise DeviceError(
            f"{len(found)} connected devices look like {board}; unplug the others and try again"
        )
    return found[0].device


def transfer(device: UsbDevice, what: str, order: Transfer, timeout: float) -> bytes:
    """Make a control transfer; return what came in.

    Args:
        device: opened by its first transfer, without claiming an interface.
        what: which device, as it is to be called.
        order: the transfer.
        timeout: seconds it may take.

    Raises:
        Gone: the device went away.
        Stall: it refused the request.
        NoAnswer: it took too long.
        DeviceError: it cannot be reached.
    """
    core = import_module("usb.core")
    out = order.kind == OUT
    try:
        done = device.ctrl_transfer(
            order.kind,
            order.request,
            order.value,
            order.index,
            order.data if out else order.length,
            round(timeout * 1000),
        )
    except (core.USBError, NotImplementedError) as error:
        raise words(error, what) from None
    return b"" if out else bytes(done)


def release(device: UsbDevice) -> None:
    """Close a device; a second call does nothing."""
    import_module("usb.util").dispose_resources(device)


def words(error: Exception, what: str) -> DeviceError:
    """Return what to say of an error of pyusb.

    Args:
        error: a `USBError`, or the `NotImplementedError` that pyusb makes of some.
        what: which device, as it is to be called.
    """
    number = getattr(error, "errno", None)
    if number in _DENIED:
        return DeviceError(
            f"you may not open {what} over USB; `wpa2diag devices` says how to get the permission"
        )
    if number in _LOST:
        return Gone(f"{what} went away: it was unplugged, or has restarted")
    if number == errno.EPIPE:
        return Stall(f"{what} does not answer such a request")
    if number == errno.ETIMEDOUT:
        return NoAnswer(
            f"{what} did not answer in time; it may hang: press its RESET button and try again"
        )
    if number == errno.EBUSY:
        return DeviceError(f"another program uses {what} over USB; close it and try again")
    if isinstance(error, NotImplementedError) or number in _NO_DRIVER:
        return DeviceError(
            f"{what} has no driver that lets programs reach it over USB; "
            "`wpa2diag devices` says how to install one"
        )
    text = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
    return DeviceError(f"USB to {what} failed ({text}); plug it in again and try once more")


def _soname(_candidate: str) -> str:
    """The name to load on Linux; to ask the linker where the file is costs 30 ms."""
    return "libusb-1.0.so.0"


def _is_ours(device: UsbDevice) -> bool:
    return identify(device.idVendor, device.idProduct) is not None


def _matches(seen: Seen, board: Board) -> bool:
    if seen.product.platform != board.product.platform:
        return False
    if seen.serial and board.serial:
        return seen.serial.lower() == board.serial.lower()
    return board.location is None or seen.location == board.location


def _seen(device: UsbDevice, product: Product, mode: Mode) -> Seen:
    location = _location(device)
    serial, problem = _serial(device, location)
    if not serial and location is not None:
        # Linux has read it when the device was plugged in, and shows it to everyone.
        with contextlib.suppress(OSError):
            serial = (_SYSFS / location / "serial").read_text("utf-8", "replace").strip()
    return Seen(product, mode, serial, location, problem, device)


def _location(device: UsbDevice) -> str | None:
    ports = device.port_numbers
    if not ports or device.bus is None:
        return None
    return f"{device.bus}-{'.'.join(map(str, ports))}"


def _serial(device: UsbDevice, location: str | None) -> tuple[str, Problem | None]:
    """Read the serial number; what stands in the way of opening the device is its problem.

    pyusb's own reading hides a missing permission behind a missing language.
    """
    control, core = import_module("usb.control"), import_module("usb.core")
    where = f"/dev/bus/usb/{device.bus or 0:03}/{device.address or 0:03}"
    path = where if sys.platform == "linux" else location or "USB"
    try:
        index = device.iSerialNumber
        raw = bytes(control.get_descriptor(device, 255, _STRING, index, _ENGLISH))
    except NotImplementedError:
        return "", Problem("driver", path)
    except core.USBError as error:
        number: int | None = error.errno
        if number in _DENIED:
            return "", Problem("permission", path)
        if number in _NO_DRIVER and sys.platform == "win32":
            return "", Problem("driver", path)
        # Busy with erasing its flash, or on its way out: that is no lasting problem.
        return "", None
    finally:
        release(device)
    return raw[2 : raw[0] if raw else 0].decode("utf-16-le", "replace").strip("\0 "), None
