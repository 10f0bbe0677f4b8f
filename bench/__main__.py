"""`make bench`: every bench, each in a process of its own; `python -m bench NAME ...` runs some.

Each prints a table for people and one JSON object a line; the end says which held, and the exit code is 1 when one did
not.
"""

import subprocess
import sys
from pathlib import Path

BENCHES = {
    "intake": "a phone's photograph taken in, against bare Pillow",
    "selfies": "the check of selfies and IDs on labelled pictures (minutes)",
    "mistakes": "planted mistakes that spent a try (minutes)",
    "export": "CSV of 100,000 rows against the driver (minutes)",
    "console": "the next submission until it is usable, against a bare page with the same images",
}


def main(wanted: list[str]) -> int:
    unknown = [name for name in wanted if name not in BENCHES]
    if unknown:
        listed = "\n".join(f"  {name:10} {what}" for name, what in BENCHES.items())
        print(f"There is no bench {', '.join(unknown)}. There are:\n{listed}")
        return 2
    ended = {name: _run(name) for name in wanted or BENCHES}
    print("\n" + "\n".join(f"{name}: {'held' if code == 0 else 'DID NOT HOLD'}" for name, code in ended.items()))
    return 1 if any(ended.values()) else 0


def _run(name: str) -> int:
    root = Path(__file__).resolve().parent.parent
    return subprocess.run([sys.executable, "-m", f"bench.{name}"], cwd=root, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
