"""Messages are written with the change they report, once, without personal data."""

import json
from datetime import timedelta

import pytest
import time_machine
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from submissions.aml import results, reviews
from submissions.audit.events import VENDOR
from submissions.capture import submit
from submissions.core import clock
from submissions.models import (
    AmlOutcome,
    AmlReview,
    AmlSource,
    CallKind,
    Delivery,
    Message,
    MessageKind,
    Role,
    Status,
    Submission,
    User,
    Verdict,
)
from submissions.outbox import ledger
from submissions.review import decisions
from submissions.review.warnings import warnings_of
from submissions.review.workload import claims
from submissions.vendor_sync import replies
from submissions.workflow import messages
from submissions.workflow.transitions import StaleSubmission, move
from tests.factories import VALUES, by, claim_call, make_at, make_project, make_user, reload, review_reply
from tests.submissions.aml.screening import reported
from tests.submissions.deliveries.sending import make_endpoint

pytestmark = pytest.mark.django_db


def kinds() -> list[str]:
    return list(Message.objects.order_by("created_at", "id").values_list("kind", flat=True))


def decide(submission: Submission) -> Submission:
    officer = make_user(Role.OFFICER)
    claims.claim(submission, by=by(officer))
    warned = [warning.code for warning in warnings_of(submission, officer)]
    decisions.decide(submission, Verdict.APPROVED, by=by(officer), ticked=warned)
    return reload(submission)


def test_each_change_is_announced_once() -> None:
    make_endpoint()
    submission = decide(make_at(Status.PENDING))
    assert kinds() == ["submission.started", "submission.pending"]  # the decision can still be undone
    call = claim_call(submission, CallKind.REVIEW)
    assert replies.review_answered(call, review_reply("approved"))
    assert kinds() == ["submission.started", "submission.pending", "submission.decided"]
    facts = Message.objects.get(kind="submission.decided").facts
    assert (facts["status"], facts["reference"]) == ("approved", submission.reference)
    assert facts["decided_through"] == "reviewer"
    assert facts["decided_at"].endswith("Z")
    assert Delivery.objects.count() == 3


def test_undone_decision_announces_nothing() -> None:
    make_endpoint()
    submission = decide(make_at(Status.PENDING))
    assert submission.open_call is not None
    officer = User.objects.get(pk=submission.open_call.prepared_by_id)
    decisions.undo(submission, by=by(officer))
    assert reload(submission).status == Status.PENDING
    assert kinds() == ["submission.started", "submission.pending"]


def test_draft_that_returned_and_starts_again_is_announced_once() -> None:
    make_endpoint()
    submission = make_at(Status.STEP1_SENDING)
    ledger.cancel_prepared(submission, (CallKind.STEP1,), by=by(submission.created_by), why="undone")
    submission = reload(submission)
    assert submission.status == Status.DRAFT
    submit.send_step1(submission, by=by(submission.created_by), is_start_confirmed=True)
    assert kinds() == ["submission.started"]


@pytest.mark.parametrize(
    ("status", "last"),
    [
        (Status.ABANDONED, "submission.abandoned"),
        (Status.OVERDUE, "submission.overdue"),
        (Status.REJECTED, "submission.decided"),
        (Status.AT_LIVEFORM, "submission.started"),
    ],
)
def test_status_is_announced(status: Status, last: str) -> None:
    make_endpoint()
    make_at(status)
    assert kinds()[-1] == last


def test_facts_hold_no_personal_data() -> None:
    make_endpoint()
    make_at(Status.APPROVED)
    stored = json.dumps(list(Message.objects.values_list("facts", flat=True)))
    assert not [value for value in VALUES.values() if value in stored]


def test_without_an_endpoint_an_announcement_costs_one_query() -> None:
    submission = make_at(Status.PENDING)
    with CaptureQueriesContext(connection) as queries, transaction.atomic():
        messages.announce(submission, MessageKind.PENDING)
    assert len([query for query in queries if "submissions_endpoint" in query["sql"]]) == 1
    assert [query for query in queries if "submissions_message" in query["sql"]] == []


def test_endpoint_of_another_project_or_kind_receives_nothing() -> None:
    make_endpoint(project=make_project())
    make_endpoint(kinds=["submission.aml_changed"])
    make_endpoint(disabled_at=clock.now(), disabled_by=make_user(Role.ADMINISTRATOR))
    make_at(Status.PENDING)
    assert not Message.objects.exists()


def test_endpoint_that_the_portal_disabled_collects_messages() -> None:
    make_endpoint(disabled_at=clock.now())
    make_at(Status.PENDING)
    assert Delivery.objects.waiting().count() == 2


def test_refused_move_writes_no_message() -> None:
    make_endpoint()
    submission = make_at(Status.PENDING)
    stale = reload(submission)
    move(submission, Status.APPROVED, by=VENDOR, decided_at=clock.now(), source="vendor")
    with pytest.raises(StaleSubmission):
        move(stale, Status.REJECTED, by=VENDOR, decided_at=clock.now(), source="vendor")
    assert kinds().count("submission.decided") == 1


def test_review_past_its_due_date_is_announced_once() -> None:
    make_endpoint()
    submission = make_at(Status.PENDING)
    assert messages.announce_overdue() == 0
    assert submission.target_at is not None
    with time_machine.travel(submission.target_at + timedelta(minutes=1)):
        assert messages.announce_overdue() == 1
        assert messages.announce_overdue() == 0
    assert kinds()[-1] == "submission.overdue"


def test_aml_result_and_its_review_are_announced() -> None:
    make_endpoint(kinds=["submission.aml_changed"])
    submission = make_at(Status.APPROVED)
    results.apply(submission, reported(), AmlSource.RECORD)
    review = AmlReview.objects.get()
    officer = make_user(Role.OFFICER)
    seen = reviews.seen_of(review, [])
    reviews.decide(review, AmlOutcome.FALSE_POSITIVE, by=by(officer), reason="Another person.", seen=seen)
    facts = [message.facts["aml"] for message in Message.objects.order_by("created_at", "id")]
    assert facts == [
        {"is_hit": True, "review_outcome": None},
        {"is_hit": True, "review_outcome": "false_positive"},
    ]
