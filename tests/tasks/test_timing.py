"""A plain log replays at the pace of its device."""

from diag.stream import Chunk, Direction
from diag.tasks.intake import open_source
from diag.tasks.replaying import replay
from diag.tasks.steps import Changed
from diag.tasks.timing import timed
from tests.corpus import LOGS


def test_each_line_stands_at_the_devices_time_and_no_byte_is_lost() -> None:
    data = b"boot\r\n0000001000 [a] INFO: x\r\nprint\r\n0000003500 [a] INFO: y\r\n0000000010 [a] IN"
    chunks = [Chunk(0.0, Direction.OUTPUT, data[i : i + 7]) for i in range(0, len(data), 7)]
    items = list(timed(chunks, begin=1.0))
    assert b"".join(item.data for item in items) == data
    assert [item.time for item in items] == [1.0, 1.0, 1.0, 3.5, 3.5]


def test_the_diagnosis_of_a_plain_log_changes_as_it_goes() -> None:
    steps = replay(open_source(str(LOGS / "nps-blank-outer-152.log")))
    times = [step.time for step in steps if isinstance(step, Changed)]
    assert len(times) > 2
    assert times[-1] > times[0] > 0
