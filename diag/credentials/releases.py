"""Order of Device OS releases, as far as checks depend on it."""

import re
from typing import Final

_RELEASE: Final = re.compile(
    r"v?(\d{1,3})\.(\d{1,3})(?:\.(\d{1,3}))?(?:-(alpha|beta|rc)\.?(\d{1,3})?)?", re.ASCII
)
_STAGES: Final = {"alpha": 0, "beta": 1, "rc": 2, None: 3}

Key = tuple[int, int, int, int, int]


def release_key(text: str) -> Key:
    """Return the sort key of a release such as `1.5.2` or `0.8.0-rc.3`.

    Raises:
        ValueError: the text names no release.
    """
    match = _RELEASE.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no Device OS release; it looks like 1.5.2 or 0.8.0-rc.3")
    major, minor, patch, stage, number = match.groups()
    return (int(major), int(minor), int(patch or 0), _STAGES[stage], int(number or 0))


def within(release: str, since: str = "", before: str = "") -> bool:
    """Whether a release is `since` or later and earlier than `before`; blank has no bound."""
    key = release_key(release)
    return (not since or key >= release_key(since)) and (not before or key < release_key(before))
