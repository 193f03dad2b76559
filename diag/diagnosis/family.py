"""Which kind of device and program a log comes from."""

from typing import Final

from diag.diagnosis.case import Case, Family
from diag.log import Kind

PHOTON: Final = "photon"
UNKNOWN: Final = "unknown"

_ONLY_PHOTON: Final = (
    Kind.JOIN_FAILED,
    Kind.INTERFACE_UP,
    Kind.JOINING,
    Kind.HEAP_AT_JOIN,
    Kind.HEAP_BEFORE_SUPPLICANT,
    Kind.SUPPLICANT_STARTING,
    Kind.EAP_CONFIG_VALID,
    Kind.EAP_SET_BEGIN,
    Kind.EAP_CLEARED,
    Kind.WIFI_ON,
    Kind.CONSOLE_OUT_OF_MEMORY,
)
"""What only a Photon or P1 prints."""
_SHARED: Final = (
    Kind.WATCHDOG_ARMED,
    Kind.ADDRESS_OBTAINED,
    Kind.BRING_UP_FAILED,
    Kind.CONSOLE_SAVED,
    Kind.CONSOLE_REFUSED,
    Kind.CLOUD_CONNECTING,
    Kind.CLOUD_HANDSHAKE_FAILED,
    Kind.CLOUD_ERROR,
    Kind.INTERNET_TEST_FAILED,
    Kind.CLOUD_NOT_REACHABLE,
    Kind.VITALS,
    Kind.CREDENTIALS_SAVED,
)
"""What a Photon prints, and its relatives too: enough when nothing else speaks."""


def family(case: Case) -> Family:
    """Name the family; a Photon's own lines outweigh stray signs of others."""
    marks = case.history.marks
    own = [marks[kind].first_line for kind in _ONLY_PHOTON if kind in marks]
    if own:
        return Family(PHOTON, (min(own),))
    if case.history.families:
        name, mark = max(case.history.families.items(), key=lambda item: item[1].count)
        return Family(name, (mark.first_line,))
    shared = [marks[kind].first_line for kind in _SHARED if kind in marks]
    if shared:
        return Family(PHOTON, (min(shared),))
    return Family(UNKNOWN, ())
