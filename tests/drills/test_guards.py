"""The guards that drills remove cannot be removed from the product."""

import os
import subprocess
import sys
import tempfile

import pytest

from tests.drills.catalogue import known
from tests.drills.guards import GUARDS
from tests.stack import ROOT

SAYS = """
import sys, django
django.setup()
import kycportal.celery, kycportal.urls, submissions.tasks
from submissions.core import clock
from submissions.workflow import deadlines
from submissions.capture import submit as steps
from submissions.outbox import deadline_sweep as sweeps
from submissions.vendor_sync import webhooks
from submissions.outbox import gate, restore_hold as hold, ledger
from submissions.vendor_sync import replies as outcomes, reconcile as settle
pieces = [
    clock.now, clock.vendor_now, clock.is_drifting, deadlines.is_in_time, deadlines.check_step2_in_time,
    steps.check_tries, sweeps.sweep_deadlines, webhooks._act_on, ledger._take, ledger.count_start, ledger.mark_unknown,
    ledger.lapse_leases, ledger.holds_lease, outcomes.step2_answered, settle._nothing_changed, settle._reads_are_fresh,
    gate.has_clock, gate.note_contact, hold.is_in_time,
]
swapped = [piece for piece in pieces if not piece.__module__.startswith("submissions.")]
drilled = [name for name in sys.modules if name.split(".")[0] in ("tests", "bench")]
print(swapped, drilled)
"""


@pytest.mark.slow
@pytest.mark.parametrize("guard", ["claim", "deadline"])
def test_production_settings_cannot_take_a_guard_out(guard: str) -> None:
    """Set every variable of a drill; the product's own settings ignore them."""
    environment = {
        "PATH": os.environ["PATH"],
        "DATA_DIR": tempfile.mkdtemp(prefix="kyc-guards-"),
        "DJANGO_SETTINGS_MODULE": "kycportal.settings",
        "KYC_DRILL_WITHOUT": guard,
        "KYC_TEST_CLOCK": "/nowhere",
    }
    done = subprocess.run(
        [sys.executable, "-c", SAYS], cwd=ROOT, env=environment, capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[] []"


def test_product_has_no_word_for_a_drill() -> None:
    for package in ("argos", "submissions", "kycportal"):
        for path in (ROOT / package).rglob("*.py"):
            assert "KYC_DRILL" not in path.read_text(), path
            assert "KYC_TEST" not in path.read_text(), path


def test_each_guard_names_a_drill_that_exists() -> None:
    assert {guard.drill for guard in GUARDS.values()} <= set(known())


def test_each_drill_says_what_it_does() -> None:
    assert all(drill.what.endswith(".") for drill in known().values())
