"""Start of `wpa2diag explain 1007` against `python -c pass`, in one run."""

import statistics
import subprocess
import sys
import time
from pathlib import Path

RUNS = 40
HEAVY = ("textual", "cryptography", "usb", "serial", "ahocorasick_rs", "tomllib")


def once(command: list[str]) -> float:
    """Seconds of one run."""
    begun = time.perf_counter()
    subprocess.run(command, check=True, stdout=subprocess.DEVNULL)
    return time.perf_counter() - begun


def main() -> None:
    """Take turns, so that a busy moment hits both."""
    program = Path(sys.argv[1] if len(sys.argv) > 1 else "wpa2diag")
    python = program.parent / "python"
    commands = {
        "python -c pass": [str(python), "-c", "pass"],
        "python -c 'import click'": [str(python), "-c", "import click"],
        "wpa2diag explain 1007": [str(program), "explain", "1007"],
    }
    for command in commands.values():
        once(command)
    times: dict[str, list[float]] = {name: [] for name in commands}
    for _ in range(RUNS):
        for name, command in commands.items():
            times[name].append(once(command))
    base = statistics.median(times["python -c pass"])
    for name, values in times.items():
        median = statistics.median(values)
        print(f"{name:28} median {median * 1000:6.1f} ms  {median / base:5.2f} x")
    check = (
        "import sys; from diag.cli.main import cli; "
        "cli.main(['explain', '1007'], standalone_mode=False); "
        f"print([m for m in {HEAVY!r} if m in sys.modules], len(sys.modules))"
    )
    found = subprocess.run([str(python), "-c", check], check=True, capture_output=True, text=True)
    print("heavy modules imported, and modules in all:", found.stdout.splitlines()[-1])


if __name__ == "__main__":
    main()
