"""Audit the pinned packages for known vulnerabilities. Fail on a finding; report loudly if the audit is impossible.

pip-audit reports no vulnerabilities even if it skipped every package, so this reads its JSON and counts the skipped
ones.
"""

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LOUD = "!" * 78


def main() -> int:
    command = [sys.executable, "-m", "pip_audit", "--format", "json", "--disable-pip", "--require-hashes"]
    command += ["--progress-spinner", "off", "--timeout", "10", "-r", "requirements.txt"]
    try:
        done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=240)
    except subprocess.TimeoutExpired:
        return _not_made("the vulnerability service did not answer in time")
    try:
        packages = json.loads(done.stdout)["dependencies"]
    except (ValueError, KeyError):
        return _not_made((done.stderr.strip().splitlines() or ["no answer"])[-1][:200])
    return _judge(packages)


def _judge(packages: list[dict[str, object]]) -> int:
    skipped = [package["name"] for package in packages if "skip_reason" in package]
    bad = [package for package in packages if package.get("vulns")]
    for package in bad:
        print(f"VULNERABLE: {package['name']} {package['version']}: {package['vulns']}")
    if skipped:
        _not_made(f"{len(skipped)} of {len(packages)} packages were skipped: {', '.join(map(str, skipped))}")
    print(f"audit: {len(packages) - len(skipped)} packages checked, {len(bad)} with known vulnerabilities")
    return 1 if bad else 0


def _not_made(why: str) -> int:
    print(f"{LOUD}\nTHE VULNERABILITY AUDIT DID NOT RUN (completely): {why}\n{LOUD}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
