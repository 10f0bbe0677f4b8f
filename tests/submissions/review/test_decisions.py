"""Deciding: what prevents it, keeping typed text, undo, and that two reviewers never both decide."""

import re
from collections.abc import Iterable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from argos.codes import TABLES
from argos.replies import ReviewReply
from submissions.core import clock
from submissions.models import Call, CallKind, CallState, Decision, Project, Role, Status, Submission, User, Verdict
from submissions.outbox import ledger
from submissions.review import decisions, page_context, reject_reasons, verdicts
from submissions.review.warnings import warnings_of
from submissions.review.workload import claims
from submissions.vendor_sync import replies
from submissions.workflow.transitions import StaleSubmission
from tests.clients import browser, decide
from tests.factories import by, claim_call, make_at, make_user, received, reload

pytestmark = pytest.mark.django_db

COMMENT = "The portrait is another person."


@pytest.fixture
def officer() -> User:
    return make_user(Role.OFFICER)


@pytest.fixture
def pending(officer: User) -> Submission:
    submission = make_at(Status.PENDING)
    claims.claim(submission, by=by(officer))
    return reload(submission)


def selected_reason(page: str) -> list[str]:
    return re.findall(r'name="reason_code"\s+value="([^"]+)"[^>]*checked', page)


def reject(client: Client, submission: Submission, **data: Any) -> Any:
    return decide(client, submission, "rejected", **{"reason_code": "id_info_dataMismatch", "comment": COMMENT, **data})


def test_approve_prepares_the_call_and_can_be_undone(officer: User, pending: Submission) -> None:
    client = browser(officer)
    response = decide(client, pending, "approved")
    assert response.status_code == 302
    assert reload(pending).status == Status.DECISION_SENDING
    page = client.get(response.url).content.decode()
    assert "Undo" in page
    assert 'name="verdict"' not in page
    page = client.post(f"/review/{pending.pk}/undo/", follow=True).content.decode()
    assert "Nothing was sent" in page
    assert reload(pending).status == Status.PENDING


def test_reject_sends_the_vendors_text_and_keeps_our_comment(officer: User, pending: Submission) -> None:
    reject(browser(officer), pending)
    call = claim_call(pending, CallKind.REVIEW)
    assert call.attempt.values["status"] == "rejected"
    assert call.attempt.values["rejectComment"] == "Entered information does not match the ID document."
    assert COMMENT not in call.attempt.values.values()
    assert pending.decisions.get().comment == COMMENT


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"reason_code": ""}, "Select a reject reason and enter a comment."),
        ({"comment": "  "}, "Enter a comment: it is required to reject"),
        ({"reason_code": "made_up"}, "Select a reject reason from the list."),
        ({"birthDate": "31.12.1990"}, "Enter the date as YYYY-MM-DD"),
        ({"birthDate": "19901231"}, "Enter the date as YYYY-MM-DD"),
        ({"issueDate": "2026-W01-1"}, "Enter the date as YYYY-MM-DD"),
        ({"expireDate": "300101"}, "Enter the date as YYYY-MM-DD"),
        ({"expireDate": "2030-02-30"}, "Enter the date as YYYY-MM-DD"),
        ({"idType": "library_card"}, "Select a valid choice"),
    ],
)
def test_reject_with_something_missing_keeps_what_was_typed(
    officer: User, pending: Submission, data: dict[str, str], sentence: str
) -> None:
    response = reject(browser(officer), pending, **{"fullName": "Min-seo Example", **data})
    assert response.status_code == 422
    page = response.content.decode()
    assert sentence in page
    assert 'value="Min-seo Example"' in page
    assert data.get("comment", COMMENT).strip() in page
    assert 'data-chosen="rejected"' in page
    assert reload(pending).status == Status.PENDING


@pytest.mark.parametrize("verdict", ["", "maybe"])
def test_decide_nothing_is_asked_again(officer: User, pending: Submission, verdict: str) -> None:
    response = decide(browser(officer), pending, verdict)
    assert response.status_code == 422
    assert "Select Approve or Reject." in response.content.decode()


def test_approve_wants_each_warning_ticked(officer: User, pending: Submission) -> None:
    Submission.objects.filter(pk=pending.pk).update(face_similarity=20, liveness=None)
    pending = reload(pending)
    client = browser(officer)
    response = decide(client, pending, "approved", warning=["face_low"])
    assert response.status_code == 422
    page = response.content.decode()
    assert "Acknowledge this warning before you approve: Liveness not provided" in page
    assert 'value="face_low" checked' in page
    assert decide(client, pending, "approved", warning=["face_low", "liveness_low"]).status_code == 302
    assert pending.decisions.get().warnings == ["face_low", "liveness_low"]


def test_values_that_nothing_read_bears_out_want_a_tick(officer: User, pending: Submission) -> None:
    assert "nothing_read" not in {warning.code for warning in warnings_of(pending, officer)}
    pending.ocr = {"name": ""}
    pending.save(update_fields=["ocr_sealed"])
    assert decide(browser(officer), pending, "approved", warning=[]).status_code == 422
    page = browser(officer).get(f"/review/{pending.pk}/").content.decode()
    assert "No values read from the ID" in page
    assert decide(browser(officer), pending, "approved").status_code == 302
    assert pending.decisions.get().warnings == ["nothing_read"]


def test_double_press_decides_once(officer: User, pending: Submission) -> None:
    client = browser(officer)
    seen = page_context.seen_of(pending)
    reject(client, pending)
    response = reject(client, pending, seen=seen)
    assert response.status_code == 409
    assert "You have decided this submission already." in response.content.decode()
    assert Decision.objects.count() == 1


def test_form_from_before_an_undo_decides_nothing(officer: User, pending: Submission) -> None:
    client, seen = browser(officer), page_context.seen_of(pending)
    reject(client, pending)
    client.post(f"/review/{pending.pk}/undo/")
    assert decide(client, pending, "approved", seen=seen).status_code == 409
    assert reload(pending).status == Status.PENDING


def test_undone_verdict_fills_the_form_again(officer: User, pending: Submission) -> None:
    client = browser(officer)
    reject(client, pending, fullName="Min-seo")
    client.post(f"/review/{pending.pk}/undo/")
    page = client.get(f"/review/{pending.pk}/").content.decode()
    assert COMMENT in page
    assert selected_reason(page) == ["id_info_dataMismatch"]
    assert 'data-chosen="rejected"' in page
    assert 'value="Min-seo"' in page


def test_decide_on_a_lost_claim_says_who_has_it_and_keeps_the_text(officer: User, pending: Submission) -> None:
    Submission.objects.filter(pk=pending.pk).update(claimed_until=clock.now() - timedelta(seconds=1))
    other = make_user(Role.OFFICER)
    claims.claim(reload(pending), by=by(other))
    response = reject(browser(officer), pending)
    assert response.status_code == 409
    page = response.content.decode()
    assert f"{other.name} is reviewing this one now." in page
    assert COMMENT in page
    assert not Decision.objects.exists()


def test_decide_on_an_ended_claim_keeps_the_text_for_claiming_again(officer: User, pending: Submission) -> None:
    Submission.objects.filter(pk=pending.pk).update(claimed_until=clock.now() - timedelta(seconds=1))
    page = reject(browser(officer), pending).content.decode()
    assert "Your claim has ended" in page
    assert f'<input type="hidden" name="comment" value="{COMMENT}">' in page


@pytest.mark.parametrize("second_review", ["none", "all"])
def test_decide_on_one_that_was_handed_over_meanwhile_decides_nothing(
    officer: User, pending: Submission, second_review: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    Project.objects.update(second_review=second_review)
    pending, colleague = reload(pending), make_user(Role.OFFICER)

    def slow(submission: Submission, user: User, calls: Iterable[Call]) -> Any:
        if reload(pending).claimed_by == officer:
            claims.hand_over(reload(pending), colleague, by=by(officer), note="Yours.")
        return warnings_of(submission, user, calls)

    monkeypatch.setattr(decisions, "warnings_of", slow)
    with pytest.raises(StaleSubmission):
        decisions.decide(pending, Verdict.APPROVED, by=by(officer))
    assert (reload(pending).status, reload(pending).claimed_by) == (Status.PENDING, colleague)
    assert not Decision.objects.exists()


def test_decide_on_one_that_somebody_decided_says_who_and_what(officer: User, pending: Submission) -> None:
    other = make_user(Role.MANAGER)
    seen = page_context.seen_of(pending)
    Submission.objects.filter(pk=pending.pk).update(claimed_by=other)
    taken = reload(pending)
    decisions.decide(taken, Verdict.APPROVED, by=by(other), ticked=[w.code for w in warnings_of(taken, other)])
    response = reject(browser(officer), pending, seen=seen)
    assert response.status_code == 409
    page = response.content.decode()
    assert f"{other.name} has approved it." in page
    assert COMMENT in page
    assert Decision.objects.get().reviewer == other


def test_decide_on_one_that_the_vendor_timed_out_says_so(officer: User, pending: Submission) -> None:
    Submission.objects.filter(pk=pending.pk).update(status=Status.REJECTED, decided_at=clock.now(), source="timeout")
    response = reject(browser(officer), pending)
    assert "the 24-hour limit has rejected it." in response.content.decode()


def test_undo_is_for_the_one_who_gave_it(officer: User, pending: Submission) -> None:
    decide(browser(officer), pending, "approved")
    assert browser(make_user(Role.MANAGER)).post(f"/review/{pending.pk}/undo/").status_code == 403
    assert reload(pending).status == Status.DECISION_SENDING


def test_undo_offers_the_latest_of_the_others_first_and_says_which(officer: User) -> None:
    client = browser(officer)
    first, second = (make_at(Status.PENDING) for _time in range(2))
    for each in (first, second):
        claims.claim(each, by=by(officer))
        decide(client, reload(each), "approved")
    offered = verdicts.leaving(officer)
    assert [row["submission"] for row in offered] == [second, first]
    page = client.post(f"/review/{second.pk}/undo/", follow=True).content.decode()
    assert f"{second.reference}: decision undone." in page


def test_undo_after_it_left_says_so(officer: User, pending: Submission) -> None:
    client = browser(officer)
    decide(client, pending, "approved")
    claim_call(pending, CallKind.REVIEW)
    page = client.post(f"/review/{pending.pk}/undo/", follow=True).content.decode()
    assert "was sent already and cannot be undone" in page


def test_state_part_goes_from_undo_to_the_outcome(officer: User, pending: Submission) -> None:
    client = browser(officer)
    decide(client, pending, "approved")
    path = f"/review/{pending.pk}/status/"
    assert "Undo" in client.get(path).content.decode()
    call = claim_call(pending, CallKind.REVIEW)
    page = client.get(path).content.decode()
    assert "hx-get" in page
    assert "Undo" not in page
    replies.review_answered(call, ReviewReply(pending.vendor_id, "approved", "", received()))
    page = client.get(path).content.decode()
    assert f"Approved by {officer.name}" in page
    assert "hx-get" not in page


def test_state_part_loads_the_page_again_when_the_decision_came_back(officer: User, pending: Submission) -> None:
    client = browser(officer)
    decide(client, pending, "approved")
    client.post(f"/review/{pending.pk}/undo/")
    assert client.get(f"/review/{pending.pk}/status/").headers["HX-Refresh"] == "true"


def test_next_page_offers_undo_of_the_verdict_before(officer: User, pending: Submission) -> None:
    client = browser(officer)
    make_at(Status.PENDING)
    decide(client, pending, "approved")
    page = client.post("/review/next/", follow=True).content.decode()
    assert f"Undo {pending.reference}" in page
    assert f"/review/{pending.pk}/undo/" in page


@pytest.mark.parametrize("role", [Role.AGENT, Role.ADMINISTRATOR])
@pytest.mark.parametrize("action", ["decide", "undo", "release", "hold"])
def test_decisions_are_for_reviewers(role: Role, action: str, pending: Submission) -> None:
    assert browser(make_user(role)).post(f"/review/{pending.pk}/{action}/").status_code == 403


def test_decide_without_ever_claiming_is_refused(pending: Submission) -> None:
    response = decide(browser(make_user(Role.MANAGER)), pending, "approved")
    assert response.status_code == 409
    assert not Decision.objects.exists()


def test_decide_on_an_own_capture_is_refused() -> None:
    officer = make_user(Role.OFFICER)
    submission = make_at(Status.PENDING, officer)
    until = clock.now() + timedelta(minutes=5)
    Submission.objects.filter(pk=submission.pk).update(claimed_by=officer, claimed_until=until)
    response = decide(browser(officer), reload(submission), "approved")
    assert "You captured this submission" in response.content.decode()
    assert reload(submission).status == Status.PENDING


def test_first_of_two_verdicts_prepares_no_call(officer: User, pending: Submission) -> None:
    Project.objects.update(second_review="all")
    page = decide(browser(officer), reload(pending), "approved")
    assert page.status_code == 302
    submission = reload(pending)
    assert (submission.status, submission.claimed_by) == (Status.SECOND_REVIEW, None)
    assert not submission.calls.filter(kind=CallKind.REVIEW, state=CallState.PREPARED).exists()


def test_confirm_then_next_goes_on_with_the_verdict_to_take_back(officer: User, pending: Submission) -> None:
    following = make_at(Status.PENDING)
    response = decide(browser(officer), pending, "approved", then="next")
    assert response.url == f"/review/{following.pk}/"
    page = browser(officer).get(response.url).content.decode()
    assert f"Undo {pending.reference}" in page


def test_confirm_then_next_goes_to_the_queue_when_nothing_waits(officer: User, pending: Submission) -> None:
    response = decide(browser(officer), pending, "approved", then="next")
    assert response.url == "/review/"
    assert reload(pending).status == Status.DECISION_SENDING


def test_every_edited_value_is_a_warning_of_its_own(officer: User) -> None:
    submission = make_at(Status.PENDING, name="Somebody Else", date_of_birth="1991-01-01")
    assert submission.edited_count == 2
    claims.claim(submission, by=by(officer))
    submission = reload(submission)
    codes = [warning.code for warning in warnings_of(submission, officer)]
    assert {"edited:name", "edited:date_of_birth"} <= set(codes)
    response = decide(browser(officer), submission, "approved", warning=["edited:name"])
    assert response.status_code == 422
    assert "Date of birth differs from the value read" in response.content.decode()
    assert reload(submission).status == Status.PENDING


def test_ticks_of_a_verdict_taken_back_are_there_again(officer: User, pending: Submission) -> None:
    Submission.objects.filter(pk=pending.pk).update(face_similarity=20.0)
    client = browser(officer)
    decide(client, reload(pending), "approved")
    page = client.post(f"/review/{pending.pk}/undo/", follow=True).content.decode()
    assert 'value="face_low" checked' in page


def refused(pending: Submission, officer: User, words: str) -> str:
    """Return the page after the vendor refused the decision with this text."""
    reject(browser(officer), pending)
    call = claim_call(pending, CallKind.REVIEW)
    assert ledger.refuse(call, error="refused", code=words, http_status=400, reply={"said": words})
    return browser(officer).get(f"/review/{pending.pk}/").content.decode()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        ("Only submissions in pending status can be reviewed.", "no longer pending at ARGOS"),
        ("The admin is not registered.", "not registered with ARGOS"),
    ],
)
def test_refusal_is_shown_in_words_with_nothing_lost(
    words: str, sentence: str, officer: User, pending: Submission
) -> None:
    page = refused(pending, officer, words)
    assert sentence in page
    assert "ARGOS refused the decision" in page
    assert COMMENT in page
    after = reload(pending)
    assert (after.status, after.claimed_by) == (Status.PENDING, officer)
    assert after.next_read_at <= clock.now(), "what the vendor has is read at once"


def test_every_reject_code_has_a_label_and_a_group() -> None:
    shown = [choice for _group, choices in reject_reasons.grouped() for choice in choices]
    assert {choice.code for choice in shown} == {*TABLES["reject"], *decisions.OWN_REASONS}
    alike = {choice.label for choice in shown if [each.label for each in shown].count(choice.label) > 1}
    assert alike == {"Country not accepted", "Under age limit"}, "their codes tell them apart"


def test_customer_is_never_told_of_fraud_or_a_duplicate() -> None:
    told = " ".join(choice.say for _group, choices in reject_reasons.grouped() for choice in choices).lower()
    assert not [word for word in ("fraud", "duplicate", "list", "report", "policy", "argos") if word in told.split()]


def test_chips_are_the_projects_most_used_reasons() -> None:
    chips = [choice.code for choice in reject_reasons.most_used(["own_policy", "no longer known", "expired_id"])]
    assert chips[:2] == ["own_policy", "expired_id"]
    assert len(chips) == len(set(chips)) == 5
