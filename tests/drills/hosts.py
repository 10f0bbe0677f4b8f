"""Drills on several hosts: web servers and workers that die one after the other, and a new version rolled out.

The clocks keep still, so that what is counted is what the hosts did. The second web server runs with a DATA_DIR of its
own, as on a host of its own; what hosts share is the database, Redis and the storage.
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
# A migration that cannot get its lock in this time gives up and can be started again; nobody stands behind it for long.
PATIENT = {"PGOPTIONS": "-c lock_timeout=3s"}


@drill(workers=3)
def many_hosts(scene: "Scene") -> None:
    """Two web servers and three workers; one of each is killed and started again, over and over, while people work."""
    killed = {"web": 0, "worker": 0}
    for worker in scene.plant.workers:
        scene.plant.put_on_own_host(worker)  # from when it is started again
    with crowd_before(scene) as servers:
        for turn in scene.gusts(1, jump=0):
            if turn % 4 == 1 and all(scene.plant.answers(name) for name in servers):
                scene.plant.restart(servers[killed["web"] % 2])
                killed["web"] += 1
            if turn % 4 == 3:
                scene.plant.restart(scene.draw.choice(scene.plant.workers))
                killed["worker"] += 1
        wait_for(scene, servers)
    scene.notes |= {f"{kind}s killed": count for kind, count in killed.items()}


@drill(workers=2)
def rolled_out(scene: "Scene") -> None:
    """A new version under load: its migration while the old one serves, then both side by side, then host by host."""
    with crowd_before(scene) as servers:
        for _turn in scene.gusts(1, jump=0, share=0.3):
            pass
        scene.notes["migration under load took (s)"] = migrate_to_next()
        scene.plant.restart(SECOND, DJANGO_SETTINGS_MODULE=NEXT)
        wait_for(scene, servers)
        for _turn in scene.gusts(1, jump=0, share=0.6):
            pass
        for worker in scene.plant.workers:
            scene.plant.restart(worker, DJANGO_SETTINGS_MODULE=NEXT)
        scene.plant.restart("web", DJANGO_SETTINGS_MODULE=NEXT)
        wait_for(scene, servers)
        for _turn in scene.gusts(1, jump=0):
            pass


@contextmanager
def crowd_before(scene: "Scene") -> Iterator[list[str]]:
    """People with browsers before two web servers; what they saw and what they lost is counted at the end."""
    from tests.drills.browsers import Crowd

    scene.plant.add_web(SECOND, free_port())
    servers = ["web", SECOND]
    wait_for(scene, servers)
    crowd = Crowd(scene.floor.project, [scene.plant.urls[name] for name in servers], scene.seed)
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
    while not all(scene.plant.answers(name) for name in servers):
        assert time.monotonic() - started < BACK_WITHIN, f"{servers} do not answer: {scene.plant.tail(SECOND)}"
        time.sleep(0.3)


def migrate_to_next() -> float:
    started = time.monotonic()
    environment = {**os.environ, **PATIENT, "DJANGO_SETTINGS_MODULE": NEXT}
    command = [sys.executable, "manage.py", "migrate", "--no-input", "--verbosity", "0"]
    subprocess.run(command, cwd=ROOT, env=environment, check=True, timeout=120)
    return round(time.monotonic() - started, 1)
