"""What the tests of secrets share."""

from collections.abc import Generator
from pathlib import Path

import pytest

from tests.secrets.stage import Stage


@pytest.fixture
def stage(tmp_path: Path) -> Generator[Stage]:
    """A user with a home and a terminal."""
    found = Stage(tmp_path)
    yield found
    found.close()
