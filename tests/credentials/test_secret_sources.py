"""Secrets from where a profile says; nothing of them in an error."""

import os
import subprocess
import sys
from typing import Final

import pytest

from diag.credentials.errors import NotAskedError, ProfileError
from diag.stream.secrets import Secret
from diag.tasks.secret_sources import SecretSources
from tests.running import ROOT, environment

PASSWORD: Final = "canary-Zx81 ü"


def test_prompt_asks_once_for_each_thing() -> None:
    asked: list[str] = []

    def ask(label: str) -> Secret:
        asked.append(label)
        return Secret(label)

    sources = SecretSources(ask)
    for label in ("password of a", "password of b", "password of a"):
        assert sources.resolve("prompt", label) == Secret(label)
    assert asked == ["password of a", "password of b"]


def test_prompt_without_anybody() -> None:
    with pytest.raises(NotAskedError, match="no terminal; take it from env:NAME"):
        SecretSources().resolve("prompt", "password")


def test_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("WIFI_TEST", PASSWORD)
    assert SecretSources().resolve("env:WIFI_TEST", "password") == Secret(PASSWORD)
    monkeypatch.delenv("WIFI_TEST")
    with pytest.raises(ProfileError, match="WIFI_TEST, which is not set"):
        SecretSources().resolve("env:WIFI_TEST", "password")


def handle(content: bytes) -> int:
    """A file descriptor from which the bytes can be read."""
    reader, writer = os.pipe()
    os.write(writer, content)
    os.close(writer)
    return reader


@pytest.mark.parametrize(
    "content", [PASSWORD.encode(), f"{PASSWORD}\n".encode(), f"{PASSWORD}\r\nmore\n".encode()]
)
def test_handle_gives_its_first_line_and_is_closed(content: bytes) -> None:
    number = handle(content)
    sources = SecretSources()
    assert sources.resolve(f"fd:{number}", "password") == Secret(PASSWORD)
    with pytest.raises(OSError, match="Bad file"):
        os.fstat(number)
    assert sources.resolve(f"fd:{number}", "password") == Secret(PASSWORD)


def test_handle_that_comes_in_pieces() -> None:
    """The writer waits for more between two parts of a line; no end of file comes."""
    reader, writer = os.pipe()
    try:
        os.write(writer, b"one")
        os.write(writer, b" two\n")
        assert SecretSources().resolve(f"fd:{reader}", "password") == Secret("one two")
    finally:
        os.close(writer)


@pytest.mark.parametrize(
    ("number", "why"), [("1", "where output goes"), ("2", "where output goes"), ("987", "not open")]
)
def test_handles_that_cannot_be_read(number: str, why: str) -> None:
    with pytest.raises(ProfileError, match=why):
        SecretSources().resolve(f"fd:{number}", "password")


def test_handle_without_an_end_or_without_text() -> None:
    number = os.open("/dev/zero", os.O_RDONLY)
    with pytest.raises(ProfileError, match="no line of less than 64 KiB"):
        SecretSources().resolve(f"fd:{number}", "password")
    with pytest.raises(ProfileError, match="not UTF-8 text") as error:
        SecretSources().resolve(f"fd:{handle(b'canary-' + bytes([255]))}", "password")
    assert "canary" not in str(error.value)


# -- keyring, each in a process of its own since its back end is chosen once ---------------------

_READ: Final = """
from diag.credentials.errors import ProfileError
from diag.tasks.secret_sources import SecretSources
{before}
try:
    print(SecretSources().resolve("keyring:wifi/jane", "password").reveal())
except ProfileError as error:
    print("ProfileError:", error)
"""
_BACKEND: Final = """
import keyring
from keyring.backend import KeyringBackend
class Memory(KeyringBackend):
    priority = 1
    def get_password(self, service, username):
        {body}
    def set_password(self, service, username, password): ...
    def delete_password(self, service, username): ...
keyring.set_keyring(Memory())
"""


def read_keyring(before: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", _READ.replace("{before}", before)],
        cwd=ROOT,
        env={**environment(), "PYTHON_KEYRING_BACKEND": "keyring.backends.fail.Keyring"},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return done.stdout.strip()


def test_keyring_that_is_not_installed() -> None:
    said = read_keyring("import sys; sys.modules['keyring'] = None")
    assert said.startswith("ProfileError:")
    assert "pip install 'wpa2diag[keyring]'" in said


@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("return 'canary' if (service, username) == ('wifi', 'jane') else None", "canary"),
        ("return None", "has no entry wifi/jane"),
        ("raise keyring.errors.KeyringLocked('canary')", "cannot be read (KeyringLocked)"),
        ("raise RuntimeError('canary')", "failed (RuntimeError)"),
    ],
)
def test_keyring(body: str, said: str) -> None:
    pytest.importorskip("keyring", reason="the extra wpa2diag[keyring] is not installed")
    found = read_keyring(_BACKEND.replace("{body}", body))
    assert said in found
    assert ("canary" in found) == (said == "canary")


def test_keyring_without_a_back_end() -> None:
    pytest.importorskip("keyring", reason="the extra wpa2diag[keyring] is not installed")
    assert "where there is none use env:NAME" in read_keyring("")
