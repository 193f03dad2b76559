"""The entries of a profile as its TOML file has them; no secret may be among them."""

import re
import tomllib
from difflib import get_close_matches
from pathlib import Path
from typing import Final

from diag.credentials.errors import ProfileError
from diag.credentials.files import PROFILE_LIMIT, read_file
from diag.stream import inert

KEYS: Final = (
    "ssid",
    "security",
    "cipher",
    "eap",
    "username",
    "outer_identity",
    "outer_identity_from",
    "password_from",
    "client_certificate",
    "private_key",
    "private_key_password_from",
    "pkcs12",
    "root_ca",
)
FILES: Final = ("client_certificate", "private_key", "pkcs12", "root_ca")
"""Entries that name a file, relative to the profile."""

_LINE_LIMIT: Final = 4096
"""Characters of a line; longer ones make the TOML reader slow and are no profile."""
_PASSWORDS: Final = ("password", "passphrase", "passwd", "pass", "psk", "secret", "pwd")
_KEY_PASSWORDS: Final = (
    "private_key_password",
    "private_key_passphrase",
    "key_password",
    "pkcs12_password",
)
_DER_TEXT: Final = re.compile(r"M[A-Za-z0-9+/=]{59,}")
"""How the base64 of a key or certificate begins, and no usual file name does."""
_PATH_LIMIT: Final = 1024
_PLACE: Final = re.compile(r"line (\d+), column (\d+)")


def read_entries(path: Path) -> dict[str, str]:
    """Return the entries of a profile file, all of them known and none of them a secret.

    Raises:
        ProfileError: it cannot be read or is no profile, an entry is unknown or no text, or
            a secret stands in it. No value is shown.
    """
    name = inert(str(path))
    return _entries(_parse(read_file(path, PROFILE_LIMIT, "profile"), name), name)


def _parse(data: bytes, name: str) -> dict[str, object]:
    try:
        text = data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise ProfileError(f"{name} is not UTF-8 text; save it as UTF-8") from None
    for number, line in enumerate(text.splitlines(), 1):
        if len(line) > _LINE_LIMIT:
            raise ProfileError(
                f"{name}: line {number} has more than {_LINE_LIMIT} characters, so it is no profile"
            )
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        # The reader's own words may quote the line, and with it a password.
        place = _PLACE.search(str(error))
        where = f" near line {place[1]}, column {place[2]}" if place else ""
        if "end of document" in str(error):
            where = ": it ends too early, perhaps for want of a closing quote"
    raise ProfileError(f"{name} is no TOML{where}; see an example with: wpa2diag check --example")


def _entries(table: dict[str, object], name: str) -> dict[str, str]:
    """The entries as texts.

    Raises:
        ProfileError: an unknown key, a secret in plain, or a value that is no text.
    """
    for key, value in table.items():
        if key.lower() in _PASSWORDS:
            raise _literal(name, key, "password_from")
        if key.lower() in _KEY_PASSWORDS:
            raise _literal(name, key, "private_key_password_from")
        if key not in KEYS:
            raise _unknown(name, key)
        if not isinstance(value, str):
            raise ProfileError(f'{name}: {key} must be a text in quotes, such as {key} = "…"')
        if key in FILES and _is_material(value):
            raise ProfileError(
                f"{name}: {key} holds the text itself; save it in a file beside the profile, "
                f'readable by you alone, and write its name: {key} = "campus.pem"'
            )
    return {key: value for key, value in table.items() if isinstance(value, str)}


def _is_material(value: str) -> bool:
    """Whether the value is a key or certificate itself rather than the name of its file."""
    armoured = "-----BEGIN" in value or "\n" in value
    return armoured or len(value) > _PATH_LIMIT or bool(_DER_TEXT.fullmatch(value.strip()))


def _literal(name: str, key: str, instead: str) -> ProfileError:
    return ProfileError(
        f"{name} holds a secret under {inert(key)}; take it out and write "
        f'{instead} = "prompt" (or env:NAME, keyring:SERVICE/USER, fd:N)'
    )


def _unknown(name: str, key: str) -> ProfileError:
    near = get_close_matches(key.lower().replace("-", "_"), KEYS, n=1)
    hint = f"did you mean {near[0]}?" if near else f"known are {', '.join(KEYS)}"
    return ProfileError(f"{name}: there is no key {inert(key[:40])!r}; {hint}")
