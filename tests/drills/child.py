"""Run one drill in a process of its own and return its figures."""

import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

from tests.drills.one import RESULT
from tests.drills.processes import tied
from tests.stack import ROOT

Counts = dict[str, Any]


class Broken(Exception):
    """The drill itself failed before it could count."""


def run(name: str, seed: int, calls: int, environment: dict[str, str], *, without: str = "") -> Counts:
    """Run a drill; print what does not hold and where the logs are."""
    folder = Path(tempfile.mkdtemp(prefix=f"kyc-drill-{name}-"))
    print(f"{name}{f' without {without}' if without else ''}, seed {seed}, {calls} calls ...", flush=True)
    counts = _counted(name, seed, calls, folder, environment | {"KYC_DRILL_WITHOUT": without})
    wrong = [f"  {figure['name']}: {line}" for figure in counts["figures"] for line in figure["wrong"]]
    if wrong and not without:
        wrong.append(f"  logs: {folder}")
    else:
        shutil.rmtree(folder, ignore_errors=True)
    print("\n".join([f"  counted after {counts['seconds']:.0f} s", *wrong]), flush=True)
    return counts


def _counted(name: str, seed: int, calls: int, folder: Path, environment: dict[str, str]) -> Counts:
    command = [sys.executable, "-m", "tests.drills.one", name, f"--seed={seed}", f"--calls={calls}"]
    with (folder / "drill.log").open("w") as errors:
        done = subprocess.run(
            tied([*command, f"--folder={folder}"]),
            cwd=ROOT,
            env=environment | {"PATH": os.environ["PATH"], "PYTHONPATH": str(ROOT)},
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            check=False,
        )
    line = next((line for line in done.stdout.splitlines() if line.startswith(RESULT)), None)
    if line is None:
        log = (folder / "drill.log").read_text()[-4000:]
        raise Broken(f"{name} ended with code {done.returncode}: {log}\nits logs: {folder}")
    counts: Counts = json.loads(line[len(RESULT) :])
    return counts
