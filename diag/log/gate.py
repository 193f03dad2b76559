"""Finds, at memory speed, the lines of a block that can say anything at all.

Every line the grammar knows holds one of a few dozen literal texts: a level with
its colon, the start of a JSON entry, or a message that identifies itself. One
multi-literal search (Aho-Corasick with vector instructions) finds them all, so
that the prints of an application cost next to nothing.
"""

import re
from functools import cache

from ahocorasick_rs import BytesAhoCorasick, MatchKind

from diag.log.catalogue import bare_literals
from diag.log.grammar import JSON_START, LEVELS, OLD_LEVELS, TYPOGRAPHIC_JSON_START

RSSI_LITERALS = ("RSSI", "rssi", "Rssi")
VITALS_LITERAL = '"net:'
_ENOUGH = 10
"""Letters of a message that find its line. The search is several times slower from 64
literals on, and messages that begin alike become one."""
_TYPOGRAPHIC = re.compile(r"['\"-]")
"""What a forum may have replaced."""


def literals() -> list[bytes]:
    """Every literal searched for."""
    texts = [f"{level}{after}" for level in LEVELS for after in (":", "\x1b")]
    texts += [f":{level}:" for level in OLD_LEVELS if level not in LEVELS]
    texts += [JSON_START, TYPOGRAPHIC_JSON_START, VITALS_LITERAL, *RSSI_LITERALS]
    texts += [max(_TYPOGRAPHIC.split(literal), key=len)[:_ENOUGH] for literal in bare_literals()]
    # A text that holds another one of them is found with it.
    found = {text for text in texts if not any(o != text and o in text for o in texts)}
    return sorted(text.encode() for text in found)


@cache
def _automaton() -> BytesAhoCorasick:
    return BytesAhoCorasick(literals(), matchkind=MatchKind.LeftmostFirst)


def hits(block: bytes) -> list[tuple[int, int, int]]:
    """Return (which, start, end) of every literal found in a block, in order."""
    return _automaton().find_matches_as_indexes(block)
