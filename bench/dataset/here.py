"""Give a benchmark the kept cluster with the databases it names, their keys, and the embedded broker.

Such a benchmark is a module with `measure()`, which runs in a process of its own after all of this has started.
"""

import os
import secrets
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

from bench import ROOT
from bench.dataset.cluster import FILLING, Cluster, kept
from bench.size import LARGE, LITTLE, shown
from kycportal.run import broker_binary, free_port

LARGE_SET, LITTLE_SET = f"filed_{shown(LARGE)}".lower(), f"filed_{shown(LITTLE)}".lower()
OPEN_LARGE, OPEN_LITTLE = f"open_{shown(LARGE)}".lower(), f"open_{shown(LITTLE)}".lower()
# How to create each one: the statement that fills it, and the filled one that it is copied from.
LOAD, MULTIPLY = (
    "from bench.dataset.load import fill; fill({})",
    "from bench.dataset.opened import multiply; multiply({})",
)
MADE = {
    LITTLE_SET: (LOAD.format(LITTLE), "template1"),
    LARGE_SET: (LOAD.format(LARGE), "template1"),
    OPEN_LITTLE: (MULTIPLY.format(LITTLE), LITTLE_SET),
    OPEN_LARGE: (MULTIPLY.format(LARGE), LITTLE_SET),
}
# Created for one run and deleted afterwards: copies of filled ones, for benchmarks that change them.
SCRATCH, LARGE_SCRATCH = "scratch", "large_scratch"
COPY_OF = {SCRATCH: LITTLE_SET, LARGE_SCRATCH: LARGE_SET}
SET_UP = "import sys, django; django.setup()"


def run(bench: str, databases: tuple[str, ...]) -> int:
    """Start everything, then call `measure()` of that module with Django on the first of the databases."""
    cluster, sources = kept(), tuple(dict.fromkeys(COPY_OF.get(name, name) for name in databases))
    ensure(cluster, sources)
    with ExitStack() as stack:
        stack.enter_context(cluster.running())
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory(prefix="kyc-bench-")))
        environment = environment_of(cluster, databases[0], folder)
        environment["REDIS_URL"] = stack.enter_context(broker(folder))
        for name in sources:
            if name not in (OPEN_LARGE, OPEN_LITTLE):
                of_it = {**environment, "DATABASE_URL": cluster.url(name)}
                _python("from bench.dataset.load import freshen; freshen()", of_it)
        for name in databases:
            if name in COPY_OF:
                stack.enter_context(_scratch(cluster, name))
        command = [sys.executable, "-c", f"{SET_UP}; import {bench} as bench; sys.exit(bench.measure())"]
        return subprocess.run(command, cwd=ROOT, env=environment, check=False).returncode


@contextmanager
def _scratch(cluster: Cluster, name: str) -> Iterator[None]:
    cluster.drop(name)
    cluster.create(name, COPY_OF[name])
    try:
        yield
    finally:
        cluster.drop(name)


def ensure(cluster: Cluster, databases: tuple[str, ...]) -> None:
    """Fill the missing databases. An interrupted one has another name and is filled again."""
    with cluster.running():
        present = cluster.databases()
    needed = {*databases, *(MADE[name][1] for name in databases)}
    missing = [name for name in MADE if name in needed and name not in present]
    if not missing:
        return
    with cluster.running(**FILLING), tempfile.TemporaryDirectory(prefix="kyc-bench-") as folder:
        for name in missing:
            print(f"Creating {name}; it is kept for later runs.", flush=True)
            code, template = MADE[name]
            half = f"half_{name}"
            cluster.drop(half)
            cluster.create(half, template)
            _python(code, environment_of(cluster, half, Path(folder)))
            cluster.rename(half, name)


def _python(code: str, environment: dict[str, str]) -> None:
    subprocess.run([sys.executable, "-c", f"{SET_UP}; {code}"], cwd=ROOT, env=environment, check=True)


def environment_of(cluster: Cluster, database: str, folder: Path) -> dict[str, str]:
    return {
        **os.environ,
        **cluster.keys(),
        "DATABASE_URL": cluster.url(database),
        "DATA_DIR": str(folder),
        "DJANGO_SETTINGS_MODULE": "bench.settings",
        "PYTHONPATH": str(ROOT),
        "CLUSTER_PORT": str(cluster.port),
    }


def url_of(database: str) -> str:
    """Return the URL of another database of the same server, for a benchmark that runs inside."""
    return f"postgres://postgres@127.0.0.1:{os.environ['CLUSTER_PORT']}/{database}"


@contextmanager
def broker(folder: Path) -> Iterator[str]:
    """Start the embedded Redis-compatible server, as `make run` does."""
    port, password = free_port(), secrets.token_urlsafe(16)
    config = folder / "broker.conf"
    config.touch(mode=0o600)
    config.write_text(f'bind 127.0.0.1\nport {port}\nrequirepass {password}\ndir "{folder}"\nsave ""\nappendonly no\n')
    server = subprocess.Popen([broker_binary(), str(config)], stdout=subprocess.DEVNULL)
    try:
        time.sleep(0.3)
        yield f"redis://:{password}@127.0.0.1:{port}/0"
    finally:
        server.terminate()
        server.wait()
