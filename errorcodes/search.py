"""Find knowledge by number, symbol, LED or words."""

import re
from collections.abc import Iterator
from functools import cache
from typing import Final, NamedTuple

from errorcodes.causes import causes
from errorcodes.codes import by_symbol, codes, lookup, parse_number
from errorcodes.findings import findings
from errorcodes.fixes import fixes
from errorcodes.model.causes import Cause
from errorcodes.model.codes import Code
from errorcodes.model.findings import Finding
from errorcodes.model.fixes import Fix

Record = Code | Cause | Finding | Fix

_WORD: Final = re.compile(r"[a-z0-9]+", re.ASCII)
_SAME: Final = {
    "flash": "blink",
    "flashes": "blink",
    "flashing": "blink",
    "flashed": "blink",
    "blinks": "blink",
    "blinking": "blink",
    "blinked": "blink",
    "pulsing": "breathing",
    "pulses": "breathing",
    "pulse": "breathing",
    "breathes": "breathing",
    "breathe": "breathing",
    "rapid": "fast",
    "rapidly": "fast",
    "quick": "fast",
    "quickly": "fast",
    "one": "1",
    "once": "1",
    "single": "1",
    "two": "2",
    "twice": "2",
    "three": "3",
    "purple": "magenta",
    "pink": "magenta",
    "turquoise": "cyan",
    "teal": "cyan",
    "certificates": "certificate",
    "cert": "certificate",
    "passwords": "password",
}
_FILLER: Final = frozenset(
    (
        *("a", "an", "and", "at", "by", "for", "from", "in", "is", "it", "led", "light", "my"),
        *("of", "on", "or", "the", "then", "times", "to", "with", "slow", "slowly"),
    )
)
_COLOURS: Final = frozenset(
    ("red", "orange", "yellow", "green", "cyan", "blue", "magenta", "white", "grey")
)


_STEM: Final = 4
"""Letters from which the start of a word stands for the word: filter, filtered."""


class Hit(NamedTuple):
    """A record found and how well it fits."""

    record: Record
    score: float


def search(text: str, limit: int = 8) -> list[Record]:
    """Return the records that fit a number, symbol, LED description or words, best first."""
    number = parse_number(text)
    if number is not None:
        return list(lookup(number))
    symbols = by_symbol(text)
    if symbols:
        return list(symbols)
    states = led(text)
    words = _words(text)
    if states and words & _COLOURS:
        return list(states[:limit])
    hits = sorted(_hits(words), key=lambda hit: -hit.score)
    return [hit.record for hit in hits[:limit]]


def led(text: str) -> list[Code]:
    """Return the LED states a description fits, best first: "3 orange blinks", "sos 8"."""
    words = _words(text)
    if not words:
        return []
    found: list[Hit] = []
    for code, phrases in _led_phrases():
        best = max(
            (len(words & phrase) ** 2 / (len(words) * len(phrase)) for phrase in phrases),
            default=0.0,
        )
        colours = words & _COLOURS
        named = {code.led.colour for _ in (1,) if code.led}.union(*phrases)
        if colours and not colours & named:
            continue
        if best >= 0.5:
            found.append(Hit(code, best))
    found.sort(key=lambda hit: -hit.score)
    return [hit.record for hit in found if isinstance(hit.record, Code)]


def panic(text: str) -> Code | None:
    """Return the crash code in a description such as "red SOS then 8 blinks"."""
    words = _words(text)
    if "sos" not in words:
        return None
    numbers = [int(word) for word in words if word.isdigit()]
    found = [c for c in codes() if c.family == "panic" and c.number in numbers]
    return found[0] if found else None


def _words(text: str) -> frozenset[str]:
    text = text.lower().replace("light blue", "cyan").replace("dark blue", "blue")
    every: list[str] = _WORD.findall(text)
    found = (_SAME.get(word, word) for word in every)
    return frozenset(word for word in found if word not in _FILLER)


@cache
def _led_phrases() -> tuple[tuple[Code, tuple[frozenset[str], ...]], ...]:
    return tuple(
        (code, tuple(_words(phrase) for phrase in (code.symbol, *code.aliases)))
        for code in codes()
        if code.led is not None
    )


def _hits(words: frozenset[str]) -> Iterator[Hit]:
    if not words:
        return
    for record, strong, weak in _index():
        scores = [_fit(word, strong, weak) for word in words]
        found = sum(score > 0 for score in scores)
        if found == len(words) or (found >= 2 and sum(scores) >= len(words)):
            yield Hit(record, (sum(scores) + found) / len(words))


def _fit(word: str, strong: frozenset[str], weak: frozenset[str]) -> float:
    """3 for a word of the name, 1 for one of the text; the start of a word counts a little less."""
    if word in strong:
        return 3.0
    if len(word) >= _STEM and any(other.startswith(word) for other in strong):
        return 2.5
    return 1.0 if word in weak else 0.0


@cache
def _index() -> tuple[tuple[Record, frozenset[str], frozenset[str]], ...]:
    described = [
        *(
            (c, f"{c.symbol} {' '.join(c.aliases)}", f"{c.meaning} {c.not_meaning}")
            for c in codes()
        ),
        *(
            (c, f"{c.id} {c.title}", f"{c.summary} {' '.join(c.server_log.values())}")
            for c in causes().values()
        ),
        *((f, f"{f.id} {f.title}", " ".join(f.steps)) for f in fixes().values()),
        *((f, f"{f.id} {f.title}", f.text) for f in findings().values()),
    ]
    return tuple((record, _words(names), _words(text)) for record, names, text in described)
