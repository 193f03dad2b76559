"""What to do, in which order: chance of a cure against minutes and risk.

Decision-theoretic troubleshooting: doing first what has the highest chance of a
cure for its cost makes the expected cost of the whole repair smallest.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Final

from diag.diagnosis.weigh import Weighed
from errorcodes.fixes import fixes
from errorcodes.model.fixes import Fix

_RISK_MINUTES: Final = {"none": 0, "low": 1, "medium": 8, "high": 30}
"""What a risk is worth in minutes."""
_TRY_MINUTES: Final = 3
"""Whatever is changed, the next tries have to be watched."""
_ADMINISTRATOR_MINUTES: Final = 10
"""Reaching a network administrator takes at least this long."""
_WORTH_SAYING: Final = 0.03
_SHARE_OF_BEST: Final = 0.12
"""Chance of a cure, absolute and against the best one's, under which a fix is noise."""


AUTOMATIC: Final = frozenset(
    {"set-outer-identity", "set-credentials", "restart-radio", "read-vitals"}
)
"""Actions of errorcodes/fixes that the tool can take by itself."""


@dataclass(frozen=True, slots=True)
class Step:
    """A fix with why it stands where it stands."""

    fix: Fix
    chance: float
    """Chance, 0 to 1, that it cures what is wrong."""
    cures: tuple[str, ...]
    """Titles of the causes it is meant for, the likeliest first."""


def cost_minutes(fix: Fix) -> float:
    """Minutes a fix costs, its risk and the wait for an administrator included."""
    waits = _ADMINISTRATOR_MINUTES if fix.who == "network-administrator" else 0
    return fix.minutes + _TRY_MINUTES + _RISK_MINUTES[fix.risk] + waits


def plan(ranked: Sequence[Weighed], tried: Collection[str] = ()) -> list[Step]:
    """Return the fixes worth trying, best value first; none that was tried already."""
    chance: dict[str, float] = {}
    meant: dict[str, list[tuple[float, str]]] = {}
    for weighed in ranked:
        for cure in weighed.cause.cures:
            share = weighed.probability * cure.chance
            chance[cure.fix] = chance.get(cure.fix, 0.0) + share
            meant.setdefault(cure.fix, []).append((share, weighed.cause.title))
    least = max(_WORTH_SAYING, _SHARE_OF_BEST * max(chance.values(), default=0.0))
    steps = [
        Step(
            fixes()[id],
            chance[id],
            tuple(title for share, title in sorted(meant[id], reverse=True) if share >= 0.01)[:3],
        )
        for id in chance
        if id not in tried and chance[id] >= least
    ]
    return sorted(steps, key=lambda step: (-step.chance / cost_minutes(step.fix), step.fix.id))
