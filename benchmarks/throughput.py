"""Parse and diagnose large logs: MB/s, against `grep -c` on the same file, and memory."""

import random
import resource
import subprocess
import sys
import tempfile
import time
from pathlib import Path

SIZE = 200_000_000
WORDS = (
    *("temp", "hum", "sensor", "value", "loop", "publish", "ok", "state", "motor", "speed"),
    *("adc", "light", "reading", "sent", "queue", "tick", "network", "event", "ready", "door"),
)
BURST = (
    "Free RAM before suppl: {heap}",
    "Starting supplicant",
    "Supplicant started 0",
    "Free RAM after suppl: {less}",
    "Joining CampusWLAN",
    "Free RAM connect: {less}",
    "wiced_join_ap_specific(), result: {code}",
    "Stopping supplicant",
    "Supplicant stopped",
    "Free RAM after suppl stop: {heap}",
)
LEVELS = ("TRACE", "TRACE", "TRACE", "TRACE", "INFO", "TRACE", "ERROR", "TRACE", "TRACE", "TRACE")


def burst(ms: int, rng: random.Random) -> str:
    """The lines of one failed join attempt."""
    values = {"heap": 46_000 + rng.randrange(999), "less": 35_000 + rng.randrange(999)}
    values["code"] = rng.choice((1025, 1025, 1006, 1007))
    return "".join(
        f"{ms + 90 * i:010d} [hal.wlan] {level}: {text.format(**values)}\r\n"
        for i, (level, text) in enumerate(zip(LEVELS, BURST, strict=True))
    )


def prints(rng: random.Random) -> str:
    """One print of an application."""
    words = (
        rng.choice(WORDS) + (f"={rng.randrange(9999)}" if rng.random() < 0.4 else "")
        for _ in range(rng.randrange(3, 9))
    )
    return " ".join(words) + "\r\n"


def write_log(path: Path, share: float) -> None:
    """Write a log in which this share of the bytes is device lines."""
    rng = random.Random(1)
    block = bytearray()
    ms, device = 1000, 0
    while len(block) < SIZE // 20:
        if device < share * len(block) or share == 1:
            text = burst(ms, rng)
            ms += 1300
            device += len(text)
        else:
            text = prints(rng)
        block += text.encode()
    with path.open("wb") as file:
        for _ in range(20):
            file.write(block)


def run(command: list[str]) -> tuple[float, int]:
    """Seconds of a command and the most memory any child had so far, in MiB."""
    begun = time.perf_counter()
    # Into a pipe: grep stops at the first match when its output goes nowhere.
    subprocess.run(command, check=False, capture_output=True)
    taken = time.perf_counter() - begun
    return taken, resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss >> 10


def main() -> None:
    """Measure both kinds of log."""
    program = sys.argv[1] if len(sys.argv) > 1 else "wpa2diag"
    small, _ = run([program, "diagnose", "--code", "1007"])
    with tempfile.TemporaryDirectory() as folder:
        for name, share in (
            ("prints only", 0.0),
            ("1 % device lines", 0.01),
            ("device lines only", 1),
        ):
            path = Path(folder) / "log"
            write_log(path, share)
            size = path.stat().st_size / 1e6
            run(["grep", "-c", "wiced_join_ap_specific", str(path)])
            grep = min(
                run(["grep", "-c", "wiced_join_ap_specific", str(path)])[0] for _ in range(3)
            )
            ours, memory = min(run([program, "diagnose", str(path)]) for _ in range(3))
            print(
                f"{name:18} {size:4.0f} MB: grep {size / grep:6.0f} MB/s, "
                f"wpa2diag {size / ours:6.1f} MB/s ({grep / ours:.2f} of grep's speed), "
                f"at most {memory} MiB"
            )
    print(f"(a diagnosis without a log takes {small:.2f} s of each of these)")


if __name__ == "__main__":
    main()
