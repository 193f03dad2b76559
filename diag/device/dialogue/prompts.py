"""What a device asks and says in listening mode, letter by letter (device-facts 6.1, 6.2)."""

from enum import Enum


class Prompt(Enum):
    """A question of the `w` dialogue; the value is its text on the wire."""

    SSID = b"SSID: "
    SECURITY_OLD = b"Security 0=unsecured, 1=WEP, 2=WPA, 3=WPA2: "
    """Of 0.6.x and older, which know no Enterprise networks."""
    SECURITY = b"Security 0=unsecured, 1=WEP, 2=WPA, 3=WPA2, 4=WPA Enterprise, 5=WPA2 Enterprise: "
    CIPHER = b"Security Cipher 1=AES, 2=TKIP, 3=AES+TKIP: "
    EAP_TYPE = b"EAP Type 0=PEAP/MSCHAPv2, 1=EAP-TLS: "
    USERNAME = b"Username: "
    PASSWORD = b"Password: "
    CLIENT_CERTIFICATE = b"Client certificate in PEM format:\r\n"
    PRIVATE_KEY = b"Private key in PEM format:\r\n"
    OUTER_IDENTITY = b"Outer identity (optional): "
    ROOT_CA = b"Root CA in PEM format (optional):\r\n"

    @property
    def block(self) -> bool:
        """Whether the answer is lines that end with an empty one."""
        return self in (Prompt.CLIENT_CERTIFICATE, Prompt.PRIVATE_KEY, Prompt.ROOT_CA)

    @property
    def secret(self) -> bool:
        """Whether the answer must not be seen."""
        return self in (Prompt.PASSWORD, Prompt.PRIVATE_KEY)


class Reply(Enum):
    """A sentence that ends the dialogue; the value is what it is known by."""

    STORED = b"Awesome. Now we'll connect!"
    REFUSED = b"Derp. Sorry, we couldn't save the credentials."
    OUT_OF_HEAP = b"Error while preparing to store enterprise credentials."


SAVING = b"Thanks! Wait "
"""Comes before STORED or REFUSED."""
CLAIM_CODE = b"Enter 63-digit claim code: "
