"""`python -m tests.mutants ROOM`: what survives is printed; docs/mutation.md says why each may."""

import argparse
import sys
from collections import Counter
from dataclasses import dataclass

import pytest

from tests.mutants.running import NOT_REACHED, NOTICED, ROOT, SURVIVED, Session

HERE = "not browser and not drill and not vendor and not postgres"


def domain(*names: str) -> tuple[str, ...]:
    files = [path for name in names for path in (ROOT / "tests" / "submissions").rglob(f"test_{name}.py")]
    return tuple(str(path.relative_to(ROOT)) for path in sorted(files))


@dataclass(frozen=True)
class Room:
    files: str  # a pattern below the project's root
    tests: tuple[str, ...]
    without: str = "nothing"


RULES = domain("transitions", "deadlines", "permissions", "life", "sweeps", "claims", "second_review", "decisions")
LOST = domain(
    "evidence", "late_workers", "read_back", "strays", "settling", "hold", "giving_up", "refusals", "status_pairs"
)
SENT = domain("follow", "concurrency", "budget", "webhooks", "with_sandbox", "life", "sweeps")
ROOMS = {
    "argos": Room("argos/**/*.py", ("tests/argos",), "argos/sandbox/"),
    "sandbox": Room("argos/sandbox/*.py", ("tests/argos/sandbox",)),
    "transitions": Room("submissions/workflow/transitions.py", RULES),
    "deadlines": Room("submissions/workflow/deadlines.py", RULES),
    "permissions": Room("submissions/workflow/permissions.py", RULES),
    "outbox": Room("submissions/outbox/*.py", (*LOST, *SENT)),
    "vendor_sync": Room("submissions/vendor_sync/*.py", (*LOST, *SENT)),
}


def files_of(room: Room) -> list[str]:
    found = (str(path.relative_to(ROOT)) for path in sorted(ROOT.glob(room.files)))
    return [file for file in found if not file.startswith(room.without)]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("room", choices=ROOMS)
    parser.add_argument("--sample", type=int, default=0, help="at most so many, drawn by the seed; 0: all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=60, help="after which a mutant counts as noticed")
    given = parser.parse_args()
    room = ROOMS[given.room]
    session = Session(files_of(room), given.sample, given.seed, given.seconds)
    pytest.main(["-q", "-p", "no:cacheprovider", "--timeout=0", "-m", HERE, *room.tests], [session])
    told = Counter(result for result, _mutant in session.results)
    print(f"{given.room}, seed {given.seed}: {len(session.results)} mutants,", end=" ")
    print(", ".join(f"{told[result]} {result}" for result in (NOTICED, SURVIVED, NOT_REACHED)))
    return 0 if session.results else 1


if __name__ == "__main__":
    sys.exit(main())
