"""What to ask."""

from typing import NamedTuple


class Answer(NamedTuple):
    """One possible answer to a question, and the fact it states."""

    text: str
    fact: str
    value: str
    observation: str
    """The observation this answer brings; empty for "do not know"."""


class Question(NamedTuple):
    """Something to ask the user or to look up, whose answer tells causes apart."""

    id: str
    text: str
    how: str
    minutes: int
    answers: tuple[Answer, ...]
    source: str
    asked_when: tuple[str, ...] = ()
    """Observations of which at least one must hold for the question to make sense."""
    moot_when: tuple[str, ...] = ()
    """Observations that answer the question already, or make its answer worthless."""
