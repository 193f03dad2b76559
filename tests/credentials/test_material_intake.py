"""Certificate and key files in every condition, and what comes out of them."""

import base64
import re
from collections.abc import Callable
from typing import Final

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, PrivateFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from diag.credentials.certificate import read_certificates
from diag.credentials.errors import NotAskedError, ProfileError
from diag.credentials.intake import Material, take_in
from diag.credentials.key import read_key
from diag.credentials.pem import Block, decode_text, find_blocks, measure
from diag.credentials.rounds import MOST, first_element, rounds
from diag.stream.secrets import Secret
from tests.credentials.certificates import (
    certificate,
    der,
    ec_key,
    ed_key,
    key_der,
    key_pem,
    p7b,
    p12,
    pem,
    root,
    rsa_key,
)

PASSWORD: Final = "canary-Zx81"
PKCS8: Final = PrivateFormat.PKCS8


def given_password() -> Secret:
    return Secret(PASSWORD)


def never() -> Secret:
    raise AssertionError("asked for a password that is not needed")


def outcome(work: Callable[[], object]) -> str:
    """What a profile error says; blank without one. Any other exception is a failure."""
    try:
        work()
    except ProfileError as error:
        return str(error)
    return ""


def ders(material: Material) -> list[bytes]:
    """DER of the certificates, read from the text that would be sent."""
    return [
        found.der for text in material.certificates for found in read_certificates(text) if found
    ]


def assert_fit_to_send(text: str) -> None:
    """As the dialogue wants it: LF, no line over 64, no blank one."""
    assert "\r" not in text
    assert text.endswith("\n")
    lines = text.removesuffix("\n").split("\n")
    assert all(0 < len(line) <= 64 for line in lines)
    assert measure(text).content == sum(map(len, lines))
    assert measure(text).stored == sum(map(len, lines)) + 2 * len(lines)


# -- damage that is put right ------------------------------------------------------------------

Mangle = Callable[[str], bytes]

MANGLED: Final[dict[str, Mangle]] = {
    "as it is": lambda text: text.encode(),
    "CRLF": lambda text: text.replace("\n", "\r\n").encode(),
    "CR": lambda text: text.replace("\n", "\r").encode(),
    "CR CR LF": lambda text: text.replace("\n", "\r\r\n").encode(),
    "blank lines": lambda text: text.replace("\n", "\n\n").encode(),
    "UTF-8 mark": lambda text: text.encode("utf-8-sig"),
    "UTF-16": lambda text: text.encode("utf-16"),
    "UTF-16 without mark": lambda text: text.encode("utf-16-le"),
    "UTF-16 big-endian": lambda text: text.encode("utf-16-be"),
    "text around": lambda text: (
        f"Bag Attributes\n  friendlyName: é\n{text}\nsubject=/CN=x".encode()
    ),
    "Latin-1 around": lambda text: b"friendlyName: \xe9\n" + text.encode(),
    "indented": lambda text: "".join(f"    {line}\n" for line in text.splitlines()).encode(),
    "tabs and blanks at the end": lambda text: text.replace("\n", " \t\n").encode(),
    "one line": lambda text: _joined(text, "").encode(),
    "lines of 76": lambda text: _rewrapped(text, 76).encode(),
    "lines of 7": lambda text: _rewrapped(text, 7).encode(),
    "blanks for line ends": lambda text: _joined(text, " ").encode(),
    "written backslash n": lambda text: text.replace("\n", "\\n").encode(),
    "zero-width": lambda text: text.replace("\n", "\u200b\n").encode(),
    "no padding": lambda text: text.replace("=", "").encode(),
    "no line end at the end": lambda text: text.strip().encode(),
}


def _joined(text: str, between: str) -> str:
    return re.sub(
        r"-----\n(.*?)\n-----",
        lambda m: "-----" + between + m[1].replace("\n", between) + between + "-----",
        text,
        flags=re.DOTALL,
    )


def _rewrapped(text: str, width: int) -> str:
    found = find_blocks(text, "x")
    out = ""
    for block in found:
        body = base64.b64encode(block.der).decode()
        lines = [body[i : i + width] for i in range(0, len(body), width)]
        out += "\n".join(
            [f"-----BEGIN {block.label}-----", *lines, f"-----END {block.label}-----", ""]
        )
    return out


@pytest.mark.parametrize("name", MANGLED)
def test_mangled_certificates_come_out_whole_and_in_order(name: str) -> None:
    first, second = certificate(padding=1), root()
    material = take_in(MANGLED[name](pem(first, second)), "x.pem", never)
    assert ders(material) == [der(first), der(second)]
    assert "".join(material.certificates) == pem(first, second)
    assert material.repaired == (name not in _AS_SENT)
    for text in material.certificates:
        assert_fit_to_send(text)


_AS_SENT: Final = (
    "as it is",
    "UTF-8 mark",
    "text around",
    "Latin-1 around",
    "no line end at the end",
)


@pytest.mark.parametrize("name", MANGLED)
@pytest.mark.parametrize("form", [PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_mangled_keys_come_out_whole(name: str, form: PrivateFormat) -> None:
    text = key_pem(rsa_key(), form=form)
    material = take_in(MANGLED[name](text), "x.key", never)
    assert material.key == Secret(text)
    assert not material.key_encrypted
    assert material.certificates == ()
    assert_fit_to_send(text)


@given(
    st.lists(st.sampled_from(["", " ", "\t", "\r", "\n", "\r\n", "\n\n", "\u200b"]), min_size=80),
    st.text(max_size=30).filter(lambda text: "-----" not in text),
)
@settings(max_examples=60)
def test_any_white_space_anywhere_is_overlooked(white: list[str], before: str) -> None:
    one = certificate()
    head, *body, foot = pem(one).splitlines()
    spread = "".join(a + b for a, b in zip(body, white, strict=False))
    data = f"{before}\n{head}\n{spread}\n{foot}{before}".encode("utf-8", "surrogatepass")
    material = take_in(data, "x", never)
    assert ders(material) == [der(one)]
    assert take_in("".join(material.certificates).encode(), "x", never).certificates == (
        material.certificates
    )


@given(st.binary(min_size=1, max_size=600), st.sampled_from(["CERTIFICATE", "PRIVATE KEY"]))
@settings(max_examples=60)
def test_what_is_written_is_read_back(content: bytes, label: str) -> None:
    """And writing it again changes nothing; the content is not looked at."""
    text = Block(label, content).text()
    assert_fit_to_send(text)
    (block,) = find_blocks(text, "x")
    assert (block.label, block.der) == (label, content)
    assert block.text() == text


# -- other forms -------------------------------------------------------------------------------


def test_der_certificate() -> None:
    material = take_in(der(certificate()), "x.cer", never)
    assert material == Material((pem(certificate()),), form="DER")


def test_bare_base64_certificate() -> None:
    material = take_in(base64.encodebytes(der(certificate())), "x.cer", never)
    assert ders(material) == [der(certificate())]


@pytest.mark.parametrize("encoding", [Encoding.DER, Encoding.PEM])
def test_pkcs7_bundle(encoding: Encoding) -> None:
    wanted = [certificate(), root()]
    material = take_in(p7b(*wanted, encoding=encoding), "x.p7b", never)
    assert sorted(ders(material)) == sorted(map(der, wanted))


@pytest.mark.parametrize("form", [PKCS8, PrivateFormat.TraditionalOpenSSL])
def test_der_key(form: PrivateFormat) -> None:
    material = take_in(key_der(rsa_key(), form=form), "x.der", never)
    assert material.key == Secret(key_pem(rsa_key()))
    assert material.form == "DER"


@pytest.mark.parametrize("password", ["", PASSWORD])
def test_pkcs12(password: str) -> None:
    ask = given_password if password else never
    material = take_in(p12(password, 2), "x.p12", ask)
    assert ders(material)[0] == der(certificate())
    assert len(material.certificates) == 3
    assert material.key == Secret(key_pem(rsa_key()))
    assert material.form == "PKCS#12"


def test_certificate_and_key_in_one_file() -> None:
    data = (key_pem(rsa_key()) + pem(certificate(), root())).encode()
    material = take_in(data, "x.pem", never)
    assert len(material.certificates) == 2
    assert material.key == Secret(key_pem(rsa_key()))


def test_trusted_certificate_of_openssl_loses_what_follows_it() -> None:
    block = Block("TRUSTED CERTIFICATE", der(root()) + b"\x30\x02\x05\x00")
    assert ders(take_in(block.text().encode(), "x", never)) == [der(root())]


def test_parameters_before_an_ec_key_are_passed_over() -> None:
    text = Block("EC PARAMETERS", b"\x06\x03\x2a\x03\x04").text() + key_pem(ec_key())
    assert take_in(text.encode(), "x", never).key == Secret(key_pem(ec_key()))


# -- passwords ---------------------------------------------------------------------------------


ENCRYPTED: Final[dict[str, Callable[[], bytes]]] = {
    "PKCS#8": lambda: key_pem(rsa_key(), PASSWORD, PKCS8).encode(),
    "PKCS#8 with CRLF": lambda: key_pem(rsa_key(), PASSWORD, PKCS8).replace("\n", "\r\n").encode(),
    "traditional": lambda: key_pem(rsa_key(), PASSWORD).encode(),
    "traditional with CRLF": lambda: key_pem(rsa_key(), PASSWORD).replace("\n", "\r\n").encode(),
    "DER": lambda: key_der(rsa_key(), PASSWORD),
}


@pytest.mark.parametrize("form", ENCRYPTED)
def test_an_encrypted_key_is_opened(form: str) -> None:
    material = take_in(ENCRYPTED[form](), "x.key", given_password)
    assert material.key == Secret(key_pem(rsa_key()))
    assert not material.key_encrypted


@pytest.mark.parametrize("form", ENCRYPTED)
@pytest.mark.parametrize("ask", [None, lambda: None])
def test_without_a_password_it_stays_encrypted_and_can_be_opened_later(
    form: str, ask: Callable[[], Secret | None] | None
) -> None:
    material = take_in(ENCRYPTED[form](), "x.key", ask)
    assert material.key_encrypted
    assert material.key is not None
    facts = read_key(material.key)
    assert facts is not None
    assert (facts.encrypted, facts.kind) == (True, "")
    again = take_in(material.key.reveal().encode(), "x.key", given_password)
    assert again.key == Secret(key_pem(rsa_key()))


@pytest.mark.parametrize("form", ENCRYPTED)
def test_a_wrong_password_is_an_error_that_shows_nothing(form: str) -> None:
    with pytest.raises(ProfileError, match="does not open with that password") as error:
        take_in(ENCRYPTED[form](), "x.key", lambda: Secret("wrong-canary"))
    assert "wrong-canary" not in str(error.value)


@pytest.mark.parametrize("lock", ["AES-256-CBC,00", "ROT-13,00", "AES-256-CBC"])
def test_a_traditional_key_with_a_damaged_header_does_not_open(lock: str) -> None:
    """Over a start value that is too short the library would end the program."""
    text = re.sub("DEK-Info: .*", f"DEK-Info: {lock}", key_pem(rsa_key(), PASSWORD))
    with pytest.raises(ProfileError, match="does not open"):
        take_in(text.encode(), "x.key", given_password)


def test_pkcs12_wants_its_password() -> None:
    with pytest.raises(NotAskedError, match="private_key_password_from"):
        take_in(p12(PASSWORD), "x.p12", None)
    with pytest.raises(ProfileError, match="does not open"):
        take_in(p12(PASSWORD), "x.p12", lambda: Secret("wrong"))


@pytest.mark.parametrize("salted", ["key", "p12"])
def test_absurd_rounds_are_refused_before_the_password_is_asked_for(salted: str) -> None:
    data = key_der(rsa_key(), PASSWORD) if salted == "key" else p12(PASSWORD)
    count = rounds(data)
    assert 1000 < count <= MOST
    short = count.to_bytes((count.bit_length() + 8) // 8, "big")
    wanted = b"\x02" + bytes([len(short)]) + short
    assert wanted in data
    # The number of this length that is largest must be beyond the limit to tell anything.
    largest = b"\x02" + bytes([len(short)]) + b"\x7f" + b"\xff" * (len(short) - 1)
    changed = data.replace(wanted, largest)
    assert rounds(changed) > count
    nested = _sequence(_sequence(b"\x04\x02ab\x02\x04\x7f\xff\xff\xff"))
    assert rounds(nested) == 0x7FFFFFFF > MOST
    block = Block("ENCRYPTED PRIVATE KEY", nested).text().encode()
    with pytest.raises(ProfileError, match="hashed more than"):
        take_in(block, "x.key", never)


def _sequence(content: bytes) -> bytes:
    return b"\x30" + bytes([len(content)]) + content


def test_rounds_of_what_is_no_encryption() -> None:
    assert rounds(der(certificate())) == 0
    assert rounds(key_der(rsa_key())) == 0
    assert rounds(_sequence(b"\x02\x04\x7f\xff\xff\xff")) == 0


def test_rounds_do_not_hide_in_a_form_without_length_or_behind_many_parts() -> None:
    assert rounds(b"\x30\x80" + _sequence(b"\x04\x01a\x02\x04\x7f\xff\xff\xff") + b"\0\0") > MOST
    assert rounds(b"\x05\x00" * 200_000) > MOST


# -- what is none of these ---------------------------------------------------------------------

BLOCK: Final = "-----BEGIN CERTIFICATE-----\n{}\n-----END CERTIFICATE-----\n"

NOTHING: Final[dict[str, tuple[bytes, str]]] = {
    "text": (b"hello, world", "no certificate and no key"),
    "binary": (bytes(range(256)) * 4, "no certificate and no key"),
    "a sequence that is nothing": (b"\x30\x03\x02\x01\x05", "no certificate and no key"),
    "no end": (b"-----BEGIN CERTIFICATE-----\nAAAA\n", "no matching END"),
    "another end": (BLOCK.format("AAAA").replace("END C", "END X").encode(), "no matching END"),
    "two beginnings": (b"-----BEGIN X-----\n" + BLOCK.encode(), "no matching END"),
    "no base64": (BLOCK.format("!!!!").encode(), "no base64"),
    "base64 of impossible length": (BLOCK.format("A").encode(), "no base64"),
    "empty block": (BLOCK.format("").encode(), "is empty"),
    "a request": (Block("CERTIFICATE REQUEST", b"0").text().encode(), "request for a certificate"),
    "a public key": (Block("PUBLIC KEY", b"0").text().encode(), "public key only"),
    "an SSH key": (Block("OPENSSH PRIVATE KEY", b"0").text().encode(), "SSH key"),
    "bad PKCS#7": (Block("PKCS7", b"0").text().encode(), "PKCS#7 bundle in it cannot be read"),
    "Java": (b"\xfe\xed\xfe\xed\0\0", "Java key store"),
    "PuTTY": (b"PuTTY-User-Key-File-3: ssh-rsa", "PuTTY"),
    "zip": (b"PK\x03\x04", "zip archive"),
    "PDF": (b"%PDF-1.7", "PDF"),
    "XML": (b"<?xml version='1.0'?>", "XML"),
}


@pytest.mark.parametrize("name", NOTHING)
def test_what_cannot_be_used_is_named(name: str) -> None:
    data, why = NOTHING[name]
    with pytest.raises(ProfileError, match=why) as error:
        take_in(data, "x.pem", never)
    assert str(error.value).startswith("x.pem")
    assert "\n" not in str(error.value)


def test_a_damaged_certificate_is_left_to_the_checks() -> None:
    material = take_in(BLOCK.format("AAAA").encode(), "x", never)
    assert [read_certificates(text) for text in material.certificates] == [[None]]


_seeds: Final = st.sampled_from(
    [
        pem(certificate()).encode(),
        der(certificate()),
        key_pem(rsa_key()).encode(),
        key_der(ed_key()),
        p12(""),
        p7b(certificate()),
        key_pem(rsa_key(), PASSWORD).encode(),
    ]
)


@given(st.binary(max_size=300) | st.text(max_size=200).map(str.encode))
@settings(max_examples=100)
def test_any_bytes_are_an_answer_or_a_profile_error(data: bytes) -> None:
    said = outcome(lambda: take_in(data, "x", given_password))
    assert PASSWORD not in said
    assert "\n" not in said


@given(_seeds, st.data())
@settings(max_examples=150)
def test_a_damaged_file_is_an_answer_or_a_profile_error(seed: bytes, data: st.DataObject) -> None:
    place = data.draw(st.integers(0, len(seed) - 1))
    change = data.draw(st.binary(max_size=4))
    cut = data.draw(st.integers(0, 8))
    damaged = seed[:place] + change + seed[place + cut :]

    def look() -> None:
        material = take_in(damaged, "x", given_password)
        for text in material.certificates:
            read_certificates(text)
        if material.key is not None:
            read_key(material.key)

    assert "\n" not in outcome(look)


def test_a_key_whose_numbers_do_not_belong_together_cannot_be_read() -> None:
    good = key_der(rsa_key(), form=PrivateFormat.TraditionalOpenSSL)
    # The first bytes of the modulus stand behind version and two lengths.
    bad = good[:40] + bytes([good[40] ^ 1]) + good[41:]
    assert read_key(Secret(Block("RSA PRIVATE KEY", good).text())) is not None
    assert read_key(Secret(Block("RSA PRIVATE KEY", bad).text())) is None


def test_large_hostile_text_takes_no_time() -> None:
    """Many markers in a text near the limit; a quadratic reader would take minutes."""
    head = b"-----BEGIN CERTIFICATE-----\n"
    with pytest.raises(ProfileError):
        take_in(head * 37_000, "x", None)
    blocks = BLOCK.format("AAAA").encode() * 15_000
    assert len(take_in(blocks, "x", None).certificates) == 15_000


def test_representations_show_no_key() -> None:
    text = key_pem(rsa_key())
    (block,) = find_blocks(text, "x")
    shown = repr(block) + repr(take_in(text.encode(), "x", None)) + repr(read_key(Secret(text)))
    assert text.splitlines()[1] not in shown
    assert repr(block.der) not in shown


def test_first_element() -> None:
    assert first_element(der(root()) + b"rest") == der(root())
    assert first_element(b"\x30\x01a-") == b"\x30\x01a"
    assert first_element(b"\x02\x01\x05") == b""
    assert first_element(b"") == b""


def test_text_of_any_encoding() -> None:
    assert decode_text("é".encode("utf-16")) == "é"
    assert decode_text(b"\xff\xfe-") == "\ufffd"
