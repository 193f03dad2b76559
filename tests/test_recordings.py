"""The recordings shipped with the tool say what they are and lead where they should."""

import re
import shlex
from pathlib import Path

import pytest

from diag.recording import Header, Origin, Reader
from tests.corpus import RECORDINGS, Entry, cases, check, diagnosed, recordings

ENTRIES = recordings()
REAL = [entry for entry in ENTRIES if entry.name.startswith("real-")]


def header(path: Path) -> Header:
    """Read a recording whole; return its header."""
    with path.open("rb") as file:
        reader = Reader(file)
        assert list(reader)
        assert not reader.torn
        return reader.header


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_recording(entry: Entry) -> None:
    check(entry)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_header_says_real_or_simulated(entry: Entry) -> None:
    assert entry.path is not None
    found = header(entry.path)
    assert found.title
    assert found.device
    if entry in REAL:
        assert found.origin is Origin.REAL
        assert re.search(r"https?://\S+", found.source)
    else:
        assert found.origin is Origin.SIMULATED
        assert "not recorded from a device" in found.source


@pytest.mark.parametrize("entry", REAL, ids=lambda entry: entry.name)
def test_recording_of_a_case_gives_the_diagnosis_of_its_log(entry: Entry) -> None:
    """The facts are recorded, so nothing has to be told again."""
    name = entry.name.removeprefix("real-")
    case = next(c for c in cases() if re.sub(r"^\d+-", "", c.name) == name)
    assert entry.path is not None
    assert tuple(shlex.split(str(header(entry.path).extra["arguments"]))) == case.args
    assert diagnosed(entry.name, entry.path, ()) == diagnosed(case.name, case.path, case.args)
    assert entry.expect == {k: v for k, v in case.expect.items() if k in entry.expect}


def test_every_case_with_lines_is_recorded() -> None:
    with_lines = {re.sub(r"^\d+-", "real-", c.name) for c in cases() if c.path is not None}
    assert with_lines == {entry.name for entry in REAL}


def test_nothing_else_lies_about() -> None:
    expected = {f"{entry.name}{end}" for entry in ENTRIES for end in (".cast", ".expect.json")}
    assert {path.name for path in RECORDINGS.iterdir()} == expected
