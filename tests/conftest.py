"""What tests of several rooms share."""

import hypothesis
import pytest

from tests.running import Command

# Times of a loaded machine are no property of the code.
hypothesis.settings.register_profile(
    "wpa2diag",
    deadline=None,
    suppress_health_check=[
        hypothesis.HealthCheck.too_slow,
        hypothesis.HealthCheck.function_scoped_fixture,
    ],
)
hypothesis.settings.load_profile("wpa2diag")


@pytest.fixture(scope="session")
def command() -> Command:
    """`wpa2diag` in this process."""
    return Command()
