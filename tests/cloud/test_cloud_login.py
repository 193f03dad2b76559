"""Where the login comes from, and which addresses it may be sent to."""

import json
import os
import tracemalloc
from pathlib import Path

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from diag.cloud import DEFAULT_BASE, CloudError, Token, check_base, find_base, find_token
from diag.stream.secrets import Secret
from tests.cloud.server import TOKEN

OTHER = "fedcba9876543210fedcba9876543210fedcba98"


def write(home: Path, name: str, content: object) -> None:
    folder = home / ".particle"
    folder.mkdir(exist_ok=True)
    raw = content if isinstance(content, bytes) else json.dumps(content).encode()
    (folder / name).write_bytes(raw)


def refusal(home: Path) -> str:
    with pytest.raises(CloudError) as caught:
        find_token({}, home)
    error = caught.value
    for text in (str(error), repr(error), repr(error.__context__), repr(error.__cause__)):
        assert TOKEN not in text
        assert str(home) not in text
    return str(error)


def test_nobody_is_logged_in(tmp_path: Path) -> None:
    assert find_token({}, tmp_path) is None
    assert find_token({"PARTICLE_ACCESS_TOKEN": " \n"}, tmp_path / "nothing") is None
    write(tmp_path, "particle.config.json", {"access_token": None, "username": None})
    assert find_token({}, tmp_path) is None


def test_the_login_of_particle_cli(tmp_path: Path) -> None:
    write(tmp_path, "particle.config.json", {"access_token": TOKEN, "username": "me"})
    found = find_token({}, tmp_path)
    assert found is not None
    assert found.secret == Secret(TOKEN)
    assert found.origin == "particle-cli (~/.particle/particle.config.json)"
    assert "particle login" in found.remedy
    assert TOKEN not in repr(found)


def test_the_environment_comes_first(tmp_path: Path) -> None:
    write(tmp_path, "particle.config.json", b"broken, and not looked at")
    found = find_token({"PARTICLE_ACCESS_TOKEN": f" {TOKEN}\n"}, tmp_path)
    assert found is not None
    assert found.secret == Secret(TOKEN)
    assert found.origin == "PARTICLE_ACCESS_TOKEN"
    assert "particle token create" in found.remedy


@pytest.mark.parametrize(
    ("profile", "used"),
    [({"name": "work"}, OTHER), ({"name": None}, TOKEN), ({}, TOKEN), (None, TOKEN)],
)
def test_the_profile_that_particle_cli_uses(tmp_path: Path, profile: object, used: str) -> None:
    write(tmp_path, "profile.json", profile)
    write(tmp_path, "particle.config.json", {"access_token": TOKEN})
    write(tmp_path, "work.config.json", {"access_token": OTHER})
    found = find_token({}, tmp_path)
    assert found is not None
    assert found.secret == Secret(used)


def test_the_login_of_another_profile_is_not_borrowed(tmp_path: Path) -> None:
    write(tmp_path, "profile.json", {"name": "work"})
    write(tmp_path, "particle.config.json", {"access_token": TOKEN})
    assert find_token({}, tmp_path) is None


@pytest.mark.parametrize(
    "name", ["../../secret", "a/b", "a\\b", "..", "a\x00b", "x" * 65, 7, ["a"]]
)
def test_a_profile_name_leads_nowhere_else(tmp_path: Path, name: object) -> None:
    (tmp_path / "secret.config.json").write_text(json.dumps({"access_token": TOKEN}))
    write(tmp_path, "profile.json", {"name": name})
    assert "names no usable particle-cli profile" in refusal(tmp_path)


def test_a_hostile_profile_name_is_shown_inert(tmp_path: Path) -> None:
    write(tmp_path, "profile.json", {"name": "we\u202erk\x7f"})
    write(tmp_path, "we\u202erk\x7f.config.json", {"access_token": TOKEN})
    found = find_token({}, tmp_path)
    assert found is not None
    assert found.origin == "particle-cli (~/.particle/we\\u202erk\\x7f.config.json)"


@pytest.mark.parametrize("file", ["particle.config.json", "profile.json"])
@pytest.mark.parametrize(
    ("content", "why"),
    [
        (b"", "damaged"),
        (b"{", "damaged"),
        (b'{"access_token": "' + TOKEN.encode(), "damaged"),
        (b"\xff\xfe\x00", "damaged"),
        (b"[" * 60_000, "damaged"),
        (b"9" * 60_000, "damaged"),
        (b"[]", "damaged"),
        (b'"' + TOKEN.encode() + b'"', "damaged"),
        (b" " * 70_000 + b"{}", "far too large"),
    ],
)
def test_a_settings_file_that_cannot_be_read(
    tmp_path: Path, file: str, content: bytes, why: str
) -> None:
    write(tmp_path, file, content)
    text = refusal(tmp_path)
    assert why in text
    assert file in text
    assert "particle login" in text


def test_a_huge_file_is_not_read_whole(tmp_path: Path) -> None:
    write(tmp_path, "particle.config.json", b"")
    os.truncate(tmp_path / ".particle" / "particle.config.json", 64 << 20)
    tracemalloc.start()
    assert "far too large" in refusal(tmp_path)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 4 << 20


def test_a_byte_order_mark_does_no_harm(tmp_path: Path) -> None:
    write(tmp_path, "particle.config.json", b'\xef\xbb\xbf{"access_token": "x"}')
    assert find_token({}, tmp_path) is not None


def test_what_is_no_file_is_not_opened(tmp_path: Path) -> None:
    (tmp_path / ".particle").mkdir()
    os.mkfifo(tmp_path / ".particle" / "particle.config.json")
    assert "it is not a file" in refusal(tmp_path)


def test_a_folder_in_the_files_place(tmp_path: Path) -> None:
    (tmp_path / ".particle" / "profile.json").mkdir(parents=True)
    assert "it is not a file" in refusal(tmp_path)


def test_a_loop_of_links(tmp_path: Path) -> None:
    (tmp_path / ".particle").mkdir()
    link = tmp_path / ".particle" / "particle.config.json"
    link.symlink_to(link)
    assert "cannot be read: Too many levels" in refusal(tmp_path)


@pytest.mark.skipif(os.geteuid() == 0, reason="the superuser may read everything")
def test_a_file_without_permission(tmp_path: Path) -> None:
    write(tmp_path, "particle.config.json", {"access_token": TOKEN})
    (tmp_path / ".particle" / "particle.config.json").chmod(0)
    assert "cannot be read: Permission denied" in refusal(tmp_path)


@pytest.mark.parametrize("bad", [TOKEN + "\r\nX: y", TOKEN + " ", "tök", "a" * 5000, 5, {}, True])
def test_what_cannot_be_a_token_is_refused(tmp_path: Path, bad: object) -> None:
    write(tmp_path, "particle.config.json", {"access_token": bad})
    assert "no token has" in refusal(tmp_path)


def test_a_token_with_a_line_end_inside_is_refused(tmp_path: Path) -> None:
    with pytest.raises(CloudError, match="PARTICLE_ACCESS_TOKEN"):
        find_token({"PARTICLE_ACCESS_TOKEN": f"{TOKEN}\nmore"}, tmp_path)


@settings(max_examples=150)
@example(raw=b'{"name": "\\ud800"}')
@given(
    raw=st.binary(max_size=200)
    | st.text(max_size=100).map(lambda t: json.dumps({"name": t}).encode())
)
def test_no_profile_file_does_more_than_be_refused(
    raw: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    home = tmp_path_factory.getbasetemp()
    write(home, "profile.json", raw)
    said = ""
    try:
        find_token({}, home)
    except CloudError as error:
        said = str(error)
    assert said == "" or said.isprintable()


def test_which_address_is_used(tmp_path: Path) -> None:
    write(
        tmp_path,
        "particle.config.json",
        {"access_token": TOKEN, "apiUrl": "http://localhost:8080/"},
    )
    token = find_token({}, tmp_path)
    environ = {"PARTICLE_API_URL": "https://cloud.example"}
    assert find_base("https://given.example/", environ, token) == "https://given.example"
    assert find_base(None, environ, token) == "https://cloud.example"
    assert find_base(None, {"PARTICLE_API_URL": ""}, token) == "http://localhost:8080"
    assert find_base(None, {}, Token(Secret(TOKEN), "x")) == DEFAULT_BASE
    assert find_base(None, {}, None) == DEFAULT_BASE


def test_the_error_names_where_the_address_is_from() -> None:
    token = Token(Secret(TOKEN), "x", base="http://cloud.example")
    with pytest.raises(
        CloudError, match=r"^apiUrl in the settings of particle-cli begins with http"
    ):
        find_base(None, {}, token)
    with pytest.raises(CloudError, match=r"^PARTICLE_API_URL is not an address"):
        find_base(None, {"PARTICLE_API_URL": "cloud.example"}, token)


@pytest.mark.parametrize(
    "base",
    [
        "https://api.particle.io",
        "https://api.particle.io:8443/cloud",
        "http://127.0.0.1:1",
        "http://127.8.9.1",
        "http://LOCALHOST:65535",
        "http://[::1]:80",
    ],
)
def test_addresses_that_are_taken(base: str) -> None:
    assert check_base(base + "/") == base


@pytest.mark.parametrize(
    "base",
    [
        "http://api.particle.io",
        "HTTP://api.particle.io",
        "http://127.0.0.1.example",
        "http://localhost.example",
        "http://192.168.0.1",
        "http://0.0.0.0",
        "http://[::]",
        "http://127.1",
        "http://2130706433",
    ],
)
def test_clear_text_is_for_this_computer_only(base: str) -> None:
    with pytest.raises(CloudError, match="in clear"):
        check_base(base)


@pytest.mark.parametrize(
    "base",
    [
        "",
        "api.particle.io",
        "ftp://api.particle.io",
        "https://",
        "https://me:pa55w0rd@api.particle.io",
        "http://127.0.0.1@evil.example",
        "http://127.0.0.1\\@evil.example",
        "http://127.0.0.1#@evil.example",
        "https://api.particle.io/?access_token=pa55w0rd",
        "https://api.particle.io:65536",
        "https://api.particle.io\r\nX: y",
        "https://api.particle.io\n",
        " https://api.particle.io",
        "https://ap\u0131.particle.io",
    ],
)
def test_addresses_that_are_none(base: str) -> None:
    with pytest.raises(CloudError, match="is not an address") as caught:
        check_base(base)
    assert "pa55w0rd" not in str(caught.value)
