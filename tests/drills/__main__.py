"""Run drills one after the other; print figures as a table and as JSON lines; exit 1 if one does not hold.

python -m tests.drills [NAME ...] [--seed N] [--calls N]   those drills, else all of them and the proofs below
python -m tests.drills --without GUARD                     the drill that must fail without this guard
"""

import argparse
import random
import signal
import sys

from bench.report import Report
from tests.drills import databases
from tests.drills.catalogue import known
from tests.drills.child import Broken, Counts, run
from tests.drills.guards import GUARDS

CALLS = 300
SQLITE_CALLS = 60
ON_SQLITE = ("cut_after", "worker_killed", "two_workers")


def main() -> int:
    options = arguments()
    signal.signal(signal.SIGTERM, lambda *_args: sys.exit("ended from outside"))  # so that the database server ends too
    seed = random.randrange(10**6) if options.seed is None else options.seed
    report = Report(f"Drills, seed {seed}")
    everything = not (options.names or options.without or options.sqlite)
    with databases.postgresql() as server:
        for name in options.names or (known() if everything else ()):
            add(report, name, counted(report, name, seed, options.calls or CALLS, server.fresh(name)))
            server.drop(name)
        for name in ON_SQLITE if everything or options.sqlite else ():
            calls = options.calls or SQLITE_CALLS
            add(report, f"{name} on SQLite", counted(report, name, seed, calls, databases.sqlite()))
        for name in GUARDS if everything else options.without:
            prove(report, name, seed, 0 if everything else options.calls, server)
    return report.finish()


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="python -m tests.drills", description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("names", nargs="*", metavar="NAME", choices=[[], *known()], help=", ".join(known()))
    parser.add_argument("--seed", type=int, default=None, help="default: a new one each time")
    parser.add_argument("--calls", type=int, default=0, help=f"Step 2 calls of each drill (default {CALLS})")
    parser.add_argument("--without", action="append", default=[], choices=GUARDS, metavar="GUARD")
    parser.add_argument("--sqlite", action="store_true", help="run the short set on the embedded database")
    return parser.parse_args()


def counted(
    report: Report, name: str, seed: int, calls: int, environment: dict[str, str], *, without: str = ""
) -> Counts | None:
    """Return the figures; None if the drill itself failed, which fails the run but not the other drills."""
    try:
        return run(name, seed, calls, environment, without=without)
    except Broken as error:
        print(error, flush=True)
        report.add(f"{name}{f' without {without}' if without else ''}: came to its count", 0, "", at_least=1)
        return None


def add(report: Report, name: str, counts: Counts | None) -> None:
    if counts is None:
        return
    for figure in counts["figures"]:
        report.add(
            f"{name}: {figure['name']}",
            figure["value"],
            figure["unit"],
            against=figure["against"],
            at_most=figure["at_most"],
            at_least=figure["at_least"],
        )
    report.add(f"{name}: took", counts["seconds"], "s")


def prove(report: Report, guard: str, seed: int, calls: int, server: databases.Postgres) -> None:
    """Run the drill without its guard; the named figure must detect that."""
    taken = GUARDS[guard]
    database = f"without_{guard}"
    counts = counted(report, taken.drill, seed, calls or taken.calls, server.fresh(database), without=guard)
    server.drop(database)
    if counts is None:
        return
    moved = {figure["name"]: len(figure["wrong"]) for figure in counts["figures"] if figure["wrong"]}
    seen = ", ".join(f"{name}: {moved[name]}" for name in taken.moves if name in moved) or "nothing moved"
    value = sum(moved.get(name, 0) for name in taken.moves)
    report.add(f"without {guard} ({taken.what}), {taken.drill} must fail", value, "", against=seen, at_least=1)


if __name__ == "__main__":
    sys.exit(main())
