"""Reads the tables: one compiled file a room where there is one, else the TOML.

The TOML files are the source. They are compiled to JSON when the package is
built, since parsing TOML at every start would be felt. A compiled file beside
newer TOML (an editable checkout) is not used.
"""

import json
import tomllib
from pathlib import Path
from typing import Any, Final, TypeVar

_HERE: Final = Path(__file__).parent
_COMPILED: Final = "_compiled.json"

_Record = TypeVar("_Record")

Tables = dict[str, dict[str, Any]]
"""Parsed tables of a room, by file name without its ending."""


def load(room: str) -> Tables:
    """Return the tables of one room, such as `codes`."""
    folder = _HERE / room
    sources = sorted(folder.glob("*.toml"))
    try:
        compiled = json.loads((folder / _COMPILED).read_bytes())
    except FileNotFoundError:
        return _parse(sources)
    if sources and compiled["fingerprint"] != _fingerprint(sources):
        return _parse(sources)
    return compiled["tables"]


def build(kind: type[_Record], entry: dict[str, Any], **changes: Any) -> _Record:
    """Make a record of a table entry; lists become tuples, unknown keys are errors."""
    fields = {key: tuple(v) if isinstance(v, list) else v for key, v in entry.items()}  # pyright: ignore[reportUnknownVariableType, reportUnknownArgumentType]
    return kind(**{**fields, **changes})


def compile_rooms() -> list[Path]:
    """Write the compiled file of every room that has TOML; return the files written."""
    written: list[Path] = []
    for folder in sorted({source.parent for source in _HERE.glob("*/*.toml")}):
        sources = sorted(folder.glob("*.toml"))
        content = {"fingerprint": _fingerprint(sources), "tables": _parse(sources)}
        target = folder / _COMPILED
        target.write_text(json.dumps(content, ensure_ascii=False, separators=(",", ":")), "utf-8")
        written.append(target)
    return written


def _parse(sources: list[Path]) -> Tables:
    return {source.stem: tomllib.loads(source.read_text("utf-8")) for source in sources}


def _fingerprint(sources: list[Path]) -> list[list[str | int]]:
    return [[s.name, s.stat().st_size, s.stat().st_mtime_ns] for s in sources]
