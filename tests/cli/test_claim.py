"""`wpa2diag claim` with a simulated device and a real server on this computer."""

import json
from collections.abc import Generator

import pytest

from diag.cli.exits import Exit
from tests.cloud.server import TOKEN, Handler, Server, serving
from tests.running import Command
from tests.stream.canaries import assert_absent

CODE = "claimcode" * 7
assert len(CODE) == 63


class Account:
    """What the cloud knows."""

    def __init__(self) -> None:
        self.mine = False

    def answer(self, request: Handler) -> None:
        path, method = request.path, request.command
        if path.endswith("/device_claims"):
            reply: dict[str, object] = {"claim_code": CODE}
        elif method == "POST":
            self.mine = True
            reply = {"ok": True}
        elif self.mine:
            reply = {"id": path.rsplit("/", 1)[-1], "online": True}
        else:
            request.reply(404, b'{"error": "not found"}')
            return
        request.reply(200, json.dumps(reply).encode())


@pytest.fixture
def account() -> Account:
    return Account()


@pytest.fixture
def server(account: Account, monkeypatch: pytest.MonkeyPatch) -> Generator[Server]:
    monkeypatch.setenv("PARTICLE_ACCESS_TOKEN", TOKEN)
    with serving(account.answer) as found:
        monkeypatch.setenv("PARTICLE_API_URL", f"http://127.0.0.1:{found.port}")
        yield found


def test_a_device_in_the_cloud_is_claimed_once(
    command: Command, server: Server, account: Account
) -> None:
    words = ("claim", "--device", "sim:all-well,speed=max", "--breathes-cyan")
    result = command(*words)
    assert (result.exit_code, result.stdout) == (Exit.OK, "Claimed.\n")
    assert [r.method for r in server.requests] == ["GET", "POST"]
    result = command(*words)
    assert result.exit_code == Exit.OK
    assert "belongs to this account already" in result.stdout
    assert [r.method for r in server.requests] == ["GET", "POST", "GET"]
    assert_absent((result.stdout + result.stderr).encode(), TOKEN)


def test_not_before_it_is_connected(command: Command, server: Server) -> None:
    result = command("claim", "--device", "sim:wrong-password,speed=max")
    assert result.exit_code == Exit.INPUT
    assert "when its LED breathes cyan" in result.stderr
    assert server.requests == []


def test_a_code_is_left_in_a_device_that_is_not_claimed(command: Command, server: Server) -> None:
    result = command("claim", "--by-code", "--anew", "--device", "sim:wrong-password,speed=max")
    assert result.exit_code == Exit.OK, result.output
    assert "when it next connects" in result.stdout
    assert_absent((result.stdout + result.stderr).encode(), CODE, TOKEN)


def test_a_device_that_is_claimed_is_left_alone(command: Command, server: Server) -> None:
    result = command("claim", "--by-code", "--device", "sim:wrong-password,speed=max")
    assert result.exit_code == Exit.INPUT
    assert "claimed already" in result.stderr
    assert server.requests == []


def test_without_a_login(
    command: Command, monkeypatch: pytest.MonkeyPatch, tmp_path_factory: pytest.TempPathFactory
) -> None:
    monkeypatch.delenv("PARTICLE_ACCESS_TOKEN", raising=False)
    monkeypatch.setenv("HOME", str(tmp_path_factory.mktemp("home")))
    result = command("claim", "--device", "sim:all-well,speed=max")
    assert result.exit_code == Exit.USAGE
    assert "particle login" in result.stderr
