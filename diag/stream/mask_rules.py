"""Where secrets stand that nobody told us: the named rules of masking, as a table."""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final

MASK: Final = b"[masked]"
"""What stands in place of a secret; it says nothing of its length."""
KNOWN: Final = "known-secret"
"""The rule that masks what the tool was told."""


class Region(Enum):
    """What follows an opener and is masked."""

    LINE = "line"
    """Up to the line end."""
    KEY = "key"
    """Lines of a private key, up to its last line or, as a dialogue's answer, an empty line."""
    STRING = "string"
    """Up to the quotation mark that closes it, or the line end."""
    WORD = "word"
    """As long as a token can go on."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One place where a secret stands."""

    name: str
    triggers: tuple[bytes, ...]
    """Where none of these is in the data, the opener is not looked for."""
    opener: re.Pattern[bytes]
    """What it matches is shown, what follows is masked. Its group `quote` is the sign that
    opened a string."""
    region: Region
    partial: re.Pattern[bytes] | None = None
    """Its first group, at the end of the data, may be a secret, which what comes next decides."""
    prompt: bool = False
    """Whether the device asks the host to type the secret."""
    form: re.Pattern[bytes] | None = None
    """How the whole of the secret looks; where it looks otherwise, another print stands in it."""


def _literal(
    name: str, text: bytes, region: Region, *, prompt: bool = False, form: bytes | None = None
) -> Rule:
    whole = re.compile(form) if form is not None else None
    return Rule(name, (text,), re.compile(re.escape(text)), region, prompt=prompt, form=whole)


_SIGN: Final = rb"[A-Za-z0-9._~+/=\-]"

RULES: Final = (
    # Device-facts 6.2, 6.3: everything typed is echoed, passwords too.
    _literal("password", b"Password: ", Region.LINE, prompt=True),
    _literal("claim-code", b"Enter 63-digit claim code: ", Region.LINE, prompt=True),
    _literal("claim-code", b"Claim code set to: ", Region.LINE, form=rb"[!-~]{63}"),
    # 15 signs, as Device OS keeps it; of another length it is masked with what follows.
    _literal("device-secret", b"Device Secret: ", Region.LINE, form=rb"[0-9A-Z]{15}"),
    _literal("private-key", b"Private key in PEM format:", Region.KEY, prompt=True),
    Rule(
        "private-key",
        (b"PRIVATE KEY-----",),
        re.compile(rb"-----BEGIN [A-Z0-9 ]{0,24}PRIVATE KEY-----"),
        Region.KEY,
    ),
    # Device-facts 5.8; the same names are used by other tools' JSON.
    Rule(
        "wifi-key",
        (b'"ek', b'"pwd'),
        re.compile(rb"\"(?:ek|pwd)\\{0,3}\"[ \t]{0,4}:[ \t]{0,4}(?P<quote>\\{0,3}\")"),
        Region.STRING,
    ),
    # Device-facts 11.2.
    Rule(
        "access-token",
        (b"ccess_token", b"CCESS_TOKEN"),
        re.compile(
            rb"\"(?i:access_token)\\{0,3}\"[ \t]{0,4}:[ \t]{0,4}(?P<quote>\\{0,3}\")",
        ),
        Region.STRING,
    ),
    Rule(
        "access-token",
        (b"ccess_token", b"CCESS_TOKEN"),
        re.compile(rb"(?i:access_token)[ \t]{0,4}[=:][ \t]{0,4}[\"']?(?=" + _SIGN + rb"{8})"),
        Region.WORD,
        re.compile(
            rb"(?i:access_token)[ \t]{0,4}[=:][ \t]{0,4}[\"']?(" + _SIGN + rb"{1,7})\Z",
        ),
    ),
    Rule(
        "access-token",
        (b"earer ", b"EARER "),
        re.compile(rb"(?i:bearer) {1,4}(?=" + _SIGN + rb"{16})"),
        Region.WORD,
        re.compile(rb"(?i:bearer) {1,4}(" + _SIGN + rb"{1,15})\Z"),
    ),
    Rule(
        "access-token",
        (b"oken", b"OKEN"),
        re.compile(rb"(?i:token)[^\r\n]{0,80}?(?<![0-9A-Za-z])(?=[0-9a-fA-F]{40})"),
        Region.WORD,
        re.compile(rb"(?i:token)[^\r\n]{0,80}?(?<![0-9A-Za-z])([0-9a-fA-F]{1,39})\Z"),
    ),
)

_NEVER: Final = re.compile(rb"(?!)")
ECHO: Final = Rule("typed-secret", (), _NEVER, Region.LINE)
"""What follows the typing of a secret where no prompt for it was recognised."""
IDENTITY: Final = Rule("device-secret", (), _NEVER, Region.LINE)
"""What follows the question who the device is, up to the lines that are no secret."""

SPILL: Final = Rule(
    "private-key",
    (b"",),
    re.compile(rb"(?:Outer identity \(optional\): |\n|\A)(?=[A-Za-z0-9+/=]{16})"),
    Region.LINE,
    re.compile(rb"(?:Outer identity \(optional\): |\n|\A)([A-Za-z0-9+/=]{1,15})\Z"),
)
"""Lines of a private key whose block the device ended too early: they become the answers
to the prompts that follow (device-facts 6.3)."""
SPILL_ENDS: Final = re.compile(rb"Thanks! Wait|-----BEGIN CERT|-----END |\nSSID: ")

OTHER_PROMPT: Final = re.compile(
    rb"(?:\A|\n)(?:SSID: |Username: |Outer identity \(opt|Security 0=|Security Cipher 1="
    rb"|EAP Type 0=|Client certificate in PEM|Root CA in PEM)"
)
"""Prompts that ask for nothing secret."""

_EDGES: Final = tuple(
    b"-----%s %s-----" % (edge, kind)
    for edge in (b"BEGIN", b"END")
    for kind in (
        b"PRIVATE KEY",
        b"RSA PRIVATE KEY",
        b"EC PRIVATE KEY",
        b"DSA PRIVATE KEY",
        b"OPENSSH PRIVATE KEY",
        b"ENCRYPTED PRIVATE KEY",
        b"CERTIFICATE",
        b"TRUSTED CERTIFICATE",
        b"PUBLIC KEY",
    )
)
KEY_LINES: Final = (*_EDGES, b"Proc-Type: 4,ENCRYPTED")
"""Lines of a private key's block that are evidence and no secret: shown."""
KEY_CLOSERS: Final = (
    b"SSID: ",
    b"Username: ",
    b"Password: ",
    b"Outer identity (optional): ",
    b"Security 0=",
    b"Security Cipher 1=",
    b"EAP Type 0=",
    b"Client certificate in PEM format:",
    b"Private key in PEM format:",
    b"Root CA in PEM format (optional):",
    b"Thanks! Wait while",
    b"Derp. Sorry",
    b"Awesome. Now",
    b"Error while preparing",
    b"Enter 63-digit claim code: ",
    b"Your device id is ",
    b"Device ID: ",
)
"""What a device prints at the beginning of a line when it no longer reads a private key."""
