"""A device that a task may work with: bytes, and USB control requests where there are any."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from diag.device.transport import Control
from diag.stream import FactValue
from diag.tasks.live import Live


@dataclass(slots=True)
class Device:
    """One opened device."""

    live: Live
    control: Control | None = None
    """None where the port is all there is: a pseudo-terminal, or no permission for USB."""
    listening: bool = False
    """Whether the tool has put it into listening mode."""
    id: str = ""
    """24 hex digits, lower-case, as USB reports them; empty where it does not."""
    silent: bool = False
    """Whether its log was seen to say nothing of its joins."""
    seen: Mapping[str, FactValue] = field(default_factory=dict[str, FactValue])
    """The latest vitals, against which the next are held."""
