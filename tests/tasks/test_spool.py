"""A queue that loses nothing, keeps the order, and takes a bounded memory."""

import os
import threading
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from diag.tasks.spool import Record, Spool, SpoolError

records = st.builds(Record, st.integers(0, 255), st.floats(0, 1e9), st.binary(max_size=700))


def everything(spool: Spool, limit: int = 1 << 18) -> list[Record]:
    found: list[Record] = []
    while not spool.ended:
        found += spool.take(5, limit)
    return found


@settings(max_examples=60)
@given(st.lists(st.one_of(records, st.integers(0, 2_000)), max_size=60), st.integers(300, 3000))
def test_what_goes_in_comes_out_in_order(steps: list[Record | int], memory: int) -> None:
    """A number among the records takes about so many bytes out at that moment."""
    spool = Spool(memory=memory, segment=1500)
    put: list[Record] = []
    got: list[Record] = []
    for step in steps:
        if isinstance(step, Record):
            spool.put(step)
            put.append(step)
        else:
            got += spool.take(0, step)
    spool.close()
    got += everything(spool, 900)
    assert got == put


def test_one_thread_puts_another_takes() -> None:
    spool = Spool(memory=10_000, segment=50_000)
    sent = [Record(1, float(i), b"%d" % i * (i % 90)) for i in range(5_000)]

    def put() -> None:
        for record in sent:
            spool.put(record)
        spool.close()

    thread = threading.Thread(target=put)
    thread.start()
    got = everything(spool, 2_000)
    thread.join()
    assert got == sent


def test_what_is_put_aside_has_no_name_and_is_given_back(tmp_path: Path) -> None:
    spool = Spool(memory=1_000, segment=4_000, folder=str(tmp_path))
    for i in range(100):
        spool.put(Record(0, float(i), b"x" * 500))
    assert list(tmp_path.iterdir()) == []
    files = list(spool._files)
    assert len(files) > 5
    assert all(os.fstat(file._file.fileno()).st_mode & 0o777 == 0o600 for file in files)
    for _ in range(30):
        spool.take(0, 2_000)
    assert sum(file._file.closed for file in files) >= 2, "a file that was read goes at once"
    spool.discard()
    assert all(file._file.closed for file in files)
    assert spool.ended


def test_memory_stays_what_it_may_be() -> None:
    spool = Spool(memory=100_000)
    for _ in range(2_000):
        spool.put(Record(0, 0.0, b"x" * 1_000))
    assert spool._held <= 100_000
    for _ in range(2_000):
        spool.take(0, 1_000)
        assert spool._held <= 100_000
    assert not spool.waiting


def test_a_long_record_passes(tmp_path: Path) -> None:
    spool = Spool(memory=10, folder=str(tmp_path))
    big = Record(3, 1.5, os.urandom(3 << 20))
    spool.put(big)
    spool.close()
    assert everything(spool) == [big]


def test_no_room_is_said(tmp_path: Path) -> None:
    spool = Spool(memory=100, folder=str(tmp_path / "missing"))
    with pytest.raises(SpoolError, match=r"no room .*TMPDIR"):
        spool.put(Record(0, 0.0, b"x" * 200))


def test_taking_waits_for_the_first_and_ends_with_the_last() -> None:
    spool = Spool()
    assert spool.take(0.01) == []
    threading.Timer(0.02, spool.put, [Record(0, 0.0, b"late")]).start()
    assert spool.take(20) == [Record(0, 0.0, b"late")]
    threading.Timer(0.02, spool.close).start()
    assert spool.take(20) == []
    assert spool.ended
