"""The listening-mode dialogue (device-facts 6): sans-I/O, and one driver for transports.

A dialogue is a generator. It yields `Step`s (bytes to send, patterns to wait for) and is
sent what was found; it knows no port and no clock, so that any device output in any
pieces can be played against it.
"""

from diag.device.dialogue.drive import drive
from diag.device.dialogue.queries import (
    Console,
    Identity,
    claim,
    identify,
    leave,
    probe,
    version,
    vitals,
)
from diag.device.dialogue.wizard import Answered, Written, abandon, configure

__all__ = [
    "Answered",
    "Console",
    "Identity",
    "Written",
    "abandon",
    "claim",
    "configure",
    "drive",
    "identify",
    "leave",
    "probe",
    "version",
    "vitals",
]
