"""Play a session: what passed, line by line, and the diagnosis at every moment."""

import math
from collections.abc import Callable, Iterator
from typing import Final

from diag.recording import RecordingError, pace
from diag.stream import Fact
from diag.tasks.intake import InputError, Source
from diag.tasks.steps import Changed, Follower, Shown
from diag.tasks.timing import timed

_IDLE_CAP: Final = 3.0
"""Recorded seconds of silence that are waited at most."""


def replay(
    source: Source,
    *,
    speed: float = math.inf,
    start: str | None = None,
    facts: list[Fact] | None = None,
    wait: Callable[[float], None] | None = None,
) -> Iterator[Shown | Changed]:
    """Yield the lines of a session and each diagnosis that differs from the one before.

    Args:
        source: an opened input.
        speed: times the recorded speed; infinite does not wait.
        start: label of the mark to begin at; what is before it comes without waiting.
        facts: told beside the recording, from its beginning.
        wait: waits a number of seconds; no waiting without it.

    Raises:
        InputError: the recording is damaged, or has no such mark.
    """
    follower = Follower(facts or [])
    try:
        # A plain log has no times of its own, but its device has.
        items = source.items if source.kind == "recording" else timed(source.items)
        for delay, item in pace(items, speed=speed, start=start, idle_cap=_IDLE_CAP):
            if delay and wait is not None:
                wait(delay)
            yield from follower.feed(item)
    except RecordingError as error:
        raise InputError(f"{source.name}: {error}") from error
    yield from follower.finish()
