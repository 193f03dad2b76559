"""The parts every task of the device shares: clock, port, memory, lamps, log."""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass, field
from random import Random

from diag.simulator.kernel import Kernel, Steps
from diag.simulator.scenario import Scenario
from diag.simulator.store import Store
from diag.simulator.traits import App, Traits
from diag.simulator.usb import SerialPort


@dataclass(slots=True)
class Vitals:
    """The diagnostics of one boot; a reset clears them (device-facts 3.6, 10)."""

    status: int = 0
    """`net:stat`."""
    error: int = 0
    """`net:err`: the last failure; a later success leaves it."""
    attempts: int = 0
    """`net:connatt`."""
    disconnects: int = 0
    """`net:dconn`."""
    disconnect_reason: int = 0
    """`net:dconnrsn`."""
    cloud_status: int = 0
    cloud_attempts: int = 0
    cloud_error: int = 0


@dataclass(frozen=True, slots=True)
class PromptRecord:
    """One prompt of the dialogue and what it was given."""

    prompt: str
    """The prompt's text."""
    answer: bytes
    """Every byte that was read as its answer, terminators included."""
    drained: bytes = b""
    """Bytes thrown away after it."""


@dataclass(slots=True)
class Requests:
    """What was asked of the system thread from outside and not yet done."""

    listen: bool = False
    leave: bool = False
    safe_mode: bool = False


@dataclass(slots=True)
class Device:
    """Everything the tasks of one powered device work on."""

    kernel: Kernel
    port: SerialPort
    traits: Traits
    app: App
    scenario: Scenario
    store: Store
    random: Random
    device_id: str
    reboot: Callable[[bool], None]
    """Reset the device; the argument says whether into safe mode."""
    booted: float = 0.0
    led: str = ""
    listening: bool = False
    safe_mode: bool = False
    connected: bool = False
    wedged: bool = False
    claim_code: bytes = b""
    vitals: Vitals = field(default_factory=Vitals)
    requests: Requests = field(default_factory=Requests)
    prompts: list[PromptRecord] = field(default_factory=list[PromptRecord])
    asking: tuple[str, bytearray] | None = None
    """The prompt that waits for its answer, and the bytes of that so far."""
    commands: bytearray = field(default_factory=bytearray)
    """Every byte that the console took as a command."""

    @property
    def mac(self) -> str:
        """The MAC address, lower case with colons."""
        tail = hashlib.sha256(self.device_id.encode()).digest()[:3]
        return "6c:0b:84:" + ":".join(f"{byte:02x}" for byte in tail)

    @property
    def heap(self) -> int:
        """Free bytes right now, a little different each time."""
        return max(1000, self.scenario.board.heap - 8 * self.random.randrange(24))

    def log(self, level: str, category: str, message: str) -> Steps:
        """Print a log line if this release has it and the application shows it.

        Format of device-facts 2.2; what is compiled in, 2.6; the mute, 2.11.
        """
        compiled = self.traits.hal_log if category.startswith("hal") else self.traits.cloud_log
        if not (compiled and self.app.prints_log) or self.safe_mode:
            return
        if self.listening and self.app.muted_listening:
            return
        ms = round((self.kernel.now - self.booted) * 1000) & 0xFFFFFFFF
        if len(message) > 159:
            message = message[:158] + "~"
        line = f"{ms:010d} [{category}] {level}: {message}\r\n".encode("latin-1", "replace")
        if self.scenario.board.chatter and self.random.random() < 0.15:
            # A line is many small writes, and another thread prints between them (2.9).
            cut = self.random.randrange(len(line))
            line = line[:cut] + self.small_talk() + line[cut:]
        yield from self.port.write(line)

    def small_talk(self) -> bytes:
        """Return something an application would print."""
        return self.random.choice(
            (b"py->hw: tic\n", b"network event 11\r\n", b"t=21.5;rh=40\r\n", b"loop\n")
        )
