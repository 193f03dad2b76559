"""Checks a profile file before a device gets it."""

from dataclasses import replace
from importlib.resources import files
from pathlib import Path

from diag.credentials.checks import Context, Report, check
from diag.credentials.loading import load_profile
from diag.credentials.sources import SecretSource


def check_profile(path: str, context: Context, secrets: SecretSource | None) -> Report:
    """Read a profile with its files and run every check over it.

    Args:
        path: the TOML file.
        context: what is known beside it.
        secrets: gives passwords; None asks for none, and says what was not looked at.

    Raises:
        ProfileError: the profile or one of its files cannot be used.
    """
    loaded = load_profile(Path(path), secrets, may_skip=True)
    unresolved = context.unresolved | loaded.unresolved
    return Report(tuple(check(loaded.profile, replace(context, unresolved=unresolved))))


def example_profile() -> str:
    """Return a commented profile to start from."""
    return files("diag.credentials").joinpath("example.toml").read_text("utf-8")
