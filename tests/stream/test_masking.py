"""No secret gets through, and nothing else is touched."""

import base64
import json
import re
from pathlib import Path
from urllib.parse import quote

import pytest
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from diag.stream import GAP_BEGINS, GAP_ENDS, Chunk, Fact, Item, Marker
from diag.stream.masking import HOLD, Masker, mask_text
from diag.stream.secrets import Secret
from tests.corpus import LOGS
from tests.stream.canaries import assert_absent, base64_around, encodings_of
from tests.stream.streams import (
    BODY_LINES,
    IN,
    KEY,
    LOG_LINES,
    OUT,
    chatter,
    cut,
    cuts,
    interleaved,
    joined,
    log_lines,
    masked,
    passwords,
    without_log_lines,
)

LOG = LOG_LINES[0]
KEY_ECHO = KEY.replace("\n", "\r\n").encode()


# ---- what is known


@given(passwords, chatter, chatter, cuts, st.data())
def test_a_known_secret_is_found_in_every_encoding(
    secret: str, before: bytes, after: bytes, places: list[int], data: st.DataObject
) -> None:
    spelled = data.draw(st.sampled_from(encodings_of(secret)))
    stream = before + b"<" + spelled + b">" + after
    assert_absent(masked(stream, [secret], places), secret)


@given(passwords, st.binary(max_size=5), st.binary(max_size=5), cuts)
def test_also_where_base64_holds_more_than_the_secret(
    secret: str, before: bytes, after: bytes, places: list[int]
) -> None:
    coded = base64_around(before, secret, after)
    for each in (coded, coded.translate(bytes.maketrans(b"+/", b"-_"))):
        assert_absent(masked(b"(" + each + b")", [secret], places), secret)


@pytest.mark.parametrize("secret", ["hunter2", "naïve café", 'a"b\\c/d', "a&b<c>'d'", "x y%z"])
def test_the_ways_programs_write_a_text(secret: str) -> None:
    written = [
        json.dumps(secret)[1:-1],
        json.dumps(secret, ensure_ascii=False)[1:-1],
        repr(secret)[1:-1],
        repr(secret.encode())[2:-1],
        quote(secret, safe=""),
        quote(secret),
        quote(secret, safe="").replace("%20", "+"),
        re.sub("%..", lambda match: match.group().lower(), quote(secret, safe="")),
    ]
    for text in written:
        assert mask_text(f"({text})", [Secret(secret)]) == "([masked])"


def test_nothing_of_the_padding_is_left() -> None:
    for length in (8, 9, 10):
        secret = "hunter2-hunter2"[:length]
        for coded in (base64.b64encode, base64.urlsafe_b64encode):
            assert masked(b"<" + coded(secret.encode()) + b">", [secret]) == b"<[masked]>"


@settings(max_examples=60)
@given(passwords, chatter, chatter, cuts, cuts, log_lines)
def test_log_lines_that_cut_a_known_secret_do_not_save_it(
    secret: str,
    before: bytes,
    after: bytes,
    breaks: list[int],
    places: list[int],
    lines: list[bytes],
) -> None:
    echo = interleaved(secret.encode(), breaks, lines)
    stream = before + b"<" + echo + b">\r\n" + after
    given_out = masked(stream, [secret], places)
    assert_absent(given_out, secret)
    assert_absent(without_log_lines(given_out), secret)


def test_a_log_line_that_cuts_a_secret_is_kept() -> None:
    stream = b"x hun" + LOG + LOG + b"ter2 y\r\n"
    assert masked(stream, ["hunter2"]) == b"x [masked]" + LOG + LOG + b" y\r\n"


@given(chatter, chatter, cuts, cuts, log_lines, st.sampled_from(["\n", "\r\n", "", "\r"]))
def test_a_known_key_is_found_line_by_line(
    before: bytes, after: bytes, breaks: list[int], places: list[int], lines: list[bytes], end: str
) -> None:
    body = end.join(BODY_LINES).encode()
    stream = before + b"<" + interleaved(body, breaks, lines) + b">\r\n" + after
    given_out = masked(stream, [KEY], places)
    assert_absent(given_out, KEY)
    assert_absent(without_log_lines(given_out), KEY)


@pytest.mark.parametrize(
    ("secrets", "stream", "expected"),
    [
        (["abcd", "abcdefgh"], b"<abcdefgh> <abcdefg>", b"<[masked]> <[masked]efg>"),
        (["abcdef", "defghi"], b"<abcdefghi>", b"<[masked]>"),
        (["abcdefgh", "cdef"], b"<abcdefg>", b"<ab[masked]g>"),
        (["aaaa"], b"<aaaaaa>", b"<[masked]>"),
        (["hunter2"], b"hunter2" * 1000, b"[masked]"),
        (["hunter2"], b"hunter2," * 999, b"[masked]," * 999),
        (["a.c*(["], b"abcc(( a.c*([", b"abcc(( [masked]"),
        (["cr\rcr1"], b"<cr\rcr1>", b"<cr\rcr1>"),
    ],
)
def test_secrets_that_are_like_each_other(
    secrets: list[str], stream: bytes, expected: bytes
) -> None:
    for places in (range(0), range(min(len(stream), 700)), range(0, len(stream), 9)):
        assert masked(stream, secrets, places) == expected


@pytest.mark.parametrize(
    "secret", ["1", "at", "wla", "Password", "hal.wlan", "INFO", "masked", "SSID"]
)
def test_short_secrets_and_words_of_the_device_leave_the_log_whole(secret: str) -> None:
    stream = b"SSID: lab\r\nPassword: \r\n[masked] attached 101\r\n" + b"".join(LOG_LINES)
    assert masked(stream, [secret]) == stream
    answer = b"Password: " + secret.encode() + b"\r\n"
    assert masked(answer, [secret]) == b"Password: [masked]\r\n"


def test_what_becomes_known_in_mid_stream_is_masked_from_then_on() -> None:
    masker = Masker()
    items = masker.feed(Chunk(0.0, OUT, b"hunter2 hun"))
    masker.know(Secret("hunter2"))
    items += masker.feed(Chunk(1.0, OUT, b"ger hunter2.")) + masker.flush()
    assert joined(items, OUT) == b"hunter2 hunger [masked]."


# ---- what stands in a known place


answers = st.sampled_from(
    [
        (b"Password: ", b"\r\nOuter identity (optional): "),
        (b"Claim code set to: ", b"\r\n"),
        (b"Enter 63-digit claim code: ", b"\r\nClaim code set to: "),
        (b"Device ID: 1\r\nDevice Secret: ", b"\r\nSerial Number: 7"),
    ]
)


@given(answers, passwords, chatter, cuts, cuts, log_lines)
@example((b"Password: ", b"\r\n"), "hunter12", b"", list(range(30)), list(range(600)), [LOG])
def test_an_answer_is_masked_however_it_is_echoed(
    around: tuple[bytes, bytes],
    secret: str,
    before: bytes,
    breaks: list[int],
    places: list[int],
    lines: list[bytes],
) -> None:
    prompt, after = around
    echo = interleaved(secret.encode(), breaks, lines)
    stream = before + b"\r\n" + prompt + echo + after
    given_out = masked(stream, [], places)
    kept = without_log_lines(given_out)
    assert_absent(given_out, secret)
    assert_absent(kept, secret)
    assert prompt + b"[masked]" + after in kept
    assert sum(given_out.count(line) for line in LOG_LINES) == sum(
        stream.count(line) for line in LOG_LINES
    )


@given(st.integers(1, 9), st.sampled_from(LOG_LINES), cuts)
def test_a_prompt_is_known_when_a_log_line_cuts_it(at: int, line: bytes, places: list[int]) -> None:
    stream = b"Password: "[:at] + line + b"Password: "[at:] + b"hunter2\r\n"
    expected = b"Password: "[:at] + line + b"Password: "[at:] + b"[masked]\r\n"
    assert masked(stream, [], places) == expected


def test_an_empty_answer_stays_empty() -> None:
    stream = b"Password: \r\nDevice Secret: \r\nPrivate key in PEM format:\r\n\r\n" + (
        b'{"pwd":"","ek":"","access_token": ""}\r\n'
    )
    assert masked(stream) == stream


def test_a_line_that_is_no_complete_log_line_is_part_of_the_answer() -> None:
    stream = b"Password: a0000012345 [hal.wlan] INFO: Jo" + LOG + b"b\r\nUsername: "
    assert masked(stream) == b"Password: [masked]" + LOG + b"\r\nUsername: "


def test_a_log_line_inside_an_answer_may_hold_a_token() -> None:
    line = b"0000012345 [app] INFO: access_token=0123456789abcdef\r\n"
    given_out = masked(b"Password: a" + line + b"b\r\n")
    assert given_out == (b"Password: [masked]0000012345 [app] INFO: access_token=[masked]\r\n\r\n")


@given(chatter, cuts, cuts, log_lines, st.booleans())
def test_a_key_is_masked_in_any_state(
    after: bytes, breaks: list[int], places: list[int], lines: list[bytes], finished: bool
) -> None:
    head, *body, last = KEY_ECHO.rstrip().split(b"\r\n")
    block = interleaved(b"\r\n".join(body), breaks, lines) + b"\r\n"
    stream = head + b"\r\n" + block + (last + b"\r\n" if finished else b"") + after
    given_out = masked(stream, [], places)
    assert given_out.startswith(head + b"\r\n")
    assert_absent(given_out, KEY)
    assert_absent(without_log_lines(given_out), KEY)


def test_a_key_keeps_its_shape() -> None:
    dialogue = (
        b"Client certificate in PEM format:\r\n-----BEGIN CERTIFICATE-----\r\nMIIBpublic\r\n"
        b"-----END CERTIFICATE-----\r\n\r\nPrivate key in PEM format:\r\n"
        b"-----BEGIN ENCRYPTED PRIVATE KEY-----\r\n%s\r\n%s%s\r\n"
        b"-----END ENCRYPTED PRIVATE KEY-----\r\n\r\nOuter identity (optional): bob\r\n"
    )
    stream = dialogue % (b"MIIEsecret", LOG, b"MIIEmore")
    for places in (range(0), range(len(stream)), range(0, len(stream), 5)):
        assert masked(stream, [], places) == dialogue % (b"[masked]", LOG, b"[masked]")


def test_a_key_that_a_device_ended_too_early_is_masked_in_the_next_answers() -> None:
    stream = (
        b"Private key in PEM format:\r\n-----BEGIN RSA PRIVATE KEY-----\r\n\r\n"
        b"Outer identity (optional): %s\r\nRoot CA in PEM format (optional):\r\n%s\r\n\r\n"
        b"Thanks! Wait while I save those credentials...\r\n"
    )
    lines = BODY_LINES[0].encode(), BODY_LINES[1].encode()
    assert masked(stream % lines) == stream % (b"[masked]", b"[masked]")


def test_a_key_in_json_ends_with_its_last_line() -> None:
    text = json.dumps({"key": KEY, "net": "lab"})
    shown = mask_text(text)
    assert_absent(shown.encode(), KEY)
    assert shown.startswith('{"key": "-----BEGIN RSA PRIVATE KEY-----[masked]')
    assert shown.endswith('\\n", "net": "lab"}')


TOKEN = "0123456789abcdef" * 2 + "01234567"


@given(
    st.sampled_from(
        [
            ("Authorization: Bearer ", "\r\n"),
            ("authorization: bearer ", ", x"),
            ("POST id=12&access_token=", "&x=1"),
            ('{"access_token": "', '", "x": 1}'),
            ('"{\\"access_token\\":\\"', '\\"}"'),
            ("PARTICLE_ACCESS_TOKEN=", " wpa2diag claim"),
            ("particle login --token ", "\n"),
            ("  Token:      ", "\n  Expires in: 7"),
            ('{"ssid":"lab","pwd":"', '","ch":1}'),
            ('{"ek" : "', '"}'),
        ]
    ),
    cuts,
)
def test_tokens_are_masked_where_they_are_named(around: tuple[str, str], places: list[int]) -> None:
    before, after = (part.encode() for part in around)
    stream = before + TOKEN.encode() + after
    assert masked(stream, [], places) == before + b"[masked]" + after


@given(st.text('ab"\\/ :=é', min_size=1, max_size=20), cuts)
def test_a_string_ends_where_json_ends_it(secret: str, places: list[int]) -> None:
    stream = b'{"pwd":' + json.dumps(secret).encode() + b',"ch":1}'
    assert masked(stream, [], places) == b'{"pwd":"[masked]","ch":1}'
    nested = json.dumps(stream.decode())
    assert masked(nested.encode(), [], places) == b'"{\\"pwd\\":\\"[masked]\\",\\"ch\\":1}"'


def test_a_long_hex_number_is_no_token_without_the_word() -> None:
    stream = b"sha1 " + TOKEN.encode() + b"\r\nBearer of bad news, token of love\r\n"
    assert masked(stream) == stream


# ---- what the host types


def dialogue(*parts: tuple[bytes, bytes]) -> list[Item]:
    """Make the items of a dialogue: what the device says, what is typed, one byte a chunk."""
    items: list[Item] = []
    for output, typed in parts:
        items += [Chunk(float(len(items)), OUT, output)]
        for place in range(len(typed)):
            sign = typed[place : place + 1]
            items.append(Chunk(float(len(items)), IN, sign))
            items.append(Chunk(float(len(items)), OUT, b"\r\n" if sign in b"\r\n" else sign))
    return items


def test_what_is_typed_at_a_secret_prompt_is_masked() -> None:
    items = dialogue(
        (b"SSID: ", b"lab\n"), (b"Password: ", b"hunter2\n"), (b"Username: ", b"bob\n")
    )
    assert masked(items) == (
        b"SSID: lab\r\nPassword: [masked]\r\nUsername: bob\r\nlab\n[masked]\nbob\n"
    )


def test_an_answer_ends_when_the_device_goes() -> None:
    items: list[Item] = [
        Chunk(0.0, OUT, b"Password: hun"),
        Marker(1.0, GAP_BEGINS),
        Marker(2.0, GAP_ENDS),
        Chunk(3.0, OUT, b"Hello\r\n"),
        Chunk(4.0, IN, b"w"),
    ]
    assert masked(items) == b"Password: [masked]Hello\r\nw"


def test_an_empty_line_typed_at_a_secret_prompt_stays() -> None:
    items = dialogue(
        (b"Password: ", b"\n"), (b"Private key in PEM format:\r\n", b"\n"), (b"x", b"y")
    )
    assert masked(items) == b"Password: \r\nPrivate key in PEM format:\r\n\r\nxy\n\ny"


def test_a_typed_key_is_masked_up_to_the_empty_line() -> None:
    body = "\n".join(BODY_LINES).encode()
    items = dialogue(
        (b"Private key in PEM format:\r\n", body + b"\n\n"),
        (b"Outer identity (optional): ", b"bob\n"),
    )
    given_out = masked(items)
    assert_absent(given_out, KEY)
    assert given_out.endswith(b"[masked]\n\nbob\n")
    assert b"Outer identity (optional): bob\r\n" in given_out


def test_a_prompt_that_went_unanswered_is_over_with_the_next() -> None:
    items: list[Item] = [
        Chunk(0.0, OUT, b"Password: "),
        Chunk(1.0, OUT, b"\r\n\r\nSSID: "),
        Chunk(2.0, IN, b"lab\n"),
    ]
    assert masked(items).endswith(b"lab\n")


@given(passwords, cuts, log_lines)
def test_a_typed_answer_is_known_afterwards(
    secret: str, breaks: list[int], lines: list[bytes]
) -> None:
    items: list[Item] = [
        Chunk(0.0, OUT, b"Password: "),
        Chunk(1.0, IN, b"x\x7f" + secret.encode() + b"\n"),
        Chunk(2.0, OUT, b"\r\n later "),
        Chunk(3.0, OUT, interleaved(secret.encode(), breaks, lines) + b".\r\n"),
        Chunk(4.0, IN, secret.encode() + b"!"),
    ]
    assert_absent(without_log_lines(masked(items)), secret)


# ---- what is no secret


@settings(max_examples=150)
@given(chatter, cuts, st.lists(passwords, max_size=2))
def test_a_stream_without_secrets_passes_as_it_is(
    stream: bytes, places: list[int], secrets: list[str]
) -> None:
    stream += b"\r\n"
    assume(not any(each in stream for secret in secrets for each in encodings_of(secret)))
    assert masked(stream, secrets, places) == stream


@pytest.mark.parametrize("path", sorted(LOGS.glob("*.log")), ids=lambda path: path.stem)
def test_real_logs_pass_but_for_their_answers(path: Path) -> None:
    data = path.read_bytes()
    once = masked(data, ["correct horse battery"])
    assert masked(once) == once
    assert masked(data, ["correct horse battery"], range(0, 5000, 7)) == once
    if b"Password: " not in data and b"Private key" not in data:
        assert once == data


pieces = st.one_of(
    chatter,
    st.sampled_from(
        [
            b"Password: ",
            b"Private key in PEM format:\r\n",
            KEY_ECHO,
            KEY_ECHO[:200],
            b"hunter2",
            b"hun",
            b"ter2",
            b"Bearer ",
            TOKEN.encode(),
            b'"pwd":"',
            b'\\"',
            b'"',
            b"token ",
            b"Outer identity (optional): ",
            b"-----END ",
            b"-----BEGIN ",
            b"PRIVATE KEY-----",
            b"68756e74657232",
            b"0000000000 ",
            b"\n",
            b"Thanks! Wait while",
        ]
    ),
    st.sampled_from(LOG_LINES),
)


@settings(max_examples=200)
@given(st.lists(pieces, max_size=12).map(b"".join), cuts, st.booleans())
def test_the_chunking_does_not_matter(stream: bytes, places: list[int], single: bool) -> None:
    secrets = ["hunter2", "terabyte", KEY]
    whole = masked(stream, secrets)
    assert masked(stream, secrets, range(len(stream)) if single else places) == whole


@given(st.lists(st.tuples(st.booleans(), st.lists(pieces, max_size=3).map(b"".join)), max_size=6))
def test_two_directions_at_once_never_fail(parts: list[tuple[bool, bytes]]) -> None:
    items: list[Item] = [
        Chunk(float(time), IN if typed else OUT, data) for time, (typed, data) in enumerate(parts)
    ]
    masker = Masker([Secret("hunter2")])
    given_out = [out for item in items for out in masker.feed(item)]
    given_out += masker.release(1e9) + masker.flush()
    assert b"hunter2" not in joined(given_out, OUT)
    assert b"hunter2" not in joined(given_out, IN)
    assert [item.time for item in given_out] == sorted(item.time for item in given_out)


# ---- how long things are held


def test_plain_text_is_not_held() -> None:
    for secrets, most in (((), 0), ((Secret("zebra-crossing"),), 11)):
        masker = Masker(secrets)
        for stream in (*LOG_LINES, b"SSID: ", b"Passw", b"0000012345 [hal.w", b"-----BEGIN "):
            for piece in cut(stream, range(len(stream))):
                masker.feed(Chunk(0.0, OUT, piece))
                assert masker.held <= most


def test_a_prompt_is_given_out_at_once_and_its_answer_marked_with_its_first_byte() -> None:
    masker = Masker()
    assert joined(masker.feed(Chunk(0.0, OUT, b"Password: ")), OUT) == b"Password: "
    assert joined(masker.feed(Chunk(1.0, OUT, b"h")), OUT) == b"[masked]"
    assert masker.feed(Chunk(2.0, OUT, b"unter2")) == []
    assert masker.feed(Chunk(3.0, OUT, b"\r\n")) == [Chunk(3.0, OUT, b"\r\n")]


def test_a_byte_or_two_of_a_secret_are_released_after_a_while_and_the_rest_is_masked() -> None:
    masker = Masker([Secret("hunter2")])
    assert masker.feed(Chunk(1.0, OUT, b"> hu")) == [Chunk(1.0, OUT, b"> ")]
    assert masker.release(1.0 + HOLD / 2) == []
    assert masker.release(1.0 + HOLD * 2) == [Chunk(1.0, OUT, b"hu")]
    assert masker.feed(Chunk(2.0, OUT, b"nter2!")) == [Chunk(2.0, OUT, b"[masked]!")]


def test_the_rest_of_a_divided_secret_is_masked_while_another_may_begin_inside_it() -> None:
    stream = b"abcdef" + LOG + b"gh.\r\n"
    for places in (range(0), range(len(stream))):
        assert masked(stream, ["abcdefgh", "efghij"], places) == b"[masked]" + LOG + b".\r\n"


def test_more_of_a_secret_is_never_released() -> None:
    masker = Masker([Secret("hunter2")])
    masker.feed(Chunk(1.0, OUT, b"hun"))
    assert masker.release(1e6) == []
    assert masker.feed(Chunk(2.0, OUT, b"ger")) == [
        Chunk(1.0, OUT, b"hun"),
        Chunk(2.0, OUT, b"ger"),
    ]


def test_the_greater_part_of_a_secret_is_masked_at_the_end() -> None:
    assert masked(b"x hunter", ["hunter2"]) == b"x [masked]"
    assert masked(b"x hun", ["hunter2"]) == b"x hun"


def test_other_items_are_not_held_up_and_no_time_goes_back() -> None:
    masker = Masker([Secret("hunter2")])
    assert masker.feed(Chunk(1.0, OUT, b"hun")) == []
    assert masker.feed(Marker(2.0, "now hunter2")) == [Marker(2.0, "now [masked]")]
    assert masker.feed(Fact(3.0, "ssid", "hunter2")) == [Fact(3.0, "ssid", "[masked]")]
    assert masker.feed(Fact(3.5, "net:err", 1007)) == [Fact(3.5, "net:err", 1007)]
    assert masker.flush() == [Chunk(3.5, OUT, b"hun")]


@pytest.mark.parametrize(
    "stream",
    [
        b"Password: " + b"x" * (1 << 18),
        b"Password: " + b"0" * (1 << 18),
        b"Password: " + b"0000012345 " * (1 << 14),
        b"Private key in PEM format:\r\n" + b"MIIE" * (1 << 16),
        b"-----BEGIN PRIVATE KEY-----\r\n" + b"-----" * (1 << 15),
        b"Bearer " + b"a" * (1 << 18),
        b'"pwd":"' + b"\\" * (1 << 17),
        b"token " * (1 << 15),
        b"hun" + LOG * 5000,
        b"h" * (1 << 17),
    ],
    ids=range(10),
)
def test_what_is_held_is_bounded(stream: bytes) -> None:
    masker = Masker([Secret("hunter2"), Secret(KEY)])
    for place in range(0, len(stream), 4099):
        masker.feed(Chunk(0.0, OUT, stream[place : place + 4099]))
        assert masker.held <= 1 << 16
    masker.flush()
    assert masker.held == 0


def test_what_was_masked_is_counted() -> None:
    masker = Masker([Secret("hunter2")])
    masker.feed(Chunk(0.0, OUT, b"hunter2 hunter2 Password: x\r\nDevice Secret: y\r\n" + KEY_ECHO))
    assert masker.masked == {
        "known-secret": 2,
        "password": 1,
        "device-secret": 1,
        "private-key": 1,
    }


def test_a_text_of_any_kind_can_be_masked() -> None:
    secret = Secret("naïve-café")
    assert mask_text("<naïve-café>\ud800", [secret]) == "<[masked]>\ud800"
    assert mask_text("Password: x\nnext") == "Password: [masked]\nnext"
    assert mask_text("", [Secret("")]) == ""
