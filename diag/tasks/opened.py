"""A device that a task may work with: bytes, and USB control requests where there are any."""

from dataclasses import dataclass

from diag.device.transport import Control
from diag.tasks.live import Live


@dataclass(slots=True)
class Device:
    """One opened device."""

    live: Live
    control: Control | None = None
    """None where the port is all there is: a pseudo-terminal, or no permission for USB."""
    listening: bool = False
    """Whether the tool has put it into listening mode."""
