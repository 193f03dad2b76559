"""Result codes of every family, panic codes, LED states, cloud and vitals values.

Numbers of different families collide, so `lookup` answers with every code the
number can be, the likeliest first, unless a context says where it was printed.
"""

import re
from functools import cache
from typing import Any, Final

from errorcodes._store import build, load
from errorcodes.model.codes import Code, Family, Led

_ORDER: Final = ("wwd", "wiced", "supplicant")
"""Families that a bare number is most likely to belong to, since people paste join results."""

_WHD_PREFIX: Final = 0x02000000
_NUMBER: Final = re.compile(r"[-+]?(?:0[xX][0-9a-fA-F]{1,8}|\d{1,10})", re.ASCII)


@cache
def families() -> dict[str, Family]:
    """Every number space by id."""
    return {id: build(Family, entry, id=id) for id, entry in load("codes")["families"].items()}


@cache
def codes() -> tuple[Code, ...]:
    """Every code of every family."""
    return tuple(
        _code(family, entry)
        for family, table in load("codes").items()
        if family != "families"
        for entry in table["code"]
    )


def lookup(number: int, context: str | None = None) -> tuple[Code, ...]:
    """Return the codes a number can be, the likeliest first.

    Args:
        number: as printed; a 32-bit value of the driver's successor
            (`0x2000401`) is reduced to the code it carries.
        context: where it was printed, such as `join`; only families met there.
    """
    number = plain_number(number)
    found = [code for code in codes() if code.number == number]
    if context is not None:
        found = [code for code in found if context in families()[code.family].contexts]
    return tuple(sorted(found, key=_rank))


def plain_number(number: int) -> int:
    """Reduce a 32-bit result of the driver's successor to the code in its low half."""
    if number & 0xFFFF0000 == _WHD_PREFIX:
        return number & 0xFFFF
    return number


def parse_number(text: str) -> int | None:
    """Read a number as people write it: `1007`, `-4`, `0x2000401`; None if it is none."""
    match = _NUMBER.fullmatch(text.strip())
    return int(match.group(), 0 if "x" in text.lower() else 10) if match else None


def by_symbol(symbol: str) -> tuple[Code, ...]:
    """Return the codes with this symbol, with or without its `WWD_` or other prefix."""
    wanted = _fold(symbol)
    exact = tuple(code for code in codes() if _fold(code.symbol) == wanted)
    if exact or len(wanted) < 3:
        return exact
    return tuple(code for code in codes() if _fold(code.symbol).endswith("_" + wanted))


def _code(family: str, entry: dict[str, Any]) -> Code:
    led = entry.get("led")
    return build(
        Code,
        {"number": None, **entry},
        id=f"{family}:{entry['symbol']}",
        family=family,
        led=None if led is None else build(Led, led),
    )


def _rank(code: Code) -> tuple[int, str]:
    place = _ORDER.index(code.family) if code.family in _ORDER else len(_ORDER)
    return (place, code.id)


def _fold(symbol: str) -> str:
    return symbol.strip().lower().replace("-", "_").replace(" ", "_")
