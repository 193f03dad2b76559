"""What flows into a session: bytes on the wire, facts beside them, markers.

Everything downstream of this room is sans-I/O; time arrives inside the data.
"""

from diag.inert import inert
from diag.stream.items import Chunk, Direction, Fact, FactValue, Item, Marker

__all__ = ["Chunk", "Direction", "Fact", "FactValue", "Item", "Marker", "inert"]
