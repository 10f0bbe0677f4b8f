"""Drills on several hosts: web servers and workers die one after the other, and a new version is deployed.

The clocks stand still, so that the figures show the effect of the hosts only. The second web server has a DATA_DIR of
its own, as on a separate host; the hosts share the database, Redis and the storage.
"""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

from kycportal.run import free_port
from tests.drills.catalogue import drill
from tests.stack import ROOT

if TYPE_CHECKING:
    from tests.drills.scene import Scene

SECOND = "web2"
NEXT = "tests.drills.settings_next"
BACK_WITHIN = 240  # seconds
# A migration that cannot get its lock in this time fails and can be started again, so it never blocks others for long.
PATIENT = {"PGOPTIONS": "-c lock_timeout=3s"}


@drill(workers=3)
def many_hosts(scene: "Scene") -> None:
    """Run two web servers and three workers; kill and restart one of each repeatedly while users work."""
    killed = {"web": 0, "worker": 0}
    for worker in scene.processes.workers:
        scene.processes.put_on_own_host(worker)  # after its restart
    with crowd_before(scene) as servers:
        for turn in scene.fault_rounds(1, jump=0):
            if turn % 4 == 1 and all(scene.processes.answers(name) for name in servers):
                scene.processes.restart(servers[killed["web"] % 2])
                killed["web"] += 1
            if turn % 4 == 3:
                scene.processes.restart(scene.draw.choice(scene.processes.workers))
                killed["worker"] += 1
        wait_for(scene, servers)
    scene.notes |= {f"{kind}s killed": count for kind, count in killed.items()}


@drill(workers=2)
def rolled_out(scene: "Scene") -> None:
    """Deploy a new version under load: migrate while the old one serves, run both, then replace host by host."""
    with crowd_before(scene) as servers:
        for _turn in scene.fault_rounds(1, jump=0, share=0.3):
            pass
        scene.notes["migration under load took (s)"] = migrate_to_next()
        scene.processes.restart(SECOND, DJANGO_SETTINGS_MODULE=NEXT)
        wait_for(scene, servers)
        for _turn in scene.fault_rounds(1, jump=0, share=0.6):
            pass
        for worker in scene.processes.workers:
            scene.processes.restart(worker, DJANGO_SETTINGS_MODULE=NEXT)
        scene.processes.restart("web", DJANGO_SETTINGS_MODULE=NEXT)
        wait_for(scene, servers)
        for _turn in scene.fault_rounds(1, jump=0):
            pass


@contextmanager
def crowd_before(scene: "Scene") -> Iterator[list[str]]:
    """Run users with browsers in front of two web servers; count their errors and lost values at the end."""
    from tests.drills.browsers import Crowd

    scene.processes.add_web(SECOND, free_port())
    servers = ["web", SECOND]
    wait_for(scene, servers)
    crowd = Crowd(scene.workforce.project, [scene.processes.urls[name] for name in servers], scene.seed)
    crowd.start()
    yield servers
    crowd.close()
    counts = crowd.counts()
    scene.notes["requests of browsers"] = counts["requests"]
    scene.notes["requests tried once more"] = counts["tried once more"]
    scene.must_not["requests that failed at two servers"] = crowd.failed()
    scene.must_not["drafts saved and not there"] = crowd.lost()


def wait_for(scene: "Scene", servers: list[str]) -> None:
    started = time.monotonic()
    while not all(scene.processes.answers(name) for name in servers):
        assert time.monotonic() - started < BACK_WITHIN, f"{servers} do not answer: {scene.processes.tail(SECOND)}"
        time.sleep(0.3)


def migrate_to_next() -> float:
    started = time.monotonic()
    environment = {**os.environ, **PATIENT, "DJANGO_SETTINGS_MODULE": NEXT}
    command = [sys.executable, "manage.py", "migrate", "--no-input", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, timeout=120)
    return round(time.monotonic() - started, 1)
