"""Say whether a secret is in some bytes, in any spelling. Knows nothing of the code it judges."""

import base64
import string

_SIGNS = string.ascii_uppercase + string.ascii_lowercase + string.digits + "+/"


def encodings_of(secret: str) -> list[bytes]:
    """Return the secret plain, as hex, as base64 in its three alignments, as UTF-16.

    Of base64 only the signs that do not depend on what stands around the secret.
    """
    plain = [secret.encode()]
    if not secret.isascii() and all(ord(sign) < 256 for sign in secret):
        plain.append(secret.encode("latin-1"))
    found = [*plain, secret.encode("utf-16-le"), secret.encode("utf-16-be")]
    for data in plain:
        pairs = [f"{byte:02x}" for byte in data]
        for separator in ("", ":", " "):
            found += [separator.join(pairs).encode(), separator.join(pairs).upper().encode()]
        bits = "".join(f"{byte:08b}" for byte in data)
        for skipped in (0, 4, 2):
            whole = bits[skipped:]
            sixes = [whole[at : at + 6] for at in range(0, len(whole) - 5, 6)]
            coded = "".join(_SIGNS[int(six, 2)] for six in sixes)
            found += [coded.encode(), coded.replace("+", "-").replace("/", "_").encode()]
    return list(dict.fromkeys(found))


def assert_absent(data: bytes, *secrets: str) -> None:
    """Fail if a secret is in `data`; of one with several lines also any line of some length."""
    for secret in secrets:
        lines = [line for line in secret.splitlines() if len(line) >= 16 and "-----" not in line]
        for text in {secret, *lines}:
            for spelling in encodings_of(text):
                place = data.find(spelling)
                if place >= 0:
                    around = data[max(place - 40, 0) : place + len(spelling) + 40]
                    raise AssertionError(f"{text!r} as {spelling!r} in …{around!r}…")


def base64_around(before: bytes, secret: str, after: bytes) -> bytes:
    """Return base64 of the secret with something around it."""
    return base64.b64encode(before + secret.encode() + after)
