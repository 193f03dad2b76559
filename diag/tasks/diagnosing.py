"""Diagnose inputs, one after the other."""

from collections.abc import Callable, Iterable

from diag.diagnosis import Diagnosis
from diag.session import Session
from diag.stream import Fact
from diag.tasks.intake import Progress, open_source


def diagnose_input(
    path: str | None,
    facts: Iterable[Fact],
    progress: Progress | None = None,
    remark: Callable[[str], None] | None = None,
) -> Diagnosis:
    """Diagnose one input, or the facts alone when there is none.

    Facts told now prevail over recorded ones.

    Raises:
        InputError: the input cannot be used.
    """
    session = Session()
    session.tell(facts)
    if path is not None:
        source = open_source(path, progress)
        for item in source.items:
            session.feed(item)
        if remark is not None:
            for text in source.remarks():
                remark(f"{source.name}: {text}")
    session.close()
    return session.diagnosis()
