"""The few calls of the Particle API that a claim needs.

The token goes into the `Authorization: Bearer` header and nowhere else: the documentation
says that this always works, and calls the form field of device-facts 11.2 deprecated
(particle-iot/docs src/content/reference/cloud-apis/api.md@0360651, "How to send your access
token"). Nothing is sent twice by itself. An answer is taken as hostile: at most 1 MiB,
never unpacked, in time, and its text made inert.
"""

import json
import re
import time
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, cast

from diag.cloud.login import Token, check_base
from diag.cloud.words import (
    CloudError,
    harmless,
    of_failure,
    of_status,
    server_text,
    without,
)
from diag.stream.secrets import Secret

if TYPE_CHECKING:
    import httpx

_LIMIT: Final = 1 << 20
_DEVICE_ID: Final = re.compile(r"[0-9a-f]{24}")
_CLAIM_CODE: Final = re.compile(r"[!-~]{63}")
"""Length: device-facts 6.1. It is typed into a device, so that a line end must not be in it."""


@dataclass(frozen=True, slots=True)
class CloudDevice:
    """What the cloud tells of a device."""

    mine: bool
    """Whether it belongs to the account of the token."""
    online: bool | None = None
    """Whether it is connected now; None when the cloud does not say."""
    name: str = ""
    """The owner's name for it, inert; empty when it has none."""


class Cloud:
    """One account at one API address."""

    def __init__(self, base: str, token: Token, timeout: float = 20.0) -> None:
        """Take note of address and token; nothing is sent yet.

        Args:
            base: API address, such as `DEFAULT_BASE`.
            token: what authorises the calls.
            timeout: seconds to wait for a connection, for each part of an answer's head, and
                for the whole of its body.

        Raises:
            CloudError: the address cannot be used, or the token would travel in clear.
        """
        self._base = check_base(base)
        self._token = token
        self._timeout = timeout
        self._host = self._base.split("//", 1)[1].split("/", 1)[0]

    def who(self) -> str:
        """Return the account's user name, inert; a return means that the token is valid.

        `GET /v1/user`, as particle-cli checks a token at login (cli:src/lib/api-client.js
        getUser, cli:src/cmd/cloud.js login).

        Raises:
            CloudError: the token is not accepted, or the call failed.
        """
        name = self._success(*self._ask("GET", "/v1/user")).get("username")
        if not isinstance(name, str) or not name:
            raise CloudError(self._unexpected("names no user"))
        return harmless(without(name, self._token.secret), 80)

    def device(self, device_id: str) -> CloudDevice:
        """Return what the cloud tells of a device.

        A device of another account, one of no account and one that the cloud never saw are
        answered alike, with 403 or 404 (see `words`): it is not `mine`.

        Args:
            device_id: 24 hex digits.

        Raises:
            CloudError: the call failed.
        """
        device_id = _checked_id(device_id)
        status, body = self._ask("GET", f"/v1/devices/{device_id}")
        if status in {403, 404} and body is not None:
            return CloudDevice(mine=False)
        found = self._success(status, body)
        if found.get("id") != device_id:
            raise CloudError(self._unexpected("tells of no such device"))
        # `connected` is the older name; current answers have both.
        online = found.get("online", found.get("connected"))
        name = found.get("name")
        return CloudDevice(
            mine=True,
            online=online if isinstance(online, bool) else None,
            name=harmless(without(name, self._token.secret), 80) if isinstance(name, str) else "",
        )

    def claim(self, device_id: str) -> None:
        """Claim a device that is connected to the cloud for the account.

        Never asks for the transfer of somebody else's device.

        Args:
            device_id: 24 hex digits.

        Raises:
            CloudError: it was not claimed, or that is not known.
        """
        device_id = _checked_id(device_id)
        status, body = self._ask("POST", "/v1/devices", {"id": device_id})
        said = self._said(body)
        if status == 403:
            raise CloudError(
                f"the Particle cloud does not let this login claim device {device_id}, most likely "
                "because it belongs to another account; its owner has to release it first "
                f"(`particle device remove {device_id}`, or Unclaim Device in the console){said}",
                status,
            )
        if status == 404:
            raise CloudError(
                f"the Particle cloud sees no device {device_id}: only one that is connected can "
                f"be claimed; wait until its LED breathes cyan and try again{said}",
                status,
            )
        if self._success(status, body).get("ok") is not True:
            raise CloudError(
                f"the Particle cloud did not confirm the claim of device {device_id}; "
                f"look at console.particle.io whether it is yours, else try again{said}",
                status,
            )

    def claim_code(self) -> Secret:
        """Return a new claim code; a device that has it is the account's when it connects.

        Raises:
            CloudError: the call failed, or the code is none that a device takes.
        """
        code = self._success(*self._ask("POST", "/v1/device_claims", {})).get("claim_code")
        if not isinstance(code, str) or not _CLAIM_CODE.fullmatch(code):
            raise CloudError(self._unexpected("has no claim code of 63 characters"))
        return Secret(code)

    def _success(self, status: int, body: dict[str, object] | None) -> dict[str, object]:
        if not 200 <= status < 300:
            raise CloudError(of_status(status) + self._said(body), status)
        if body is None:
            raise CloudError(self._unexpected("is no JSON object"), status)
        return body

    def _ask(
        self, method: str, path: str, form: dict[str, str] | None = None
    ) -> tuple[int, dict[str, object] | None]:
        """Send one request; return status and JSON object, None when there is no object.

        Raises:
            CloudError: no whole answer came, or the token is not accepted.
        """
        import httpx

        status, raw, why = 0, b"", ""
        try:
            with (
                self._client() as client,
                client.stream(method, self._base + path, data=form) as response,
            ):
                status = response.status_code
                raw, why = self._read(response)
        except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
            status, why = 0, of_failure(error, self._host, self._timeout)
        # Raised out here, since what httpx raises has the request with its token on it.
        if why and (status == 0 or 200 <= status < 300):
            raise CloudError(why, status or None)
        body = None if why else _parsed(raw)
        if status == 401 or (status >= 400 and body and body.get("error") == "invalid_token"):
            raise CloudError(
                "the Particle cloud does not accept the login from "
                f"{self._token.origin}: the access token is wrong or has expired; "
                f"{self._token.remedy}{self._said(body)}",
                status,
            )
        return status, body

    def _client(self) -> "httpx.Client":
        import httpx

        try:
            return httpx.Client(
                timeout=self._timeout,
                follow_redirects=False,
                headers={
                    "Accept": "application/json",
                    "Accept-Encoding": "identity",
                    "Authorization": f"Bearer {self._token.secret.reveal()}",
                },
                # A proxy named in the environment would be sent the token in clear.
                trust_env=not self._base.lower().startswith("http:"),
            )
        except (ValueError, OSError, ImportError, httpx.InvalidURL):
            pass
        raise CloudError(
            "the settings for proxy or certificates in the environment cannot be used; "
            "check HTTPS_PROXY, ALL_PROXY and SSL_CERT_FILE"
        )

    def _read(self, response: "httpx.Response") -> tuple[bytes, str]:
        """Return a body, or why it was not read to its end."""
        if response.headers.get("content-encoding", "identity") != "identity":
            return b"", self._unexpected("is compressed though it was not asked to be")
        deadline = time.monotonic() + self._timeout
        body = bytearray()
        for part in response.iter_raw():
            body += part
            if len(body) > _LIMIT:
                return b"", self._unexpected("is larger than 1 MiB")
            if time.monotonic() > deadline:
                return b"", (
                    f"{self._host} did not finish its answer within {self._timeout:g} seconds; "
                    "check this computer's network and try again"
                )
        return bytes(body), ""

    def _said(self, body: dict[str, object] | None) -> str:
        text = server_text(body, self._token.secret) if body else ""
        return f' (the server says: "{text}")' if text else ""

    def _unexpected(self, what: str) -> str:
        return (
            f"the answer of {self._host} {what}, so that it is not the Particle API, or a "
            "proxy or login page on the way; check PARTICLE_API_URL and the network"
        )


def _parsed(raw: bytes) -> dict[str, object] | None:
    try:
        value: object = json.loads(raw)
    except (ValueError, RecursionError):
        return None
    return cast("dict[str, object]", value) if isinstance(value, dict) else None


def _checked_id(device_id: str) -> str:
    lower = device_id.lower()
    if not _DEVICE_ID.fullmatch(lower):
        raise CloudError(
            "a device id has 24 hex digits; read it with `wpa2diag identify` or from the box"
        )
    return lower
