"""Every command that speaks with a device, as a user runs it; the canaries turn up nowhere.

That each test would see a canary is shown by what the device has got of it.
"""

import json
import os
from pathlib import Path

import pytest

from diag.cli.exits import Exit
from tests.cloud.server import Handler, serving
from tests.secrets.material import (
    CLAIM_CODE,
    KEY_PASSWORD,
    PASSPHRASE,
    PASSWORD,
    PKCS12_PASSWORD,
    TOKEN,
    USER,
    campus,
    device_secret,
    material,
    photon,
    recorded,
    served,
    stored_by,
)
from tests.secrets.stage import Running, Stage

pytest.importorskip("termios", reason="no pseudo-terminals on this system")
PEAP = ("--ssid", "CampusWLAN", "--username", USER, "--outer-identity", USER)


def test_configure_with_a_password_from_the_environment(stage: Stage, tmp_path: Path) -> None:
    device = photon()
    with served(device, tmp_path) as port:
        done = stage.run(
            *("configure", "--port", str(port.path), *PEAP, "--password-from", "env:CAMPUS"),
            *("--yes", "--log", "--record", "session.cast"),
            environment={"CAMPUS": PASSWORD},
        )
    assert done.code == Exit.OK, done.terminal
    assert stored_by(device).password == PASSWORD.encode()
    assert b"Password: [masked]" in done.terminal
    assert b"[masked]" in (stage.work / "session.cast").read_bytes()
    stage.assert_clean(done, PASSWORD, known_to_environment=[PASSWORD])


def test_configure_with_a_password_on_a_handle(stage: Stage, tmp_path: Path) -> None:
    device = photon(campus(chatter=True))
    reading, writing = os.pipe()
    profile = stage.give(
        "campus.toml",
        f'ssid = "CampusWLAN"\nusername = "{USER}"\npassword_from = "fd:{reading}"\n',
    )
    os.write(writing, f"{PASSWORD}\n".encode())
    os.close(writing)
    with served(device, tmp_path) as port:
        done = stage.run(
            *("configure", profile, "--port", str(port.path), "--yes", "--log"),
            *("--record", "session.cast"),
            terminal=False,
            pass_fds=(reading,),
        )
    os.close(reading)
    assert done.code == Exit.OK, done.terminal
    assert stored_by(device).password == PASSWORD.encode()
    stage.assert_clean(done, PASSWORD)


def test_configure_with_a_passphrase_from_a_keyring(stage: Stage, tmp_path: Path) -> None:
    stage.give(
        "canary_keyring.py",
        "from keyring.backend import KeyringBackend\n"
        "class Canary(KeyringBackend):\n"
        "    priority = 1\n"
        "    def get_password(self, service, username):\n"
        f"        return {PASSPHRASE!r} if service == 'home' else None\n"
        "    set_password = delete_password = None\n",
    )
    device = photon()
    with served(device, tmp_path) as port:
        done = stage.run(
            *("configure", "--port", str(port.path), "--ssid", "Home", "--security", "wpa2"),
            *("--password-from", "keyring:home/me", "--yes", "--log", "--record", "session.cast"),
            environment={
                "PYTHON_KEYRING_BACKEND": "canary_keyring.Canary",
                "PYTHONPATH": f"{stage.environment['PYTHONPATH']}:{stage.given}",
            },
        )
    assert done.code == Exit.OK, done.terminal
    assert stored_by(device).password == PASSPHRASE.encode()
    stage.assert_clean(done, PASSPHRASE)


def test_configure_with_prompts_and_an_encrypted_key(stage: Stage, tmp_path: Path) -> None:
    key = stage.give("key.pem", material().encrypted)
    certificate = stage.give("client.pem", material().certificate)
    device = photon()
    with served(device, tmp_path) as port:
        done = stage.run(
            *("configure", "--port", str(port.path), "--ssid", "CampusWLAN", "--eap", "tls"),
            *("--client-certificate", certificate, "--private-key", key, "--log"),
            *("--outer-identity", USER, "--yes", "--record", "session.cast"),
            answers=[("assword", KEY_PASSWORD)],
        )
    assert done.code == Exit.OK, done.terminal
    assert stored_by(device).private_key, done.terminal
    assert b"-----BEGIN RSA PRIVATE KEY-----" in done.terminal
    stage.assert_clean(done, KEY_PASSWORD, material().key, material().encrypted)


def test_configure_with_pkcs12(stage: Stage, tmp_path: Path) -> None:
    bundle = stage.give("alice.p12", material().pkcs12)
    device = photon()
    with served(device, tmp_path) as port:
        done = stage.run(
            *("configure", "--port", str(port.path), "--ssid", "CampusWLAN", "--eap", "tls"),
            *("--pkcs12", bundle, "--private-key-password-from", "env:BUNDLE", "--yes", "--log"),
            *("--outer-identity", USER, "--record", "session.cast"),
            environment={"BUNDLE": PKCS12_PASSWORD},
            terminal=False,
        )
    assert done.code == Exit.OK, done.terminal
    assert stored_by(device).private_key
    stage.assert_clean(
        done, PKCS12_PASSWORD, material().key, known_to_environment=[PKCS12_PASSWORD]
    )


def test_fix_with_the_right_password_at_a_prompt(stage: Stage, tmp_path: Path) -> None:
    wrong = "Tz6!uY1|gP9{lE4"
    device = photon(campus(password=wrong))
    with served(device, tmp_path) as port:
        running = stage.start(
            *("fix", "--port", str(port.path), *PEAP, "--password-from", "prompt", "--log"),
            *("--record", "session.cast"),
        )
        _answer(running, wrong, PASSWORD)
        running.until("written: ")
        # Whether it has an address would be waited for, and then asked.
        running.type("\x03")
        done = running.end()
    assert done.code == Exit.INTERRUPTED, done.terminal
    assert stored_by(device).password == PASSWORD.encode()
    stage.assert_clean(done, PASSWORD, wrong)


def test_fix_of_a_device_in_this_process(stage: Stage) -> None:
    running = stage.start(
        *("fix", "--device", "sim:wrong-password,speed=max", *PEAP, "--log"),
        *("--record", "session.cast", "--server", "freeradius"),
    )
    _answer(running, "correct hrose 7", "correct horse 7")
    running.until("What does the LED show")
    running.type("breathing cyan")
    done = running.end()
    assert done.code == Exit.OK, done.terminal
    assert b"FIXED" in done.terminal
    stage.assert_clean(done, "correct hrose 7", "correct horse 7")


def _answer(running: Running, wrong: str, right: str) -> None:
    running.until("Password of ")
    running.type(wrong)
    answers = {
        "institution (such as university.example): ": "",
        "exactly as it is broadcast: ": "",
        "File with the root CA: ": "",
        "empty if unknown): ": "",
        "  Username: ": USER,
        "  Password: ": right,
        "Do it? [Y/n]: ": "y",
    }
    running.converse(answers, "  Password: ")
    del answers["  Password: "]
    running.converse(answers, "Do it? [Y/n]: ")


@pytest.mark.parametrize("words", [("identify",), ("identify", "--json"), ("vitals",)])
def test_questions_that_a_device_answers_with_its_secret(
    stage: Stage, tmp_path: Path, words: tuple[str, ...]
) -> None:
    device = photon(campus(chatter=True))
    with served(device, tmp_path) as port:
        done = stage.run(*words, "--port", str(port.path), "--record", "session.cast")
    assert done.code == Exit.OK, done.terminal
    if words[0] == "identify":
        assert device.device_id.encode() in done.shown
        assert b"Device Secret: [masked]" in recorded(stage.work / "session.cast")
    stage.assert_clean(done, device_secret(device.device_id))


class Account:
    """The cloud; it says in its errors what it was sent, as the real one does."""

    def __call__(self, request: Handler) -> None:
        if request.path.endswith("/device_claims"):
            request.reply(200, json.dumps({"claim_code": CLAIM_CODE}).encode())
        elif request.command == "POST":
            sent = {"error": f"Bearer {TOKEN} may not", "info": f"access_token={TOKEN}"}
            request.reply(403, json.dumps(sent).encode())
        else:
            request.reply(404, b'{"error": "not found"}')


@pytest.mark.parametrize("login", ["environment", "particle-cli"])
def test_claim(stage: Stage, tmp_path: Path, login: str) -> None:
    with serving(Account()) as server:
        environment = {"PARTICLE_API_URL": server.base}
        if login == "environment":
            environment["PARTICLE_ACCESS_TOKEN"] = TOKEN
        else:
            folder = stage.given / ".particle"
            folder.mkdir()
            (folder / "particle.config.json").write_text(json.dumps({"access_token": TOKEN}))
            (stage.home / ".particle").symlink_to(folder)
        device = photon(campus(claimed=False))
        with served(device, tmp_path) as port:
            done = stage.run(
                *("claim", "--port", str(port.path), "--record", "two.cast", "--by-code"),
                environment=environment,
            )
        refused = stage.run(
            *("claim", "--device", "sim:eduroam-realm,speed=max", "--breathes-cyan"),
            *("--record", "one.cast"),
            environment=environment,
            terminal=False,
        )
    assert refused.code == Exit.FAULT, refused.terminal
    assert done.code == Exit.OK, done.terminal
    assert device.claim_code == CLAIM_CODE.encode()
    assert all(f"Bearer {TOKEN}" == each.headers["authorization"] for each in server.requests)
    secrets = (TOKEN, CLAIM_CODE, device_secret(device.device_id))
    for each in (refused, done):
        stage.assert_clean(each, *secrets, known_to_environment=[TOKEN])
    assert b"Enter 63-digit claim code: [masked]" in recorded(stage.work / "two.cast")


def test_check(stage: Stage) -> None:
    key = stage.give("key.pem", material().encrypted)
    certificate = stage.give("client.pem", material().certificate)
    entries = f'ssid = "CampusWLAN"\neap = "tls"\nclient_certificate = "{certificate}"\n'
    tls = stage.give("tls.toml", f'{entries}private_key = "{key}"\n')
    peap = stage.give("peap.toml", f'ssid = "X"\nusername = "{USER}"\npassword_from = "env:P"\n')
    literal = stage.give("literal.toml", f"ssid = \"X\"\npassword = '{PASSPHRASE}'\n")
    done = stage.run(
        *("check", tls, peap, literal, "--format", "json"),
        answers=[("assword", KEY_PASSWORD)],
        environment={"P": PASSWORD},
    )
    secrets = (KEY_PASSWORD, PASSWORD, PASSPHRASE, material().key)
    stage.assert_clean(done, *secrets, known_to_environment=[PASSWORD])


def test_demo(stage: Stage) -> None:
    words = ("demo", "wrong-password", "--instant", "--release", "1.5.2")
    done = stage.run(*words, terminal=False)
    assert done.code == Exit.OK, done.shown
    assert b"FIXED" in done.out
    stage.assert_clean(done, "correct horse 7", "correct hrose 7")
