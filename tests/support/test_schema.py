"""The schema of the JSON: precise, and in step with the code."""

import copy
import json
import typing
from collections.abc import Iterator
from enum import StrEnum
from pathlib import Path
from typing import Any

import jsonschema
import pytest
from click.testing import CliRunner

from diag.cli.main import cli
from diag.diagnosis import STAGES, StageState, Verdict
from diag.join import Outcome, Supplicant
from errorcodes.model.confidence import CONFIDENCES
from errorcodes.model.fixes import Fix
from tests.corpus import SCHEMA, Json, diagnosed, logs, schema

TABLE: Json = json.loads(SCHEMA.read_text("utf-8"))
DEFS: Json = TABLE["$defs"]


def sample() -> Json:
    """A diagnosis with something in every list."""
    entry = next(e for e in logs() if e.name == "nps-blank-outer-152")
    result, _ = diagnosed(entry.name, entry.path, entry.args)
    for key, value in result.items():
        assert value or key in ("lookalikes",), key
    return copy.deepcopy(result)


def objects(value: Any, path: str = "$") -> Iterator[tuple[str, Json]]:
    """Every object of a schema that describes one."""
    if isinstance(value, dict):
        if "properties" in value:
            yield path, value
        for key, inner in value.items():
            yield from objects(inner, f"{path}.{key}")
    elif isinstance(value, list):
        for inner in value:
            yield from objects(inner, path)


@pytest.mark.parametrize(("path", "table"), list(objects(TABLE)), ids=lambda v: str(v)[:60])
def test_objects_are_closed_and_described(path: str, table: Json) -> None:
    assert table["additionalProperties"] is False
    assert set(table["required"]) <= set(table["properties"])
    optional = set(table["properties"]) - set(table["required"])
    assert optional == ({"source"} if path == "$.$defs.diagnosis" else set())
    for name, field in table["properties"].items():
        described = "description" in field or DEFS[field["$ref"].split("/")[-1]]["description"]
        assert described, name


@pytest.mark.parametrize(
    ("where", "values"),
    [
        (("diagnosis", "verdict"), Verdict),
        (("attempt", "outcome"), Outcome),
        (("attempt", "supplicant"), Supplicant),
    ],
)
def test_enums_are_those_of_the_code(where: tuple[str, str], values: type[StrEnum]) -> None:
    assert DEFS[where[0]]["properties"][where[1]]["enum"] == [item.value for item in values]


def test_other_enums_are_those_of_the_code() -> None:
    assert DEFS["stage"]["enum"] == list(STAGES)
    assert list(DEFS["diagnosis"]["properties"]["stages"]["properties"]) == list(STAGES)
    assert DEFS["stage_state"]["enum"] == [state.value for state in StageState]
    assert DEFS["confidence"]["enum"] == list(CONFIDENCES)
    hints = typing.get_type_hints(Fix)
    assert DEFS["step"]["properties"]["risk"]["enum"] == list(typing.get_args(hints["risk"]))
    assert DEFS["step"]["properties"]["who"]["enum"] == list(typing.get_args(hints["who"]))


def test_a_diagnosis_is_valid_and_any_missing_or_foreign_key_is_not() -> None:
    good = sample()
    schema().validate(good)
    for key in good:
        bad = {name: value for name, value in good.items() if name != key}
        assert not schema().is_valid(bad), key
    assert not schema().is_valid({**good, "more": 1})
    for listed in ("attempts", "causes", "plan", "questions", "findings", "observations"):
        for key in good[listed][0]:
            bad = copy.deepcopy(good)
            del bad[listed][0][key]
            assert not schema().is_valid(bad), (listed, key)
        bad = copy.deepcopy(good)
        bad[listed][0]["more"] = 1
        assert not schema().is_valid(bad), listed


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("schema", 2),
        ("verdict", "unusable"),
        ("stage", "wifi"),
        ("unknown", 1.5),
        ("attempt_count", -1),
        ("facts", {"x": ["list"]}),
        ("device", {"family": "photon"}),
    ],
)
def test_a_wrong_value_is_refused(key: str, value: object) -> None:
    assert not schema().is_valid({**sample(), key: value})


def run(*args: str) -> tuple[Json, int]:
    result = CliRunner().invoke(cli, ["diagnose", "--format", "json", *args])
    return json.loads(result.stdout), result.exit_code


def test_several_results_and_unusable_ones(tmp_path: Path) -> None:
    good = next(str(e.path) for e in logs() if e.path is not None)
    empty = tmp_path / "empty.log"
    empty.touch()
    both, code = run(good, str(empty))
    schema().validate(both)
    assert code == 1
    assert [item["source"] for item in both["results"]] == [good, str(empty)]
    assert both["results"][1]["verdict"] == "unusable"
    one, code = run(str(empty))
    schema().validate(one)
    assert (one["verdict"], code) == ("unusable", 3)
    with pytest.raises(jsonschema.ValidationError):  # a result among several names its source
        schema().validate({"schema": 1, "results": [sample(), sample()]})
    for key in one:
        assert not schema().is_valid({k: v for k, v in one.items() if k != key})


def test_every_shape_of_a_diagnosis_is_valid(tmp_path: Path) -> None:
    """No log lines at all, another device's log, a joined one."""
    texts = {
        "insufficient": "hello\n",
        "unsupported": "0000001000 [ncp.at] TRACE: > AT\r\n" * 3,
        "no-fault": "0000001000 [hal.wlan] INFO: Joining net\n"
        "0000004000 [hal.wlan] INFO: Bringing WiFi interface up with DHCP\n",
    }
    for verdict, text in texts.items():
        path = tmp_path / "x.log"
        path.write_text(text, "utf-8")
        result, _ = run(str(path))
        schema().validate(result)
        assert result["verdict"] == verdict
