"""Profiles from TOML: what is taken, what is refused, and that no secret is ever shown."""

import os
import time
import tomllib
from pathlib import Path
from typing import Final

import pytest
from cryptography.hazmat.primitives.serialization import PrivateFormat
from hypothesis import given, settings
from hypothesis import strategies as st

from diag.credentials.checks import Context, Finding, check
from diag.credentials.entries import KEYS
from diag.credentials.errors import NotAskedError, ProfileError
from diag.credentials.files import MATERIAL_LIMIT, PROFILE_LIMIT, read_file
from diag.credentials.loading import Loaded, build_profile, load_profile, read_entries
from diag.credentials.profile import Cipher, Eap, Noticed, Security
from diag.credentials.sources import Source, SourceKind, parse_source
from diag.stream.secrets import Secret
from diag.tasks.checking import check_profile, example_profile
from tests.credentials.certificates import TODAY, certificate, key_pem, p12, pem, root, rsa_key

PASSWORD: Final = "canary-Zx81"


class Asked:
    """A secret source that gives one password and remembers what it was asked."""

    def __init__(self, answer: str | None = PASSWORD) -> None:
        self.answer = answer
        self.questions: list[tuple[str, str]] = []

    def resolve(self, source: str, label: str) -> Secret:
        self.questions.append((source, label))
        if self.answer is None:
            raise NotAskedError("nobody there")
        return Secret(self.answer)


def write(folder: Path, text: str) -> Path:
    path = folder / "campus.toml"
    path.write_text(text, "utf-8")
    return path


def load(folder: Path, text: str, answer: str | None = PASSWORD) -> Loaded:
    return load_profile(write(folder, text), Asked(answer))


def refused(folder: Path, text: str) -> str:
    """The one sentence in which a profile is refused."""
    with pytest.raises(ProfileError) as error:
        load(folder, text)
    sentence = str(error.value)
    assert "\n" not in sentence
    assert PASSWORD not in sentence
    return sentence


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with every file a profile may name."""
    (tmp_path / "ca.pem").write_text(pem(root()))
    (tmp_path / "ca-crlf.pem").write_bytes(pem(root()).replace("\n", "\r\n").encode())
    (tmp_path / "device.pem").write_text(pem(certificate()))
    (tmp_path / "device.key").write_text(key_pem(rsa_key()))
    (tmp_path / "both.pem").write_text(pem(certificate()) + key_pem(rsa_key()))
    (tmp_path / "locked.key").write_text(key_pem(rsa_key(), PASSWORD, PrivateFormat.PKCS8))
    (tmp_path / "device.p12").write_bytes(p12(PASSWORD, 2))
    (tmp_path / "notes.txt").write_text("hello")
    return tmp_path


# -- what is taken -----------------------------------------------------------------------------


def test_peap(folder: Path) -> None:
    text = """
        ssid = "campus"
        username = "jane"
        outer_identity = "anonymous@x.example"
        password_from = "env:WIFI"
        root_ca = "ca.pem"
    """
    asked = Asked()
    loaded = load_profile(write(folder, text), asked)
    profile = loaded.profile
    assert (profile.ssid, profile.security, profile.cipher, profile.eap) == (
        "campus",
        Security.WPA2_ENTERPRISE,
        Cipher.AES,
        Eap.PEAP,
    )
    assert (profile.username, profile.outer_identity) == ("jane", "anonymous@x.example")
    assert profile.password == Secret(PASSWORD)
    assert profile.root_ca == pem(root())
    assert profile.noticed == ()
    assert loaded.unresolved == frozenset()
    assert asked.questions == [("env:WIFI", "password of jane on campus")]


def test_personal(folder: Path) -> None:
    loaded = load(folder, 'ssid = "home"\nsecurity = "WPA2"\ncipher = "ask"\nusername = "x"\n')
    profile = loaded.profile
    assert (profile.security, profile.cipher, profile.eap) == (Security.WPA2, None, None)
    assert profile.password == Secret(PASSWORD)
    assert profile.username == ""
    assert profile.noticed == (Noticed("unused-entry", "username"),)


def test_open_network_asks_for_nothing(folder: Path) -> None:
    asked = Asked()
    load_profile(write(folder, 'ssid = "x"\nsecurity = "open"\n'), asked)
    assert asked.questions == []


@pytest.mark.parametrize(
    "files",
    [
        'client_certificate = "device.pem"\nprivate_key = "device.key"',
        'client_certificate = "both.pem"',
        'client_certificate = "both.pem"\nprivate_key = "both.pem"',
        'client_certificate = "device.pem"\nprivate_key = "locked.key"',
        'client_certificate = "device.pem"\nprivate_key = "locked.key"\n'
        'private_key_password_from = "env:X"',
    ],
)
def test_tls(folder: Path, files: str) -> None:
    profile = load(folder, f'ssid = "campus"\neap = "tls"\n{files}\n').profile
    assert profile.client_certificate == pem(certificate())
    assert profile.private_key == Secret(key_pem(rsa_key()))
    assert profile.noticed == ()


def test_pkcs12_gives_the_first_certificate_alone(folder: Path) -> None:
    profile = load(folder, 'ssid = "campus"\neap = "tls"\npkcs12 = "device.p12"').profile
    assert profile.client_certificate == pem(certificate())
    assert profile.private_key == Secret(key_pem(rsa_key()))
    assert profile.noticed == (Noticed("pkcs12-rest-left-out", "pkcs12", "2"),)


def test_outer_identity_from_the_username(folder: Path) -> None:
    text = 'ssid = "x"\nusername = "jane"\nouter_identity_from = "username"\n'
    assert load(folder, text).profile.outer_identity == "jane"
    tls = text + 'eap = "tls"\nclient_certificate = "both.pem"\n'
    assert load(folder, tls).profile.outer_identity == "jane"
    assert load(folder, tls).profile.noticed == ()


def test_what_files_were_like_is_noticed(folder: Path) -> None:
    text = 'ssid = "x"\nusername = "j"\nroot_ca = "ca-crlf.pem"\n'
    assert load(folder, text).profile.noticed == (Noticed("pem-repaired", "root_ca"),)
    loaded = load(folder, text.replace("ca-crlf", "both"))
    assert loaded.profile.noticed == (Noticed("key-in-certificate-file", "root_ca"),)
    assert "PRIVATE" not in loaded.profile.root_ca
    text = 'ssid = "x"\neap = "tls"\nclient_certificate = "both.pem"\nprivate_key = "device.key"\n'
    noticed = load(folder, text).profile.noticed
    assert noticed == (Noticed("key-in-certificate-file", "client_certificate"),)


def test_files_are_relative_to_the_profile(
    folder: Path, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = write(folder, 'ssid = "x"\nusername = "j"\nroot_ca = "ca.pem"\n')
    monkeypatch.chdir(tmp_path_factory.mktemp("elsewhere"))
    assert load_profile(path, Asked()).profile.root_ca
    home = folder.parent
    monkeypatch.setenv("HOME", str(home))
    name = f"~/{folder.name}/ca.pem"
    path = write(folder, f'ssid = "x"\nusername = "j"\nroot_ca = "{name}"\n')
    assert load_profile(path, Asked()).profile.root_ca


def test_entries_can_be_stated_without_a_file(folder: Path) -> None:
    entries = {"ssid": "x", "username": "j", "root_ca": "ca.pem"}
    loaded = build_profile(entries, "the options", folder, Asked())
    assert loaded.profile.root_ca == pem(root())
    with pytest.raises(ProfileError, match="the options names no network"):
        build_profile({}, "the options", folder, Asked())


def test_the_example_is_a_profile_and_names_every_entry(folder: Path) -> None:
    text = example_profile()
    assert load(folder, text).profile.ssid == "campus"
    opened = text.replace("# client_", "client_").replace("# private_key =", "private_key =")
    assert set(tomllib.loads(opened)) < set(KEYS)
    assert all(key in text for key in KEYS)
    assert max(map(len, text.splitlines())) <= 88


# -- secrets that cannot be had ----------------------------------------------------------------


def test_a_password_nobody_can_give(folder: Path) -> None:
    path = write(folder, 'ssid = "x"\nusername = "j"\n')
    for secrets in (None, Asked(None)):
        with pytest.raises(NotAskedError):
            load_profile(path, secrets)
        loaded = load_profile(path, secrets, may_skip=True)
        assert loaded.unresolved == {"password"}
        assert not loaded.profile.password


def test_a_key_nobody_can_open(folder: Path) -> None:
    text = (
        'ssid = "x"\neap = "tls"\nclient_certificate = "device.pem"\nprivate_key = "locked.key"\n'
    )
    loaded = load_profile(write(folder, text), Asked(None), may_skip=True)
    assert loaded.unresolved == frozenset()  # for the check to refuse: no password is stated
    assert "ENCRYPTED" in loaded.profile.private_key.reveal()
    path = write(folder, text + 'private_key_password_from = "prompt"\n')
    with pytest.raises(NotAskedError):
        load_profile(path, Asked(None))
    assert load_profile(path, None, may_skip=True).unresolved == {"private_key"}


def test_a_pkcs12_file_nobody_can_open(folder: Path) -> None:
    path = write(folder, 'ssid = "x"\neap = "tls"\npkcs12 = "device.p12"\n')
    with pytest.raises(NotAskedError):
        load_profile(path, None)
    loaded = load_profile(path, None, may_skip=True)
    assert loaded.unresolved == {"client_certificate", "private_key"}
    ids = _ids(check(loaded.profile, Context(TODAY.date(), unresolved=loaded.unresolved)))
    assert "secret-not-checked" in ids
    assert not ids & {"client-certificate-missing", "private-key-missing"}


def _ids(findings: list[Finding]) -> set[str]:
    return {finding.id for finding in findings}


def test_the_task_says_what_it_left_out(folder: Path) -> None:
    path = write(folder, 'ssid = "x"\nusername = "j"\n')
    context = Context(TODAY.date())
    without = check_profile(str(path), context, None)
    assert "secret-not-checked" in _ids(list(without.findings))
    bad = check_profile(str(path), context, Asked("passwörd"))
    assert "secret-not-checked" not in _ids(list(bad.findings))
    assert "password-not-ascii" in _ids(list(bad.findings))


# -- what is refused ---------------------------------------------------------------------------

REFUSED: Final = {
    'ssid = "x"\npassword = "canary-Zx81"': 'password_from = "prompt"',
    'ssid = "x"\nPSK = "canary-Zx81"': 'password_from = "prompt"',
    'ssid = "x"\nprivate_key_password = "canary-Zx81"': "private_key_password_from =",
    'ssid = "x"\npassword_from = "canary-Zx81"': "env:NAME, keyring:SERVICE/USER or fd:N",
    'ssid = "x"\npassword_from = "prompt:canary-Zx81"': "env:NAME",
    'ssid = "x"\npassword_from = "env:canary-Zx81"': "env:NAME",
    'ssid = "x"\npassword_from = "keyring:canary-Zx81"': "env:NAME",
    'ssid = "x"\npassword_from = "fd:canary-Zx81"': "env:NAME",
    'ssid = "x"\npassword_from = "file:canary-Zx81"': "fd:3",
    'ssid = "x"\nprivate_key = """-----BEGIN\ncanary-Zx81"""': "save it in a file",
    f'ssid = "x"\nprivate_key = "MIIEcanary{"A" * 60}"': "save it in a file",
    'ssid = "x"\nsid = "y"': "did you mean ssid?",
    'ssid = "x"\nroot-ca = "y"': "did you mean root_ca?",
    'ssid = "x"\nzzz = "y"': "known are ssid",
    'ssid = "x"\n"\\u001b[31m" = "y"': "\\x1b[31m",
    "ssid = 5": "must be a text",
    'ssid = "x"\nroot_ca = ["a"]': "must be a text",
    'username = "x"': "names no network",
    'ssid = "x"\n[wifi]\npassword = "canary-Zx81"': "there is no key 'wifi'",
    'ssid = "x"\nsecurity = "wpa3"': "no WPA3",
    'ssid = "x"\neap = "ttls"': "no other EAP method",
    'ssid = "x"\ncipher = "des"': "must be one of aes, tkip, aes+tkip, ask",
    'ssid = "x"\nouter_identity = "a"\nouter_identity_from = "username"': "exclude each other",
    'ssid = "x"\nouter_identity_from = "me"': 'must be "username"',
    'ssid = "x"\nouter_identity_from = "username"': "wants a username",
    'ssid = "x"\neap = "tls"\npkcs12 = "device.p12"\nprivate_key = "device.key"': "exclude each",
    'ssid = "x"\nusername = "j"\nroot_ca = "missing.pem"': "there is no such file",
    'ssid = "x"\nusername = "j"\nroot_ca = "."': "is a folder",
    'ssid = "x"\nusername = "j"\nroot_ca = "device.key"': "holds no certificate",
    'ssid = "x"\nusername = "j"\nroot_ca = "notes.txt"': "no certificate and no key",
    'ssid = "x"\nusername = "j"\nroot_ca = "a\\u0000b"': "impossible file name",
    'ssid = "x"\neap = "tls"\nprivate_key = "device.pem"': "holds no private key",
    'ssid = "x"\neap = "tls"\nclient_certificate = "device.key"': "holds no certificate",
    'ssid = "x"\neap = "tls"\npkcs12 = "device.pem"': "holds no private key",
    'ssid = "x"\neap = "tls"\npkcs12 = "device.key"': "holds no certificate",
    'ssid = "canary-Zx81': "is no TOML: it ends too early",
    "ssid = canary-Zx81": "is no TOML near line 1",
    f"x = {'[' * 4000}": "is no TOML",
    f"x = {'9' * 4090}": "must be a text|no key|is no TOML",
    f'ssid = "{"x" * 5000}"': "line 1 has more than 4096 characters",
    "": "is empty",
}


@pytest.mark.parametrize("text", REFUSED)
def test_a_profile_is_refused_in_one_sentence(folder: Path, text: str) -> None:
    sentence = refused(folder, text)
    assert any(part in sentence for part in REFUSED[text].split("|")), sentence
    assert "canary" not in sentence


def test_the_field_of_a_bad_file_is_named(folder: Path) -> None:
    sentence = refused(folder, 'ssid = "x"\nusername = "j"\nroot_ca = "notes.txt"')
    assert f"{folder / 'campus.toml'}: root_ca: " in sentence


@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
@settings(max_examples=100)
def test_any_bytes_are_a_profile_or_a_profile_error(
    tmp_path_factory: pytest.TempPathFactory, data: bytes
) -> None:
    path = tmp_path_factory.getbasetemp() / "any.toml"
    path.write_bytes(data)
    said = ""
    try:
        read_entries(path)
    except ProfileError as error:
        said = str(error)
    assert "\n" not in said


# -- hostile files -----------------------------------------------------------------------------


def test_files_that_never_end_or_never_answer(tmp_path: Path) -> None:
    if not hasattr(os, "mkfifo"):
        pytest.skip("no named pipes on this system")
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    for path, kind in ((pipe, "a pipe"), (Path("/dev/zero"), "a device"), (tmp_path, "a folder")):
        with pytest.raises(ProfileError, match=kind):
            read_file(path, 10, "profile")


def test_limits_of_size(tmp_path: Path) -> None:
    path = tmp_path / "file"
    path.write_bytes(b"x" * 10)
    assert read_file(path, 10, "profile") == b"x" * 10
    with pytest.raises(ProfileError, match="larger than"):
        read_file(path, 9, "profile")
    large = tmp_path / "large.toml"
    large.write_bytes(b"#\n" * (PROFILE_LIMIT // 2 + 1))
    with pytest.raises(ProfileError, match="larger than 256 KiB"):
        load_profile(large, None)
    (tmp_path / "huge.pem").write_bytes(b"x" * (MATERIAL_LIMIT + 1))
    with pytest.raises(ProfileError, match="larger than 1024 KiB"):
        load(tmp_path, 'ssid = "x"\nusername = "j"\nroot_ca = "huge.pem"\n')


@pytest.mark.parametrize("data", [b"ssid = '\xff'", "ssid = 'x'".encode("utf-16"), b"\x7fELF\x80"])
def test_what_is_no_utf8(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes(data)
    with pytest.raises(ProfileError, match="is not UTF-8 text"):
        load_profile(path, None)


def test_a_byte_order_mark_is_no_harm(tmp_path: Path) -> None:
    path = tmp_path / "x.toml"
    path.write_bytes('ssid = "x"\nsecurity = "open"\n'.encode("utf-8-sig"))
    assert load_profile(path, None).profile.ssid == "x"


def test_a_file_without_permission(tmp_path: Path) -> None:
    path = write(tmp_path, 'ssid = "x"')
    path.chmod(0)
    if os.access(path, os.R_OK):
        pytest.skip("this user may read everything")
    with pytest.raises(ProfileError, match="permission denied"):
        load_profile(path, None)


def test_a_long_dotted_key_takes_no_time(tmp_path: Path) -> None:
    """Processor time of a quadratic reader would be minutes."""
    path = tmp_path / "x.toml"
    path.write_text(".".join("a" * 120_000) + " = 1")
    begun = time.process_time()
    with pytest.raises(ProfileError, match="more than 4096 characters"):
        load_profile(path, None)
    assert time.process_time() - begun < 5


# -- sources -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "source"),
    [
        ("prompt", Source(SourceKind.PROMPT)),
        ("env:WIFI_PASSWORD", Source(SourceKind.ENVIRONMENT, "WIFI_PASSWORD")),
        ("fd:3", Source(SourceKind.HANDLE, "3")),
        ("keyring:wifi/jane", Source(SourceKind.KEYRING, "wifi", "jane")),
        ("keyring:a/b/jane", Source(SourceKind.KEYRING, "a/b", "jane")),
    ],
)
def test_sources(text: str, source: Source) -> None:
    assert parse_source(text, "password_from") == source


@pytest.mark.parametrize(
    "text", ["", "prompt:", "env", "env:", "env:1A", "fd:-1", "fd:x", "keyring:x", "keyring:/x"]
)
def test_what_is_no_source(text: str) -> None:
    with pytest.raises(ProfileError, match="password_from must be"):
        parse_source(text, "password_from")
