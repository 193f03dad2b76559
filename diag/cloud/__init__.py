"""The Particle cloud's half of claiming a device (device-facts 11.2).

This room knows accounts, not devices: where the user's login is, and the few calls of the
Particle API that a claim needs. httpx is loaded with the first call.
"""

from diag.cloud.client import Cloud, CloudDevice
from diag.cloud.login import DEFAULT_BASE, Token, check_base, find_base, find_token
from diag.cloud.words import CloudError

__all__ = [
    "DEFAULT_BASE",
    "Cloud",
    "CloudDevice",
    "CloudError",
    "Token",
    "check_base",
    "find_base",
    "find_token",
]
