"""Reads the tables: one compiled file a room where there is one, else the TOML.

The TOML files are the source. They are compiled to JSON when the package is
built, since parsing TOML at every start would be felt. A compiled file beside
newer TOML (an editable checkout) is not used.
"""

import json
import os
from typing import Any, Final, TypeVar

_HERE: Final = os.path.dirname(os.path.abspath(__file__))
_COMPILED: Final = "_compiled.json"

_Record = TypeVar("_Record")

Tables = dict[str, dict[str, Any]]
"""Parsed tables of a room, by file name without its ending."""


def load(room: str) -> Tables:
    """Return the tables of one room, such as `codes`."""
    folder = os.path.join(_HERE, room)
    sources = _sources(folder)
    try:
        with open(os.path.join(folder, _COMPILED), "rb") as file:
            compiled = json.loads(file.read())
    except FileNotFoundError:
        return _parse(sources)
    if sources and compiled["fingerprint"] != _fingerprint(sources):
        return _parse(sources)
    return compiled["tables"]


def build(kind: type[_Record], entry: dict[str, Any], **changes: Any) -> _Record:
    """Make a record of a table entry; lists become tuples, unknown keys are errors."""
    fields = {key: tuple(v) if isinstance(v, list) else v for key, v in entry.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return kind(**{**fields, **changes})


def compile_rooms() -> list[str]:
    """Write the compiled file of every room that has TOML; return the files written."""
    written: list[str] = []
    for room in sorted(os.listdir(_HERE)):
        folder = os.path.join(_HERE, room)
        sources = _sources(folder) if os.path.isdir(folder) else []
        if sources:
            content = {"fingerprint": _fingerprint(sources), "tables": _parse(sources)}
            target = os.path.join(folder, _COMPILED)
            with open(target, "w", encoding="utf-8") as file:
                json.dump(content, file, ensure_ascii=False, separators=(",", ":"))
            written.append(target)
    return written


def _sources(folder: str) -> list[str]:
    names = sorted(name for name in os.listdir(folder) if name.endswith(".toml"))
    return [os.path.join(folder, name) for name in names]


def _parse(sources: list[str]) -> Tables:
    import tomllib  # a checkout needs it; an installed package, which is to start fast, does not

    tables: Tables = {}
    for source in sources:
        with open(source, "rb") as file:
            tables[os.path.basename(source).removesuffix(".toml")] = tomllib.load(file)
    return tables


def _fingerprint(sources: list[str]) -> list[list[str | int]]:
    found: list[list[str | int]] = []
    for source in sources:
        status = os.stat(source)
        found.append([os.path.basename(source), status.st_size, status.st_mtime_ns])
    return found
