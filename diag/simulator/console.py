"""The listening-mode console: single keys, no prompt, no echo (device-facts 6.0, 6.1)."""

import hashlib
from collections.abc import Callable, Generator
from typing import Final

from diag.simulator.device import Device, PromptRecord
from diag.simulator.diagnostics import modules_json, vitals_json
from diag.simulator.kernel import FOREVER, Steps
from diag.simulator.lines import Reader

_CLAIM_CODE_LENGTH: Final = 63
_LONGEST_PIECE: Final = 12


class Console:
    """Prints slowly, reads lines, records what every prompt was given."""

    def __init__(self, device: Device) -> None:
        """Talk over the device's port."""
        self.device = device

    def print(self, text: str) -> Steps:
        """Print a text, a millisecond per byte, in pieces of any size."""
        data = text.encode("latin-1", "replace")
        at = 0
        while at < len(data):
            piece = data[at : at + self.device.random.randint(1, _LONGEST_PIECE)]
            yield from self.device.port.write(piece)
            yield from self.device.kernel.sleep(len(piece) / 1000)
            at += len(piece)

    def ask(self, prompt: str, longest: int) -> Generator[float, None, bytes]:
        """Print a prompt, read a line, and drop everything that came after it."""
        reader = Reader(self.device.port)
        self.device.asking = (prompt, reader.taken)
        try:
            yield from self.print(prompt)
            line = yield from reader.line(longest)
            yield from self.print("\r\n")
        finally:
            self.device.asking = None
            drained = self.device.port.drain() if reader.taken else b""
            self.device.prompts.append(PromptRecord(prompt, bytes(reader.taken), drained))
        return line

    def ask_block(self, prompt: str, longest: int) -> Generator[float, None, bytes]:
        """Print a prompt and read lines up to an empty one; nothing is dropped."""
        reader = Reader(self.device.port)
        self.device.asking = (prompt, reader.taken)
        try:
            yield from self.print(prompt)
            return (yield from reader.block(longest))
        finally:
            self.device.asking = None
            self.device.prompts.append(PromptRecord(prompt, bytes(reader.taken)))

    def loop(self, wizard: Callable[[], Generator[float, None, bool]]) -> Steps:
        """Handle keys until listening mode is left.

        Args:
            wizard: the Wi-Fi dialogue; returns whether it ends listening mode.
        """
        device = self.device
        while not device.requests.leave:
            if not device.port.available:
                yield FOREVER
                continue
            key = device.port.read()
            device.commands.append(key)
            if key == ord("x") or (key == ord("w") and (yield from wizard())):
                return
            if key == ord("L"):
                device.reboot(True)
                yield FOREVER
            yield from self._key(chr(key))

    def _key(self, key: str) -> Steps:
        device = self.device
        match key:
            case "i":
                yield from self._identity()
            case "m":
                mac = device.mac if device.traits.mac_while_listening else "00:00:00:00:00:00"
                yield from self.print(f"Your device MAC address is\r\n{mac}\r\n")
            case "v":
                yield from self.print(f"system firmware version: {device.traits.release}\n\r\n")
            case "s":
                yield from self.print("{" + modules_json(device) + "}\r\n")
            case "d" if device.traits.diagnostics:
                yield from self.print(vitals_json(device) + "\r\n")
            case "c":
                claimed = "yes" if device.scenario.board.claimed else "no"
                yield from self.print(f"Device claimed: {claimed}\r\n")
            case "C":
                yield from self._claim()
            case "f" | "\x01" | "\x02":
                yield from self._transfer()
            case _:
                pass

    def _identity(self) -> Steps:
        device = self.device
        if not (device.traits.identity_in_lines and device.scenario.board.serial_number):
            yield from self.print(f"Your device id is {device.device_id}\r\n")
            return
        digest = hashlib.sha256(b"otp" + device.device_id.encode()).hexdigest().upper()
        yield from self.print(f"Device ID: {device.device_id}\r\n")
        yield from self.print(f"Device Secret: {digest[:15]}\r\n")
        yield from self.print(f"Serial Number: PHHMAB{digest[15:24]}\r\n")

    def _claim(self) -> Steps:
        code = yield from self.ask("Enter 63-digit claim code: ", _CLAIM_CODE_LENGTH)
        if len(code) != _CLAIM_CODE_LENGTH:
            yield from self.print(
                "Sorry, claim code is not 63 characters long. Claim code unchanged.\r\n"
            )
            return
        self.device.claim_code = code
        yield from self.print(f"Claim code set to: {code.decode('latin-1')}\r\n")

    def _transfer(self) -> Steps:
        """Announce a YMODEM transfer and wait for it to be aborted; none is done here."""
        device = self.device
        yield from self.print("Waiting for the binary file to be sent ... (press 'a' to abort)\r\n")
        end = device.kernel.now + 60.0
        while device.kernel.now < end:
            if not device.port.available:
                yield end
            elif device.port.read() == ord("a"):
                return
