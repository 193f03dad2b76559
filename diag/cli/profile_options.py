"""The options by which a user states a network; a profile file holds the same entries."""

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

import click

from diag.cli.exits import Exit, Failure
from diag.credentials.entries import FILES, KEYS, read_entries
from diag.credentials.errors import ProfileError
from diag.credentials.loading import build_profile
from diag.credentials.profile import Profile
from diag.stream.secrets import Secret
from diag.tasks.secret_sources import SecretSources

_Command = Callable[..., Any]
_INSTEAD: Final = {
    "outer_identity": ("outer_identity_from",),
    "pkcs12": ("client_certificate", "private_key"),
    "client_certificate": ("pkcs12",),
    "private_key": ("pkcs12",),
}
"""Entries of a file that an option takes the place of."""


def profile_options(command: _Command) -> _Command:
    """Add the entries of a profile as options."""
    options = (
        click.option("--ssid", metavar="NAME", help="Name of the network."),
        click.option(
            "--security",
            metavar="KIND",
            help="wpa2-enterprise (default), wpa-enterprise, wpa2, wpa, wep or open.",
        ),
        click.option("--cipher", metavar="KIND", help="aes (default), tkip, aes+tkip or ask."),
        click.option("--eap", metavar="METHOD", help="peap (default) or tls."),
        click.option("--username", metavar="NAME", help="Of PEAP: the inner identity."),
        click.option(
            "--outer-identity", metavar="NAME", help='"" leaves it blank: "anonymous" is sent.'
        ),
        click.option(
            "--password-from",
            metavar="SOURCE",
            help="prompt (default), env:NAME, keyring:SERVICE/USER or fd:N. "
            "A password is never an argument.",
        ),
        click.option("--client-certificate", metavar="FILE", help="Of EAP-TLS."),
        click.option("--private-key", metavar="FILE", help="Of EAP-TLS."),
        click.option("--private-key-password-from", metavar="SOURCE", help="As --password-from."),
        click.option("--pkcs12", metavar="FILE", help="Certificate and key of EAP-TLS in one."),
        click.option("--root-ca", metavar="FILE", help="CA of the server's certificate."),
    )
    for option in reversed(options):
        command = option(command)
    return command


def stated_profile(path: str | None, options: dict[str, Any]) -> Profile:
    """Return the profile of a file and options; options prevail, the rest is asked for.

    Raises:
        Failure: something is missing and cannot be asked for, or cannot be used.
    """
    name = path or "the options"
    try:
        entries = read_entries(Path(path)) if path is not None else {}
        given = {key: str(options[key]) for key in KEYS if options.get(key) is not None}
        for key in given:
            for other in _INSTEAD.get(key, ()):
                entries.pop(other, None)
        entries |= given
        if path is None:
            _ask_for_missing(entries)
        folder = Path(path).parent if path is not None else Path()
        # A file named by an option is relative to where the command runs.
        for key in FILES:
            if key in given:
                entries[key] = str(Path(given[key]).absolute())
        return build_profile(entries, name, folder, SecretSources(prompt_secret())).profile
    except ProfileError as error:
        raise Failure(str(error)) from None


def prompt_secret() -> Callable[[str], Secret] | None:
    """What asks for a secret on this terminal; None without one."""
    if not sys.stdin.isatty():
        return None

    def ask(label: str) -> Secret:
        typed = click.prompt(label[:1].upper() + label[1:], hide_input=True, err=True)
        return Secret(str(typed))

    return ask


def _ask_for_missing(entries: dict[str, str]) -> None:
    wanted = ["ssid"]
    security = entries.get("security", "wpa2-enterprise")
    enterprise = security.endswith("enterprise")
    tls = entries.get("eap", "peap").lower() == "tls"
    if enterprise and not tls:
        wanted.append("username")
    missing = [key for key in wanted if not entries.get(key)]
    if missing and not sys.stdin.isatty():
        options = ", ".join(f"--{key.replace('_', '-')}" for key in missing)
        raise Failure(f"name a profile file, or give {options}", Exit.USAGE)
    for key in missing:
        label = {"ssid": "Name of the network (SSID)", "username": "Username"}[key]
        entries[key] = str(click.prompt(label, err=True))
    if enterprise and not tls and "outer_identity" not in entries and sys.stdin.isatty():
        entries["outer_identity"] = str(
            click.prompt(
                'Outer identity (blank sends "anonymous"; NPS wants the username)',
                default="",
                show_default=False,
                err=True,
            )
        )
