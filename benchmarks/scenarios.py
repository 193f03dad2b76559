"""How often the true cause comes first, and whether `fix` cures it: scenario by release.

    python benchmarks/scenarios.py --seeds 50 > table.md

Each run is a simulated Photon with a fault, the whole of `fix` and a simulated user who
agrees to everything and knows what the scenario says. Prints a Markdown table, and how
often what was called so and so probable was true.
"""

import argparse
from collections import Counter, defaultdict
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import partial

from diag.simulator import Photon, scenario, scenarios
from diag.tasks.fixing import End, fix
from diag.tasks.simulating import SimulatedUser, simulate

RELEASES = ("0.7.0", "1.5.2", "2.3.1", "3.3.1")
CURABLE = ("set-outer-identity", "set-credentials")
"""A stuck radio needs its power taken away, which the tool can only say."""


@dataclass(frozen=True)
class Run:
    """How one run came out."""

    first: bool
    among_three: bool
    at_end: bool
    """Whether it is among the first three once fixes have been tried, or it was cured."""
    end: str
    right: bool
    """Whether it was cured where it can be, and else not claimed to be."""
    causes: tuple[tuple[float, bool], ...]
    """Probability of each cause shown, and whether it is true."""
    lead: str
    verdict: str


def run(name: str, release: str, *, usb: bool, seed: int) -> Run:
    """Play one scenario to its end."""
    told = scenario(name)
    truth = told.on(release)
    photon = Photon(told, release=release, seed=seed)
    simulated = simulate(photon, usb=usb)
    user = SimulatedUser(simulated)
    profile = simulated.stored or simulated.user
    steps = fix(simulated.device, profile)
    answer = None
    while True:
        try:
            answer = user.answer(steps.send(answer))
        except StopIteration as end:
            result = end.value
            break
    simulated.device.live.close()
    causes = [(cause.id, cause.probability) for cause in result.before.causes]
    wanted = set(truth.truth)
    curable = truth.cure in CURABLE
    if not wanted:
        right = result.end is End.WELL
    elif curable:
        right = result.end in (End.CURED, End.SHOWN) and photon.connected
    else:
        # A change meant as a test shows the cause, and is said to be no more.
        right = result.end not in (End.CURED, End.WELL)
    return Run(
        first=bool(causes) and causes[0][0] in wanted if wanted else not causes,
        among_three=bool(wanted & {id for id, _ in causes[:3]}) if wanted else not causes,
        at_end=result.cured_by is not None
        or bool(wanted & {cause.id for cause in result.after.causes[:3]})
        or (not wanted and not causes),
        end=result.end.name.lower(),
        right=right,
        causes=tuple((probability, id in wanted) for id, probability in causes),
        lead=causes[0][0] if causes else "-",
        verdict=result.before.verdict.value,
    )


def cell(task: tuple[str, str], *, seeds: int, usb: bool) -> tuple[tuple[str, str], list[Run]]:
    """All runs of one scenario on one release."""
    return task, [run(*task, usb=usb, seed=seed) for seed in range(seeds)]


def main() -> None:
    """Run everything and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seeds", type=int, default=50)
    parser.add_argument("--only", nargs="*", default=())
    parser.add_argument("--releases", nargs="*", default=RELEASES)
    parser.add_argument("--no-usb", action="store_true", help="vitals in listening mode only")
    parser.add_argument("--jobs", type=int, default=2)
    options = parser.parse_args()
    names = options.only or scenarios()
    tasks = [(name, release) for name in names for release in options.releases]
    bins: dict[int, list[bool]] = defaultdict(list)
    print("| scenario | release | first | among three | at the end | right end | ends | lead |")
    print("|---|---|---|---|---|---|---|---|")
    total: Counter[str] = Counter()
    with ProcessPoolExecutor(options.jobs) as pool:
        work = partial(cell, seeds=options.seeds, usb=not options.no_usb)
        for (name, release), runs in pool.map(work, tasks):
            count = len(runs)
            first = sum(one.first for one in runs)
            three = sum(one.among_three for one in runs)
            late = sum(one.at_end for one in runs)
            right = sum(one.right for one in runs)
            ends = ", ".join(f"{end} {n}" for end, n in Counter(r.end for r in runs).most_common())
            lead = Counter(one.lead for one in runs).most_common(1)[0][0]
            print(
                f"| {name} | {release} | {first}/{count} | {three}/{count} | {late}/{count} "
                f"| {right}/{count} "
                f"| {ends} | {lead} |",
                flush=True,
            )
            total += Counter(first=first, three=three, late=late, right=right, runs=count)
            for one in runs:
                for probability, true in one.causes:
                    bins[min(9, int(probability * 10))].append(true)
    counts = ", ".join(f"{key} {total[key]}" for key in ("first", "three", "late", "right"))
    print(f"\nOf {total['runs']}: {counts}.\n")
    print("| called | so often true | cases |\n|---|---|---|")
    for low, seen in sorted(bins.items()):
        share = sum(seen) / len(seen)
        print(f"| {low / 10:.1f} to {(low + 1) / 10:.1f} | {share:.2f} | {len(seen)} |")


if __name__ == "__main__":
    main()
