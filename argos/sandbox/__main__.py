"""Start the sandbox: `python -m argos.sandbox --port 8001 --db sandbox.sqlite3` (docs/sandbox.md)."""

import argparse
import json
import signal
import sys
from pathlib import Path
from types import FrameType

from argos.sandbox import control
from argos.sandbox.knobs import Project
from argos.sandbox.server import Server
from argos.sandbox.state import State

DEMO = Project(key="sandbox-key-standard", pid="pid-sandbox-key-standard")
EVERYTHING = Project(
    key="sandbox-key-everything",
    pid="pid-sandbox-key-everything",
    address_codes=True,
    address_image=True,
    account_occupancy=True,
)


def main() -> None:
    options = _options()
    state = State(options.db, options.clock_file)
    state.projects = {project.key: project for project in (DEMO, EVERYTHING)}
    if options.records and Path(options.records).exists():
        state.import_records(json.loads(Path(options.records).read_text()))
    for key, url in options.webhook:
        state.projects[key].webhook_url = url
    try:
        control.set_knobs(state, {"looks_at_faces": not options.stub, **dict(options.knob)})
    except control.WrongRequest as wrong:
        sys.exit(str(wrong))
    server = Server(state, options.port)
    try:
        signal.signal(signal.SIGTERM, _stop)
        sys.stdout.write(f"ID check sandbox at {server.base_url}\n")
        sys.stdout.flush()
        server.serve_forever()
    except KeyboardInterrupt:
        server.server_close()


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m argos.sandbox", description="A stand-in for the vendor's API.")
    parser.add_argument("--port", type=int, default=8001, help="0: a free port, named in the first output line")
    parser.add_argument("--db", default=":memory:", help="SQLite file that keeps submissions over a restart")
    parser.add_argument("--records", default="", help="JSON file of submissions to import if they are missing")
    parser.add_argument("--clock-file", default="", help="file with an offset in seconds, read on each use")
    parser.add_argument(
        "--webhook", action="append", default=[], type=_pair, metavar="KEY=URL", help="webhook URL of a key"
    )
    parser.add_argument(
        "--knob", action="append", default=[], type=_value, metavar="NAME=JSON", help="see docs/sandbox.md"
    )
    parser.add_argument("--stub", action="store_true", help="do not detect faces, for load tests")
    return parser.parse_args()


def _pair(text: str) -> tuple[str, str]:
    key, _equals, value = text.partition("=")
    return key, value


def _value(text: str) -> tuple[str, object]:
    key, value = _pair(text)
    return key, json.loads(value)


def _stop(signum: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt


if __name__ == "__main__":
    main()
