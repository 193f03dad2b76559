"""The vocabulary of evidence."""

from functools import cache

from errorcodes._store import build, load
from errorcodes.codes import codes
from errorcodes.model.observations import Observation
from errorcodes.releases import defects


@cache
def observations() -> dict[str, Observation]:
    """Every observation by id, those that releases and LED states bring included."""
    table = load("observations")["observations"]
    found = {id: build(Observation, entry, id=id) for id, entry in table.items()}
    for defect in defects():
        with_text = f"Device OS {{release}} has: {defect.title}"
        without_text = f"Device OS {{release}} does not have: {defect.title}"
        for id, text in (
            (f"release-with-{defect.id}", with_text),
            (f"release-without-{defect.id}", without_text),
        ):
            found[id] = Observation(
                id=id,
                text=text,
                group=f"release-{defect.id}",
                confidence=defect.confidence,
                source=defect.source,
            )
    for code in codes():
        if code.led is not None:
            found[f"led-{code.symbol}"] = Observation(
                id=f"led-{code.symbol}",
                text=f"The LED shows {code.symbol.replace('-', ' ')}: {code.meaning}",
                group="led",
                confidence=code.confidence,
                source=code.source,
                fault=code.led.rhythm == "sos",
            )
    return found
