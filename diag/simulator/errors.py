"""What the simulator raises."""


class NotSupported(Exception):  # noqa: N818 - an answer of the device, not a fault
    """The device answers a USB request with a stall or with "not supported"."""


class ScenarioError(ValueError):
    """A scenario's data is wrong, or no scenario has that name."""
