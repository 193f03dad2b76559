"""Mask secrets in a stream, before anything is shown or recorded.

What is masked: every secret the tool was told, in every encoding; and what stands in the
places that the rules name. A word that devices print anyway, and a secret of less than four
characters, are masked in answers only.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from typing import Final

from diag.stream.contexts import Contexts, Step
from diag.stream.items import GAP_BEGINS, Chunk, Direction, Fact, Item, Marker
from diag.stream.known import KnownMask, Needles
from diag.stream.mask_rules import MASK
from diag.stream.secrets import Secret

HOLD: Final = 0.25
"""Seconds that what may be the beginning of a secret is held while nothing comes."""
_WHO: Final = b"i"
"""The command by which a device in listening mode tells its secret too (device-facts 6.1)."""
_LEARNED: Final = 64
"""Typed answers that are remembered."""


class Masker:
    """Masks a stream of items across the borders of chunks.

    Bytes of one direction keep their order. What is held does not hold up other items; when
    it is given out after them, it gets their time, so that no time goes back.
    """

    def __init__(self, secrets: Iterable[Secret] = ()) -> None:
        """Mask these, and what the rules name."""
        self._masked: Counter[str] = Counter()
        self._needles = Needles()
        self._learned = 0
        self._heard = False
        self._typed = Contexts(self._masked, learn=self._learn, answer=self._answer)
        self._printed = Contexts(self._masked, typed=self._typed)
        self._sides = {
            Direction.INPUT: _Side(self._typed, self._needles, self._masked),
            Direction.OUTPUT: _Side(self._printed, self._needles, self._masked),
        }
        self._latest = float("-inf")
        for secret in secrets:
            self.know(secret)

    @property
    def masked(self) -> Mapping[str, int]:
        """How often each rule masked something."""
        return dict(self._masked)

    @property
    def held(self) -> int:
        """How many bytes wait for a decision."""
        return sum(side.held for side in self._sides.values())

    def know(self, secret: Secret) -> None:
        """Mask this too from now on."""
        if secret:
            self._needles.add(secret.reveal())

    def feed(self, item: Item) -> list[Item]:
        """Take an item; return those that are decided."""
        if isinstance(item, Chunk):
            if not item.data:
                return self._chunks(item.direction, [(item.time, b"")])
            pieces = self._sides[item.direction].feed(item)
            if item.direction is Direction.INPUT:
                self._await(item)
            return self._chunks(item.direction, pieces)
        time = self._not_before(item.time)
        if isinstance(item, Marker):
            held = self._cut_off() if item.label == GAP_BEGINS else []
            return [*held, Marker(self._not_before(time), self._text(item.label))]
        value = self._text(item.value) if isinstance(item.value, str) else item.value
        return [Fact(time, item.name, value)]

    def flush(self) -> list[Item]:
        """Return everything that is held: the stream ends here."""
        return [
            chunk
            for direction, side in self._sides.items()
            for chunk in self._chunks(direction, side.end())
        ]

    def _cut_off(self) -> list[Item]:
        """The device is gone: an answer that lacks its end never gets it."""
        held = self.flush()
        for side in self._sides.values():
            side.reset()
        return held

    def release(self, now: float) -> list[Item]:
        """Return what has been held for some time and is too little to be given away by.

        Call it when nothing came. It is less than three bytes of a known secret that are
        given out, and nothing from a place that is masked; what follows is still masked.

        Args:
            now: Seconds by the clock of the items.
        """
        return [
            chunk
            for direction, side in self._sides.items()
            for chunk in self._chunks(direction, side.release(now - HOLD))
        ]

    def _await(self, typed: Chunk) -> None:
        """See what the device is going to print to what was typed."""
        heard, self._heard = self._heard, False
        if heard:
            return
        if any(self._needles.find(typed.data)):
            self._printed.await_echo(typed.data, typed.time)
        elif typed.data == _WHO:
            self._printed.await_identity(typed.time)
        elif typed.data.strip():
            self._printed.await_nothing()

    def _answer(self, typed: bytes, time: float) -> None:
        self._heard = True
        self._printed.await_echo(typed, time)

    def _text(self, text: str) -> str:
        return _mask(text, self._needles, self._masked)

    def _learn(self, typed: bytes) -> None:
        if self._learned < _LEARNED:
            self._learned += 1
            self._needles.add(_decoded(typed))

    def _not_before(self, time: float) -> float:
        self._latest = max(self._latest, time)
        return self._latest

    def _chunks(self, direction: Direction, pieces: Iterable[tuple[float, bytes]]) -> list[Item]:
        chunks: list[tuple[float, list[bytes]]] = []
        for time, data in pieces:
            if not chunks or chunks[-1][0] != time:
                chunks.append((time, []))
            chunks[-1][1].append(data)
        return [Chunk(self._not_before(time), direction, b"".join(data)) for time, data in chunks]


class _Side:
    """One direction: first by context, then what is known."""

    def __init__(self, contexts: Contexts, needles: Needles, masked: "Counter[str]") -> None:
        self._contexts = contexts
        self._known = KnownMask(needles, masked)

    @property
    def held(self) -> int:
        return self._contexts.held + self._known.held

    def feed(self, chunk: Chunk) -> list[tuple[float, bytes]]:
        return self._pass(self._contexts.feed(chunk.data, chunk.time))

    def end(self) -> list[tuple[float, bytes]]:
        return self._pass(self._contexts.end()) + self._known.end()

    def reset(self) -> None:
        self._contexts.reset()

    def release(self, before: float) -> list[tuple[float, bytes]]:
        return self._pass(self._contexts.release(before)) + self._known.release(before)

    def _pass(self, steps: Iterable[Step]) -> list[tuple[float, bytes]]:
        pieces: list[tuple[float, bytes]] = []
        for time, data in steps:
            if data is None:
                pieces += [*self._known.end(), (time, MASK)]
            else:
                pieces += self._known.feed(data, time)
        return pieces


def mask_text(text: str, secrets: Iterable[Secret] = ()) -> str:
    """Return a text with its secrets masked: a message, a traceback, JSON, a fact."""
    needles = Needles()
    for secret in secrets:
        if secret:
            needles.add(secret.reveal())
    return _mask(text, needles, Counter())


def _mask(text: str, needles: Needles, masked: "Counter[str]") -> str:
    side = _Side(Contexts(masked), needles, masked)
    data = text.encode("utf-8", "surrogatepass")
    pieces = side.feed(Chunk(0.0, Direction.OUTPUT, data)) + side.end()
    return _decoded(b"".join(piece for _, piece in pieces), "replace")


def _decoded(data: bytes, otherwise: str = "") -> str:
    """UTF-8 where it is; else Latin-1, or with replacement signs."""
    try:
        return data.decode("utf-8", "surrogatepass")
    except UnicodeDecodeError:
        return data.decode("utf-8", otherwise) if otherwise else data.decode("latin-1")
