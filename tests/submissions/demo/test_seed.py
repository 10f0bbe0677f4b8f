"""The sample submissions of `make run`: every status, a consistent record, and none on a real installation."""

import ast
import io
import json
from itertools import pairwise
from pathlib import Path
from typing import Any

import PIL.Image
import PIL.ImageChops
import PIL.ImageStat
import pytest
from django.core.management import CommandError, call_command
from django.db.models import Count

from argos.sandbox.state import State
from submissions.accounts import demo
from submissions.audit.events import SYSTEM
from submissions.capture.imaging import quality
from submissions.demo import samples, seed
from submissions.demo.customers import Customer
from submissions.models import (
    AmlReview,
    Difference,
    Event,
    Image,
    Mention,
    Project,
    Question,
    Status,
    Submission,
    User,
)
from submissions.vendor_sync import status_table
from tests.vendor_here import VendorHere

pytestmark = pytest.mark.django_db
ROOT = Path(__file__).resolve().parents[3]


@pytest.fixture
def seeded(tmp_path: Path, settings: Any) -> Path:
    """Create the samples with the command of `make run`; return the sandbox's file."""
    settings.DATA_DIR, settings.KYC_DEMO_PASSWORD = tmp_path, "a demo password"
    call_command("prepare_demo", verbosity=0)
    return tmp_path / demo.RECORDS


@pytest.mark.slow
def test_samples_are_in_every_status_and_the_record_holds(seeded: Path, capsys: pytest.CaptureFixture[str]) -> None:
    # Only a customer on ARGOS's own page brings a submission there.
    assert set(Submission.objects.values_list("status", flat=True)) == set(Status) - {Status.AT_LIVEFORM}
    assert Submission.objects.count() >= 60
    call_command("verify_events")
    assert "seals verified" in capsys.readouterr().out
    _check_what_a_newcomer_finds()
    _check_cards_that_the_sandbox_reads()
    _check_times()
    _check_vendor_agrees(seeded)
    _check_pictures()
    before = Submission.objects.count()
    call_command("prepare_demo")
    assert Submission.objects.count() == before, "a second start adds none"


def _check_what_a_newcomer_finds() -> None:
    officer = User.objects.get(username="officer")
    assert Question.objects.open().count() == 1
    assert Mention.objects.filter(person=officer, seen_at=None).count() == 1
    pending = Submission.objects.filter(status=Status.PENDING)
    first, last = pending.order_by("target_at").first(), pending.order_by("pending_at").last()
    assert first.target_at < last.pending_at, "one is past its target"
    assert Submission.objects.filter(decided_by=officer).count() > 10
    assert AmlReview.objects.undecided().count() == 1
    assert AmlReview.objects.filter(outcome="false_positive").count() == 1
    refused = Submission.objects.annotate(tries=Count("attempts")).filter(retry_code="liveness_error")
    assert refused.filter(status=Status.APPROVED).exists()


def _check_cards_that_the_sandbox_reads() -> None:
    """Step 1 of these is sent later: the values read must be those on the card."""
    waiting = Submission.objects.filter(status__in=(Status.DRAFT, Status.STEP1_RETRY, Status.STEP1_SENDING))
    assert waiting.count() == 4
    for submission in waiting:
        stored = submission.images.get(kind="id_front", is_current=True).read()
        card, _selfie = samples.drawn(submission.values["email"], submission.id_type, submission.issuing_country)
        pictures = [PIL.Image.open(io.BytesIO(content)).convert("L").resize((600, 400)) for content in (stored, card)]
        assert PIL.ImageStat.Stat(PIL.ImageChops.difference(*pictures)).mean[0] < 3


def _check_times() -> None:
    days = {event.at.date() for event in Event.objects.all()}
    assert len(days) >= 13
    moments = list(Event.objects.exclude(submission_id=None).order_by("id").values_list("at", flat=True))
    late = [after for before, after in pairwise(moments) if (before - after).total_seconds() > 30]
    assert late == [], "events are written in the order in which they happen"


def _check_vendor_agrees(records: Path) -> None:
    """Import the records into the sandbox and read each of them back: there is no mismatch."""
    vendor = VendorHere()
    state: State = vendor.state
    key = demo.SANDBOX_KEYS[0]
    state.projects[key] = next(iter(state.projects.values()))
    state.projects[key].key = key
    state.import_records(json.loads(records.read_text()))
    Project.objects.update(calls_per_second=1_000)  # all are read at once here
    settled = Submission.objects.exclude(vendor_id="").filter(calls__isnull=False).distinct()
    statuses = dict(settled.values_list("pk", "status"))
    with vendor.installed():
        for submission in settled.select_related("project"):
            assert status_table.ask_vendor(submission, by=SYSTEM) is not None
    assert not Difference.objects.exists()
    assert dict(settled.values_list("pk", "status")) == statuses


def _check_pictures() -> None:
    digests = Image.objects.values_list("sha256", flat=True)
    assert len(set(digests)) == len(digests) - Image.objects.filter(kind="id_front", is_current=False).count()


def test_drawn_pictures_pass_the_capture_checks() -> None:
    for number in range(6):
        customer = Customer(number)
        assert quality.check_selfie(customer.selfie()) == ()
        assert {finding.code for finding in quality.check_id(customer.card())} <= {"id_is_selfie"}


@pytest.mark.parametrize("what", ["database", "vendor"])
def test_no_sample_where_anything_is_real(what: str, tmp_path: Path, settings: Any) -> None:
    settings.DATA_DIR = tmp_path
    if what == "database":
        settings.IS_EMBEDDED = False
    else:
        settings.ARGOS_BASE_URL = "https://vendor.example/v3"
    assert not seed.is_wanted()
    call_command("prepare_demo")
    assert not Submission.objects.exists()
    assert not User.objects.exists()
    project = Project.objects.first() or Project.objects.create(name="P", base_url="https://vendor.example/v3")
    with pytest.raises(seed.NotADemo):
        seed.seed(project, tmp_path / "records.json")
    with pytest.raises(CommandError, match="is real"):
        call_command("reset_demo")
    assert list(tmp_path.glob("*.json")) == []


def test_reset_is_refused_on_another_database(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.DATA_DIR = tmp_path
    monkeypatch.setattr("submissions.management.commands.reset_demo.connection.vendor", "postgresql")
    with pytest.raises(CommandError, match="is real"):
        call_command("reset_demo")


def test_only_the_demo_shifts_the_clock() -> None:
    """Product code uses the real clock: nothing else may call `clock.shifted` or `task_queue.silent`."""
    callers = set()
    for path in [*ROOT.glob("submissions/**/*.py"), *ROOT.glob("kycportal/**/*.py"), *ROOT.glob("argos/**/*.py")]:
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.Attribute) and node.attr in ("shifted", "silent"):
                callers.add(str(path.relative_to(ROOT).parent))
    assert callers == {"submissions/demo"}
