"""JSON as a recording may hold it: no repeated keys, no NaN, no endless numbers.

What other players could read in two ways is refused, and so is what would make the
standard decoder raise something else than ValueError or spend time without bound.
"""

import json
import math
from typing import Final

MAX_DIGITS: Final = 20
"""Enough for a 64-bit integer with its sign."""


def parse(line: bytes | str) -> object:
    """Return the value that `line` holds; ValueError with a short reason if it holds none."""
    try:
        text = line if isinstance(line, str) else line.decode("utf-8")
        return _DECODER.decode(text)
    except UnicodeDecodeError:
        raise ValueError("not UTF-8 text") from None
    except json.JSONDecodeError as error:
        raise ValueError(f"{error.msg} at column {error.colno}") from None
    except RecursionError:
        raise ValueError("brackets nested too deep") from None


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise ValueError("a key stands twice in one object")
    return found


def _refuse(constant: str) -> object:
    raise ValueError(f"{constant} is not a number")


def _integer(digits: str) -> int:
    if len(digits) > MAX_DIGITS:
        raise ValueError("a number of too many digits")
    return int(digits)


def _finite(digits: str) -> float:
    number = float(digits)
    if math.isinf(number):
        raise ValueError("a number too large")
    return number


_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_unique, parse_constant=_refuse, parse_int=_integer, parse_float=_finite
)
