"""Weight of evidence: from observations to probabilities.

Scores are decibans (10 = odds of ten to one). Each cause starts at its prior,
each observation adds its weight, and the remainder, "none of these", stays at 0.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from errorcodes.causes import causes
from errorcodes.model.causes import Cause

UNKNOWN: Final = ""
"""Stands for "none of the known causes" among the scores."""
_TEMPER: Final = 0.8
"""Observations overlap (code, timing and stage are one piece of physics), so their sum
claims more than it knows; scores are scaled down by this before they become probabilities."""
_TRIED_CAP: Final = 0.95
"""A fix that did not help may have been done wrongly: never take its chance in full."""


@dataclass(frozen=True, slots=True)
class Weighed:
    """A cause with its probability and what moved it."""

    cause: Cause
    probability: float
    weights: Mapping[str, float]
    """Decibans by observation id, those that hold only."""


def scores(present: Collection[str], tried: Collection[str] = ()) -> dict[str, float]:
    """Return the score in decibans of every possible cause, and of `UNKNOWN`."""
    found = {UNKNOWN: 0.0}
    for cause in causes().values():
        if any(id in present for id in cause.rules_out):
            continue
        if cause.requires and not any(id in present for id in cause.requires):
            continue
        found[cause.id] = (
            cause.prior
            + sum(weight for id, weight in cause.evidence.items() if id in present)
            + _tried_weight(cause, tried)
        )
    return found


def probabilities(by_cause: Mapping[str, float]) -> dict[str, float]:
    """Turn scores into probabilities that add up to one, `UNKNOWN` included."""
    top = max(by_cause.values())
    shares = {id: 10 ** (_TEMPER * (score - top) / 10) for id, score in by_cause.items()}
    total = sum(shares.values())
    return {id: share / total for id, share in shares.items()}


def weigh(present: Collection[str], tried: Collection[str] = ()) -> list[Weighed]:
    """Return the possible causes, the most probable first."""
    chances = probabilities(scores(present, tried))
    ranked = sorted((id for id in chances if id != UNKNOWN), key=lambda id: (-chances[id], id))
    return [
        Weighed(
            causes()[id],
            chances[id],
            {o: w for o, w in causes()[id].evidence.items() if o in present and w},
        )
        for id in ranked
    ]


def entropy(chances: Sequence[float]) -> float:
    """Bits of doubt left in a distribution."""
    return -sum(p * math.log2(p) for p in chances if p > 0)


def _tried_weight(cause: Cause, tried: Collection[str]) -> float:
    weight = 0.0
    for cure in cause.cures:
        if cure.fix in tried:
            weight += 10 * math.log10(1 - min(cure.chance, _TRIED_CAP))
    return weight
