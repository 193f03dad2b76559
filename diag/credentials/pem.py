"""PEM text: finding its blocks in whatever surrounds them, and writing them anew.

Nothing here knows what a block holds beyond its label.
"""

import base64
import binascii
import re
from dataclasses import dataclass
from typing import Final

from diag.credentials.errors import ProfileError

LINE: Final = 64
"""Characters of a line of PEM; what RFC 7468 writes and what the device takes safely."""

_MARKER: Final = re.compile(r"-{5}[ \t]?(BEGIN|END) ([A-Z0-9 ]{1,40}?)[ \t]?-{5}")
_HEADER: Final = re.compile(r"[A-Za-z][A-Za-z0-9-]{0,40}:")
_KEPT_HEADERS: Final = ("proc-type:", "dek-info:")
_INVISIBLE: Final = dict.fromkeys(map(ord, "\ufeff\u200b\u200c\u200d\u2060\x00"))


@dataclass(frozen=True, slots=True)
class Block:
    """One block: its label, such as `CERTIFICATE`, and the bytes in it."""

    label: str
    der: bytes
    headers: tuple[str, ...] = ()
    """Of an encrypted key of the traditional form: how it is encrypted (RFC 1421)."""

    @property
    def private(self) -> bool:
        """Whether it holds a private key."""
        return self.label.endswith("PRIVATE KEY")

    def __repr__(self) -> str:
        """Name the label only; the bytes may be a key."""
        return f"Block({self.label!r})"

    def text(self) -> str:
        r"""Return it as PEM: LF line ends, lines of at most 64, no blank line.

        A key with headers is the exception: its form wants a blank line after them. No
        device takes such a key.
        """
        body = base64.b64encode(self.der).decode("ascii")
        lines = [body[start : start + LINE] for start in range(0, len(body), LINE)]
        head = [*self.headers, ""] if self.headers else []
        return "\n".join(
            [f"-----BEGIN {self.label}-----", *head, *lines, f"-----END {self.label}-----", ""]
        )


@dataclass(frozen=True, slots=True)
class Size:
    """How large a PEM text is to the device (device-facts 6.3)."""

    content: int
    """Bytes without line ends, which its limits count."""
    stored: int
    """Bytes in its buffer, where every line ends in CR LF."""
    longest: int
    """Bytes of the longest line."""


def measure(text: str) -> Size:
    """Return the size of a PEM text as the device counts it."""
    lines = [len(line.encode("utf-8", "surrogatepass")) for line in text.splitlines()]
    return Size(sum(lines), sum(lines) + 2 * len(lines), max(lines, default=0))


def decode_text(data: bytes) -> str:
    """Return a file's bytes as text; what is outside of the blocks may be in any encoding."""
    if data.startswith((b"\xff\xfe", b"\xfe\xff")):
        return data.decode("utf-16", "replace")
    if b"-\x00-\x00-" in data:
        little = data.index(b"-\x00-\x00-") % 2 == 0
        return data.decode("utf-16-le" if little else "utf-16-be", "replace")
    return data.decode("utf-8", "replace")


def find_blocks(text: str, name: str) -> list[Block]:
    """Return every complete block of a text, in order.

    Any line ends, blank lines, indentation, byte order marks and wrong line lengths are
    overlooked, as is everything between blocks.

    Args:
        text: text with `-----BEGIN` in it.
        name: file name for errors, already inert.

    Raises:
        ProfileError: a block does not end or is no base64.
    """
    found: list[Block] = []
    begun: re.Match[str] | None = None
    for marker in _MARKER.finditer(text):
        if marker[1] == "BEGIN":
            if begun is not None:
                raise _unfinished(begun[2], name)
            begun = marker
        elif begun is not None:
            if begun[2] != marker[2]:
                raise _unfinished(begun[2], name)
            found.append(_block(begun[2], text[begun.end() : marker.start()], name))
            begun = None
    if begun is not None:
        raise _unfinished(begun[2], name)
    return found


def _unfinished(label: str, name: str) -> ProfileError:
    return ProfileError(
        f"{name}: the block {label} has no matching END line; copy the file once more, whole"
    )


def _block(label: str, inside: str, name: str) -> Block:
    # JSON and shell variables carry line ends as the two characters backslash and n.
    lines = inside.translate(_INVISIBLE).replace("\\r", "\n").replace("\\n", "\n").splitlines()
    headers = tuple(
        line.strip() for line in lines if line.strip().lower().startswith(_KEPT_HEADERS)
    )
    body = "".join("".join(line.split()) for line in lines if not _HEADER.match(line.strip()))
    try:
        # Padding is lost easily and carries nothing.
        body = body.rstrip("=")
        der = base64.b64decode(body + "=" * (-len(body) % 4), validate=True)
    except (binascii.Error, ValueError):
        raise ProfileError(
            f"{name}: the block {label} is damaged (no base64); copy the file once more"
        ) from None
    if not der:
        raise ProfileError(f"{name}: the block {label} is empty; copy the file once more")
    return Block(label, der, headers)
