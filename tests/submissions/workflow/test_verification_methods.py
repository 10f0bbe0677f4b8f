"""Verification methods: derived from what was sent and answered, shown, and required before an approval."""

import pytest
from django.test import Client

from submissions.models import Call, CallKind, CallState, Event, ImageKind, Project, Role, Status, Submission, Verdict
from submissions.reporting.evidence_pack import content
from submissions.review import decisions
from submissions.review.warnings import warnings_of
from submissions.review.workload import claims
from submissions.workflow import verification_methods
from submissions.workflow.permissions import NotAllowed
from tests.clients import browser
from tests.factories import attach_image, by, make_at, make_draft, make_liveform_project, make_user, reload

pytestmark = pytest.mark.django_db


def add_account_check(submission: Submission, state: str = CallState.ANSWERED, error: str = "") -> None:
    call = submission.calls.select_related("attempt").latest("prepared_at")
    attempt = call.attempt
    attempt.pk, attempt._state.adding, attempt.kind = None, True, CallKind.ACCOUNT
    attempt.save()
    call.pk, call._state.adding = None, True
    call.kind, call.attempt, call.state, call.error = CallKind.ACCOUNT, attempt, state, error
    call.save()


def codes(submission: Submission) -> tuple[str, ...]:
    return verification_methods.of(reload(submission)).codes


def claimed(required: int) -> tuple[Submission, Client]:
    submission, officer = make_at(Status.PENDING), make_user(Role.OFFICER)
    Project.objects.update(verification_methods_required=required)
    claims.claim(submission, by=by(officer))
    return reload(submission), browser(officer)


def approve(submission: Submission) -> None:
    officer = submission.claimed_by
    assert officer is not None
    ticked = [warning.code for warning in warnings_of(submission, officer)]
    decisions.decide(submission, Verdict.APPROVED, by=by(officer), ticked=ticked)


@pytest.mark.parametrize(
    ("status", "expected"),
    [
        (Status.DRAFT, ()),
        (Status.STEP1_RETRY, ()),
        (Status.CONFIRMING, ()),
        (Status.ABANDONED, ()),
        (Status.PENDING, ("id_document", "face")),
        (Status.APPROVED, ("id_document", "face")),
    ],
)
def test_methods_follow_what_was_done(status: Status, expected: tuple[str, ...]) -> None:
    assert codes(make_at(status)) == expected


def test_customer_at_liveform_has_none() -> None:
    assert codes(make_at(Status.AT_LIVEFORM, project=make_liveform_project())) == ()


def test_face_without_a_score_does_not_count() -> None:
    submission = make_at(Status.PENDING)
    Submission.objects.update(face_similarity=None)
    assert codes(submission) == ("id_document",)


@pytest.mark.parametrize(
    ("state", "error", "counts"),
    [
        (CallState.ANSWERED, "", True),
        (CallState.ANSWERED, "wrong_holder", False),
        (CallState.REFUSED, "refused", False),
        (CallState.CANCELLED, "", False),
    ],
)
def test_only_a_passed_account_check_counts(state: str, error: str, counts: bool) -> None:
    submission = make_at(Status.PENDING)
    add_account_check(submission, state, error)
    assert ("account" in codes(submission)) is counts


def test_address_document_counts_when_it_was_sent() -> None:
    submission = make_at(Status.PENDING)
    attach_image(submission, ImageKind.ADDRESS, make_user())
    assert "address_document" not in codes(submission), "stored here and never sent"
    attempt = Call.objects.get(kind=CallKind.STEP2).attempt
    images = [*attempt.images, {"id": "1", "field": "addressImage", "sha256": "0"}]
    type(attempt)._default_manager.filter(pk=attempt.pk).update(images=images)
    assert codes(submission) == ("id_document", "face", "address_document")


def test_approval_waits_for_the_required_number_and_rejection_does_not() -> None:
    submission, client = claimed(3)
    page = client.get(f"/review/{submission.pk}/").content.decode()
    assert "requires 3 verification methods" in page
    with pytest.raises(NotAllowed, match="Not done: account check, address document"):
        approve(submission)
    assert not submission.decisions.exists()
    officer = submission.claimed_by
    assert officer is not None
    given = {"reason_code": "own_other", "comment": "Only two methods."}
    decisions.decide(submission, Verdict.REJECTED, by=by(officer), **given)
    assert "methods" not in Event.objects.get(kind="verdict_given").fields


def test_approval_records_its_methods() -> None:
    submission, client = claimed(3)
    add_account_check(submission)
    assert "requires 3" not in client.get(f"/review/{submission.pk}/").content.decode()
    approve(submission)
    assert Event.objects.get(kind="verdict_given").fields["methods"] == ["id_document", "face", "account"]


def test_page_and_evidence_pack_name_them() -> None:
    submission, client = claimed(0)
    page = client.get(f"/review/{submission.pk}/").content.decode()
    assert "2 (ID document, face comparison)" in page
    officer = submission.claimed_by
    assert officer is not None
    facts = dict(content.gather(submission, [], by=by(officer), is_open=False).facts)
    assert facts["Verification methods"] == "2 (ID document, face comparison)"


def test_no_method_is_zero() -> None:
    assert verification_methods.of(make_draft()).text == "0"
