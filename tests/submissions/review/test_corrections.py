"""Corrections of a reviewer: checked, sent with the decision, and stored once the vendor has accepted it."""

import pytest

from submissions.models import CallKind, Decision, Event, Role, Status, Submission, User
from submissions.outbox import ledger
from submissions.review.workload import claims
from submissions.search import blind_index
from submissions.vendor_sync import replies
from tests.clients import browser, decide
from tests.factories import by, claim_call, make_at, make_user, reload, review_reply

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer() -> User:
    return make_user(Role.OFFICER)


@pytest.fixture
def pending(officer: User) -> Submission:
    submission = make_at(Status.PENDING)
    claims.claim(submission, by=by(officer))
    return reload(submission)


@pytest.mark.parametrize(
    ("data", "sentence"),
    [
        ({"birthDate": "1990-W09-3"}, "Enter the date as YYYY-MM-DD"),
        ({"birthDate": "2090-02-28"}, "This date of birth is in the future."),
        ({"birthDate": "1822-02-28"}, "years. Check the year."),
        ({"issueDate": "2090-02-28"}, "This date of issue is in the future."),
        ({"issueDate": "1989-01-01"}, "The ID cannot be issued before the birth."),
        ({"issueDate": "2024-01-01", "expireDate": "2023-01-01"}, "The ID cannot expire before it is issued."),
        ({"birthDate": "2021-01-01"}, "The ID cannot be issued before the birth."),
        ({"fullName": "Min\x07seo"}, "This character cannot be sent: "),
    ],
)
def test_corrections_keep_to_the_rules_of_the_capture_page(
    officer: User, pending: Submission, data: dict[str, str], sentence: str
) -> None:
    response = decide(browser(officer), pending, "approved", **data)
    assert response.status_code == 422
    assert sentence in response.content.decode()
    assert not Decision.objects.exists()


def test_corrected_name_is_sent_as_the_capture_page_sends_it(officer: User, pending: Submission) -> None:
    decide(browser(officer), pending, "approved", fullName="Min\t Seo")
    assert claim_call(pending, CallKind.REVIEW).attempt.values["updateFields.fullName"] == "Min Seo"


def test_corrections_travel_and_only_those_that_are_filled(officer: User, pending: Submission) -> None:
    decide(
        browser(officer), pending, "approved", fullName="Min-seo", expireDate="2031-01-01", name="Eve", vendor_id="x"
    )
    values = claim_call(pending, CallKind.REVIEW).attempt.values
    sent = {name: text for name, text in values.items() if name.startswith("updateFields.")}
    assert sent == {"updateFields.fullName": "Min-seo", "updateFields.expireDate": "2031-01-01"}


def test_corrections_are_ours_once_the_vendor_has_taken_them(officer: User, pending: Submission) -> None:
    told = {"fullName": "Corrected Name", "birthDate": "1991-01-01", "idType": "drivers_license"}
    decide(browser(officer), pending, "approved", **told)
    call = claim_call(pending, CallKind.REVIEW)
    assert reload(pending).values["name"] == "Minseo Example", "not before"
    assert replies.review_answered(call, review_reply("approved"))
    after = reload(pending)
    assert (after.values["name"], after.values["date_of_birth"]) == ("Corrected Name", "1991-01-01")
    assert (after.id_type, "idType" in after.values) == ("drivers_license", False)
    assert blind_index.find(officer, "corrected name").get() == after
    assert not blind_index.find(officer, "minseo example").exists()
    sent = after.attempts.get(kind=CallKind.STEP2)
    assert sent.values["name"] == "Minseo Example"
    event = Event.objects.get(kind="values_corrected")
    assert (event.actor_id, event.fields["changed"]) == (officer.pk, ["date_of_birth", "idType", "name"])
    assert "Corrected" not in str(event.fields)


def test_corrections_of_a_verdict_that_the_vendor_refused_are_not_ours(officer: User, pending: Submission) -> None:
    decide(browser(officer), pending, "approved", fullName="Corrected Name")
    call = claim_call(pending, CallKind.REVIEW)
    assert ledger.refuse(call, error="refused", code="", http_status=400, reply={})
    assert reload(pending).values["name"] == "Minseo Example"
    assert not blind_index.find(officer, "corrected name").exists()
