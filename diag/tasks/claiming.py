"""Claiming a device for a Particle account (device-facts 11.2)."""

from enum import Enum
from typing import TYPE_CHECKING

from diag.device.dialogue import claim
from diag.device.transport import DeviceError
from diag.diagnosis import vitals
from diag.tasks.asking import ask_identity, usb_vitals
from diag.tasks.listening import enter_listening, leave_listening
from diag.tasks.opened import Device

if TYPE_CHECKING:
    from diag.cloud import Cloud

_CONNECTED = 4


class Claimed(Enum):
    """How it came out."""

    BEFORE = "the device belongs to this account already"
    NOW = "claimed"
    CODE = "the device has a claim code and claims itself when it next connects to the cloud"


def is_connected(device: Device) -> bool | None:
    """Whether the network is up; None where only the LED can tell.

    The cloud claims a device that is connected to it: the LED breathes cyan.

    Raises:
        Gone: the device went away.
    """
    text = usb_vitals(device)
    return vitals(text).get("net:stat") == _CONNECTED if text else None


def claim_online(device_id: str, cloud: "Cloud") -> Claimed:
    """Claim a device that is connected to the cloud now.

    Raises:
        CloudError: the cloud refuses, or cannot be reached.
    """
    if cloud.device(device_id).mine:
        return Claimed.BEFORE
    cloud.claim(device_id)
    return Claimed.NOW


def claim_by_code(device: Device, cloud: "Cloud", *, anew: bool = False) -> Claimed:
    """Give the device a claim code over its serial port, for when it connects.

    Args:
        device: an opened one.
        cloud: where the code comes from.
        anew: also when the device says that it is claimed already, perhaps by another account.

    Raises:
        Gone: the device went away.
        DeviceError: it does not enter listening mode, is claimed already, or refuses the code.
        CloudError: the cloud gives no code.
    """
    identity = ask_identity(device, stay=True)
    try:
        if identity.claimed and not anew:
            raise DeviceError(
                "the device says that it is claimed already; release it from the other "
                "account first, or add --anew"
            )
        code = cloud.claim_code()
        enter_listening(device)
        if not device.live.play(claim(code)):
            raise DeviceError("the device did not take the claim code; reset it and try again")
    finally:
        leave_listening(device)
    return Claimed.CODE
