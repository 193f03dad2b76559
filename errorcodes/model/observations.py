"""The vocabulary of evidence."""

from typing import NamedTuple

from errorcodes.model.confidence import Confidence


class Observation(NamedTuple):
    """A name that causes may weigh and that the code computes from a session."""

    id: str
    text: str
    """Sentence for the reader; `{name}` stands for a detail the code supplies."""
    group: str
    """Observations of one group exclude one another; empty when independent."""
    confidence: Confidence
    source: str
    codes: tuple[int, ...] = ()
    """Numbers that make it: join results, or of the number space its text names."""
    fault: bool = False
    """Whether it is a fault although no stage is seen to fail in the log."""
