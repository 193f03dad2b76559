"""Questions whose answers tell causes apart."""

from functools import cache

from errorcodes._store import build, load
from errorcodes.model.questions import Answer, Question


@cache
def questions() -> dict[str, Question]:
    """Every question by id."""
    return {
        entry["id"]: build(
            Question, entry, answers=tuple(build(Answer, answer) for answer in entry["answers"])
        )
        for table in load("questions").values()
        for entry in table["question"]
    }
