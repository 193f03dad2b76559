"""Whose account: the access token and the API address, from the environment or particle-cli.

particle-cli keeps one settings file per profile, `~/.particle/PROFILE.config.json`, with the
login as `access_token` and an address other than the usual one as `apiUrl`. The profile is
`name` in `~/.particle/profile.json`, and `particle` where that file or name is missing
(particle-cli settings.js@0273b2f: readProfileData, findOverridesFile, loadOverrides). The
two environment variables are this tool's own; particle-cli reads neither.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from stat import S_ISREG
from typing import Final, cast

from diag.cloud.words import CloudError
from diag.inert import inert
from diag.stream.secrets import Secret

DEFAULT_BASE: Final = "https://api.particle.io"
"""Address of the public Particle cloud (device-facts 11.2)."""

_LIMIT: Final = 64 << 10
"""Bytes read of a settings file; a real one has a few hundred."""
_TOKEN: Final = re.compile(r"[!-~]{1,4096}")
_PROFILE: Final = re.compile(r"(?!\.)[^/\\:\x00-\x1f]{1,64}")
# Narrower than RFC 3986, so that no two parsers can disagree on which host is meant.
_BASE: Final = re.compile(
    r"(?P<scheme>https?)://(?P<host>[a-z0-9.-]+|\[[0-9a-f:]+\])(?::(?P<port>[0-9]{1,5}))?"
    r"(?:/[a-z0-9._~/-]*)?",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Token:
    """An access token, and where it was found."""

    secret: Secret
    origin: str
    """In words, to be read after "the login from"."""
    remedy: str = "run `particle login` and try again"
    """What to do when the cloud no longer accepts it."""
    base: str | None = None
    """API address that the same particle-cli settings name, not yet checked."""


def find_token(environ: Mapping[str, str], home: Path) -> Token | None:
    """Return the user's access token: `PARTICLE_ACCESS_TOKEN`, else particle-cli's login.

    Args:
        environ: the environment variables.
        home: the user's home folder.

    Returns:
        None when there is neither; the user then has to run `particle login`.

    Raises:
        CloudError: a settings file of particle-cli cannot be used, or the token cannot be one.
    """
    text = environ.get("PARTICLE_ACCESS_TOKEN", "").strip()
    if text:
        remedy = "set it to a current one (`particle token create` makes one) and try again"
        return Token(_token(text, "PARTICLE_ACCESS_TOKEN"), "PARTICLE_ACCESS_TOKEN", remedy)
    name = f"{_profile(home)}.config.json"
    shown = f"~/.particle/{inert(name)}"
    settings = _settings(home / ".particle" / name, shown)
    token = settings.get("access_token")
    # Logging out leaves null behind (cli:src/cmd/cloud.js doLogout).
    if token is None or token == "":
        return None
    base = settings.get("apiUrl")
    return Token(
        _token(token, shown),
        f"particle-cli ({shown})",
        base=base if isinstance(base, str) and base else None,
    )


def find_base(given: str | None, environ: Mapping[str, str], token: Token | None) -> str:
    """Return the API address: as given, `PARTICLE_API_URL`, that of the login, or the usual one.

    Raises:
        CloudError: the address is none, or a token would travel to it in clear.
    """
    found = (
        (given, "the API address"),
        (environ.get("PARTICLE_API_URL", "").strip(), "PARTICLE_API_URL"),
        (token.base if token else None, "apiUrl in the settings of particle-cli"),
    )
    return next((check_base(text, where) for text, where in found if text), DEFAULT_BASE)


def check_base(base: str, where: str = "the API address") -> str:
    """Return an API address without a slash at its end.

    Plain http is taken for this computer only, because the token would travel in clear.

    Args:
        base: such as `https://api.particle.io`; user, query and fragment are refused.
        where: what the address comes from, for the error.

    Raises:
        CloudError: it cannot be used, and why.
    """
    match = _BASE.fullmatch(base)
    if match is None or int(match["port"] or 0) > 0xFFFF:
        # Not shown, since the refused part may be a password.
        raise CloudError(
            f"{where} is not an address such as {DEFAULT_BASE}; give scheme, host and port only"
        )
    if match["scheme"].lower() == "http" and not _is_loopback(match["host"]):
        raise CloudError(
            f"{where} begins with http://, which would send the access token in clear over the "
            "network; use https:// (http:// is taken for this computer only)"
        )
    return base.rstrip("/")


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


def _token(value: object, where: str) -> Secret:
    if not isinstance(value, str) or not _TOKEN.fullmatch(value):
        raise CloudError(
            f"the access token in {where} has characters or a length that no token has; "
            "run `particle login`, or copy the token again"
        )
    return Secret(value)


def _profile(home: Path) -> str:
    shown = "~/.particle/profile.json"
    name = _settings(home / ".particle" / "profile.json", shown).get("name")
    if name is None or name == "":
        return "particle"
    if not isinstance(name, str) or not _PROFILE.fullmatch(name):
        raise CloudError(
            f"{shown} names no usable particle-cli profile; choose one with "
            "`particle config PROFILE`, or set PARTICLE_ACCESS_TOKEN"
        )
    return name


def _settings(path: Path, shown: str) -> dict[str, object]:
    """Return the JSON object in a file, empty when there is no such file."""
    value: object = None
    why = ""
    try:
        # Opening a pipe that somebody put there would wait for ever.
        if S_ISREG(path.stat().st_mode):
            with path.open("rb") as file:
                data = file.read(_LIMIT + 1)
            value = None if len(data) > _LIMIT else json.loads(data.decode("utf-8-sig"))
            why = "it is far too large" if len(data) > _LIMIT else ""
        else:
            why = "it is not a file"
    except (FileNotFoundError, NotADirectoryError):
        return {}
    except OSError as error:
        why = error.strerror or "it does not open"
    except (ValueError, RecursionError):
        why = "it is damaged"
    if value is not None and not isinstance(value, dict):
        why = "it is damaged"
    # Raised out here so that no excerpt of the file hangs on the error.
    if why:
        raise CloudError(
            f"the login of particle-cli in {shown} cannot be read: {why}; "
            "run `particle login` to write it anew, or set PARTICLE_ACCESS_TOKEN"
        )
    return cast("dict[str, object]", value or {})
