"""Scenarios as data: TOML files, checked field by field."""

import tomllib
from collections.abc import Mapping
from dataclasses import fields
from functools import cache
from importlib.resources import files
from typing import Final, TypeVar, cast

from diag.simulator.certificates import certificate_file
from diag.simulator.credentials import Credentials
from diag.simulator.errors import ScenarioError
from diag.simulator.scenario import (
    CURES,
    AccessPoint,
    Account,
    Board,
    Internet,
    Link,
    Scenario,
    Server,
    Verdict,
)
from diag.simulator.traits import RELEASES

_DATA: Final = "diag.simulator"
_CHECKED: Final = (bool, int, str, tuple, bytes)
_T = TypeVar("_T")


@cache
def scenarios() -> tuple[str, ...]:
    """Return the names of all scenarios, sorted."""
    folder = files(_DATA) / "scenarios"
    return tuple(
        sorted(
            entry.name.removesuffix(".toml")
            for entry in folder.iterdir()
            if entry.name.endswith(".toml")
        )
    )


@cache
def scenario(name: str) -> Scenario:
    """Return a scenario by its name.

    Raises:
        ScenarioError: if there is none of that name, or its data is wrong.
    """
    if name not in scenarios():
        raise ScenarioError(f"no scenario {name!r}; choose one of {', '.join(scenarios())}")
    text = (files(_DATA) / "scenarios" / f"{name}.toml").read_text(encoding="utf-8")
    return load(name, text)


def load(name: str, text: str) -> Scenario:
    """Read a scenario from TOML.

    Raises:
        ScenarioError: if the text is no TOML, or has a field that is unknown, missing or
            of the wrong type.
    """
    try:
        data = tomllib.loads(text)
    except tomllib.TOMLDecodeError as error:
        raise ScenarioError(f"{name}: {error}") from error
    where = f"scenario {name}"
    server = _table(data, "server", where)
    server |= {
        "accounts": tuple(
            _make(Account, row, f"{where}, account") for row in _rows(server, "accounts", where)
        ),
    }
    if "chain" in server:
        server["chain"] = tuple(
            _make(Link, row, f"{where}, chain") for row in _rows(server, "chain", where)
        )
    user = _table(data, "user", where)
    made = _make(
        Scenario,
        {
            "name": name,
            **{
                key: value
                for key, value in data.items()
                if key not in {"server", "internet", "board", "access_point", "user"}
            },
            "access_points": tuple(
                _make(AccessPoint, row, f"{where}, access point")
                for row in _rows(data, "access_point", where)
            ),
            "server": _make(Server, server, f"{where}, server"),
            "internet": _make(Internet, _table(data, "internet", where), f"{where}, internet"),
            "board": _make(Board, _table(data, "board", where), f"{where}, board"),
            "stored": tuple(
                _credentials(row, f"{where}, stored") for row in _rows(data, "stored", where)
            ),
            "user": _credentials(user, f"{where}, user") if user else None,
            "by_release": tuple(
                _make(Verdict, row, f"{where}, by release")
                for row in _rows(data, "by_release", where)
            ),
        },
        where,
    )
    _check(made, where)
    return made


def _check(made: Scenario, where: str) -> None:
    for verdict in (made, *made.by_release):
        if verdict.cure not in CURES:
            raise ScenarioError(f"{where}: unknown cure {verdict.cure!r}")
    for verdict in made.by_release:
        for release in (verdict.since, verdict.below):
            if release and release not in RELEASES:
                raise ScenarioError(f"{where}: unknown release {release!r}")
    choices = (
        ("outer", made.server.outer, ("any", "account", "realm")),
        ("unrouted", made.server.unrouted, ("silent", "reject")),
        ("certificate_key", made.server.certificate_key, ("rsa", "ec")),
        ("dhcp", made.internet.dhcp, ("ok", "empty")),
        *(("band", point.band, ("2.4", "5")) for point in made.access_points),
        *(("mac_filter", point.mac_filter, ("off", "refuse", "ignore"))
          for point in made.access_points),
        *(("security", point.security, range(6)) for point in made.access_points),
    )  # fmt: skip
    for key, value, allowed in choices:
        if value not in allowed:
            raise ScenarioError(f"{where}: {key} is {value!r}, not one of {tuple(allowed)}")
    for entry in (*made.stored, *((made.user,) if made.user else ())):
        if entry.eap not in {None, "peap", "tls"}:
            raise ScenarioError(f"{where}: eap is {entry.eap!r}, not peap or tls")
    certificate_file(made.server.root)
    certificate_file(made.server.client_root)


def _table(data: Mapping[str, object], key: str, where: str) -> dict[str, object]:
    value = data.get(key, {})
    if not isinstance(value, dict):
        raise ScenarioError(f"{where}: {key} is not a table")
    return dict(cast("dict[str, object]", value))


def _rows(data: Mapping[str, object], key: str, where: str) -> list[dict[str, object]]:
    value = data.get(key, [])
    if not isinstance(value, list):
        raise ScenarioError(f"{where}: {key} is not a list")
    return [_table({key: row}, key, where) for row in cast("list[object]", value)]


_CREDENTIAL_FILES: Final = ("client_certificate", "private_key", "root_ca")


def _credentials(row: dict[str, object], where: str) -> Credentials:
    made: dict[str, object] = {}
    for key, value in row.items():
        if key in _CREDENTIAL_FILES:
            made[key] = certificate_file(str(value))
        elif isinstance(value, str) and key != "eap":
            made[key] = value.encode()
        else:
            made[key] = value
    return _make(Credentials, made, where)


def _make(kind: type[_T], data: Mapping[str, object], where: str) -> _T:
    """Build a dataclass from TOML, checking names and, by its defaults, types."""
    known = {one.name: one for one in fields(kind)}  # pyright: ignore[reportArgumentType]
    made: dict[str, object] = {}
    for key, value in data.items():
        if key not in known:
            raise ScenarioError(f"{where}: unknown field {key!r}")
        made[key] = tuple(cast("list[object]", value)) if isinstance(value, list) else value
        expected = type(cast("object", known[key].default))
        if expected in _CHECKED and type(made[key]) is not expected:
            raise ScenarioError(f"{where}: {key} is {value!r}, not a {expected.__name__}")
    try:
        return kind(**made)
    except TypeError as error:
        raise ScenarioError(f"{where}: {error}") from error
