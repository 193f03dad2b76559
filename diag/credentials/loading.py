"""Makes a profile of its entries and of the files they name."""

from dataclasses import dataclass, field
from enum import Enum
from pathlib import Path
from typing import Final, TypeVar

from diag.credentials.entries import read_entries
from diag.credentials.errors import NotAskedError, ProfileError
from diag.credentials.files import MATERIAL_LIMIT, read_file
from diag.credentials.intake import Material, take_in
from diag.credentials.profile import Cipher, Eap, Noticed, Profile, Security
from diag.credentials.sources import SecretSource, parse_source
from diag.stream import inert
from diag.stream.secrets import Secret

__all__ = ["Loaded", "build_profile", "load_profile", "read_entries"]

_SECURITIES: Final = {
    "open": Security.OPEN,
    "wep": Security.WEP,
    "wpa": Security.WPA,
    "wpa2": Security.WPA2,
    "wpa-enterprise": Security.WPA_ENTERPRISE,
    "wpa2-enterprise": Security.WPA2_ENTERPRISE,
}
_CIPHERS: Final = {
    "aes": Cipher.AES,
    "tkip": Cipher.TKIP,
    "aes+tkip": Cipher.AES_TKIP,
    "ask": None,
}
_EAPS: Final = {"peap": Eap.PEAP, "tls": Eap.TLS}

_Value = TypeVar("_Value", bound=Enum | None)


@dataclass(frozen=True, slots=True)
class Loaded:
    """A profile as read from a file."""

    profile: Profile
    unresolved: frozenset[str] = frozenset()
    """Fields left blank or encrypted because their secret was not asked for."""


def load_profile(path: Path, secrets: SecretSource | None, *, may_skip: bool = False) -> Loaded:
    """Read a profile and the files it names, which are relative to it.

    Args:
        path: the TOML file.
        secrets: gives passwords; None asks for none.
        may_skip: whether a secret that cannot be asked for is left out, rather than an error.

    Raises:
        ProfileError: the profile or one of its files cannot be used.
        NotAskedError: a secret is needed, cannot be asked for, and `may_skip` is not set.
    """
    entries = read_entries(path)
    return build_profile(entries, str(path), path.parent, secrets, may_skip=may_skip)


def build_profile(
    entries: dict[str, str],
    name: str,
    folder: Path,
    secrets: SecretSource | None,
    *,
    may_skip: bool = False,
) -> Loaded:
    """Make a profile of its entries, as `read_entries` gives them or a user states them.

    Args:
        entries: texts by key, see `entries.KEYS`.
        name: where they are from, for errors.
        folder: what file names are relative to.
        secrets: gives passwords; None asks for none.
        may_skip: whether a secret that cannot be asked for is left out, rather than an error.

    Raises:
        ProfileError: an entry has no such value, or a file it names cannot be used.
        NotAskedError: a secret is needed, cannot be asked for, and `may_skip` is not set.
    """
    return _Builder(inert(name), folder, entries, secrets, may_skip).build()


@dataclass(slots=True)
class _Builder:
    """Makes a profile of entries, noting which of them were of use."""

    name: str
    folder: Path
    entries: dict[str, str]
    secrets: SecretSource | None
    may_skip: bool
    used: set[str] = field(default_factory=lambda: {"ssid", "security", "cipher"})
    noticed: list[Noticed] = field(default_factory=list[Noticed])
    unresolved: set[str] = field(default_factory=set[str])

    def build(self) -> Loaded:
        if "ssid" not in self.entries:
            raise ProfileError(f'{self.name} names no network; add a line such as ssid = "campus"')
        for key in ("password_from", "private_key_password_from"):
            if key in self.entries:
                parse_source(self.entries[key], f"{self.name}: {key}")
        security = self.choice("security", _SECURITIES, Security.WPA2_ENTERPRISE)
        cipher = self.choice("cipher", _CIPHERS, Cipher.AES)
        eap = self.choice("eap", _EAPS, Eap.PEAP) if security.enterprise else None
        username = outer = certificate = root = ""
        password = key = Secret("")
        if security.enterprise:
            self.used.add("eap")
            outer = self.outer()
            root = self.root()
            if eap is Eap.PEAP:
                self.used.add("username")
                username = self.entries.get("username", "")
            else:
                certificate, key = self.client()
        if eap is not Eap.TLS and security is not Security.OPEN:
            password = self.password()
        for unused in self.entries:
            if unused not in self.used:
                self.noticed.append(Noticed("unused-entry", unused))
        profile = Profile(
            ssid=self.entries["ssid"],
            security=security,
            cipher=cipher,
            eap=eap,
            username=username,
            password=password,
            outer_identity=outer,
            client_certificate=certificate,
            private_key=key,
            root_ca=root,
            noticed=tuple(self.noticed),
        )
        return Loaded(profile, frozenset(self.unresolved))

    def choice(self, key: str, values: dict[str, _Value], default: _Value) -> _Value:
        """The value of an entry that has few."""
        text = self.entries.get(key)
        if text is None:
            return default
        word = text.strip().lower()
        if word in values:
            return values[word]
        why = ""
        if key == "security" and "wpa3" in word:
            why = "; a Photon knows no WPA3"
        elif key == "eap":
            why = "; a Photon has no other EAP method"
        raise ProfileError(
            f"{self.name}: {key} must be one of {', '.join(values)}, not {inert(text[:40])!r}{why}"
        )

    def outer(self) -> str:
        self.used |= {"outer_identity", "outer_identity_from"}
        if "outer_identity_from" not in self.entries:
            return self.entries.get("outer_identity", "")
        if "outer_identity" in self.entries:
            raise ProfileError(
                f"{self.name}: outer_identity and outer_identity_from exclude each other; "
                "keep one of them"
            )
        if self.entries["outer_identity_from"] != "username":
            raise ProfileError(f'{self.name}: outer_identity_from must be "username"')
        self.used.add("username")
        if not self.entries.get("username"):
            raise ProfileError(
                f"{self.name}: outer_identity_from wants a username, and there is none; add "
                "username, which also serves when EAP-TLS has no other use for it"
            )
        return self.entries["username"]

    def password(self) -> Secret:
        self.used.add("password_from")
        source = self.entries.get("password_from", "prompt")
        whose = self.entries.get("username") if "username" in self.used else None
        label = f"password of {whose or 'the network'} on {self.entries['ssid']}"
        found = self.resolve(source, label)
        if found is None:
            self.unresolved.add("password")
        return found or Secret("")

    def resolve(self, source: str, label: str) -> Secret | None:
        """A secret; None when it may be and is left out."""
        if self.secrets is None:
            if self.may_skip:
                return None
            raise NotAskedError(
                f"{self.name}: the {inert(label)} is needed and cannot be asked for"
            )
        try:
            return self.secrets.resolve(source, inert(label))
        except NotAskedError:
            if self.may_skip:
                return None
            raise

    def root(self) -> str:
        self.used.add("root_ca")
        if "root_ca" not in self.entries:
            return ""
        material = self.take_in("root_ca")
        if not material.certificates:
            raise self.without("root_ca", "certificate")
        self.remark("root_ca", material)
        if material.key is not None:
            self.noticed.append(Noticed("key-in-certificate-file", "root_ca"))
        return "".join(material.certificates)

    def client(self) -> tuple[str, Secret]:
        """Certificate and key of EAP-TLS, from two files, from one with both, or PKCS#12."""
        self.used |= {"pkcs12", "client_certificate", "private_key", "private_key_password_from"}
        if "pkcs12" in self.entries:
            return self.pkcs12()
        certificate, key = "", Secret("")
        if "client_certificate" in self.entries:
            material = self.take_in("client_certificate")
            if not material.certificates:
                raise self.without("client_certificate", "certificate")
            self.remark("client_certificate", material)
            certificate = "".join(material.certificates)
            if material.key is not None and "private_key" not in self.entries:
                key = self.key(material, material.key)
            elif material.key is not None and not self.same_file():
                self.noticed.append(Noticed("key-in-certificate-file", "client_certificate"))
        if "private_key" in self.entries:
            material = self.take_in("private_key")
            if material.key is None:
                raise self.without("private_key", "private key")
            self.remark("private_key", material)
            key = self.key(material, material.key)
        return certificate, key

    def pkcs12(self) -> tuple[str, Secret]:
        for other in ("client_certificate", "private_key"):
            if other in self.entries:
                raise ProfileError(
                    f"{self.name}: pkcs12 and {other} exclude each other; keep one of them"
                )
        try:
            material = self.take_in("pkcs12")
        except NotAskedError:
            if not self.may_skip:
                raise
            self.unresolved |= {"client_certificate", "private_key"}
            return "", Secret("")
        if material.key is None:
            raise self.without("pkcs12", "private key")
        if not material.certificates:
            raise self.without("pkcs12", "certificate")
        more = len(material.certificates) - 1
        if more and material.form == "PKCS#12":
            # The device sends the first alone (device-facts 5.5); the rest is only a burden.
            self.noticed.append(Noticed("pkcs12-rest-left-out", "pkcs12", str(more)))
            return material.certificates[0], self.key(material, material.key)
        return "".join(material.certificates), self.key(material, material.key)

    def key(self, material: Material, key: Secret) -> Secret:
        """The key, noting when it stays encrypted for want of a password that is stated."""
        if material.key_encrypted and "private_key_password_from" in self.entries:
            self.unresolved.add("private_key")
        return key

    def same_file(self) -> bool:
        """Whether certificate and key are named as one file, which is a way to keep them."""
        paths = [self.path(self.entries[key]) for key in ("client_certificate", "private_key")]
        try:
            return paths[0].samefile(paths[1])
        except OSError:
            return False

    def path(self, text: str) -> Path:
        try:
            return self.folder / Path(text).expanduser()
        except RuntimeError:  # a home nobody knows
            return self.folder / text

    def take_in(self, key: str) -> Material:
        path = self.path(self.entries[key])
        try:
            data = read_file(path, MATERIAL_LIMIT, "certificate or key file")
            return take_in(data, inert(str(path)), lambda: self.file_password(key))
        except ProfileError as error:
            raise type(error)(f"{self.name}: {key}: {error}") from None

    def file_password(self, key: str) -> Secret | None:
        """The password of an encrypted file: as the profile says, else by asking."""
        stated = "private_key_password_from" in self.entries
        source = self.entries.get("private_key_password_from", "prompt")
        label = f"password of the file {self.entries[key]}"
        if self.secrets is None:
            return None
        try:
            return self.secrets.resolve(source, inert(label))
        except NotAskedError:
            if stated and not self.may_skip:
                raise
            return None

    def without(self, key: str, what: str) -> ProfileError:
        file = inert(self.entries[key])
        return ProfileError(f"{self.name}: {key}: {file} holds no {what}; name the file with it")

    def remark(self, key: str, material: Material) -> None:
        if material.repaired:
            self.noticed.append(Noticed("pem-repaired", key))
        elif material.form != "PEM":
            self.noticed.append(Noticed("converted", key, material.form))
