"""Streams for the mask: cut anywhere, with log lines anywhere."""

import re
from collections.abc import Iterable, Sequence
from itertools import pairwise

from hypothesis import strategies as st

from diag.stream import Chunk, Direction, Item
from diag.stream.masking import Masker
from diag.stream.secrets import Secret

OUT, IN = Direction.OUTPUT, Direction.INPUT
LOG_LINES = (
    b"0000012345 [hal.wlan] INFO: Joining lab\r\n",
    b"0000012346 [hal.wlan] ERROR: wiced_join_ap_specific(), result: 1007\r\n",
    b"0000012347 wlan_hal.cpp:623, wlan_join(): ERROR: result: 1006\r\n",
    b'{"l":"INFO","m":"Joining lab","c":"hal.wlan","t":2731}\r\n',
    b"0000000007 INFO: no category\r\n",
    b"0000066665:DEBUG: int Func() (634):text\r\n",
)
BODY = re.sub("[^A-Za-z0-9+/]", "x", "".join(chr(33 + index * 7 % 90) for index in range(64 * 7)))
BODY_LINES = [f"{number}{BODY[number * 64 : number * 64 + 63]}" for number in range(7)]
KEY = "\n".join(
    ["-----BEGIN RSA PRIVATE KEY-----", *BODY_LINES, "-----END RSA PRIVATE KEY-----", ""]
)


def cut(data: bytes, places: Iterable[int]) -> list[bytes]:
    """Cut the data at these places, as far as they are inside."""
    edges = sorted({0, len(data), *(place % (len(data) + 1) for place in places)})
    return [data[a:b] for a, b in pairwise(edges)]


def masked(
    data: bytes | Sequence[Item], secrets: Iterable[str] = (), places: Iterable[int] = ()
) -> bytes:
    """Return what the mask makes of output in pieces, or of items; both directions in a row."""
    masker = Masker(map(Secret, secrets))
    given: list[Item] = []
    items = (
        [Chunk(float(time), OUT, piece) for time, piece in enumerate(cut(data, places))]
        if isinstance(data, bytes)
        else data
    )
    for item in items:
        given += masker.feed(item)
    given += masker.flush()
    times = [item.time for item in given]
    assert times == sorted(times)
    assert masker.held == 0
    return joined(given, OUT) + joined(given, IN)


def joined(items: Iterable[Item], direction: Direction) -> bytes:
    """Return the bytes of one direction."""
    return b"".join(
        item.data for item in items if isinstance(item, Chunk) and item.direction is direction
    )


def interleaved(data: bytes, places: Iterable[int], lines: Sequence[bytes]) -> bytes:
    """Put log lines at these places."""
    pieces = cut(data, places)
    return b"".join(
        piece + (lines[index % len(lines)] if index < len(pieces) - 1 else b"")
        for index, piece in enumerate(pieces)
    )


def without_log_lines(data: bytes) -> bytes:
    """Take the log lines of this module out."""
    for line in LOG_LINES:
        data = data.replace(line, b"")
    return data


cuts = st.lists(st.integers(0, 5000), max_size=12)
log_lines = st.lists(st.sampled_from(LOG_LINES), min_size=1, max_size=4)
chatter = st.lists(
    st.one_of(
        st.sampled_from(LOG_LINES),
        st.sampled_from(
            (
                b"tick 17",
                b"\r\n",
                b"SSID: lab\r\n",
                b"Username: bob\r\n",
                b"network event 11\r\n",
                b"Pass",
                b"Bearer of news\r\n",
                b"token",
                b"-----BEGIN CERTIFICATE-----\r\nMIIB\r\n-----END CERTIFICATE-----\r\n",
                b"\xff\xfe\x80",
                b"0000012",
                b'{"l":',
                b"\r",
                b'"pwd"',
            )
        ),
        st.binary(max_size=12),
    ),
    max_size=8,
).map(b"".join)
"""Nothing in it opens a masked place, unless chance puts one together."""
passwords = st.one_of(
    st.text("abcdefgh0123456789XYZ", min_size=8, max_size=40).filter(
        lambda text: len(set(text)) > 4
    ),
    st.sampled_from(
        (
            "hunter2!",
            "pa.ss*wo(rd",
            "naïve-café",
            "пароль-секрет",
            "a b  c\td",
            'quo"te\\back/slash',
            "[hal.wlanx]",
            "0000012345 [a]",
            "abababab",
            "50%&<tag>",
            "\U0001f511-key-emoji",
            "=+/=+/==",
        )
    ),
)
