"""The calls of the Particle API, against a real server that answers well, badly or not at all."""

import base64
import gzip
import logging
import re
import socket
import ssl
import subprocess
import sys
import traceback
import tracemalloc
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from diag.cloud import Cloud, CloudDevice, CloudError, Token
from diag.stream.secrets import Secret
from tests.cloud.server import ID, TOKEN, Answer, Handler, says, serving

CODE = "rCFr2KAJNgzJ2rR3Jm1ZoUd7G4Sr3ak7MRHdWrM274eYzInP1+psZ0fP2qNehlj"


@pytest.fixture(autouse=True)
def _no_proxy_of_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY", "NO_PROXY", "SSL_CERT_FILE"):
        monkeypatch.delenv(name, raising=False)
        monkeypatch.delenv(name.lower(), raising=False)


def cloud(base: str, *, token: str = TOKEN, timeout: float = 10.0) -> Cloud:
    return Cloud(base, Token(Secret(token), "particle-cli"), timeout)


def failure(call: object, *arguments: object, token: str = TOKEN) -> str:
    """Return what a failing call says, having looked for the token all over the error."""
    assert callable(call)
    with pytest.raises(CloudError) as caught:
        call(*arguments)
    seen: list[object] = []
    pending: list[BaseException | None] = [caught.value]
    while pending:
        error = pending.pop()
        if error is None or error in seen:
            continue
        seen.append(error)
        # An httpx error carries the request, and with it the header.
        assert not hasattr(error, "request")
        pending += [error.__cause__, error.__context__]
        clean(f"{error}{error!r}{error.args}{vars(error)}", token)
    text = str(caught.value)
    assert "\n" not in text
    assert "Traceback" not in text
    return text


def clean(text: str, token: str = TOKEN) -> None:
    raw = token.encode()
    for form in (token, raw.hex(), base64.b64encode(raw).decode().rstrip("=")):
        assert form.lower() not in text.lower()


def test_the_token_travels_in_the_header_only() -> None:
    with serving(says(200, {"ok": True, "id": ID})) as server:
        cloud(server.base).claim(ID.upper())
    (request,) = server.requests
    assert (request.method, request.path) == ("POST", "/v1/devices")
    assert request.form == {"id": [ID]}
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert request.headers["content-type"] == "application/x-www-form-urlencoded"


def test_who_names_the_account() -> None:
    with serving(says(200, {"username": "me@example.com\x1b[2J"})) as server:
        assert cloud(server.base).who() == "me@example.com\\x1b[2J"
    assert server.requests[0].path == "/v1/user"


def test_a_claim_code_is_a_secret() -> None:
    with serving(says(200, {"claim_code": CODE, "device_ids": [ID]})) as server:
        code = cloud(server.base + "/").claim_code()
    assert code == Secret(CODE)
    assert CODE not in repr(code)
    assert (server.requests[0].method, server.requests[0].path) == ("POST", "/v1/device_claims")


@pytest.mark.parametrize("code", [CODE[:-1], CODE + "x", CODE[:-1] + "\n", "", None, 63, ["x"]])
def test_a_claim_code_that_no_device_takes_is_refused(code: object) -> None:
    with serving(says(200, {"claim_code": code})) as server:
        assert "no claim code of 63 characters" in failure(cloud(server.base).claim_code)


@pytest.mark.parametrize(
    ("answer", "online"),
    [
        ({"connected": True}, True),
        ({"connected": True, "online": False}, False),
        ({}, None),
        ({"online": "yes"}, None),
    ],
)
def test_a_device_of_the_account(answer: dict[str, object], online: bool | None) -> None:
    with serving(says(200, {"id": ID, "name": "door\u202e", **answer})) as server:
        found = cloud(server.base).device(ID)
    assert found == CloudDevice(mine=True, online=online, name="door\\u202e")
    assert server.requests[0].path == f"/v1/devices/{ID}"


@pytest.mark.parametrize("status", [403, 404])
def test_a_device_of_nobody_or_somebody_else_is_not_mine(status: int) -> None:
    with serving(says(status, {"error": "Permission Denied", "info": "who?"})) as server:
        assert cloud(server.base).device(ID) == CloudDevice(mine=False)


def test_a_device_answer_about_another_device_is_no_answer() -> None:
    with serving(says(200, {"id": ID[::-1], "online": True})) as server:
        assert "tells of no such device" in failure(cloud(server.base).device, ID)


@pytest.mark.parametrize("bad", ["", "../users", ID + "/x", ID[:-1] + "g", ID + "\n", "x" * 24])
def test_what_is_no_device_id_is_never_sent(bad: str) -> None:
    with serving(says(200, {"ok": True})) as server:
        assert "24 hex digits" in failure(cloud(server.base).claim, bad)
        assert "24 hex digits" in failure(cloud(server.base).device, bad)
    assert server.requests == []


@pytest.mark.parametrize(
    ("status", "words"),
    [
        (400, "did not understand"),
        (401, "run `particle login`"),
        (403, "belongs to another account; its owner has to release it"),
        (404, "wait until its LED breathes cyan"),
        (408, "did not reach the device in time"),
        (418, "HTTP 418"),
        (429, "wait a minute"),
        (500, "fault of its own (HTTP 500); try again later"),
        (503, "HTTP 503"),
    ],
)
def test_each_refusal_of_a_claim_says_what_to_do(status: int, words: str) -> None:
    with serving(says(status, {"ok": False, "errors": ["No thanks"]})) as server:
        with pytest.raises(CloudError) as caught:
            cloud(server.base).claim(ID)
        assert caught.value.status == status
        text = failure(cloud(server.base).claim, ID)
    assert words in text
    assert '(the server says: "No thanks")' in text


def test_an_expired_token_is_known_under_400_too() -> None:
    answer = {"error": "invalid_token", "error_description": "The access token has expired"}
    with serving(says(400, answer)) as server:
        assert "wrong or has expired; run `particle login`" in failure(cloud(server.base).who)


def test_the_remedy_is_that_of_the_tokens_origin() -> None:
    with serving(says(401, {})) as server:
        token = Token(Secret(TOKEN), "PARTICLE_ACCESS_TOKEN", "set it anew")
        text = failure(Cloud(server.base, token).claim_code)
    assert "login from PARTICLE_ACCESS_TOKEN" in text
    assert text.endswith("set it anew")


@pytest.mark.parametrize("answer", [{}, {"ok": False}, {"ok": 1}, {"errors": ["later"]}])
def test_a_claim_that_is_not_confirmed_is_none(answer: object) -> None:
    with serving(says(200, answer)) as server:
        assert "did not confirm" in failure(cloud(server.base).claim, ID)


@pytest.mark.parametrize(
    "error",
    [
        {"error": "Denied"},
        {"info": "Denied"},
        {"errors": ["Denied"]},
        {"errors": [{"error": "Denied"}]},
        {"error_description": " De\x1bnied\n\u202e" + "word " * 1000},
    ],
)
def test_server_text_is_inert_short_and_on_one_line(error: dict[str, object]) -> None:
    with serving(says(500, error)) as server:
        text = failure(cloud(server.base).who)
    assert re.search(r'says: "De(\\x1b)?nied', text)
    assert text.isprintable()
    assert len(text) < 400


@pytest.mark.parametrize(
    "error",
    ['{"errors": []}', '{"errors": [[]]}', '{"errors": {}}', '{"error": 1}', '{"info": " "}'],
)
def test_an_error_without_text_is_told_all_the_same(error: str) -> None:
    with serving(lambda handler: handler.reply(500, error.encode())) as server:
        assert "HTTP 500" in failure(cloud(server.base).who)


@pytest.mark.parametrize("token", [TOKEN, "sh0rt-one", "a.b~c+d/e=="])
def test_a_server_that_echoes_the_token_does_not_get_it_on_the_screen(token: str) -> None:
    raw = token.encode()
    forms = (
        token,
        token.upper(),
        " ".join(token),
        "\x00".join(token),
        raw.hex(),
        raw.hex(":"),
        base64.b64encode(raw).decode(),
        base64.urlsafe_b64encode(raw).decode(),
    )
    for form in forms:
        answer = {"info": f"try https://api/v1/devices?access_token={form} once more"}
        with serving(says(403, answer)) as server:
            text = failure(cloud(server.base, token=token).claim, ID, token=token)
        assert "once more" not in text
        assert form not in text
        with serving(says(200, {"username": form, "id": ID, "name": form})) as server:
            clean(cloud(server.base, token=token).who(), token)
            clean(repr(cloud(server.base, token=token).device(ID)), token)


def test_other_long_secrets_in_server_text_are_masked() -> None:
    with serving(says(500, {"info": f"claim code {CODE} is taken"})) as server:
        assert 'says: "claim code •••• is taken"' in failure(cloud(server.base).claim_code)


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"<html>log in</html>",
        b"[1]",
        b"null",
        b"{",
        b"\xff\xfe\xff",
        b"[" * 200_000,
        b'{"ok":' * 100_000,
        b"9" * 100_000,
    ],
)
def test_garbage_is_not_taken_for_an_answer(body: bytes) -> None:
    with serving(lambda handler: handler.reply(200, body)) as server:
        assert "is no JSON object" in failure(cloud(server.base).claim, ID)
    with serving(lambda handler: handler.reply(502, body)) as server:
        assert "HTTP 502" in failure(cloud(server.base).claim, ID)


def test_a_login_page_does_not_say_whose_device_it_is() -> None:
    with serving(lambda handler: handler.reply(403, b"<html>blocked</html>")) as server:
        assert "does not let this login" in failure(cloud(server.base).device, ID)


def endless(handler: Handler) -> None:
    handler.send_response(200)
    handler.end_headers()
    while not handler.server.done.is_set():
        handler.wfile.write(b" " * 65536)


def test_an_endless_body_is_left_at_the_limit() -> None:
    tracemalloc.start()
    with serving(endless) as server:
        assert "larger than 1 MiB" in failure(cloud(server.base).claim, ID)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert peak < 16 << 20


@pytest.mark.parametrize("status", [200, 500])
@pytest.mark.parametrize("encoding", ["gzip", "deflate", "gzip, gzip", "br"])
def test_a_gzip_bomb_is_never_unpacked(encoding: str, status: int) -> None:
    bomb = gzip.compress(b" " * (32 << 20))
    assert len(bomb) < 1 << 20
    tracemalloc.start()
    with serving(lambda handler: handler.reply(status, bomb, Content_Encoding=encoding)) as server:
        text = failure(cloud(server.base).claim, ID)
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert ("is compressed" in text) == (status == 200)
    assert peak < 8 << 20
    assert server.requests[0].headers["accept-encoding"] == "identity"


def test_a_reset_in_the_middle_of_a_body() -> None:
    def answer(handler: Handler) -> None:
        handler.reply(200, b'{"ok": tr', promised=12)
        handler.reset()

    with serving(answer) as server:
        assert "broke before the answer was whole" in failure(cloud(server.base).claim, ID)
    assert len(server.requests) == 1


def short(handler: Handler) -> None:
    handler.reply(200, b'{"ok": true}', promised=13)


def not_http(handler: Handler) -> None:
    handler.wfile.write(b"SSH-2.0-OpenSSH\r\n\r\n")


def nothing(handler: Handler) -> None:
    handler.reset()


def bad_chunk(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n")


def huge_head(handler: Handler) -> None:
    handler.wfile.write(b"HTTP/1.1 200 OK\r\n" + b"X-Y: z\r\n" * 50_000)


@pytest.mark.parametrize("answer", [short, not_http, nothing, bad_chunk, huge_head])
def test_an_answer_that_is_no_whole_http(answer: Answer) -> None:
    with serving(answer) as server:
        text = failure(cloud(server.base).claim, ID)
    assert text.endswith("try again")


def stall(handler: Handler) -> None:
    handler.server.done.wait(20)


def stall_in_body(handler: Handler) -> None:
    handler.reply(200, b'{"ok"', promised=100)
    handler.wfile.flush()
    stall(handler)


def drip(handler: Handler) -> None:
    handler.send_response(200)
    handler.end_headers()
    while not handler.server.done.wait(0.02):
        handler.wfile.write(b" ")


@pytest.mark.parametrize("answer", [stall, stall_in_body, drip])
def test_a_slow_answer_is_given_up(answer: Answer) -> None:
    with serving(answer) as server:
        text = failure(cloud(server.base, timeout=0.2).claim, ID)
    assert "within 0.2 seconds" in text


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_not_followed(status: int) -> None:
    with serving(says(200, {"ok": True})) as other:
        place = f"{other.base}/v1/devices?token=x"
        with serving(lambda handler: handler.reply(status, b"", Location=place)) as server:
            text = failure(cloud(server.base).claim, ID)
    assert other.requests == []
    assert "redirect" in text
    assert "PARTICLE_API_URL" in text


def test_nobody_listens() -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        text = failure(cloud(f"http://127.0.0.1:{port}").who)
    assert text.startswith(f"127.0.0.1:{port} refuses connections")


@pytest.mark.parametrize("host", ["nowhere.invalid", "a..b", "x" * 64 + ".invalid", "-"])
def test_a_name_that_does_not_exist(host: str) -> None:
    text = failure(cloud(f"https://{host}", timeout=5).who)
    assert "was not found" in text or "cannot be reached" in text or "did not answer" in text


def test_a_server_without_tls() -> None:
    with serving(says(200, {})) as server:
        text = failure(cloud(f"https://127.0.0.1:{server.port}").who)
    assert "does not speak TLS" in text


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(datetime.now(UTC) - timedelta(days=1))
        .not_valid_after(datetime.now(UTC) + timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), False
        )
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + made.public_bytes(serialization.Encoding.PEM)
    )
    return path


def over_tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def test_a_certificate_that_is_not_trusted(certificate: Path) -> None:
    with serving(says(200, {"username": "me"}), over_tls(certificate)) as server:
        text = failure(cloud(f"https://127.0.0.1:{server.port}").who)
    assert "is not trusted" in text
    assert "clock" in text
    assert "SSL_CERT_FILE" in text
    assert server.requests == []


def test_the_remedy_for_an_own_certificate_works(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with serving(says(200, {"username": "me"}), over_tls(certificate)) as server:
        assert cloud(f"https://127.0.0.1:{server.port}").who() == "me"


def test_a_proxy_gets_no_token_in_clear(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(says(200, {"username": "wrong"})) as proxy:
        monkeypatch.setenv("HTTP_PROXY", proxy.base)
        monkeypatch.setenv("ALL_PROXY", proxy.base)
        with serving(says(200, {"username": "right"})) as server:
            assert cloud(server.base).who() == "right"
    assert proxy.requests == []


def test_a_proxy_that_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    with serving(lambda handler: handler.reply(407, b"")) as proxy:
        monkeypatch.setenv("HTTPS_PROXY", f"http://me:pa55w0rd@127.0.0.1:{proxy.port}")
        text = failure(cloud("https://api.particle.invalid").who)
    assert "the proxy on the way to api.particle.invalid refused" in text
    assert "pa55w0rd" not in text
    assert [request.method for request in proxy.requests] == ["CONNECT"]
    clean(str(proxy.requests))


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("HTTPS_PROXY", "nonsense://me:pa55w0rd@host"),
        ("HTTPS_PROXY", "http://me:pa55w0rd@host:port"),
        ("SSL_CERT_FILE", "/nonexistent/pa55w0rd.pem"),
    ],
)
def test_settings_of_the_environment_that_cannot_be_used(
    name: str, value: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(name, value)
    text = failure(cloud("https://api.particle.invalid").who)
    assert name in text
    assert "pa55w0rd" not in text


def test_no_secret_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with serving(says(200, {"claim_code": CODE, "ok": True})) as server:
        cloud(server.base).claim_code()
        cloud(server.base).claim(ID)
    assert "/v1/device_claims" in caplog.text  # httpx does log here
    clean(caplog.text)
    assert CODE not in caplog.text


def test_nothing_that_is_kept_shows_the_token() -> None:
    token = Token(Secret(TOKEN), "particle-cli")
    account = Cloud("https://api.particle.io", token)
    clean(f"{token!r}{token}{account!r}{vars(account)}")


@pytest.mark.parametrize("answer", [says(401, {}), says(200, {}), short, endless])
def test_a_traceback_with_its_variables_does_not_show_the_token(answer: Answer) -> None:
    with serving(answer) as server, pytest.raises(CloudError) as caught:
        cloud(server.base).claim(ID)
    frames = [frame for frame, _ in traceback.walk_tb(caught.tb)]
    assert len(frames) > 1
    for frame in frames:
        clean(repr(frame.f_locals))


def test_a_token_never_leaves_in_clear() -> None:
    text = failure(Cloud, "http://api.particle.io", Token(Secret(TOKEN), "particle-cli"))
    assert "in clear" in text


def test_the_room_is_light_until_the_first_call() -> None:
    code = "import sys, diag.cloud; sys.exit('httpx' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0
