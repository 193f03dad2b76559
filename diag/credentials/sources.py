"""Where a secret of a profile comes from; what gives it is handed in by the front."""

import re
from dataclasses import dataclass
from enum import Enum
from typing import Final, Protocol

from diag.credentials.errors import ProfileError
from diag.stream.secrets import Secret

FORMS: Final = "prompt, env:NAME, keyring:SERVICE/USER or fd:N"

_VARIABLE: Final = re.compile(r"[A-Za-z_][A-Za-z0-9_]{0,127}", re.ASCII)
_HANDLE: Final = re.compile(r"[0-9]{1,4}", re.ASCII)


class SourceKind(Enum):
    """Places a secret can come from."""

    PROMPT = "prompt"
    ENVIRONMENT = "env"
    KEYRING = "keyring"
    HANDLE = "fd"


@dataclass(frozen=True, slots=True)
class Source:
    """A place, and which entry of it."""

    kind: SourceKind
    entry: str = ""
    """Name of the variable; service of the keyring; number of the file descriptor."""
    user: str = ""
    """User of a keyring entry."""


class SecretSource(Protocol):
    """Gives secrets; a front brings its own so that it can ask in its own way."""

    def resolve(self, source: str, label: str) -> Secret:
        """Return the secret a profile points at.

        Args:
            source: as in the profile, such as `env:WIFI_PASSWORD`.
            label: what it is, to ask a person for it; inert.

        Raises:
            ProfileError: it is not there; the text says what to do.
            NotAskedError: a person would have to be asked, and there is none.
        """
        ...


def parse_source(text: str, key: str) -> Source:
    """Return what a `…_from` entry points at.

    Args:
        text: the entry.
        key: its key, for errors.

    Raises:
        ProfileError: it has none of the forms. The entry is not shown: people write the
            password itself there.
    """
    word, colon, entry = text.partition(":")
    try:
        kind = SourceKind(word)
    except ValueError:
        kind = None
    if kind is SourceKind.PROMPT and not colon:
        return Source(kind)
    if kind is SourceKind.ENVIRONMENT and _VARIABLE.fullmatch(entry):
        return Source(kind, entry)
    if kind is SourceKind.HANDLE and _HANDLE.fullmatch(entry):
        return Source(kind, entry)
    if kind is SourceKind.KEYRING:
        service, _, user = entry.rpartition("/")
        if service and user:
            return Source(kind, service, user)
    if word == "file" and colon:
        raise ProfileError(
            f'{key} takes no file; hand it over unseen with {key} = "fd:3" and 3<FILE at the '
            "end of the command"
        )
    raise ProfileError(
        f"{key} must be {FORMS}; what stands there is not shown, as it may be the secret itself"
    )
