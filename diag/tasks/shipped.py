"""The recordings that come with the tool."""

from dataclasses import dataclass
from pathlib import Path
from typing import Final

from diag.recording import Header, Reader

_IN_PACKAGE: Final = Path(__file__).parent.parent / "recording" / "shipped"
_IN_CHECKOUT: Final = Path(__file__).parent.parent.parent / "recordings"


@dataclass(frozen=True, slots=True)
class Shipped:
    """One recording that comes with the tool."""

    name: str
    path: Path
    header: Header

    @property
    def expectation(self) -> Path:
        """The file beside it that says what should come out."""
        return self.path.with_suffix(".expect.json")


def shipped() -> list[Shipped]:
    """Return every shipped recording, by name."""
    folder = _IN_PACKAGE if _IN_PACKAGE.is_dir() else _IN_CHECKOUT
    found: list[Shipped] = []
    for path in sorted(folder.glob("*.cast")):
        with path.open("rb") as file:
            found.append(Shipped(path.stem, path, Reader(file).header))
    return found
