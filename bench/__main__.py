"""`make bench`: run every benchmark in a process of its own; `python -m bench NAME ...` runs some.

Each prints a table and one JSON object per line; a summary at the end names the missed bounds, and the exit code is 1
if there are any. SIZE=small uses small databases, to show that the benchmarks work.
"""

import subprocess
import sys

from bench import ROOT
from bench.dataset import here
from bench.size import IS_SMALL

LARGE, BOTH, OPEN = (here.LARGE_SET,), (here.LARGE_SET, here.LITTLE_SET), (here.OPEN_LARGE, here.OPEN_LITTLE)
# description, and the kept databases that it needs (none: it creates its own)
BENCHES: dict[str, tuple[str, tuple[str, ...]]] = {
    "queue": ("the pending queue, against the stock admin and the bare driver", LARGE),
    "lookup": ("exact search, against the stock admin's", LARGE),
    "trips": ("round trips to the database of the pages that everybody opens", (here.LITTLE_SET,)),
    "growth": ("filter sets, date windows and the review page among a million and among ten thousand", BOTH),
    "quality": ("the report on quality checks and the forecast of next checks among a million", LARGE),
    "sweep": (
        "the deadline sweep among a million open ones and among ten thousand",
        (here.OPEN_LARGE, here.OPEN_LITTLE),
    ),
    "webhooks": ("webhook intake, against a bare view that stores the body", (here.SCRATCH,)),
    "calls": ("Step 2 calls through the worker: rate at a vendor of 300 ms, CPU per call", (here.SCRATCH,)),
    "workers": ("Step 2 calls through one, two and four workers", (here.SCRATCH,)),
    "deliveries": ("outgoing messages: a decision's way to its receiver, and the rate of a backlog", (here.SCRATCH,)),
    "floor": ("fifty users for ten minutes, with the database and Redis 2 ms away", (here.LARGE_SCRATCH,)),
    "idle": ("memory, CPU and rows read with nobody there (minutes)", BOTH),
    "intake": ("a phone's photograph taken in, against bare Pillow", ()),
    "selfies": ("the check of selfies and IDs on labelled pictures (minutes)", ()),
    "mistakes": ("planted mistakes that spent a try (minutes)", ()),
    "imports": ("10,000 customers of a file until each is a draft", (here.SCRATCH,)),
    "export": ("CSV of 100,000 rows against the driver (minutes)", ()),
    "seals": ("tampering in every position of 10,000 sealed events (minutes)", ()),
    "writers": ("16 writers of events at once, against a plain insert", ()),
    "privacy": ("the review page with everything encrypted, against a plain twin", ()),
    "rotation": ("submissions re-wrapped a second", ()),
    "console": ("the next submission until it is usable, against a bare page with the same images", ()),
}


def main(wanted: list[str]) -> int:
    unknown = [name for name in wanted if name not in BENCHES]
    if unknown:
        listed = "\n".join(f"  {name:10} {what}" for name, (what, _databases) in BENCHES.items())
        print(f"Unknown benchmark {', '.join(unknown)}. The benchmarks are:\n{listed}")
        return 2
    ended = {name: _run(name) for name in wanted or _all()}
    print("\n" + "\n".join(f"{name}: {'held' if code == 0 else 'DID NOT HOLD'}" for name, code in ended.items()))
    return 1 if any(ended.values()) else 0


def _all() -> list[str]:
    """Return all benchmarks; for a small run, those that create their own databases and do not wait."""
    return [name for name, (_what, databases) in BENCHES.items() if not IS_SMALL or (databases and name != "idle")]


def _run(name: str) -> int:
    _what, databases = BENCHES[name]
    if databases:
        return here.run(f"bench.{name}", databases)
    return subprocess.run([sys.executable, "-m", f"bench.{name}"], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
