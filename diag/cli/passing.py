"""Shows what passes on the wire while a task is at work."""

import click

from diag.inert import inert
from diag.stream import Item
from diag.tasks.steps import Lines


class Passing:
    """A witness that prints each line, dim, so that the words of the task stand out."""

    def __init__(self, *, wanted: bool = True) -> None:
        """Take whether anything is to be shown."""
        self._lines = Lines()
        self._wanted = wanted

    def __call__(self, item: Item) -> None:
        """Take an item."""
        for shown in self._lines.of(item):
            if self._wanted and shown.kind in ("log", "mark") and shown.text.strip():
                click.secho(f"  | {inert(shown.text)}", dim=True)
