"""What is known of WPA2 Enterprise join failures on a Photon, as data with sources.

`lookup` answers for a number, `search` for words; the tables are iterated by
`codes()`, `causes()`, `fixes()`, `observations()`, `findings()`, `releases()` and
`messages()` of the rooms of the same name. Imports nothing of `diag`.
"""

from errorcodes.codes import by_symbol, codes, families, lookup, parse_number, plain_number

__all__ = ["by_symbol", "codes", "families", "lookup", "parse_number", "plain_number", "search"]


def search(text: str, limit: int = 8) -> list[object]:
    """Return the records that fit a number, symbol, LED description or words, best first."""
    # Imported late: a number needs none of the tables that words are searched in.
    from errorcodes.search import search as find

    return list(find(text, limit))
