"""Plays a dialogue over a link. All waiting happens here."""

from collections.abc import Callable
from typing import Final

from diag.device.dialogue.console import Console
from diag.device.dialogue.steps import (
    Answer,
    Await,
    Dialogue,
    Know,
    Match,
    Send,
    Settle,
    Step,
    T,
    Type,
)
from diag.device.link import Link
from diag.stream.secrets import Secret

_PAUSE: Final = 0.4
"""Seconds without output after which a text that was broken into pieces is looked for."""
_PATIENCE: Final = 3.0
"""Seconds after which it is looked for although output goes on."""
_POLL: Final = 0.1


def drive(dialogue: Dialogue[T], link: Link, know: Callable[[Secret], None] | None = None) -> T:
    """Play a dialogue to its end and return its result.

    Args:
        dialogue: the steps.
        link: to the device.
        know: told of every secret before it is typed.

    Raises:
        Gone: the device went away.
        DeviceError: the device takes no bytes.
    """
    console = Console()
    answer: Answer = None
    try:
        while True:
            answer = _do(dialogue.send(answer), console, link, know)
    except StopIteration as end:
        return end.value


def _do(step: Step, console: Console, link: Link, know: Callable[[Secret], None] | None) -> Answer:
    match step:
        case Know(secret):
            if know is not None:
                know(secret)
            return None
        case Send(data):
            link.write(data)
            return None
        case Settle(seconds):
            _wait(lambda _: None, console, link, seconds)
            console.clear()
            return None
        case Type(data, seconds, strictly):
            console.clear()
            link.write(data)
            found = _wait(
                lambda _: (
                    console.echoed(data) or (not strictly and console.echoed_somehow(data)) or None
                ),
                console,
                link,
                seconds,
            )
            # What was typed may itself look like a prompt.
            console.clear()
            return found is True
        case Await(texts, seconds):
            return _wait(
                lambda idle: console.find(texts) or (console.find_damaged(texts) if idle else None),
                console,
                link,
                seconds,
            ) or console.find_quoted(texts)
        case Match(pattern, seconds):
            return _wait(lambda _: console.find_match(pattern), console, link, seconds)


def _wait(look: Callable[[bool], Answer], console: Console, link: Link, seconds: float) -> Answer:
    """Read until `look` finds something; it is told whether nothing better is to be hoped for."""
    begun = last = link.now()
    while True:
        now = link.now()
        found = look(now - last >= _PAUSE or now - begun >= _PATIENCE)
        if found:
            return found
        left = begun + seconds - link.now()
        if left <= 0:
            return None
        data = link.read(min(left, _POLL))
        if data:
            console.feed(data)
            last = link.now()
