"""The checks by id."""

from collections.abc import Callable, Iterator
from typing import Final

from diag.credentials.checks.case import Case, Hit

Rule = Callable[[Case], Iterator[Hit]]

RULES: Final[dict[str, Rule]] = {}
"""Filled as the modules with the checks are imported."""


def rule(id: str) -> Callable[[Rule], Rule]:
    """Register the function that says when the check `id` applies."""

    def register(function: Rule) -> Rule:
        if id in RULES:
            raise ValueError(f"two functions for the check {id}")
        RULES[id] = function
        return function

    return register
