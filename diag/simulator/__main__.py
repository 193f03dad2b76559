"""Serve a simulated Photon on a pseudo-terminal: `python -m diag.simulator SCENARIO`."""

import argparse
import sys
import time
from pathlib import Path

from diag.simulator import APPS, RELEASES, Photon, scenario, scenarios


def main(arguments: list[str] | None = None) -> int:
    """Serve until Ctrl-C; print the terminal's name first."""
    parser = argparse.ArgumentParser(prog="python -m diag.simulator", description=main.__doc__)
    parser.add_argument("scenario", choices=scenarios(), metavar="SCENARIO")
    parser.add_argument("--release", choices=RELEASES, default="1.5.2")
    parser.add_argument("--app", choices=APPS, default="tinkerdebug070")
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--speed", type=float, default=1.0, help="virtual seconds per second")
    parser.add_argument("--link", type=Path, help="keep a symbolic link to the terminal here")
    chosen = parser.parse_args(arguments)
    if chosen.speed <= 0:
        parser.error("--speed has to be more than 0")
    try:
        photon = Photon(
            scenario(chosen.scenario),
            release=chosen.release,
            app=chosen.app,
            seed=chosen.seed,
        )
        from diag.simulator.pty import PtyPhoton
    except ValueError as error:
        parser.error(str(error))
    except ImportError:
        parser.error("this system has no pseudo-terminals; use sim:SCENARIO as the port")
    with PtyPhoton(photon, speed=chosen.speed, link=chosen.link) as served:
        shown = None
        try:
            while True:
                path = served.path
                if path is not None and path != shown:
                    sys.stdout.write(f"{path}\n")
                    sys.stdout.flush()
                shown = path
                time.sleep(0.1)
        except KeyboardInterrupt:
            return 0


if __name__ == "__main__":
    sys.exit(main())
