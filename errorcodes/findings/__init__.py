"""Symptoms, remarks and warnings that are not causes."""

from functools import cache

from errorcodes._store import build, load
from errorcodes.model.findings import Finding


@cache
def findings() -> dict[str, Finding]:
    """Every finding and warning by id."""
    return {
        id: build(Finding, entry, id=id)
        for table in load("findings").values()
        for id, entry in table.items()
    }
