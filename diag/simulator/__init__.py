"""A Photon in software, to try things on without one.

Written from what is known of the device alone: nothing of the code that talks to devices
or judges them is used here, so that neither is tested against itself.
"""

from diag.simulator.credentials import Credentials
from diag.simulator.device import PromptRecord
from diag.simulator.errors import NotSupported, ScenarioError
from diag.simulator.loading import scenario, scenarios
from diag.simulator.photon import Photon
from diag.simulator.scenario import Scenario
from diag.simulator.traits import APPS, RELEASES

__all__ = [
    "APPS",
    "RELEASES",
    "Credentials",
    "NotSupported",
    "Photon",
    "PromptRecord",
    "Scenario",
    "ScenarioError",
    "scenario",
    "scenarios",
]
