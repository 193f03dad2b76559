"""The Wi-Fi dialogue of listening mode, prompt by prompt (device-facts 6.2)."""

from collections.abc import Generator
from typing import Final

from diag.simulator import pem
from diag.simulator.console import Console
from diag.simulator.credentials import ENTERPRISE, Credentials
from diag.simulator.kernel import Steps
from diag.simulator.store import CIPHER_REQUIRED
from diag.simulator.wifi import Network

SSID: Final = "SSID: "
SECURITY: Final = (
    "Security 0=unsecured, 1=WEP, 2=WPA, 3=WPA2, 4=WPA Enterprise, 5=WPA2 Enterprise: "
)
CIPHER: Final = "Security Cipher 1=AES, 2=TKIP, 3=AES+TKIP: "
PASSWORD: Final = "Password: "  # noqa: S105 - a prompt
EAP_TYPE: Final = "EAP Type 0=PEAP/MSCHAPv2, 1=EAP-TLS: "
USERNAME: Final = "Username: "
CERTIFICATE: Final = "Client certificate in PEM format:\r\n"
KEY: Final = "Private key in PEM format:\r\n"
OUTER: Final = "Outer identity (optional): "
ROOT_CA: Final = "Root CA in PEM format (optional):\r\n"

_THANKS: Final = "Thanks! Wait while I save those credentials...\r\n\r\n"
_DERP: Final = "Derp. Sorry, we couldn't save the credentials.\r\n\r\n"
_NO_MEMORY: Final = "Error while preparing to store enterprise credentials.\r\n\r\n"
_BUFFER: Final = 4096
_LONGEST_CERTIFICATE: Final = 4095
_LONGEST_KEY: Final = 2047
_DUMMY: Final = b"1"
"""Password of the dry run, which stays if no other is given (5.3)."""


class Wizard:
    """One device's Wi-Fi dialogue."""

    def __init__(self, console: Console, network: Network) -> None:
        """Talk over a console; scan with a network."""
        self.console = console
        self._network = network
        self._device = console.device

    def run(self) -> Generator[float, None, bool]:
        """Go through the dialogue once; return whether listening mode ends with it."""
        ssid = b""
        while not ssid:
            ssid = yield from self.console.ask(SSID, 32)
        found = yield from self._network.scan(ssid)
        cipher: int | None = None
        if found is not None:
            security, cipher = found
        else:
            security = yield from self._digit(SECURITY, "012345")
        if cipher is None and security >= 2:
            # The dry run looks for the cipher once more.
            found = yield from self._network.scan(ssid)
            cipher = None if found is None else found[1]
        dry_run = self._device.store.check(
            Credentials(ssid, security, cipher, password=_DUMMY if security else b"")
        )
        if dry_run == 0:
            yield from self._device.log("INFO", "hal.wlan", "Saving credentials")
        if cipher is None or dry_run == CIPHER_REQUIRED:
            cipher = yield from self._digit(CIPHER, "123")
        entry = yield from self._answers(ssid, security, cipher)
        if entry is None:
            return dry_run == 0
        saved = yield from self._save(entry)
        return dry_run == 0 or saved

    def _digit(self, prompt: str, allowed: str) -> Generator[float, None, int]:
        while True:
            line = yield from self.console.ask(prompt, 1)
            text = line.decode("latin-1")
            if text and text in allowed:
                return int(text)

    def _answers(
        self, ssid: bytes, security: int, cipher: int
    ) -> Generator[float, None, Credentials | None]:
        """Ask what this kind of network needs; None if there is no memory for it."""
        ask = self.console.ask
        if security == 0:
            return Credentials(ssid, security, cipher)
        if security not in ENTERPRISE:
            password = yield from ask(PASSWORD, 64)
            return Credentials(ssid, security, cipher, password=password)
        kind = yield from self._digit(EAP_TYPE, "01")
        heap = self._device.heap
        if heap < _BUFFER:
            yield from self.console.print(_NO_MEMORY)
            return None
        username = password = certificate = key = b""
        if kind == 0:
            username = yield from ask(USERNAME, 64)
            password = (yield from ask(PASSWORD, 64)) or _DUMMY
        else:
            text = yield from self.console.ask_block(CERTIFICATE, _LONGEST_CERTIFICATE)
            certificate = pem.certificates_der(text)
            text = yield from self.console.ask_block(KEY, _LONGEST_KEY)
            key = pem.key_der(text)
        outer = yield from ask(OUTER, 64)
        text = yield from self.console.ask_block(ROOT_CA, _LONGEST_CERTIFICATE)
        return Credentials(
            ssid,
            security,
            cipher,
            eap=("peap", "tls")[kind],
            username=username,
            password=password,
            outer_identity=outer,
            client_certificate=certificate,
            private_key=key,
            root_ca=pem.certificates_der(text),
        )

    def _save(self, entry: Credentials) -> Generator[float, None, bool]:
        device = self._device
        yield from self.console.print(_THANKS)
        heap = device.heap - (_BUFFER if entry.enterprise else 0)
        result, lines = device.store.save(entry, heap)
        for line in lines:
            yield from device.log(line.level, "hal.wlan", line.message)
            yield from device.kernel.sleep(device.random.uniform(0.001, 0.02))
        yield from self.console.print(_DERP) if result else self._success()
        return result == 0

    def _success(self) -> Steps:
        space = " " if self._device.traits.success_text_space else ""
        yield from self.console.print(
            "Awesome. Now we'll connect!\r\n\r\n"
            f"If you see a pulsing cyan light, your device{space}\r\n"
            "has connected to the Cloud and is ready to go!\r\n\r\n"
            "If your LED flashes red or you encounter any other problems,\r\n"
            "visit https://www.particle.io/support to debug.\r\n\r\n"
            "    Particle <3 you!\r\n\r\n"
        )
