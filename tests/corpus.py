"""What the tests diagnose: logs written from the facts, published cases, recordings.

An expectation is a table whose keys are those of `KEYS`; `problems` says in words
what of it does not hold.
"""

import json
import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, Final

import jsonschema
from click.testing import CliRunner

from diag.cli.main import cli

ROOT: Final = Path(__file__).parent.parent
LOGS: Final = ROOT / "tests" / "logs"
CASES: Final = ROOT / "tests" / "cases"
RECORDINGS: Final = ROOT / "recordings"
SCHEMA: Final = ROOT / "diag" / "support" / "diagnosis.schema.json"

KEYS: Final = frozenset(
    [
        "verdict",
        "top1",
        "top3_any",
        "not_top1",
        "findings",
        "warnings",
        "stage",
        "attempts",
        "codes",
        "plan_first",
    ]
)
EXITS: Final = {"fault": 1, "no-fault": 0, "insufficient": 4, "unsupported": 4, "unusable": 3}

Json = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """One input with the options given and what should come out."""

    name: str
    path: Path | None
    """None when only codes are told."""
    args: tuple[str, ...]
    expect: Json


def logs() -> list[Entry]:
    """The logs of tests/logs."""
    found: list[Entry] = []
    for path in sorted(LOGS.glob("*.toml")):
        table = tomllib.loads(path.read_text("utf-8"))
        title, why = table.pop("title"), table.pop("why")
        assert title, path
        assert why, path
        log = path.with_suffix(".log") if table.pop("log", True) else None
        found.append(Entry(path.stem, log, tuple(table.pop("args")), table))
    return found


def cases() -> list[Entry]:
    """The published cases of tests/cases; those without lines are told as codes."""
    found: list[Entry] = []
    for path in sorted(CASES.glob("*.json")):
        case = json.loads(path.read_text("utf-8"))
        expect = dict(case["expect"])
        args = tuple(expect.pop("args"))
        found.append(Entry(path.stem, path if case["log"] else None, args, expect))
    return found


def recordings() -> list[Entry]:
    """The shipped recordings; the facts told are in them."""
    return [
        Entry(path.stem, path, (), json.loads(path.with_suffix(".expect.json").read_text("utf-8")))
        for path in sorted(RECORDINGS.glob("*.cast"))
    ]


@cache
def schema() -> jsonschema.Draft202012Validator:
    """The validator of what `diagnose --format json` prints."""
    table = json.loads(SCHEMA.read_text("utf-8"))
    jsonschema.Draft202012Validator.check_schema(table)
    return jsonschema.Draft202012Validator(table)


@cache
def diagnosed(entry_name: str, path: Path | None, args: tuple[str, ...]) -> tuple[Json, int]:
    """What the real command prints for an input, and its exit code."""
    words = ["diagnose", "--format", "json", *args]
    if path is not None:
        words.append(str(path))
    result = CliRunner().invoke(cli, words)
    assert result.stderr == "", entry_name
    return json.loads(result.stdout), result.exit_code


def check(entry: Entry) -> None:
    """Diagnose an input and compare everything that is expected of it."""
    result, code = diagnosed(entry.name, entry.path, entry.args)
    schema().validate(result)
    assert problems(result, entry.expect) == []
    assert code == EXITS[result["verdict"]]


def problems(result: Json, expect: Json) -> list[str]:
    """Say what of an expectation does not hold; an unknown key is a mistake, not a pass."""
    found = [f"unknown key {key}" for key in sorted(expect.keys() - KEYS)]
    if not {"verdict"} <= expect.keys():
        found.append("no verdict is expected")
    ids = [cause["id"] for cause in result["causes"]]
    plan = [step["fix"] for step in result["plan"]]
    codes = [attempt["code"] for attempt in result["attempts"] if attempt["code"] is not None]

    def holds(key: str, good: bool, got: object) -> None:
        if not good:
            found.append(f"{key}: expected {expect[key]}, got {got}")

    for key, wanted in expect.items():
        if key == "verdict":
            holds(key, result[key] in wanted, result[key])
        elif key == "top1":
            holds(key, bool(ids) and ids[0] in wanted, ids[:3])
        elif key == "top3_any":
            holds(key, bool(set(ids[:3]) & set(wanted)), ids[:3])
        elif key == "not_top1":
            holds(key, not ids or ids[0] not in wanted, ids[:1])
        elif key in ("findings", "warnings"):
            got = {item["id"] for item in result[key]}
            holds(key, set(wanted) <= got, sorted(got))
        elif key == "stage":
            holds(key, result[key] == wanted, result[key])
        elif key == "attempts":
            holds(key, result["attempt_count"] == wanted, result["attempt_count"])
        elif key == "codes":
            holds(key, codes == wanted, codes)
        elif key == "plan_first":
            holds(key, bool(plan) and plan[0] in wanted, plan[:2])
    return found
