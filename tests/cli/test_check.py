"""`wpa2diag check`: what it prints, how it exits, and what it never shows."""

import base64
import json
import subprocess
import sys
from pathlib import Path
from typing import Final

import pytest

from diag.credentials.checks.table import entries
from tests.credentials.certificates import certificate, key_pem, p12, pem, root, rsa_key
from tests.running import ROOT, Command, environment, run

PASSWORD: Final = "canary-Zx81"
GOOD: Final = """
ssid = "campus"
username = "jane@campus.example"
outer_identity_from = "username"
password_from = "env:WIFI_TEST"
root_ca = "ca.pem"
"""


@pytest.fixture
def desk(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A folder with profiles, as working directory; the password in the environment."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("WIFI_TEST", PASSWORD)
    monkeypatch.setenv("COLUMNS", "80")
    (tmp_path / "ca.pem").write_text(pem(root("Campus Root", last=9000)))
    (tmp_path / "good.toml").write_text(GOOD)
    (tmp_path / "warn.toml").write_text(GOOD.replace('root_ca = "ca.pem"', ""))
    (tmp_path / "bad.toml").write_text(GOOD.replace('"campus"', f'"{"x" * 33}"'))
    (tmp_path / "prompt.toml").write_text(GOOD.replace("env:WIFI_TEST", "prompt"))
    (tmp_path / "broken.toml").write_text("ssid = ")
    (tmp_path / "device.p12").write_bytes(p12(PASSWORD))
    (tmp_path / "tls.toml").write_text(
        'ssid = "x"\neap = "tls"\nouter_identity = "x"\npkcs12 = "device.p12"\n'
        'root_ca = "ca.pem"\nprivate_key_password_from = "env:WIFI_TEST"\n'
    )
    return tmp_path


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("good.toml", 0),
        ("tls.toml", 0),
        ("warn.toml", 0),
        ("--strict good.toml", 0),
        ("--strict warn.toml", 1),
        ("bad.toml", 1),
        ("--format json bad.toml", 1),
        ("good.toml warn.toml", 0),
        ("good.toml bad.toml broken.toml", 1),
        ("good.toml broken.toml", 3),
        ("broken.toml", 3),
        ("--format json broken.toml", 3),
        ("missing.toml", 3),
        ("/dev/zero", 3),
        (".", 3),
        ("prompt.toml", 0),
        ("--no-secrets tls.toml", 0),
        ("--example", 0),
        ("--example good.toml", 2),
        ("", 2),
        ("--server exchange good.toml", 2),
        ("--device-os one good.toml", 2),
        ("--device-os 4.0.0 good.toml", 2),
        ("--format yaml good.toml", 2),
    ],
)
def test_exit_codes(words: str, code: int, desk: Path, command: Command) -> None:
    result = command("check", *words.split())
    assert result.exit_code == code, result.output
    assert PASSWORD not in result.output
    if code > 1 and "toml" in words and " " not in words:
        assert result.stderr.count("\n") == 1


def test_text(desk: Path, command: Command) -> None:
    result = command("check", "bad.toml", "--device-os", "2.3.1")
    lines = result.stdout.splitlines()
    assert lines[0].startswith("bad.toml: not to be written (1 reason to refuse, ")
    assert any(
        line.split("  ") == ["✗ refuse", "Network name too long", "[ssid: ssid-too-long]"]
        for line in lines
    )
    assert max(map(len, lines)) <= 80
    assert result.stdout.index("refuse ") < result.stdout.index("info ")
    assert "? device-facts" in result.stdout  # what is only inferred says so
    assert "\x1b" not in result.stdout


def test_severity_is_a_word_where_there_is_no_colour_and_no_sign(desk: Path) -> None:
    done = run("check", str(desk / "bad.toml"), before="import os; os.environ['WIFI_TEST'] = 'xyz'")
    assert done.code == 1
    ascii_only = subprocess.run(
        [sys.executable, "-c", "from diag.cli.main import main; main()", "check", "bad.toml"],
        env={**environment(), "PYTHONUTF8": "0", "PYTHONIOENCODING": "ascii"},
        cwd=desk,
        capture_output=True,
        check=False,
    )
    assert b"x refuse  Network name too long" in ascii_only.stdout
    assert ascii_only.stdout.isascii()


def test_a_profile_without_findings(desk: Path, command: Command) -> None:
    (desk / "home.toml").write_text(
        'ssid = "home"\nsecurity = "wpa2"\npassword_from = "env:WIFI_TEST"'
    )
    result = command("check", "home.toml")
    assert result.stdout == "home.toml: can be written, nothing to say against it\n"


def test_json(desk: Path, command: Command) -> None:
    result = command("check", "bad.toml", "--format", "json", "--device-os", "0.7.0")
    value = json.loads(result.stdout)
    assert list(value) == ["schema", "profile", "worst", "findings"]
    assert (value["schema"], value["profile"], value["worst"]) == (1, "bad.toml", "refuse")
    first = value["findings"][0]
    assert list(first) == [
        "id",
        "severity",
        "title",
        "reason",
        "remedy",
        "where",
        "confidence",
        "source",
    ]
    assert (first["id"], first["severity"], first["where"]) == ("ssid-too-long", "refuse", "ssid")
    assert {finding["id"] for finding in value["findings"]} <= set(entries())
    assert any("0.7.0" in finding["reason"] for finding in value["findings"])


def test_json_of_what_cannot_be_used_and_of_several(desk: Path, command: Command) -> None:
    alone = command("check", "broken.toml", "--format", "json")
    value = json.loads(alone.stdout)
    assert list(value) == ["schema", "profile", "error"]
    assert value["error"] in alone.stderr
    both = json.loads(command("check", "good.toml", "broken.toml", "--format", "json").stdout)
    assert both["schema"] == 1
    assert [one["profile"] for one in both["results"]] == ["good.toml", "broken.toml"]


def test_context_reaches_the_checks(desk: Path, command: Command) -> None:
    def ids(*words: str) -> set[str]:
        value = json.loads(command("check", "--format", "json", *words).stdout)
        return {finding["id"] for finding in value["findings"]}

    assert "tls-ceiling-freeradius" in ids("good.toml", "--server", "FreeRADIUS")
    assert "release-without-enterprise" in ids("good.toml", "--device-os", "v0.6.4")
    (desk / "plain.toml").write_text(GOOD.replace("@campus.example", ""))
    assert "username-without-realm" in ids("plain.toml", "--eduroam")
    assert "username-without-realm" not in ids("plain.toml")


def test_what_was_not_asked_for_is_said(desk: Path, command: Command) -> None:
    for words in (("prompt.toml",), ("good.toml", "--no-secrets")):
        result = command("check", *words)
        assert "password: secret-not-checked" in result.stdout
        assert result.stderr == ""
    assert "secret-not-checked" not in command("check", "good.toml").stdout


def test_a_password_from_a_handle(desk: Path) -> None:
    (desk / "fd.toml").write_text(GOOD.replace("env:WIFI_TEST", "fd:0"))
    done = run("check", str(desk / "fd.toml"), stdin=f"{PASSWORD}ü\n".encode())
    assert "password-not-ascii" in done.out
    assert PASSWORD not in done.out + done.err


def test_the_example_can_be_checked(desk: Path, command: Command) -> None:
    printed = command("check", "--example").stdout
    (desk / "campus.toml").write_text(printed, "utf-8")
    result = command("check", "campus.toml")
    assert result.exit_code == 0
    assert result.stderr == ""


def test_no_secret_is_shown_in_any_form(
    desk: Path, command: Command, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Password and key in plain, hex, base64; whatever is wrong with them."""
    password = "canary\n\x7f-Zx81 é"
    monkeypatch.setenv("WIFI_TEST", password)
    key = key_pem(rsa_key(3072, "leak"))
    (desk / "key.pem").write_text(key + "-----BEGIN X-----")
    (desk / "good.key").write_text(key)
    (desk / "device.pem").write_text(pem(certificate()) + key)
    tls = 'ssid = "x"\neap = "tls"\nclient_certificate = "device.pem"\n'
    (desk / "one.toml").write_text(tls + 'private_key = "key.pem"')
    (desk / "two.toml").write_text(tls + 'private_key = "good.key"')
    (desk / "three.toml").write_text(tls.replace("client_certificate", "root_ca"))
    raw = password.encode()
    forms = [password, "Zx81", raw.hex(), base64.b64encode(raw).decode()[:12]]
    forms += key.splitlines()[1:-1]
    for form in ("text", "json"):
        for name in ("good", "one", "two", "three"):
            output = command("check", f"{name}.toml", "--format", form).output
            assert output
            assert not [secret for secret in forms if secret in output]


def test_hostile_names_are_inert(desk: Path, command: Command) -> None:
    name = "\x1b[31mred.toml"
    (desk / name).write_text(GOOD.replace("jane@", "\\u001b[31mjane@"))
    for form in ("text", "json"):
        result = command("check", name, "--format", form)
        assert "\x1b" not in result.output
        assert result.exit_code == 1


def test_on_a_terminal_the_password_is_asked_for_and_not_echoed(desk: Path) -> None:
    pty = pytest.importorskip("pty", reason="no pseudo-terminals on this system")
    import os
    import select

    pid, master = pty.fork()
    if pid == 0:  # pragma: no cover - the other process
        os.environ.update(environment())
        os.chdir(desk)
        words = [sys.executable, "-c", "from diag.cli.main import main; main()"]
        os.execv(sys.executable, [*words, "check", "prompt.toml"])
    text, answered = b"", False
    while select.select([master], [], [], 30)[0]:
        try:
            more = os.read(master, 4096)
        except OSError:
            break
        if not more:
            break
        text += more
        if not answered and b"on campus: " in text:
            os.write(master, "Zx81é\n".encode())
            answered = True
    os.close(master)
    assert os.waitstatus_to_exitcode(os.waitpid(pid, 0)[1]) == 0
    assert b"Password of jane@campus.example on campus: " in text
    assert b"Zx81" not in text
    assert b"password-not-ascii" in text


def test_explaining_a_code_imports_nothing_of_this() -> None:
    code = (
        "import sys\n"
        "from click.testing import CliRunner\n"
        "from diag.cli.main import cli\n"
        "CliRunner().invoke(cli, ['explain', '1007'])\n"
        "CliRunner().invoke(cli, ['--help'])\n"
        "print(*(n for n in sys.modules if n.startswith(('cryptography', 'diag.credentials'))))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=ROOT,
        env=environment(),
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.strip() == ""
