"""Passwords, keys, device secrets, claim codes and tokens: a type of their own."""

from typing import Final, NoReturn

MASK: Final = "••••"


class Secret:
    """A text that shows itself as a mask wherever it is printed, formatted or compared.

    `reveal` is the one way out; it is called where bytes are typed into a device, sent to
    a server or handed to a parser, and nowhere else.
    """

    __slots__ = ("_text",)

    def __init__(self, text: str) -> None:
        """Wrap a text."""
        self._text = text

    def reveal(self) -> str:
        """Return the text itself."""
        return self._text

    def __bool__(self) -> bool:
        """Return whether there is any text."""
        return bool(self._text)

    def __eq__(self, other: object) -> bool:
        """Compare with another secret; a plain text is never equal."""
        from hmac import compare_digest

        if not isinstance(other, Secret):
            return NotImplemented
        return compare_digest(self._text.encode(), other._text.encode())

    def __hash__(self) -> int:
        """Hash like the text."""
        return hash(self._text)

    def __repr__(self) -> str:
        """Return the mask."""
        return f"Secret({MASK!r})"

    def __str__(self) -> str:
        """Return the mask."""
        return MASK

    def __format__(self, spec: str) -> str:
        """Return the mask, whatever is asked for."""
        return MASK

    def __reduce__(self) -> NoReturn:
        """Refuse to be pickled or copied into another form."""
        raise TypeError("a secret is not serialised")
