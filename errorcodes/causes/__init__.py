"""Root causes, and which of them look alike from the device."""

from functools import cache

from errorcodes._store import build, load
from errorcodes.model.causes import Cause, Cure, Lookalike


@cache
def causes() -> dict[str, Cause]:
    """Every root cause by id."""
    return {
        entry["id"]: build(Cause, entry, cures=tuple(build(Cure, cure) for cure in entry["cures"]))
        for table in load("causes").values()
        for entry in table.get("cause", ())
    }


@cache
def lookalikes() -> tuple[Lookalike, ...]:
    """Groups of causes that the device's side alone cannot tell apart."""
    return tuple(
        build(Lookalike, entry)
        for table in load("causes").values()
        for entry in table.get("lookalike", ())
    )
