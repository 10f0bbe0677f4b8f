"""Concurrent claims: no double claims, and nobody is refused while work remains; SQLite and PostgreSQL."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from submissions.reporting.exports.create import MAX_UNDER_WAY
from tests import postgres
from tests.race import CALLS, ERASURES, PEOPLE, WAITING
from tests.stack import ROOT

pytestmark = pytest.mark.slow
BUTTONS = ("account", "step1", "step2", "ask", "decide")
REVOKED = {  # results of two presses and a revocation, by the number of submits
    1: [["NoneType", "NoneType", "bool"], ["LinkGone", "NoneType", "bool"]],
    0: [["LinkGone", "LinkGone", "bool"]],
}
ANSWERED = {"StaleSubmission", "SavedElsewhere", "AlreadyAsked", "NotAllowed"}


def race(environment: dict[str, str]) -> None:
    environment = {**environment, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    command = [sys.executable, "-m", "tests.race"]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=280, check=False)
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])
    got = [pk for pk in told["taken"] if pk]
    assert len(told["taken"]) == PEOPLE
    assert len(got) == len(set(got)) == told["held"] == WAITING
    assert told["assigned"] == [4, [2, 2], 4], "none twice, and nobody above the cap"
    assert (told["made"], told["unspent"]) == (["tuple"] * PEOPLE, 1), "the last link made is the one that works"
    assert (told["came"].count("Image"), len(told["came"]), told["images"]) == (1, PEOPLE, 1)
    assert set(told["came"]) <= {
        "Image",
        "LinkUsed",
        "UnusableImage",
    }  # one upload at a time: the others are asked to wait
    assert len(told["sent"]) == len(set(told["sent"])) == told["ticks"] == CALLS
    assert "None" not in told["sent"], "none comes back empty while another's call is waiting"
    assert (told["erased_and_asked"], told["kept_and_journaled"]) == (0, 0), "one comes first, the other does nothing"
    assert (told["erased_or_kept"], told["refusals"]) == (ERASURES, [])
    assert told["exports"] == MAX_UNDER_WAY
    assert told["phones"] == ["OtherDevice"] * (PEOPLE - 1) + ["str"], "exactly one phone is bound"
    assert told["submits"] == [["NoneType", "NoneType"], 1], "pressed twice at once, submitted once"
    for came, submits in told["revoked"]:
        assert came in REVOKED[submits], "before the revocation it is submitted, after it nothing is"
    assert {button: len(raised) for button, raised in told["pressed_twice"].items()} == dict.fromkeys(BUTTONS, 1)
    assert {name for raised in told["pressed_twice"].values() for name in raised} <= ANSWERED, "told in words"


def test_many_at_once_on_sqlite(tmp_path: Path) -> None:
    kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "DATA_DIR")}
    race({**kept, "DATA_DIR": str(tmp_path)})


def test_many_at_once_on_postgres(tmp_path: Path) -> None:
    with postgres.running() as url:
        race({**postgres.environment(url), "DATA_DIR": str(tmp_path)})
