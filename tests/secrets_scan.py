"""Scan the tracked files for secrets with detect-secrets.

`.secrets.baseline` has the settings. The keyword rule is off in it: tests contain many passwords that protect nothing,
and a rule with many false alarms is ignored. A reviewed false positive is marked in its line.
"""

import subprocess
import sys

from tests.stack import ROOT

LOCKED = ("requirements.txt", "requirements-dev.txt", "package-lock.json")  # hashes, thousands of them


def main() -> int:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, text=True, check=False)
    if listed.returncode:
        print("secrets scan: NOT RUN, this is no git checkout")
        return 0
    files = [name for name in listed.stdout.split("\0") if name and name not in LOCKED and (ROOT / name).exists()]
    command = [sys.executable, "-m", "detect_secrets.pre_commit_hook", "--baseline", ".secrets.baseline", "--no-verify"]
    found = subprocess.run([*command, *files], cwd=ROOT, check=False).returncode
    if found:
        print(
            "If it is a secret, remove and replace it everywhere. If not, end its line with  # pragma: allowlist secret"
        )
    else:
        print(f"secrets scan: {len(files)} files, no secret")
    return found


if __name__ == "__main__":
    sys.exit(main())
