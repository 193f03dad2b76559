"""Every log of tests/logs through the real command: what was foretold comes out."""

import pytest

from tests.corpus import Entry, check, diagnosed, logs, problems

ENTRIES = logs()


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda entry: entry.name)
def test_log(entry: Entry) -> None:
    check(entry)


def test_every_log_has_its_expectation_and_the_other_way_round() -> None:
    named = {entry.path for entry in ENTRIES if entry.path is not None}
    folder = ENTRIES[0].path.parent if ENTRIES[0].path else None
    assert folder is not None
    assert named == set(folder.glob("*.log"))
    assert len(ENTRIES) >= 40


def test_a_wrong_expectation_is_noticed() -> None:
    """Each key is really compared: its opposite is a problem."""
    entry = next(e for e in ENTRIES if e.name == "nps-blank-outer-152")
    result, _ = diagnosed(entry.name, entry.path, entry.args)
    lead = result["causes"][0]["id"]
    wrong = {
        "verdict": ["no-fault"],
        "top1": ["mac-filtered"],
        "top3_any": ["cloud-keys"],
        "not_top1": [lead],
        "findings": ["log-silent"],
        "warnings": ["log-silent"],
        "stage": "cloud",
        "attempts": 99,
        "codes": [1],
        "plan_first": ["fix-dhcp"],
        "tpo1": [lead],
    }
    found = problems(result, wrong)
    assert sorted(text.split(":")[0] for text in found) == sorted(
        [*list(wrong)[:-1], "unknown key tpo1"]
    )
    assert problems(result, {}) == ["no verdict is expected"]
