"""Root causes, and which of them look alike from the device."""

from functools import cache

from errorcodes._store import load
from errorcodes.model import Cause, Cure, Lookalike


@cache
def causes() -> dict[str, Cause]:
    """Every root cause by id."""
    found: dict[str, Cause] = {}
    for table in load("causes").values():
        for entry in table.get("cause", ()):
            found[entry["id"]] = Cause(
                **{
                    "evidence": {},
                    "server_log": {},
                    **entry,
                    "rules_out": tuple(entry.get("rules_out", ())),
                    "requires": tuple(entry.get("requires", ())),
                    "cures": tuple(Cure(**cure) for cure in entry.get("cures", ())),
                }
            )
    return found


@cache
def lookalikes() -> tuple[Lookalike, ...]:
    """Groups of causes that the device's side alone cannot tell apart."""
    return tuple(
        Lookalike(**{**entry, "causes": tuple(entry["causes"])})
        for table in load("causes").values()
        for entry in table.get("lookalike", ())
    )
