"""Gets the secrets a profile points at: by asking, from the environment, a keyring, a handle."""

import os
from collections.abc import Callable
from typing import Final

from diag.credentials.errors import NotAskedError, ProfileError
from diag.credentials.sources import Source, SourceKind, parse_source
from diag.stream.secrets import Secret

Prompt = Callable[[str], Secret]
"""Asks a person, without showing what is typed; the text says for what."""

_HANDLE_LIMIT: Final = 64 << 10


class SecretSources:
    """Every place a secret can come from; what was given once is not asked for again."""

    def __init__(self, prompt: Prompt | None = None) -> None:
        """Take what asks a person; None where there is nobody."""
        self._prompt = prompt
        self._given: dict[tuple[str, str], Secret] = {}

    def resolve(self, source: str, label: str) -> Secret:
        """Return the secret a profile points at.

        Args:
            source: `prompt`, `env:NAME`, `keyring:SERVICE/USER` or `fd:N`.
            label: what it is, inert.

        Raises:
            ProfileError: it is not there; the text says what to do and shows no value.
            NotAskedError: a person would have to be asked, and there is none.
        """
        parsed = parse_source(source, f"the source of the {label}")
        # A handle is read to its end and closed, so that it gives one secret, whoever asks.
        asked = (source, label if parsed.kind is SourceKind.PROMPT else "")
        if asked not in self._given:
            self._given[asked] = self._get(parsed, label)
        return self._given[asked]

    def _get(self, source: Source, label: str) -> Secret:
        if source.kind is SourceKind.PROMPT:
            if self._prompt is None:
                raise NotAskedError(
                    f"the {label} must be typed and there is no terminal; take it from "
                    "env:NAME, keyring:SERVICE/USER or fd:N"
                )
            return self._prompt(label)
        if source.kind is SourceKind.ENVIRONMENT:
            return _from_environment(source.entry, label)
        if source.kind is SourceKind.KEYRING:
            return _from_keyring(source.entry, source.user, label)
        return _from_handle(int(source.entry), label)


def _from_environment(name: str, label: str) -> Secret:
    value = os.environ.get(name)
    if value is None:
        raise ProfileError(
            f"the {label} is to come from the environment variable {name}, which is not set"
        )
    return Secret(value)


def _from_keyring(service: str, user: str, label: str) -> Secret:
    from diag.stream import inert

    entry = f"{inert(service)}/{inert(user)}"
    try:
        import keyring
        from keyring.errors import KeyringError
    except ImportError:
        raise ProfileError(
            f"the {label} is to come from the keyring, for which wpa2diag[keyring] must be "
            "installed: pip install 'wpa2diag[keyring]'"
        ) from None
    try:
        value = keyring.get_password(service, user)
    except KeyringError as error:
        # Only its kind: a back end may put into words what it was asked for and what it has.
        raise ProfileError(
            f"the keyring entry {entry} cannot be read ({type(error).__name__}); unlock the "
            "keyring, or where there is none use env:NAME or fd:N"
        ) from None
    except Exception as error:
        raise ProfileError(
            f"the keyring failed ({type(error).__name__}); use env:NAME or fd:N instead"
        ) from None
    if value is None:
        raise ProfileError(
            f"the keyring has no entry {entry}; store it with: keyring set SERVICE USER"
        )
    return Secret(value)


def _from_handle(number: int, label: str) -> Secret:
    """The first line of an open file, which is closed."""
    if number in (1, 2):
        raise ProfileError(f"fd:{number} is where output goes; hand the {label} over on fd:3")
    data = b""
    try:
        try:
            while b"\n" not in data and len(data) <= _HANDLE_LIMIT:
                more = os.read(number, _HANDLE_LIMIT)
                if not more:
                    break
                data += more
        finally:
            os.close(number)
    except OSError:
        raise ProfileError(
            f"the {label} is to come from fd:{number}, which is not open for reading; add "
            f"{number}<FILE at the end of the command"
        ) from None
    line = data.partition(b"\n")[0]
    if len(line) > _HANDLE_LIMIT:
        raise ProfileError(f"fd:{number} gives no line of less than 64 KiB, so it is no password")
    try:
        return Secret(line.removesuffix(b"\r").decode("utf-8"))
    except UnicodeDecodeError:
        raise ProfileError(f"what fd:{number} gives is not UTF-8 text") from None
