"""What USB control requests are good for, by name."""

from enum import IntEnum

from diag.device.transport import Control


class Request(IntEnum):
    """Numbers of requests (device-facts 6.6; Device OS, `ctrl_request_type`)."""

    DEVICE_ID = 20
    SERIAL_NUMBER = 21
    SYSTEM_VERSION = 30
    RESET = 40
    DFU_MODE = 50
    SAFE_MODE = 60
    START_LISTENING = 70
    STOP_LISTENING = 71
    DEVICE_MODE = 72
    """Since 1.1.0."""
    LOG_CONFIG = 80
    MODULE_INFO = 90
    DIAGNOSTICS = 100
    """Since 0.8.0-rc.2."""


def diagnostics(control: Control) -> str:
    """Return the vitals as the device writes them: JSON, with `net:err` among them.

    Needs Device OS 0.8.0-rc.2, and neither listening mode nor a log.

    Raises:
        Gone: the device went away.
        DeviceError: it does not answer such a request.
    """
    return control.request(Request.DIAGNOSTICS).decode("utf-8", "replace")


def start_listening(control: Control) -> None:
    """Put the device into listening mode; an attempt to join is cancelled.

    Raises:
        Gone: the device went away.
        DeviceError: it does not answer such a request.
    """
    control.request(Request.START_LISTENING)


def stop_listening(control: Control) -> None:
    """Let the device leave listening mode; it joins its networks again.

    Raises:
        Gone: the device went away.
        DeviceError: it does not answer such a request.
    """
    control.request(Request.STOP_LISTENING)


def reset(control: Control) -> None:
    """Restart the device; it leaves USB at once, or after a second from 1.x on.

    Raises:
        Gone: the device went away.
        DeviceError: it does not answer such a request.
    """
    control.request(Request.RESET)


def enter_dfu(control: Control) -> None:
    """Restart the device into its bootloader.

    Raises:
        Gone: the device went away.
        DeviceError: it does not answer such a request.
    """
    control.request(Request.DFU_MODE)
