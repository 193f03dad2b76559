"""Device OS releases: their order, their faults, what they print."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from errorcodes.model.releases import Defect
from errorcodes.releases import (
    defects,
    has_defect,
    releases,
    version_key,
    visibilities,
    visibility,
)

numbers = st.integers(0, 999)
stages = st.sampled_from(["alpha", "beta", "rc"])
finals = st.builds(lambda a, b, c: f"{a}.{b}.{c}", numbers, numbers, numbers)
names = st.one_of(
    finals, st.builds(lambda final, stage, n: f"{final}-{stage}.{n}", finals, stages, numbers)
)


def key(text: str) -> tuple[int, int, int, int, int]:
    found = version_key(text)
    assert found is not None, text
    return found


@given(st.tuples(numbers, numbers, numbers), st.tuples(numbers, numbers, numbers))
def test_order_of_finals_is_that_of_their_numbers(
    one: tuple[int, int, int], other: tuple[int, int, int]
) -> None:
    names = [".".join(map(str, version)) for version in (one, other)]
    assert (key(names[0]) < key(names[1])) == (one < other)


@given(finals, stages, numbers, numbers)
def test_a_candidate_comes_before_its_final_and_after_what_was_before(
    final: str, stage: str, n: int, m: int
) -> None:
    assert key(f"{final}-{stage}.{n}") < key(final)
    assert (key(f"{final}-{stage}.{n}") < key(f"{final}-{stage}.{m}")) == (n < m)
    assert key(f"{final}-alpha.{n}") < key(f"{final}-beta.{m}") < key(f"{final}-rc.{n}")
    major, minor, patch = (int(part) for part in final.split("."))
    if patch:
        assert key(f"{major}.{minor}.{patch - 1}") < key(f"{final}-{stage}.{n}")


@given(names)
def test_a_leading_v_and_spaces_do_not_matter(name: str) -> None:
    assert key(f" v{name} ") == key(name)


@given(st.text(max_size=12))
def test_any_text_has_a_key_or_none(text: str) -> None:
    found = version_key(text)
    assert found is None or len(found) == 5


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "1.",
        "a.b.c",
        "1.2.3.4",
        "1.2.3-gamma.1",
        "1.2.3 final",
        "1234.1.1",
        "\u0661.\u0662.\u0663",
    ],
)
def test_what_is_no_release_has_no_key(text: str) -> None:
    assert version_key(text) is None
    assert visibility(text) is None
    assert has_defect(defects()[0], text) is None


def test_some_release_of_a_line_sorts_as_its_first() -> None:
    assert key("2.x") == key("2.0.x") == key("2.0.0") if version_key("2.x") else True
    assert key("0.8.x") == key("0.8.0")
    assert key("0.8.0-rc.x") == key("0.8.0-rc") < key("0.8.0-rc.1")


def test_releases_are_sorted_and_unique() -> None:
    keys = [key(release.version) for release in releases()]
    assert keys == sorted(keys)
    assert len(set(keys)) == len(keys)
    # Module numbers count up within the whole history of a platform.
    known = [r.module_version for r in releases() if r.module_version]
    assert len(set(known)) == len(known)


@pytest.mark.parametrize("defect", defects(), ids=lambda defect: defect.id)
def test_a_defect_begins_and_ends_at_its_edges(defect: Defect) -> None:
    """The first release is in, the fixed one is out, one step beside each is the other way."""
    order = [release.version for release in releases()]
    keys = [key(version) for version in order]
    if defect.since:
        assert has_defect(defect, defect.since) is True
        before = [v for v, k in zip(order, keys, strict=True) if k < key(defect.since)]
        assert before
        assert has_defect(defect, before[-1]) is False
    else:
        assert has_defect(defect, "0.0.1") is True
    if defect.fixed:
        assert has_defect(defect, defect.fixed) is False
        start = key(defect.since) if defect.since else (0, 0, 0, 0, 0)
        inside = [v for v, k in zip(order, keys, strict=True) if start <= k < key(defect.fixed)]
        assert inside
        assert has_defect(defect, inside[-1]) is True
    else:
        assert has_defect(defect, "99.0.0") is True


def defect(name: str) -> Defect:
    return next(d for d in defects() if d.id == name)


@pytest.mark.parametrize(
    ("name", "version", "has"),
    [
        # 0.7.0 to 1.4.0 derive wrong keys with TLS 1.2, 1.4.1 caps EAP at TLS 1.1
        ("tls12-flaw", "0.6.4", False),
        ("tls12-flaw", "0.7.0", True),
        ("tls12-flaw", "1.4.0", True),
        ("tls12-flaw", "1.4.1-rc.1", True),
        ("tls12-flaw", "1.4.1", False),
        ("tls11-cap", "1.4.0", False),
        ("tls11-cap", "1.4.1", True),
        ("tls11-cap", "3.3.1", True),
        ("no-enterprise", "0.6.4", True),
        ("no-enterprise", "0.7.0", False),
        ("no-sha384", "0.8.0-rc.2", True),
        ("no-sha384", "0.8.0-rc.3", False),
        ("n-only", "1.0.1", True),
        ("n-only", "1.1.0", False),
        ("junk-slots", "1.4.3", True),
        ("junk-slots", "1.4.4", False),
        ("silent-log", "1.5.2", False),
        ("silent-log", "2.3.1", True),
    ],
)
def test_defects_that_matter_most(name: str, version: str, has: bool) -> None:
    assert has_defect(defect(name), version) is has


@pytest.mark.parametrize(
    ("version", "shows"),
    [
        ("0.6.4", {"hal", "system", "comm"}),
        ("0.7.0", {"hal"}),
        ("1.5.2", {"hal"}),
        ("2.0.0-alpha.2", {"hal"}),
        ("2.0.0-alpha.3", {"system", "comm"}),
        ("2.3.1", {"system", "comm"}),
        ("3.3.1", {"system", "comm"}),
    ],
)
def test_what_stock_builds_print(version: str, shows: set[str]) -> None:
    found = visibility(version)
    assert found is not None
    assert set(found.shows) == shows


def test_every_release_has_exactly_one_visibility() -> None:
    for release in releases():
        at = key(release.version)
        fitting = [
            v
            for v in visibilities()
            if (not v.since or key(v.since) <= at) and (not v.before or at < key(v.before))
        ]
        assert fitting == [visibility(release.version)], release.version
