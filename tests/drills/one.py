"""One drill in a process of its own: `tests.drills` starts it with the environment that Django reads."""

import argparse
import json
import os
import sys
import time
from pathlib import Path

import django
from django.core.management import call_command

from kycportal.run import broker_command, free_port
from tests.drills.catalogue import known

RESULT = "=> "


def main() -> int:
    parser = argparse.ArgumentParser(prog="python -m tests.drills.one")
    parser.add_argument("name")
    parser.add_argument("--seed", type=int, required=True)
    parser.add_argument("--calls", type=int, required=True)
    parser.add_argument("--folder", type=Path, required=True)
    options = parser.parse_args()
    broker = prepare_environment(options.folder)
    django.setup()
    started = time.monotonic()
    counts = run(options, broker)
    counts["seconds"] = round(time.monotonic() - started, 1)
    print(RESULT + json.dumps(counts), flush=True)
    return 0


def prepare_environment(folder: Path) -> list[str]:
    """Set the environment that Django reads at its start; return the broker's command, whose URL is then set."""
    data = folder / "data"
    data.mkdir(parents=True)
    clock = folder / "clock"
    clock.write_text("0")
    os.environ |= {
        "DATA_DIR": str(data),
        "PORT": str(free_port()),
        "SANDBOX_PORT": str(free_port()),
        "DJANGO_SETTINGS_MODULE": "tests.drills.settings",
        "KYC_TEST_CLOCK": str(clock),
    }
    os.environ["PUBLIC_URL"] = f"http://127.0.0.1:{os.environ['PORT']}"
    return broker_command(data)


def run(options: argparse.Namespace, broker: list[str]) -> dict[str, object]:
    from tests.drills.counting import count
    from tests.drills.staging import staged

    if not os.environ.get("DATABASE_URL"):
        call_command("migrate", interactive=False, verbosity=0)
    drill = known()[options.name]
    with staged(drill, options, broker) as scene:
        drill.act(scene)
        calls = scene.step2_calls()
        scene.end_faults()
        scene.hour_after()
        return count(scene, calls)


if __name__ == "__main__":
    sys.exit(main())
