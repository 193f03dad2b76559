"""`wpa2diag monitor`."""

import contextlib
import os
import re
import signal
import sys
import threading
import time
from collections.abc import Generator
from pathlib import Path
from types import FrameType
from typing import TYPE_CHECKING, Any, Final

import click

from diag.cli.diagnose import EXITS, remark
from diag.cli.exits import Exit, Failure
from diag.cli.facts_options import fact_options, told_facts
from diag.cli.monitor_views import JsonView, TextView, View

if TYPE_CHECKING:
    from diag.device.boards import Board
    from diag.diagnosis import Diagnosis
    from diag.stream import Fact
    from diag.tasks.keeping import Sink
    from diag.tasks.monitoring import Stop, Until
    from diag.tasks.steps import Ended

_TIME: Final = re.compile(r"(\d+(?:\.\d+)?)(s|m|h|)")
_UNITS: Final = {"": 1, "s": 1, "m": 60, "h": 3600}
_BLOCK: Final = 1 << 15
"""Characters after which is written what is only kept back so as to write less often."""
_PATIENCE: Final = 2.0
"""Seconds that an output which stands still is given once the program was told to end."""
_ENDING: Final = 60.0
"""Seconds within which everything has to be on the disk by then."""


@click.command("monitor")
@click.option("--port", metavar="PATH", help="The serial port, or sim:SCENARIO.")
@click.option(
    "--device",
    metavar="WHICH",
    help="The device: the first digits of its id, its USB location, or sim:SCENARIO.",
)
@click.option("--record", metavar="FILE", help="Record the session in a new file.")
@click.option("--raw", metavar="FILE", help="Log what the device prints, and only that.")
@click.option("--json", "as_json", is_flag=True, help="One JSON object a line; see below.")
@click.option("--plain", is_flag=True, help="No colours and no rules.")
@click.option("--timestamps", is_flag=True, help="Host seconds in front of each line.")
@click.option(
    "--until",
    "ends",
    multiple=True,
    metavar="joined|fault|TIME",
    help="End when joined, when a fault is stable, or after 90s, 5m, 1h (repeatable).",
)
@click.option(
    "--speed",
    type=click.FloatRange(0.01, 10_000),
    help="How many times faster than life (simulated devices only).",
)
@fact_options
def command(
    port: str | None,
    device: str | None,
    record: str | None,
    raw: str | None,
    as_json: bool,
    plain: bool,
    timestamps: bool,
    ends: tuple[str, ...],
    speed: float | None,
    **options: Any,
) -> None:
    """Watch a device, live, with the diagnosis as it changes.

    Without --port and --device it takes the one Photon or P1 that is connected. It goes on
    over resets and unplugging. Passwords, keys and device secrets are masked in all that
    it writes. Ctrl-C ends it with the whole diagnosis; a second Ctrl-C ends it at once.

    \b
    wpa2diag monitor
    wpa2diag monitor --record session.cast --until joined --until 5m
    wpa2diag monitor --port /dev/ttyACM0 --timestamps --raw photon.log
    wpa2diag monitor --device sim:nps-outer-identity --speed 10

    \b
    With --json each line is an object with "type" and "time" (seconds):
      begin      "format" (1), "port"
      line       "kind" (log, input, fact, mark), "text"
      diagnosis  "diagnosis", as `diagnose --format json` prints it
      gap        "state": begins with "reason", ends with "port" and "seconds"
      remark     "text"
      end        "reason" (stopped, joined, fault, time), "exit"

    Exit codes: those of `diagnose` for the diagnosis at the end, also after Ctrl-C; 0 with
    --until joined once joined; 3 no such device, or a file broke off; 130 second Ctrl-C.
    """
    if as_json and (plain or timestamps):
        raise Failure("--json has its own form; leave out --plain and --timestamps", Exit.USAGE)
    if port is not None and device is not None:
        raise Failure("--port and --device both say which device; give one", Exit.USAGE)
    facts = told_facts(options)
    if {"code", "elapsed"} & {fact.name for fact in facts}:
        raise Failure("--code and --elapsed stand in place of a log; leave them out", Exit.USAGE)
    until = _until(ends)
    view: View = JsonView() if as_json else TextView(plain=plain, timestamps=timestamps)
    from diag.device.transport import DeviceError
    from diag.recording import RecordingError
    from diag.tasks.monitoring import Stop
    from diag.tasks.opening import find_board

    try:
        board = find_board(port if port is not None else device)
        if speed is not None and not board.simulated:
            raise Failure("--speed is for simulated devices; leave it out", Exit.USAGE)
        stop = Stop()
        screen = _Screen(stop)
        with _signals(stop, screen):
            code = _watch(board, stop, view, screen, until, facts, (record, raw), speed or 1.0)
    except (DeviceError, RecordingError) as error:
        raise Failure(str(error)) from error
    sys.exit(Exit.OK if screen.broken else code)


def _watch(
    board: "Board",
    stop: "Stop",
    view: View,
    screen: "_Screen",
    until: "Until",
    facts: "list[Fact]",
    paths: tuple[str | None, str | None],
    speed: float,
) -> Exit:
    from diag.device.reconnect import way_to
    from diag.stream.masking import Masker
    from diag.stream.secrets import Secret
    from diag.tasks.monitoring import monitor
    from diag.tasks.steps import Changed, Ended, Idle

    way = way_to(board, speed=speed)
    transport = way.open()
    try:
        files = _files(board, *paths)
    except BaseException:
        transport.close()
        raise
    token = os.environ.get("PARTICLE_ACCESS_TOKEN", "")
    masker = Masker([Secret(token)] if token else [])
    if isinstance(view, TextView):
        remark(f"watching {transport.name}; Ctrl-C ends it with the diagnosis")
    screen.write(view.begin(transport.name))
    last: Diagnosis | None = None
    steps = monitor(transport, way, stop=stop, facts=facts, masker=masker, files=files, until=until)
    with contextlib.closing(steps):
        for step in steps:
            if isinstance(step, Changed):
                last = step.diagnosis
            elif isinstance(step, Ended):
                code = _exit(step, last)
                screen.write(view.end(step, last, code))
                screen.flush()
                return code
            screen.write(view.step(step))
            if isinstance(step, Idle):
                screen.flush()
    return Exit.UNDECIDED  # pragma: no cover - a monitor always ends with a step


def _exit(ended: "Ended", diagnosis: "Diagnosis | None") -> Exit:
    if not ended.complete:
        return Exit.INPUT
    if ended.reason == "joined":
        return Exit.OK
    return Exit.UNDECIDED if diagnosis is None else EXITS[diagnosis.verdict]


def _files(board: "Board", record: str | None, raw: str | None) -> "list[Sink]":
    from diag.recording import Header, Origin, Recorder
    from diag.tasks.raw_log import RawLog

    files: list[Sink] = []
    try:
        if record is not None:
            header = Header(
                Origin.SIMULATED if board.simulated else Origin.LIVE,
                tool=_version(),
                source=board.port or "" if board.simulated else "",
                device=board.product.name,
                timestamp=int(time.time()),
            )
            files.append(Recorder.create(record, header))
        if raw is not None:
            files.append(RawLog(raw))
    except BaseException:
        for file, path in zip(files, (record, raw), strict=False):
            file.close()
            if path is not None:
                Path(path).unlink()  # ours, and nothing is in it
        raise
    return files


def _version() -> str:
    from importlib.metadata import PackageNotFoundError, version

    try:
        return version("wpa2diag")
    except PackageNotFoundError:
        return ""


def _until(ends: tuple[str, ...]) -> "Until":
    from diag.tasks.monitoring import Until

    seconds: list[float] = []
    for end in ends:
        if end in ("joined", "fault"):
            continue
        match = _TIME.fullmatch(end)
        if match is None:
            raise Failure(f"--until wants joined, fault or a time as 90s, not {end!r}", Exit.USAGE)
        seconds.append(float(match[1]) * _UNITS[match[2]])
    return Until("joined" in ends, "fault" in ends, min(seconds, default=None))


class _Screen:
    """Standard output, written to in blocks; it may stand still, or be gone."""

    def __init__(self, stop: "Stop") -> None:
        self.gone = False
        """Set when nobody can see the output any more, and that is no error."""
        self.broken = False
        """Set when whoever read the output went away."""
        self._stop = stop
        self._waiting: list[str] = []
        self._size = 0

    def write(self, text: str) -> None:
        if text:
            self._waiting.append(text)
            self._size += len(text)
            if self._size > _BLOCK:
                self.flush()

    def flush(self) -> None:
        text = "".join(self._waiting)
        self._waiting.clear()
        self._size = 0
        if not text or self.gone:
            return
        try:
            click.echo(text, nl=False)
        except BrokenPipeError:
            # What is still in its buffer must not fail again when the program ends.
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            self.gone = self.broken = True
            self._stop.request()
        except OSError:
            if not self.gone:
                raise


@contextlib.contextmanager
def _signals(stop: "Stop", screen: _Screen) -> Generator[None]:
    """End in good order on signals; the reader of a pipe that went away is an error to handle."""

    def interrupted(_number: int, _frame: FrameType | None) -> None:
        if stop.requested:
            os._exit(Exit.INTERRUPTED)
        stop.request()

    def ended(number: int, _frame: FrameType | None) -> None:
        screen.gone = screen.gone or number == getattr(signal, "SIGHUP", None)
        stop.request()
        threading.Thread(target=_last_resort, args=(stop, 128 + number), daemon=True).start()

    handlers: dict[str, Any] = {
        "SIGINT": interrupted,
        "SIGTERM": ended,
        "SIGHUP": ended,
        "SIGPIPE": signal.SIG_IGN,
    }
    before: dict[int, Any] = {}
    if threading.current_thread() is threading.main_thread():
        for name, handler in handlers.items():
            number = getattr(signal, name, None)
            # What was started with nohup, or in the background, stays deaf to it.
            if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
                before[number] = signal.signal(number, handler)
    try:
        yield
    finally:
        for number, handler in before.items():
            if number != getattr(signal, "SIGPIPE", None):
                signal.signal(number, handler)


def _last_resort(stop: "Stop", code: int) -> None:
    """End the program when its output stands still; all that passed is on the disk by then."""
    stop.kept.wait(_ENDING)
    time.sleep(_PATIENCE)
    os._exit(code)
