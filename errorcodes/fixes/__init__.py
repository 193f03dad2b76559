"""What can be done about a cause."""

from functools import cache

from errorcodes._store import load
from errorcodes.model import Fix


@cache
def fixes() -> dict[str, Fix]:
    """Every fix by id."""
    return {
        id: Fix(id=id, **{**entry, "steps": tuple(entry["steps"])})
        for table in load("fixes").values()
        for id, entry in table.items()
    }
