"""`python -m argos.sandbox --port 8001 --db sandbox.sqlite3`."""

import argparse
import signal
import sys
from types import FrameType

from argos.sandbox.server import Server
from argos.sandbox.world import Project, World

DEMO = Project(key="sandbox-key-standard")
EVERYTHING = Project(key="sandbox-key-everything", address_codes=True, address_image=True, account_occupancy=True)


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m argos.sandbox", description="A stand-in for the vendor's API.")
    parser.add_argument("--port", type=int, default=8001)
    parser.add_argument("--db", default=":memory:", help="SQLite file that keeps submissions over a restart")
    parser.add_argument("--clock-file", default="", help="file with an offset in seconds, read on each use")
    parser.add_argument("--webhook", action="append", default=[], metavar="KEY=URL", help="where to post hints")
    options = parser.parse_args()
    world = World(options.db, options.clock_file)
    world.projects = {project.key: project for project in (DEMO, EVERYTHING)}
    for pair in options.webhook:
        key, _equals, url = pair.partition("=")
        world.projects[key].webhook_url = url
    signal.signal(signal.SIGTERM, _stop)
    server = Server(world, options.port)
    sys.stdout.write(f"ID check sandbox at {server.base_url}\n")
    sys.stdout.flush()
    try:
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


def _stop(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
