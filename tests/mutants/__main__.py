"""`python -m tests.mutants PACKAGE`: print the surviving mutants; docs/mutation.md explains them."""

import argparse
import sys
from collections import Counter
from dataclasses import dataclass

import pytest

from tests.mutants.running import DETECTED, NOT_REACHED, ROOT, SURVIVED, Session

MARKERS = "not browser and not drill and not vendor and not postgres"


def test_files(*names: str) -> tuple[str, ...]:
    files = [path for name in names for path in (ROOT / "tests" / "submissions").rglob(f"test_{name}.py")]
    return tuple(str(path.relative_to(ROOT)) for path in sorted(files))


@dataclass(frozen=True)
class Package:
    files: str  # a glob pattern, relative to the project
    tests: tuple[str, ...]
    without: str = "nothing"


RULES = test_files("transitions", "deadlines", "permissions", "life", "sweeps", "claims", "second_review", "decisions")
LOST = test_files(
    "evidence", "late_workers", "read_back", "strays", "settling", "hold", "giving_up", "refusals", "status_pairs"
)
SENT = test_files("follow", "concurrency", "budget", "webhooks", "with_sandbox", "life", "sweeps")
PACKAGES = {
    "argos": Package("argos/**/*.py", ("tests/argos",), "argos/sandbox/"),
    "sandbox": Package("argos/sandbox/*.py", ("tests/argos/sandbox",)),
    "transitions": Package("submissions/workflow/transitions.py", RULES),
    "deadlines": Package("submissions/workflow/deadlines.py", RULES),
    "permissions": Package("submissions/workflow/permissions.py", RULES),
    "outbox": Package("submissions/outbox/*.py", (*LOST, *SENT)),
    "vendor_sync": Package("submissions/vendor_sync/*.py", (*LOST, *SENT)),
}


def files_of(package: Package) -> list[str]:
    found = (str(path.relative_to(ROOT)) for path in sorted(ROOT.glob(package.files)))
    return [file for file in found if not file.startswith(package.without)]


def main() -> int:
    parser = argparse.ArgumentParser()
    parser.add_argument("package", choices=PACKAGES)
    parser.add_argument("--sample", type=int, default=0, help="the maximum number, drawn by the seed; 0: all")
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--seconds", type=float, default=60, help="after which a mutant counts as detected")
    options = parser.parse_args()
    package = PACKAGES[options.package]
    session = Session(files_of(package), options.sample, options.seed, options.seconds)
    pytest.main(["-q", "-p", "no:cacheprovider", "--timeout=0", "-m", MARKERS, *package.tests], [session])
    counts = Counter(result for result, _mutant in session.results)
    print(f"{options.package}, seed {options.seed}: {len(session.results)} mutants,", end=" ")
    print(", ".join(f"{counts[result]} {result}" for result in (DETECTED, SURVIVED, NOT_REACHED)))
    return 0 if session.results else 1


if __name__ == "__main__":
    sys.exit(main())
