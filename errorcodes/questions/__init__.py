"""Questions whose answers tell causes apart."""

from functools import cache

from errorcodes._store import load
from errorcodes.model import Answer, Question


@cache
def questions() -> dict[str, Question]:
    """Every question by id."""
    return {
        entry["id"]: Question(
            **{
                **entry,
                "answers": tuple(Answer(**answer) for answer in entry["answers"]),
                "asked_when": tuple(entry.get("asked_when", ())),
                "moot_when": tuple(entry.get("moot_when", ())),
            }
        )
        for table in load("questions").values()
        for entry in table["question"]
    }
