"""What flows into a session: bytes on the wire, facts beside them, markers.

Everything downstream of this room is sans-I/O; time arrives inside the data.
"""

from diag.inert import inert
from diag.stream.items import (
    GAP_BEGINS,
    GAP_ENDS,
    Chunk,
    Direction,
    Fact,
    FactValue,
    Item,
    Marker,
)

__all__ = [
    "GAP_BEGINS",
    "GAP_ENDS",
    "Chunk",
    "Direction",
    "Fact",
    "FactValue",
    "Item",
    "Marker",
    "inert",
]
