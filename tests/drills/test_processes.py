"""No process of a drill survives the drill, however it ends."""

import os
import signal
import subprocess
import sys
import time

import pytest

PARENT = """
import subprocess
from tests.drills.processes import tied
child = subprocess.Popen(tied(["sleep", "60"]), start_new_session=True)
print(child.pid, flush=True)
child.wait()
"""


@pytest.mark.slow
def test_killed_drill_leaves_no_process_behind() -> None:
    parent = subprocess.Popen([sys.executable, "-c", PARENT], stdout=subprocess.PIPE, text=True)
    assert parent.stdout is not None
    child = int(parent.stdout.readline())
    assert is_running(child)
    parent.kill()
    parent.wait()
    parent.stdout.close()
    for _time in range(100):
        if not is_running(child):
            return
        time.sleep(0.05)
    os.kill(child, signal.SIGKILL)
    raise AssertionError("a process of a killed drill goes on")


def is_running(pid: int) -> bool:
    """Return whether it runs; a zombie does not."""
    state = subprocess.run(["ps", "-o", "stat=", "-p", str(pid)], capture_output=True, text=True, check=False).stdout
    return bool(state.strip()) and not state.startswith("Z")
