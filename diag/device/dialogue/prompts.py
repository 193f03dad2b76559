"""What a device asks and says in listening mode, letter by letter (device-facts 6.1, 6.2)."""

from enum import Enum
from typing import Final


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
    def limit(self) -> int:
        """Bytes an answer has at most, line ends not counted; the device ends it there (6.3)."""
        return _LIMITS.get(self, 1)

    @property
    def secret(self) -> bool:
        """Whether the answer must not be seen."""
        return self in (Prompt.PASSWORD, Prompt.PRIVATE_KEY)


_LIMITS: Final = {
    Prompt.SSID: 32,
    Prompt.USERNAME: 64,
    Prompt.PASSWORD: 64,
    Prompt.OUTER_IDENTITY: 64,
    # A block also ends when fewer than 4 bytes are left for it.
    Prompt.CLIENT_CERTIFICATE: 4091,
    Prompt.PRIVATE_KEY: 2043,
    Prompt.ROOT_CA: 4091,
}


class Reply(Enum):
    """A sentence that ends the dialogue; the value is what it is known by."""

    STORED = b"Awesome. Now we'll connect!"
    REFUSED = b"Derp. Sorry, we couldn't save the credentials."
    OUT_OF_HEAP = b"Error while preparing to store enterprise credentials."


SAVING = b"Thanks! Wait "
"""Comes before STORED or REFUSED."""
CLAIM_CODE = b"Enter 63-digit claim code: "

CLAIM_CODE_REFUSED = b"Claim code unchanged."
_ENDS: Final = (SAVING, *(reply.value for reply in Reply))
_AFTER_SECURITY: Final = (Prompt.CIPHER, Prompt.PASSWORD, Prompt.EAP_TYPE)
_FOLLOWING: Final = {
    Prompt.SSID: (Prompt.SSID, Prompt.SECURITY, Prompt.SECURITY_OLD, *_AFTER_SECURITY),
    Prompt.SECURITY_OLD: (Prompt.SECURITY_OLD, *_AFTER_SECURITY),
    Prompt.SECURITY: (Prompt.SECURITY, *_AFTER_SECURITY),
    Prompt.CIPHER: (Prompt.CIPHER, Prompt.PASSWORD, Prompt.EAP_TYPE),
    Prompt.EAP_TYPE: (Prompt.EAP_TYPE, Prompt.USERNAME, Prompt.CLIENT_CERTIFICATE),
    Prompt.USERNAME: (Prompt.PASSWORD,),
    Prompt.PASSWORD: (Prompt.OUTER_IDENTITY,),
    Prompt.CLIENT_CERTIFICATE: (Prompt.PRIVATE_KEY,),
    Prompt.PRIVATE_KEY: (Prompt.OUTER_IDENTITY,),
    Prompt.OUTER_IDENTITY: (Prompt.ROOT_CA,),
    Prompt.ROOT_CA: (),
}


def texts_after(prompt: Prompt) -> tuple[bytes, ...]:
    """What can come once a prompt is answered (6.2); an application may print the rest."""
    return (*(p.value for p in _FOLLOWING[prompt]), *_ENDS)
