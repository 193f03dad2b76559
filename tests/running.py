"""`wpa2diag` in this process, and in one of its own with the memory it took."""

import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from click.testing import CliRunner, Result

from diag.cli.main import cli

ROOT: Final = Path(__file__).parent.parent

# `VmHWM` counts from the start of the program; `ru_maxrss` on Linux also holds what the
# parent had before it, which would hide a growth.
_MAIN: Final = """
import sys
def peak():
    try:
        with open("/proc/self/status") as file:
            return next(int(l.split()[1]) << 10 for l in file if l.startswith("VmHWM"))
    except OSError:
        import resource
        used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return used if sys.platform == "darwin" else used << 10
{before}
from diag.cli.main import main
try:
    main()
finally:
    print("PEAK", peak(), file=sys.stderr)
"""


class Command:
    """The command line in this process: what it prints and how it exits."""

    def __call__(self, *args: str, stdin: bytes | None = None) -> Result:
        """Run `wpa2diag` with these words; an exception that is no exit is raised."""
        return CliRunner().invoke(cli, list(args), input=stdin, catch_exceptions=False)


@dataclass(frozen=True, slots=True)
class Done:
    """What a run left."""

    code: int
    out: str
    err: str
    """Standard error without our own line."""
    peak: int
    """Bytes of memory at most."""


def environment() -> dict[str, str]:
    """The environment of a run: this checkout, UTF-8, no bytecode written."""
    return {
        **os.environ,
        "PYTHONPATH": str(ROOT),
        "PYTHONUTF8": "1",
        "PYTHONDONTWRITEBYTECODE": "1",
        "NO_COLOR": "1",
    }


def run(*args: str, stdin: bytes | None = None, before: str = "", timeout: float = 60) -> Done:
    """Run `wpa2diag` with these words; `before` is run in the process first."""
    done = subprocess.run(
        [sys.executable, "-c", _MAIN.replace("{before}", before), *args],
        input=stdin,
        capture_output=True,
        env=environment(),
        timeout=timeout,
        check=False,
    )
    err = done.stderr.decode("utf-8", "backslashreplace").splitlines()
    peaks = [int(text.split()[1]) for text in err if text.startswith("PEAK ")]
    rest = "".join(f"{text}\n" for text in err if not text.startswith("PEAK "))
    return Done(done.returncode, done.stdout.decode("utf-8"), rest, peaks[-1] if peaks else 0)
