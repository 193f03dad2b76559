"""What can be wrong with a profile, said before a device has it.

Texts and figures of every check stand in `checks.toml`; the functions here only say when
one applies.
"""

from diag.credentials.checks.model import (
    Confidence,
    Context,
    Finding,
    Report,
    Server,
    Severity,
    Via,
)
from diag.credentials.checks.run import check

__all__ = [
    "Confidence",
    "Context",
    "Finding",
    "Report",
    "Server",
    "Severity",
    "Via",
    "check",
]
