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
