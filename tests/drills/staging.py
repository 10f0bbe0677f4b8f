"""Set up a drill: the project at the sandbox, the users, the processes; stop everything afterwards."""

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings

from submissions.accounts import demo
from submissions.models import Project
from tests.drills import guards
from tests.drills.catalogue import Drill
from tests.drills.processes import Clock, Processes
from tests.drills.scene import Scene
from tests.drills.traffic import Workforce
from tests.factories import make_project
from tests.sandbox import KEY

CONNECT_SECONDS, READ_SECONDS = 1, 3


@contextmanager
def staged(drill: Drill, options: argparse.Namespace, broker: list[str]) -> Iterator[Scene]:
    webhook_url = demo.webhook_url(settings.DATA_DIR, settings.PORT, KEY)
    processes = Processes(options.folder, broker, webhook_url, workers=drill.workers, threads=drill.threads)
    project = stage_project(processes.sandbox_url)
    workforce = Workforce(project, options.seed, cases=drill.cases, agents=drill.agents)
    if without := os.environ.get("KYC_DRILL_WITHOUT"):
        guards.weaken_database(without)
    try:
        processes.start_all()
        processes.control.knobs(looks_at_faces=False, **drill.knobs)
        clock = Clock(Path(options.folder / "clock"), processes.control)
        yield Scene(drill.name, options.seed, options.calls, processes, clock, workforce)
    finally:
        workforce.close()
        processes.stop_all()


def stage_project(sandbox_url: str) -> Project:
    project = make_project(base_url=f"{sandbox_url}/v3", connect_timeout=CONNECT_SECONDS, read_timeout=READ_SECONDS)
    project.api_key = KEY
    project.webhook_token = demo.webhook_token(settings.DATA_DIR, KEY)
    project.save()
    return project
