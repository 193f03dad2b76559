"""Device OS releases: order, traits, and what their stock builds print."""

import re
from functools import cache
from typing import Final

from errorcodes._store import build, load
from errorcodes.model.releases import Defect, Release, Visibility

_VERSION: Final = re.compile(
    r"v?(\d{1,3})\.(\d{1,3})(?:\.(\d{1,3}|x))?(?:-(alpha|beta|rc)\.?(\d{1,3}|x)?)?", re.ASCII
)
_STAGES: Final = {"alpha": 0, "beta": 1, "rc": 2, None: 3}

VersionKey = tuple[int, int, int, int, int]
"""Sorts releases: major, minor, patch, stage (alpha, beta, rc, final), stage number."""


def version_key(text: str) -> VersionKey | None:
    """Return the sort key of a release name such as `1.5.2` or `0.8.0-rc.3`.

    `x` stands for "some release of that line" and sorts as the first of it.
    None when the text is no release name.
    """
    match = _VERSION.fullmatch(text.strip())
    if match is None:
        return None
    major, minor, patch, stage, number = match.groups()
    return (
        int(major),
        int(minor),
        0 if patch in (None, "x") else int(patch),
        _STAGES[stage],
        0 if number in (None, "x") else int(number),
    )


@cache
def releases() -> tuple[Release, ...]:
    """Every release of the table, oldest first."""
    found = (build(Release, entry) for entry in load("releases")["releases"]["release"])
    return tuple(sorted(found, key=lambda r: version_key(r.version) or (0, 0, 0, 0, 0)))


@cache
def defects() -> tuple[Defect, ...]:
    """Faults and traits that a range of releases has."""
    return tuple(build(Defect, entry) for entry in load("releases")["releases"]["defect"])


@cache
def visibilities() -> tuple[Visibility, ...]:
    """What stock builds print, by range of releases."""
    return tuple(build(Visibility, entry) for entry in load("releases")["releases"]["visibility"])


def has_defect(defect: Defect, version: str) -> bool | None:
    """Whether a release has a defect; None when the text names no release."""
    key = version_key(version)
    return None if key is None else _within(key, defect.since, defect.fixed)


def visibility(version: str) -> Visibility | None:
    """What a stock build of this release prints; None when not known."""
    key = version_key(version)
    if key is None:
        return None
    return next((v for v in visibilities() if _within(key, v.since, v.before)), None)


def _within(key: VersionKey, since: str, before: str) -> bool:
    first = version_key(since) if since else None
    end = version_key(before) if before else None
    return (first is None or key >= first) and (end is None or key < end)
