"""A device watched over a pseudo-terminal that is plugged in and out."""

import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from diag.device.boards import Board
from diag.device.products import UNKNOWN, Mode
from diag.device.reconnect import PortWay, Way
from diag.device.serial_port import SerialTransport
from diag.device.transport import DeviceError, Gone, Transport
from diag.recording import Header, Origin, Reader, Recorder
from diag.session import Session
from diag.stream import Chunk, Fact, Marker
from diag.tasks.monitoring import Stop, Until, monitor
from diag.tasks.raw_log import RawLog
from diag.tasks.spool import Spool
from diag.tasks.steps import Back, Changed, Ended, Idle, Lost, Remark, Shown, Silent, Step
from tests.plug import Plug, wait_for

FAILED = (
    b"%010d [hal.wlan] INFO: Joining CorpNet\r\n"
    b"%010d [hal.wlan] ERROR: wiced_join_ap_specific(), result: 1007\r\n"
)
UP = (
    b"%010d [hal.wlan] INFO: Joining CorpNet\r\n"
    b"%010d [hal.wlan] INFO: Bringing WiFi interface up with DHCP\r\n"
)


@pytest.fixture
def plug(tmp_path: Path) -> Iterator[Plug]:
    found = Plug(tmp_path / "port")
    found.plug_in()
    yield found
    found.close()


def way_to(plug: Plug) -> PortWay:
    way = PortWay(Board(UNKNOWN, frozenset({Mode.SERIAL}), port=str(plug.path)))
    way.pause = 0.005
    return way


def recorder(path: Path) -> Recorder:
    return Recorder.create(path, Header(Origin.LIVE, tool="0"))


class Watched:
    """A monitor in a thread of its own, as a front would have it."""

    def __init__(self, transport: Transport, way: Way, **options: object) -> None:
        self.stop = Stop()
        self.steps: list[Step] = []
        self.error: BaseException | None = None
        self._steps = monitor(transport, way, stop=self.stop, **options)  # pyright: ignore[reportArgumentType]
        self._thread = threading.Thread(target=self._take, daemon=True)
        self._thread.start()

    def _take(self) -> None:
        try:
            for step in self._steps:
                if not isinstance(step, Idle):
                    self.steps.append(step)
        except BaseException as error:
            self.error = error

    def lines(self) -> list[str]:
        return [s.text for s in self.steps if isinstance(s, Shown) and s.kind == "log"]

    def saw(self, kind: type[Step]) -> bool:
        return any(isinstance(step, kind) for step in self.steps)

    def until(self, holds: Callable[[], object], what: str) -> None:
        wait_for(lambda: holds() or self.error, what)

    def end(self) -> list[Step]:
        self.stop.request()
        return self.wait()

    def wait(self) -> list[Step]:
        self._thread.join(30)
        assert not self._thread.is_alive()
        return self.steps


def watch(plug: Plug, **options: object) -> Watched:
    way = way_to(plug)
    return Watched(way.open(), way, **options)


def recorded(path: Path) -> bytes:
    with path.open("rb") as file:
        return b"".join(i.data for i in Reader(file) if isinstance(i, Chunk))


def test_lines_then_what_they_mean_then_the_end(plug: Plug) -> None:
    watched = watch(plug)
    plug.write(FAILED % (1000, 8200))
    watched.until(lambda: watched.saw(Changed), "a diagnosis")
    *steps, changed, ended = watched.end()
    assert isinstance(changed, Changed)
    assert changed.diagnosis.verdict == "fault"
    assert ended == Ended(ended.time, "stopped", complete=True)
    assert watched.lines() == [
        "0000001000 [hal.wlan] INFO: Joining CorpNet",
        "0000008200 [hal.wlan] ERROR: wiced_join_ap_specific(), result: 1007",
    ]
    assert [type(s) for s in steps] == [Shown, Shown, Changed]


def test_a_torn_line_continues_nothing_after_the_gap(plug: Plug, tmp_path: Path) -> None:
    """Glued together, both would read `result: 1000…`, a success's line or another code."""
    path = tmp_path / "a.cast"
    watched = watch(plug, files=[recorder(path)])
    torn = (
        b"0000001000 [hal.wlan] INFO: Joining X\r\n"
        b"0000002000 [hal.wlan] ERROR: wiced_join_ap_specific(), result: 10"
    )
    plug.write(torn)
    wait_for(lambda: recorded(path) == torn, "the torn line")
    plug.unplug()
    watched.until(lambda: watched.saw(Lost), "the gap")
    plug.plug_in()
    watched.until(lambda: watched.saw(Back), "the return")
    after = b"0000000012 [hal.wlan] INFO: Joining Y\r\n"
    plug.write(after)
    watched.until(lambda: "Y" in watched.lines()[-1], "a line after it")
    steps = watched.end()
    assert watched.lines() == [
        line.decode() for line in (torn + b"\n" + after).split(b"\r\n")[:1]
    ] + [
        torn.decode().splitlines()[1],
        after.decode().rstrip(),
    ]
    last = steps[-2]
    assert isinstance(last, Changed)
    assert [a.code for a in last.diagnosis.attempts] == [None, None]
    assert recorded(path) == torn + after
    with path.open("rb") as file:
        items = list(Reader(file))
    assert [i.label for i in items if isinstance(i, Marker)] == ["device gone", "device back"]
    again = Session().feed_all(items).diagnosis()
    assert again.attempts == last.diagnosis.attempts
    assert again.verdict == last.diagnosis.verdict


def test_unplugged_in_the_middle_of_a_line_a_hundred_times(plug: Plug, tmp_path: Path) -> None:
    path, raw = tmp_path / "a.cast", tmp_path / "a.log"
    watched = watch(plug, files=[recorder(path), RawLog(str(raw))])
    sent = b""
    for turn in range(100):
        data = FAILED % (turn, turn + 7) + b"%010d [hal.wlan] INF" % turn
        sent += data
        plug.write(data)
        # What the system still has at the moment of unplugging goes with the port.
        size = len(sent)
        wait_for(lambda size=size: raw.stat().st_size == size, "what was sent")
        plug.unplug()
        plug.plug_in()
        wait_for(lambda: watched.error or plug.opened(), "the reader")
        # Opening a port throws away what came before; raw mode is set just before that.
        count = turn + 1
        watched.until(
            lambda count=count: sum(isinstance(s, Back) for s in watched.steps) >= count, "return"
        )
    plug.write(b"the end\n")
    watched.until(lambda: watched.lines()[-1] == "the end", "the end")
    steps = watched.end()
    assert watched.error is None
    gaps = [type(s) for s in steps if isinstance(s, Lost | Back)]
    assert gaps == [Lost, Back] * 100
    assert raw.read_bytes() == sent + b"the end\n"
    assert recorded(path) == sent + b"the end\n"
    with path.open("rb") as file:
        labels = [i.label for i in Reader(file) if isinstance(i, Marker)]
    assert labels == ["device gone", "device back"] * 100
    assert sum("result: 1007" in line for line in watched.lines()) == 100
    last = steps[-2]
    assert isinstance(last, Changed)
    assert last.diagnosis.attempt_count == 100


def test_times_go_on_over_a_gap(plug: Plug) -> None:
    watched = watch(plug)
    plug.write(b"one\n")
    watched.until(watched.lines, "a line")
    plug.unplug()
    watched.until(lambda: watched.saw(Lost), "the gap")
    plug.plug_in()
    watched.until(lambda: watched.saw(Back), "the return")
    plug.write(b"two\n")
    watched.until(lambda: len(watched.lines()) == 2, "a line")
    steps = watched.end()
    times = [s.time for s in steps if not isinstance(s, Changed)]
    assert times == sorted(times)
    back = next(s for s in steps if isinstance(s, Back))
    assert back.away > 0
    assert back.name == str(plug.path)


def test_secrets_stay_out_of_everything(plug: Plug, tmp_path: Path) -> None:
    path, raw = tmp_path / "a.cast", tmp_path / "a.log"
    watched = watch(plug, files=[recorder(path), RawLog(str(raw))])
    for piece in (
        b"Device Secret: CANARYSEC",
        b"RET12345\r\n",
        b"Password: hunter2CAN",
        b"ARY\r\nok\r\n",
    ):
        plug.write(piece)
        time.sleep(0.01)
    watched.until(lambda: "ok" in watched.lines(), "the last line")
    watched.end()
    shown = "\n".join(watched.lines())
    for text in (shown, path.read_text(), raw.read_text(), recorded(path).decode()):
        assert "Device Secret" in text
        for canary in ("CANARYSEC", "RET12345", "hunter2", "ARY"):
            assert canary not in text


def test_secrets_after_a_gap_too(plug: Plug, tmp_path: Path) -> None:
    raw = tmp_path / "a.log"
    watched = watch(plug, files=[RawLog(str(raw))])
    plug.write(b"Password: hunt")
    time.sleep(0.05)
    plug.unplug()
    watched.until(lambda: watched.saw(Lost), "the gap")
    plug.plug_in()
    watched.until(lambda: watched.saw(Back), "the return")
    plug.write(b"Device Secret: CANARY12\r\nPassword: CANARY34\r\nok\r\n")
    watched.until(lambda: "ok" in watched.lines(), "the last line")
    watched.end()
    text = raw.read_text() + "\n".join(watched.lines())
    assert "CANARY" not in text
    assert "hunt" not in text


def test_what_is_told_is_recorded_so_that_the_recording_says_the_same(
    plug: Plug, tmp_path: Path
) -> None:
    path = tmp_path / "a.cast"
    facts = [
        Fact(0.0, "eap", "peap"),
        Fact(0.0, "outer-identity", "blank"),
        Fact(0.0, "tried", "x"),
    ]
    watched = watch(plug, files=[recorder(path)], facts=facts)
    plug.write(FAILED % (1, 8000))
    watched.until(lambda: len(watched.lines()) == 2, "lines")
    last = watched.end()[-2]
    assert isinstance(last, Changed)
    with path.open("rb") as file:
        again = Session().feed_all(Reader(file)).diagnosis()
    assert again == last.diagnosis
    assert dict(again.facts)["eap"] == "peap"


@pytest.mark.parametrize(
    ("until", "text", "reason"),
    [
        (Until(joined=True), UP % (1, 3000), "joined"),
        (
            Until(fault=True),
            b"".join(FAILED % (n * 9000, n * 9000 + 8000) for n in range(3)),
            "fault",
        ),
        (Until(seconds=0.3), b"", "time"),
        (Until(joined=True, seconds=0.3), FAILED % (1, 8000), "time"),
    ],
)
def test_it_ends_by_itself(
    plug: Plug, until: Until, text: bytes, reason: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("diag.tasks.monitoring._EVERY", 0.0)
    watched = watch(plug, until=until)
    for count, line in enumerate(text.splitlines(keepends=True), start=1):
        plug.write(line)
        watched.until(lambda count=count: len(watched.lines()) >= count, "the line")
    steps = watched.wait()
    assert isinstance(steps[-1], Ended)
    assert steps[-1].reason == reason


def test_a_fault_of_one_moment_is_not_stable(plug: Plug) -> None:
    watched = watch(plug, until=Until(fault=True, seconds=0.6))
    plug.write(FAILED % (1, 8000))
    last = watched.wait()[-1]
    assert isinstance(last, Ended)
    assert last.reason == "time"


def test_silence_is_spoken_of_once(plug: Plug, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("diag.tasks.monitoring._SILENCE", 0.2)
    watched = watch(plug, until=Until(seconds=0.7))
    assert sum(isinstance(s, Silent) for s in watched.wait()) == 1
    watched = watch(plug, until=Until(seconds=0.7))
    plug.write(b"x")
    assert not any(isinstance(s, Silent) for s in watched.wait())


def test_a_prompt_without_an_end_is_shown_after_a_while(plug: Plug) -> None:
    watched = watch(plug)
    plug.write(b"SSID: ")
    watched.until(lambda: watched.lines() == ["SSID: "], "the prompt")
    watched.end()


class Failing:
    """A transport that fails in a way nobody has thought of."""

    name = "failing"

    def __init__(self, error: BaseException) -> None:
        self._error = error
        self._said = False
        self.closed = False

    def now(self) -> float:
        return time.monotonic()

    def read(self, timeout: float) -> bytes:
        del timeout
        if not self._said:
            self._said = True
            return b"last words\n"
        raise self._error

    def write(self, data: bytes) -> None:
        raise AssertionError(data)

    def touch(self, baud: int) -> None:
        raise AssertionError(baud)

    def close(self) -> None:
        self.closed = True


@pytest.mark.parametrize("error", [ValueError("odd"), MemoryError(), SystemExit(3)])
def test_a_reader_that_fails_is_never_silent(plug: Plug, error: BaseException) -> None:
    transport = Failing(error)
    watched = Watched(transport, way_to(plug))
    watched.wait()
    assert watched.lines() == ["last words"]
    assert isinstance(watched.error, DeviceError)
    assert type(error).__name__ in str(watched.error)
    assert transport.closed


def test_a_keeper_that_fails_is_never_silent(plug: Plug) -> None:
    class Broken:
        def write(self, item: object) -> None:
            del item
            raise ZeroDivisionError

        def sync(self) -> None: ...

        def close(self) -> None: ...

    watched = watch(plug, files=[Broken()])
    plug.write(b"x\n")
    watched.wait()
    assert isinstance(watched.error, DeviceError)
    assert "ZeroDivisionError" in str(watched.error)


def test_a_recording_that_breaks_off_is_said_and_the_rest_goes_on(
    plug: Plug, tmp_path: Path
) -> None:
    raw = tmp_path / "a.log"
    full = recorder(tmp_path / "a.cast")
    full._file.close()
    full._file = open("/dev/full", "wb", buffering=0)  # noqa: PTH123, SIM115
    watched = watch(plug, files=[full, RawLog(str(raw))])
    plug.write(b"one\n")
    watched.until(lambda: watched.saw(Remark), "the remark")
    plug.write(b"two\n")
    watched.until(lambda: len(watched.lines()) == 2, "the lines")
    last = watched.end()[-1]
    assert last == Ended(last.time, "stopped", complete=False)
    assert raw.read_bytes() == b"one\ntwo\n"


def test_an_abandoned_monitor_lets_everything_go(plug: Plug, tmp_path: Path) -> None:
    path = tmp_path / "a.cast"
    way = way_to(plug)
    transport = way.open()
    stop = Stop()
    steps = monitor(transport, way, stop=stop, files=[recorder(path)])
    plug.write(b"one\n")
    assert any(isinstance(step, Shown) for step in steps)
    steps.close()
    assert stop.kept.is_set()
    SerialTransport(str(plug.path)).close()
    assert recorded(path) == b"one\n"


def test_no_room_for_what_is_not_shown_ends_with_words(plug: Plug, tmp_path: Path) -> None:
    raw = tmp_path / "a.log"
    spool = Spool(memory=400, folder=str(tmp_path / "missing"))
    way = way_to(plug)
    stop = Stop()
    steps = monitor(way.open(), way, stop=stop, files=[RawLog(str(raw))], spool=spool)
    next(steps)
    for count in range(1, 6):
        plug.write(b"x" * 200 + b"\n")
        wait_for(lambda count=count: raw.stat().st_size == 201 * count, "the log")
    with pytest.raises(DeviceError, match="TMPDIR"):
        list(steps)
    assert raw.stat().st_size == 1005


def test_trouble_on_the_way_back_is_said(plug: Plug, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("diag.tasks.pump._PATIENCE", 0.0)
    watched = watch(plug)
    plug.unplug()
    watched.until(lambda: watched.saw(Lost), "the gap")
    plug.path.write_text("no port")
    watched.until(lambda: watched.saw(Remark), "the trouble")
    plug.path.unlink()
    plug.plug_in()
    watched.until(lambda: watched.saw(Back), "the return")
    remarks = [s for s in watched.end() if isinstance(s, Remark)]
    assert len(remarks) == 1
    assert "is no serial port" in remarks[0].text


def test_gone_before_it_begins(plug: Plug) -> None:
    way = way_to(plug)
    plug.unplug()
    with pytest.raises(Gone):
        way.open()
