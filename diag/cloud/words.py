"""The one error of this room, and what answers and failures of the cloud mean.

Meanings of status codes: Particle documentation, cloud API reference, "Errors"
(particle-iot/docs src/content/reference/cloud-apis/api.md@0360651): 401 the token is not
valid, 403 the token may not use this device, 404 the device is not connected to the cloud,
408 the cloud did not reach the device in time, 429 too many requests, 500 and above a fault
of the cloud. Seen beside it: 403 with "That belongs to someone else" to a claim
(cli:src/cmd/cloud.js claimDevice), 403 with "I didn't recognize that device name or ID" to a
question about a device that is not the account's, and `invalid_token` under 400 as well as
401 (cli:src/lib/auth-handler.js isAuthError).
"""

import base64
import re
import socket
import ssl
from typing import Final, cast

from diag.inert import inert
from diag.stream.secrets import MASK, Secret

_STATUS: Final = {
    400: "the Particle cloud did not understand the request; check the API address and try again",
    403: (
        "the Particle cloud does not let this login do that; "
        "log in with the account that is to own the device (`particle login`)"
    ),
    404: (
        "the API address leads to a server that is not the Particle API or lacks this call; "
        "check PARTICLE_API_URL"
    ),
    408: (
        "the Particle cloud did not reach the device in time; "
        "wait until its LED breathes cyan and try again"
    ),
    429: "the Particle cloud was asked too often; wait a minute and try again",
}
_LONG_RUN: Final = re.compile(r"[A-Za-z0-9+/=_-]{24,}")
"""What a token, or a token in another coding, looks like; words of a message are shorter."""
_NOT_ALNUM: Final = re.compile(r"[\W_]")


class CloudError(Exception):
    """The cloud or the login to it did not work; the text says what, why, and what to do."""

    def __init__(self, message: str, status: int | None = None) -> None:
        """Keep the HTTP `status` when the cloud answered with one."""
        super().__init__(message)
        self.status = status


def of_status(status: int) -> str:
    """Say what an HTTP status other than success means, where the call does not matter."""
    if 300 <= status < 400:
        return (
            "the API address answered with a redirect, which is not followed because it would "
            "hand the access token to another address; check PARTICLE_API_URL"
        )
    if status >= 500:
        return f"the Particle cloud has a fault of its own (HTTP {status}); try again later"
    return _STATUS.get(
        status, f"the Particle cloud refused the request (HTTP {status}); check the API address"
    )


def of_failure(error: Exception, host: str, timeout: float) -> str:
    """Say why no whole answer came.

    Args:
        error: what httpx raised, with what it came from chained to it.
        host: host and port that were to be reached.
        timeout: seconds that were waited.
    """
    import httpx

    if isinstance(error, httpx.TimeoutException):
        return (
            f"{host} did not answer within {timeout:g} seconds; "
            "check this computer's network and try again"
        )
    if isinstance(error, httpx.ProxyError):
        return f"the proxy on the way to {host} refused; check HTTPS_PROXY and its password"
    causes = [error]
    while (cause := causes[-1].__cause__ or causes[-1].__context__) is not None:
        if not isinstance(cause, Exception) or cause in causes:
            break
        causes.append(cause)
    for cause in causes:
        if isinstance(cause, ssl.SSLCertVerificationError):
            return (
                f"the certificate of {host} is not trusted ({inert(cause.verify_message)}); "
                "check this computer's clock, and behind a proxy that opens TLS, set "
                "SSL_CERT_FILE to its CA"
            )
        if isinstance(cause, ssl.SSLError):
            return f"{host} does not speak TLS as it should; check the API address and any proxy"
        if isinstance(cause, socket.gaierror | UnicodeError | httpx.InvalidURL):
            return f"the name {host} was not found; check this computer's network and the address"
        if isinstance(cause, ConnectionRefusedError):
            return f"{host} refuses connections; check the API address and any firewall"
    if isinstance(error, httpx.ConnectError):
        return f"{host} cannot be reached; check this computer's network and try again"
    return f"the connection to {host} broke before the answer was whole; try again"


def server_text(body: dict[str, object], token: Secret) -> str:
    """Return what the cloud says in an error, harmless and short; empty when nothing.

    The fields are those that particle-cli reads (cli:src/lib/api-client.js
    normalizedApiError). The cloud has been seen to put the token it was sent into `info`.
    """
    several = body.get("errors")
    first = cast("list[object]", several)[0] if isinstance(several, list) and several else None
    if isinstance(first, dict):
        first = cast("dict[str, object]", first).get("error")
    for text in (body.get("error_description"), body.get("info"), first, body.get("error")):
        if isinstance(text, str) and text.strip():
            return harmless(_LONG_RUN.sub(MASK, without(text, token)), 160)
    return ""


def without(text: str, token: Secret) -> str:
    """Return a text, or nothing of it when it has the token in it, in hex or base64 too."""
    raw = token.reveal().encode()
    forms = (raw.decode(), raw.hex(), base64.b64encode(raw).decode())
    bare = _NOT_ALNUM.sub("", text).casefold()
    return "" if any(_NOT_ALNUM.sub("", form).casefold() in bare for form in forms) else text


def harmless(text: str, limit: int) -> str:
    """Return a server's text on one line, inert, and of `limit` characters at most."""
    shown = inert(" ".join(text.split()))
    return shown if len(shown) <= limit else f"{shown[: limit - 1]}…"
