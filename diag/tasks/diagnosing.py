"""Diagnose inputs, one after the other."""

from collections.abc import Iterable

from diag.diagnosis import Diagnosis
from diag.session import Session
from diag.stream import Fact
from diag.tasks.intake import Progress, open_source


def diagnose_input(
    path: str | None, facts: Iterable[Fact], progress: Progress | None = None
) -> Diagnosis:
    """Diagnose one input, or the facts alone when there is none.

    Facts told now prevail over recorded ones.

    Raises:
        InputError: the input cannot be used.
    """
    session = Session()
    session.tell(facts)
    if path is not None:
        for item in open_source(path, progress).items:
            session.feed(item)
    session.close()
    return session.diagnosis()
