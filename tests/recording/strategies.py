"""Items of every kind, for property tests."""

from hypothesis import strategies as st

from diag.recording.format import MAX_INTEGER
from diag.stream import Chunk, Direction, Fact, Item, Marker, inert

micros = st.integers(0, 10**15)
data = st.one_of(
    st.binary(max_size=80),
    st.text(alphabet="ab \r\n\t", max_size=20).map(str.encode),
    st.text(max_size=20).map(lambda text: text.encode("utf-8")),
)
chunks = st.builds(Chunk, st.just(0.0), st.sampled_from(Direction), data)
markers = st.builds(Marker, st.just(0.0), st.text(max_size=20).map(inert))
names = st.text(
    alphabet=[chr(c) for c in range(0x21, 0x7F) if chr(c) != "="], min_size=1, max_size=80
)
values = st.one_of(
    st.text(max_size=20),
    st.booleans(),
    st.integers(-MAX_INTEGER, MAX_INTEGER),
    st.floats(allow_nan=False, allow_infinity=False),
)
facts = st.builds(Fact, st.just(0.0), names, values)


def _timed(drawn: list[tuple[int, Item]]) -> list[Item]:
    times = sorted(time for time, _ in drawn)
    return [_at(time / 1_000_000, item) for time, (_, item) in zip(times, drawn, strict=True)]


def _at(time: float, item: Item) -> Item:
    if isinstance(item, Chunk):
        return Chunk(time, item.direction, item.data)
    if isinstance(item, Fact):
        return Fact(time, item.name, item.value)
    return Marker(time, item.label)


sessions = st.lists(st.tuples(micros, st.one_of(chunks, markers, facts)), max_size=12).map(_timed)
"""Lists of items that a recording gives back as they are: time on whole microseconds."""
