"""Acceptance tests run when they are asked for by name, never with the others."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_ignore_collect(config: pytest.Config) -> bool | None:
    asked = (Path(argument.split("::")[0]).resolve() for argument in config.args)
    return None if any(path.is_relative_to(HERE) for path in asked) else True


def pytest_configure(config: pytest.Config) -> None:
    # So that the reason of a skip is printed.
    config.option.reportchars += "s"
