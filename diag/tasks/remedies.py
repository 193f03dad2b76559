"""Fixes that the tool can carry out by itself, as changes of the settings.

The keys are ids of errorcodes/fixes; a test compares them with the fixes whose action is
automatic, both ways.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from enum import Enum
from typing import Final

from diag.credentials.profile import Cipher, Eap, Profile, Security
from diag.stream.secrets import MASK, Secret


class Field(Enum):
    """Something only the user can tell."""

    USERNAME = "username"
    PASSWORD = "password"  # noqa: S105 - its name
    REALM = "realm"
    SSID = "ssid"
    ROOT_CA = "root_ca"
    CLIENT_CERTIFICATE = "client_certificate"
    PRIVATE_KEY = "private_key"


Given = Mapping[Field, str | Secret]
"""What the user told."""


@dataclass(frozen=True, slots=True)
class Remedy:
    """How a fix changes the settings."""

    wants: Callable[[Profile], tuple[Field, ...]]
    """What must be asked before."""
    change: Callable[[Profile, Given], Profile]
    fits: Callable[[Profile], bool] = lambda _: True
    """Whether it can be done to these settings at all."""
    always: bool = False
    """Whether writing the same settings again is the fix."""
    radio: bool = False
    """Whether nothing is written: listening mode alone turns the radio off and on."""
    only_to_test: bool = False
    """Whether the settings go back to what they were if it does not help."""


@dataclass(frozen=True, slots=True)
class Change:
    """One setting before and after, fit to be shown."""

    name: str
    before: str
    after: str


def remedies() -> Mapping[str, Remedy]:
    """Return every remedy by the id of its fix."""
    return _REMEDIES


def changes(before: Profile, after: Profile) -> tuple[Change, ...]:
    """Return what differs; secrets only as whether they do."""
    found: list[Change] = []
    for name in ("ssid", "security", "cipher", "eap", "username", "outer_identity"):
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            found.append(Change(name.replace("_", " "), _shown(old), _shown(new)))
    for name in ("password", "private_key", "client_certificate", "root_ca"):
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            found.append(
                Change(
                    name.replace("_", " "),
                    MASK if old else "(none)",
                    f"{MASK} (another)" if new and old else (MASK if new else "(none)"),
                )
            )
    return tuple(found)


def _shown(value: object) -> str:
    if isinstance(value, Enum):
        return value.name.lower().replace("_", "-")
    return str(value) if value else "(blank)"


def _text(given: Given, field: Field, otherwise: str) -> str:
    value = given.get(field, otherwise)
    return value.reveal() if isinstance(value, Secret) else value


def _secret(given: Given, field: Field, otherwise: Secret) -> Secret:
    value = given.get(field, otherwise)
    return value if isinstance(value, Secret) else Secret(value)


def _nothing(_: Profile) -> tuple[Field, ...]:
    return ()


def _is_peap(profile: Profile) -> bool:
    return profile.security.enterprise and profile.eap is Eap.PEAP


def _is_tls(profile: Profile) -> bool:
    return profile.security.enterprise and profile.eap is Eap.TLS


def _enterprise(profile: Profile) -> bool:
    return profile.security.enterprise


def _realm_of(profile: Profile) -> str:
    return profile.username.partition("@")[2] or profile.outer_identity.partition("@")[2]


def _same(profile: Profile, _: Given) -> Profile:
    return profile


def _missing(profile: Profile) -> tuple[Field, ...]:
    """What a device would not store settings without (device-facts 5.3)."""
    wanted: list[tuple[bool, Field]] = []
    if _is_tls(profile):
        wanted.append((not profile.client_certificate, Field.CLIENT_CERTIFICATE))
        wanted.append((not profile.private_key, Field.PRIVATE_KEY))
    elif profile.security is not Security.OPEN:
        wanted.append((_is_peap(profile) and not profile.username, Field.USERNAME))
        wanted.append((not profile.password, Field.PASSWORD))
    return tuple(field for lacks, field in wanted if lacks)


def _completed(profile: Profile, given: Given) -> Profile:
    return replace(
        profile,
        username=_text(given, Field.USERNAME, profile.username),
        password=_secret(given, Field.PASSWORD, profile.password),
        client_certificate=_text(given, Field.CLIENT_CERTIFICATE, profile.client_certificate),
        private_key=_secret(given, Field.PRIVATE_KEY, profile.private_key),
    )


_SETTINGS_AGAIN: Final = Remedy(_missing, _completed, always=True)

_REMEDIES: Final[Mapping[str, Remedy]] = {
    "set-outer-identity-to-username": Remedy(
        lambda p: () if p.username else (Field.USERNAME,),
        lambda p, given: replace(p, outer_identity=_text(given, Field.USERNAME, p.username)),
        fits=_enterprise,
    ),
    "set-outer-identity-with-realm": Remedy(
        lambda p: () if _realm_of(p) else (Field.REALM,),
        lambda p, given: replace(
            p, outer_identity=f"anonymous@{_text(given, Field.REALM, _realm_of(p)).lstrip('@')}"
        ),
        fits=_enterprise,
    ),
    "re-enter-password": Remedy(
        lambda p: (Field.USERNAME, Field.PASSWORD),
        lambda p, given: replace(
            p,
            username=_text(given, Field.USERNAME, p.username),
            password=_secret(given, Field.PASSWORD, p.password),
            outer_identity=_text(given, Field.USERNAME, p.username)
            if p.outer_identity and p.outer_identity == p.username
            else p.outer_identity,
        ),
        fits=_is_peap,
    ),
    "re-enter-passphrase": Remedy(
        lambda p: (Field.PASSWORD,),
        lambda p, given: replace(p, password=_secret(given, Field.PASSWORD, p.password)),
        fits=lambda p: not p.security.enterprise,
    ),
    "set-ssid-exactly": Remedy(
        lambda p: (Field.SSID,),
        lambda p, given: replace(p, ssid=_text(given, Field.SSID, p.ssid)),
    ),
    "set-security-explicitly": Remedy(
        _nothing,
        lambda p, given: replace(p, cipher=Cipher.AES),
        always=True,
    ),
    "install-root-ca": Remedy(
        lambda p: (Field.ROOT_CA,),
        lambda p, given: replace(p, root_ca=_text(given, Field.ROOT_CA, p.root_ca)),
        fits=_enterprise,
    ),
    "remove-root-ca-to-test": Remedy(
        _nothing,
        lambda p, given: replace(p, root_ca=""),
        fits=lambda p: _enterprise(p) and bool(p.root_ca),
        only_to_test=True,
    ),
    "replace-client-certificate": Remedy(
        lambda p: (Field.CLIENT_CERTIFICATE, Field.PRIVATE_KEY),
        lambda p, given: replace(
            p,
            client_certificate=_text(given, Field.CLIENT_CERTIFICATE, p.client_certificate),
            private_key=_secret(given, Field.PRIVATE_KEY, p.private_key),
        ),
        fits=_is_tls,
    ),
    "restart-radio": Remedy(_nothing, _same, always=True, radio=True),
    "store-credentials-again": _SETTINGS_AGAIN,
    "use-serial-setup": _SETTINGS_AGAIN,
}
