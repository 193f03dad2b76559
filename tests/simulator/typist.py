"""A patient person at the console of a simulated Photon."""

from diag.simulator import Credentials, Photon

SSID = "SSID: "
SECURITY = "Security 0=unsecured, 1=WEP, 2=WPA, 3=WPA2, 4=WPA Enterprise, 5=WPA2 Enterprise: "
CIPHER = "Security Cipher 1=AES, 2=TKIP, 3=AES+TKIP: "
EAP = "EAP Type 0=PEAP/MSCHAPv2, 1=EAP-TLS: "
USERNAME = "Username: "
PASSWORD = "Password: "
CERTIFICATE = "Client certificate in PEM format:\r\n"
KEY = "Private key in PEM format:\r\n"
OUTER = "Outer identity (optional): "
ROOT_CA = "Root CA in PEM format (optional):\r\n"
AWESOME = "    Particle <3 you!\r\n\r\n"
DERP = "Derp. Sorry, we couldn't save the credentials.\r\n\r\n"
NO_MEMORY = "Error while preparing to store enterprise credentials.\r\n\r\n"
ENDS = (AWESOME, DERP, NO_MEMORY)


class Typist:
    """Types what it is told, after having seen the prompt for it."""

    def __init__(self, photon: Photon) -> None:
        """Sit down at a device and open its port."""
        self.photon = photon
        self.seen = ""
        self.pending = ""
        photon.set_dtr(True)

    def watch(self, seconds: float) -> str:
        """Read for a while; return what came."""
        end = self.photon.now + seconds
        came = ""
        while self.photon.now < end:
            came += self.photon.run(end).decode("latin-1")
        self.seen += came
        self.pending += came
        return came

    def until(self, *texts: str, limit: float = 90.0) -> str:
        """Read until one of the texts ends what came since the last such; return it."""
        end = self.photon.now + limit
        while True:
            for text in texts:
                if self.pending.endswith(text):
                    self.pending = ""
                    return text
            if self.photon.now >= end:
                raise AssertionError(f"none of {texts} after {self.pending!r}")
            piece = self.photon.run(end).decode("latin-1")
            self.seen += piece
            self.pending += piece

    def type(self, data: bytes) -> None:
        """Type all of this, reading meanwhile."""
        for _ in range(10_000):
            data = data[self.photon.send(data) :]
            self.watch(0.001)
            if not data:
                return
        raise AssertionError(f"the device does not take {data!r}")

    def press(self, key: bytes, seconds: float = 3.0) -> str:
        """Type a key of the console; return what came of it."""
        before = len(self.seen)
        self.type(key)
        self.watch(seconds)
        return self.seen[before:]

    def listen(self) -> None:
        """Bring the device into listening mode, once it is done with what it does."""
        self.watch(1.0)
        if not self.photon.listening:
            self.photon.set_line_coding(28800)
        for _ in range(100):
            if self.photon.listening:
                break
            self.watch(0.5)
        assert self.photon.listening
        self.watch(1.0)

    def configure(self, wanted: Credentials, end: str = "\n") -> str:
        """Go through the whole dialogue; return how it ended."""
        self.listen()
        self.photon.send(b"w")
        answers = {
            SSID: wanted.ssid,
            SECURITY: str(wanted.security).encode(),
            CIPHER: str(wanted.cipher).encode(),
            EAP: b"1" if wanted.eap == "tls" else b"0",
            USERNAME: wanted.username,
            PASSWORD: wanted.password,
            OUTER: wanted.outer_identity,
        }
        blocks = {
            CERTIFICATE: wanted.client_certificate,
            KEY: wanted.private_key,
            ROOT_CA: wanted.root_ca,
        }
        for _ in range(20):
            prompt = self.until(*answers, *blocks, *ENDS)
            if prompt in ENDS:
                return prompt
            if prompt in blocks:
                self.type(blocks[prompt].strip().replace(b"\n", end.encode()))
                self.type((end * 2 if blocks[prompt] else end).encode())
            else:
                self.type(answers[prompt] + end.encode())
        raise AssertionError("the dialogue does not end")
