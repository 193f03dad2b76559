"""What the device and the programs around it print, line by line."""

from functools import cache

from errorcodes._store import build, load
from errorcodes.model.messages import Message


@cache
def messages() -> tuple[Message, ...]:
    """Every known line, in the order a device prints them."""
    return tuple(
        build(Message, entry, id=id)
        for _, table in sorted(load("messages").items(), key=lambda item: item[0] != "device")
        for id, entry in table.items()
    )
