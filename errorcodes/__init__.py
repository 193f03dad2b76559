"""What is known of WPA2 Enterprise join failures on a Photon, as data with sources.

`lookup` answers for a number, `errorcodes.search.search` for words; the tables are
iterated by `codes()`, `causes()`, `fixes()`, `observations()`, `findings()`,
`releases()` and `messages()` of the rooms of the same name. Imports nothing of `diag`.
"""

from errorcodes.codes import by_symbol, codes, families, lookup, parse_number, plain_number

# `search` is not here: the module of that name would take its place once imported, and
# a number is to be explained without loading what words are searched in.
__all__ = ["by_symbol", "codes", "families", "lookup", "parse_number", "plain_number"]
