"""What can be done about a cause."""

from functools import cache

from errorcodes._store import build, load
from errorcodes.model.fixes import Fix


@cache
def fixes() -> dict[str, Fix]:
    """Every fix by id."""
    return {
        id: build(Fix, entry, id=id)
        for table in load("fixes").values()
        for id, entry in table.items()
    }
