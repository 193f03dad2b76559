"""The published cases: case files given as they are, bare numbers as options."""

import re
from pathlib import Path

import pytest

from tests.corpus import CASES, Entry, cases, check

ENTRIES = cases()


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_case(entry: Entry) -> None:
    check(entry)


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_what_is_given_is_enough_to_diagnose(entry: Entry) -> None:
    """A case without lines is told by its codes, one with lines is not."""
    assert (entry.path is None) == ("--code" in entry.args)
    assert set(entry.expect) & {"top1", "top3_any", "not_top1", "findings"} or entry.expect[
        "verdict"
    ] != ["fault"]


@pytest.mark.parametrize("path", sorted(CASES.glob("*.json")), ids=lambda path: path.stem)
def test_case_names_its_public_source(path: Path) -> None:
    assert re.search(r'"source_url": "https?://[^"\s]+"', path.read_text("utf-8"))
