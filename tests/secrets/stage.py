"""Runs commands as a user would, and looks for secrets in everything they leave.

A run has a terminal, a home, a folder for temporary files and a working folder of its own.
"""

import html
import json
import os
import pty
import re
import select
import subprocess
import sys
import termios
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final
from urllib.parse import quote, quote_plus

from tests.running import ROOT
from tests.stream.canaries import assert_absent as assert_absent_encoded

TIMEOUT: Final = 20.0
"""Seconds after which something expected will not come any more."""
PYTHON: Final = (sys.executable, "-c", "from diag.cli.main import main; main()")


def escaped(secret: str) -> set[str]:
    """Return a secret as URLs, JSON, Python and HTML write it."""
    found = {
        *(secret, json.dumps(secret)[1:-1], repr(secret)[1:-1], html.escape(secret)),
        *(quote(secret, safe=""), quote(secret), quote_plus(secret)),
        json.dumps(secret)[1:-1].replace("/", "\\/"),
    }
    return found | {re.sub("%[0-9A-F]{2}", lambda m: m[0].lower(), each) for each in found}


def assert_no_secret(data: bytes, secrets: Iterable[str]) -> None:
    """Fail if a secret is in the data in any form, also when a terminal has broken the lines."""
    for secret in secrets:
        assert_absent_encoded(data, secret)
        unbroken = re.sub(rb"[\r\n]+ *", b"", data)
        for each in escaped(secret) if "\n" not in secret else ():
            assert each.encode() not in data, f"{secret!r} as {each!r}"
            assert each.encode() not in unbroken, f"{secret!r} as {each!r} over lines"


def assert_no_fragment(data: bytes, secret: str, size: int) -> None:
    """Fail if so many signs of a secret in a row are in the data."""
    for at in range(len(secret) - size + 1):
        piece = secret[at : at + size].encode()
        place = data.find(piece)
        assert place < 0, f"{piece!r} of {secret!r} in {data[max(place - 60, 0) : place + 60]!r}"


@dataclass
class Done:
    """What a run left."""

    code: int
    out: bytes
    """Standard output, of a run without a terminal."""
    terminal: bytes
    """All that a terminal was sent, or standard error."""
    processes: list[tuple[bytes, bytes]] = field(default_factory=list[tuple[bytes, bytes]])
    """Command line and environment of the process and its children, looked at while it ran."""

    @property
    def shown(self) -> bytes:
        return self.out + self.terminal


class Stage:
    """Folders and environment of a user, and what is looked for in them afterwards."""

    def __init__(self, folder: Path) -> None:
        self.home = folder / "home"
        self.temporary = folder / "tmp"
        self.work = folder / "work"
        self.given = folder / "given"
        """What the user has: the only place where secrets may stand."""
        for each in (self.home, self.temporary, self.work, self.given):
            each.mkdir()
        self._running: list[Running] = []
        self.environment = {
            "PATH": os.environ.get("PATH", ""),
            "HOME": str(self.home),
            "TMPDIR": str(self.temporary),
            "PYTHONPATH": str(ROOT),
            "PYTHONDONTWRITEBYTECODE": "1",
            "PYTHONUTF8": "1",
            "TERM": "xterm-256color",
            "COLUMNS": "100",
        }

    def give(self, name: str, data: str | bytes) -> str:
        """Put a file where the user has secrets; return its name."""
        path = self.given / name
        path.write_bytes(data.encode() if isinstance(data, str) else data)
        path.chmod(0o600)
        return str(path)

    def start(
        self,
        *words: str,
        environment: Mapping[str, str] | None = None,
        python: Sequence[str] = PYTHON,
        terminal: bool = True,
        **options: object,
    ) -> "Running":
        wanted = {**self.environment, **(environment or {})}
        running = Running([*python, *words], wanted, self.work, terminal, options)
        self._running.append(running)
        return running

    def close(self) -> None:
        """End what a failed test has left running."""
        for each in self._running:
            if each.process.poll() is None:
                each.process.kill()
                each.process.wait(TIMEOUT)
            each.close()

    def run(
        self,
        *words: str,
        answers: Sequence[tuple[str, str]] = (),
        environment: Mapping[str, str] | None = None,
        python: Sequence[str] = PYTHON,
        terminal: bool = True,
        **options: object,
    ) -> Done:
        """Run a command to its end, answering what it asks."""
        running = self.start(
            *words, environment=environment, python=python, terminal=terminal, **options
        )
        for question, answer in answers:
            running.until(question)
            running.type(answer)
        return running.end()

    def assert_clean(self, done: Done, *secrets: str, known_to_environment: Sequence[str] = ()):
        """Fail if a secret is anywhere but where the user had put it."""
        assert_no_secret(done.shown, secrets)
        for path in [*self.home.rglob("*"), *self.temporary.rglob("*"), *self.work.rglob("*")]:
            if path.is_file():
                assert_no_secret(path.read_bytes(), secrets)
            assert_no_secret(os.fsencode(path.name), secrets)
        assert list(self.temporary.iterdir()) == []
        assert done.processes or done.code < 0 or sys.platform != "linux"
        elsewhere = [secret for secret in secrets if secret not in known_to_environment]
        for words, environment in done.processes:
            assert_no_secret(words, secrets)
            assert_no_secret(environment, elsewhere)


class Running:
    """A command that runs, with everything it shows."""

    def __init__(
        self,
        words: list[str],
        environment: dict[str, str],
        folder: Path,
        terminal: bool,
        options: dict[str, object],
    ) -> None:
        self.out = bytearray()
        self.terminal = bytearray()
        self.processes: dict[tuple[bytes, bytes], None] = {}
        self._seen = 0
        if terminal:
            self._master, slave = pty.openpty()
            termios.tcsetwinsize(slave, (40, 100))
            streams: dict[str, object] = {"stdin": slave, "stdout": slave, "stderr": slave}
            streams |= {"preexec_fn": _own_terminal, "start_new_session": True}
        else:
            self._master, slave = os.pipe()
            streams = {"stdin": subprocess.DEVNULL, "stdout": subprocess.PIPE, "stderr": slave}
        given: dict[str, Any] = {**streams, **options}
        self.process = subprocess.Popen[bytes](words, cwd=folder, env=environment, **given)
        os.close(slave)

    def read(self, timeout: float = 0.05) -> None:
        """Take what it has shown, and look at its processes."""
        self._look()
        sources = [self._master] if self._master >= 0 else []
        out = self.process.stdout
        if out is not None and not out.closed:
            sources.append(out.fileno())
        if not sources:
            time.sleep(0.005)
            return
        for source in select.select(sources, [], [], timeout)[0]:
            try:
                data = os.read(source, 1 << 16)
            except OSError:
                data = b""
            if source == self._master:
                self.terminal += data
                if not data:
                    os.close(self._master)
                    self._master = -1
            else:
                self.out += data
                if not data and out is not None:
                    out.close()

    def wait(self, holds: Callable[[], object], what: str) -> None:
        """Read until something holds."""
        deadline = time.monotonic() + TIMEOUT
        while not holds():
            ended = self.process.poll() is not None and self._master < 0
            assert not ended, (
                f"it ended before {what}: {self.out[-600:]!r} {self.terminal[-600:]!r}"
            )
            assert time.monotonic() < deadline, f"{what} did not come: {self.terminal[-900:]!r}"
            self.read()

    def until(self, text: str) -> None:
        """Read until the terminal shows a text that was not waited for before."""
        sign = text.encode()
        self.wait(lambda: self.terminal.find(sign, self._seen) >= 0, text)
        self._seen = self.terminal.find(sign, self._seen) + len(sign)

    def converse(self, answers: Mapping[str, str], last: str) -> None:
        """Answer what it asks, as often as it asks, until it has asked the last question."""
        question = ""
        while question != last:
            places: dict[int, str] = {}

            def asked(places: dict[int, str] = places) -> bool:
                for each in answers:
                    place = self.terminal.find(each.encode(), self._seen)
                    if place >= 0:
                        places[place] = each
                return bool(places)

            self.wait(asked, f"one of {list(answers)}")
            question = places[min(places)]
            self._seen = min(places) + len(question)
            self.type(answers[question])

    def type(self, text: str) -> None:
        """Type a line."""
        os.write(self._master, text.encode() + b"\r")

    def end(self) -> Done:
        """Read to the end."""
        deadline = time.monotonic() + TIMEOUT
        out = self.process.stdout
        while self._master >= 0 or (out is not None and not out.closed):
            if time.monotonic() > deadline:
                self.process.kill()
                raise AssertionError(f"it does not end: {self.terminal[-900:]!r}")
            self.read()
        code = self.process.wait(TIMEOUT)
        return Done(code, bytes(self.out), bytes(self.terminal), list(self.processes))

    def close(self) -> None:
        """Close what is left of its streams."""
        if self._master >= 0:
            os.close(self._master)
            self._master = -1
        if self.process.stdout is not None:
            self.process.stdout.close()

    def _look(self) -> None:
        """Look at the process and its children as any program of the same user can."""
        waiting = [self.process.pid]
        while waiting:
            process = Path("/proc") / str(waiting.pop())
            try:
                seen = (process / "cmdline").read_bytes(), (process / "environ").read_bytes()
                for task in (process / "task").iterdir():
                    waiting += map(int, (task / "children").read_text().split())
            except (OSError, ValueError):
                continue
            if seen[0]:
                self.processes[seen] = None


def _own_terminal() -> None:
    import fcntl

    fcntl.ioctl(0, termios.TIOCSCTTY, 0)
