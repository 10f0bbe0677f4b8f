"""The date of the address document: entered where the project asks, questioned when old, and never a reason to stop."""

from datetime import timedelta
from typing import Any

import pytest
import time_machine
from dateutil.relativedelta import relativedelta

from submissions.audit.events import SYSTEM
from submissions.capture import restart, submit
from submissions.core import clock
from submissions.invitations.steps import Progress
from submissions.models import Attempt, Event, ImageKind, Project, Role, Status, Submission, Verdict
from submissions.privacy import data_subject_export, erasure
from submissions.reporting import event_text
from submissions.reporting.evidence_pack import content
from submissions.review import decisions
from submissions.review.warnings import warnings_of
from submissions.review.workload import claims
from submissions.workflow import address_date
from tests.clients import browser
from tests.factories import attach_image, by, make_at, make_draft, make_project, make_user, reload
from tests.submissions.invitations.customer import TYPED, started

pytestmark = pytest.mark.django_db
NAME, OLD = address_date.NAME, address_date.OLD
REASON = "The customer has no newer bill."


def months_ago(months: int) -> str:
    return (clock.today() - relativedelta(months=months)).isoformat()


def asking(mode: str = "asked", **fields: Any) -> Project:
    return make_project(has_address_image=True, address_date=mode, **fields)


def drafted(text: str = "", mode: str = "asked", **fields: Any) -> Submission:
    draft = make_draft(make_user(), asking(mode, **fields), **{NAME: text})
    attach_image(draft, ImageKind.ADDRESS, draft.created_by)
    return reload(draft)


def reached(status: Status, text: str) -> Submission:
    """Return a submission at `status` of a project that asks for the date by now."""
    submission = make_at(status, **{NAME: text})
    Project.objects.update(has_address_image=True, address_date="asked")
    return reload(submission)


def codes(submission: Submission) -> list[str]:
    return [problem.code for problem in submit.step2_problems(submission) if problem.field == NAME]


@pytest.mark.parametrize("image", [False, True])
@pytest.mark.parametrize("mode", ["no", "asked", "required"])
def test_agent_enters_it_where_the_project_asks(image: bool, mode: str) -> None:
    draft = make_draft(make_user(), make_project(has_address_image=image, address_date=mode))
    client, url = browser(draft.created_by), f"/submissions/{draft.pk}/"
    is_asked = image and mode != "no"
    assert (f'name="{NAME}"' in client.get(url).content.decode()) is is_asked
    client.post(f"{url}values/", {NAME: "2026-02-03", "version": draft.draft_version})
    assert reload(draft).values.get(NAME) == ("2026-02-03" if is_asked else None)


@pytest.mark.parametrize(
    ("mode", "text", "expected"),
    [
        ("asked", "", []),
        ("required", "", ["missing"]),
        ("required", "2026-02-03", []),
        ("asked", "2026. 2. 3.", []),
        ("asked", "last May", ["format"]),
        ("asked", "2026-02-30", ["format"]),
        ("no", "last May", []),
    ],
)
def test_missing_or_impossible_date_stops_step2(mode: str, text: str, expected: list[str]) -> None:
    assert codes(drafted(text, mode)) == expected


def test_date_in_the_future_stops_step2_and_today_does_not() -> None:
    assert codes(drafted((clock.latest_day() + timedelta(days=1)).isoformat())) == ["future"]
    assert codes(drafted(clock.latest_day().isoformat())) == []


def test_old_document_is_questioned_and_stops_nothing() -> None:
    draft = drafted(months_ago(8))
    assert codes(draft) == []
    page = browser(draft.created_by).get(f"/submissions/{draft.pk}/").content.decode()
    assert "8 months old" in page
    assert f'name="reason_{OLD}"' in page
    reply = browser(draft.created_by).post(
        f"/submissions/{draft.pk}/values/",
        {NAME: months_ago(9), f"was_{NAME}": months_ago(8), "version": draft.draft_version},
        headers={"X-Autosave": "1"},
    )
    (problem,) = [problem for problem in reply.json()["problems"] if problem["field"] == NAME]
    assert (problem["code"], problem["severity"]) == (OLD, "warning")
    assert "9 months old" in problem["message"]


def test_customer_enters_it_on_the_page_of_the_invitation() -> None:
    draft = make_draft(make_user(), asking(), **dict.fromkeys(TYPED, ""), images=False)
    customer = started(draft)
    page = customer.get("?step=details").content.decode()
    assert f'name="{NAME}"' in page
    assert "should not be older than 6 months" in page
    reply = customer.post("details/", {**TYPED, NAME: "soon"})
    assert (reply.status_code, "Write the date as YYYY-MM-DD" in reply.content.decode()) == (422, True)
    assert customer.post("details/", {**TYPED, NAME: months_ago(8), "compared": "1"}).status_code == 302
    assert reload(draft).values[NAME] == months_ago(8)
    assert "8 months old" not in customer.get("?step=details").content.decode(), "warnings are for staff"


def test_customer_is_asked_for_the_date_alone_and_may_leave_an_optional_one_out() -> None:
    draft = make_draft(make_user(), asking())
    customer = started(draft)
    step = Progress(customer.row).step("details")
    assert step is not None
    assert step.is_open
    assert Progress(customer.row).shown == [NAME]
    assert customer.post("details/", {NAME: ""}).status_code == 302
    step = Progress(customer.row).step("details")
    assert step is not None
    assert not step.is_open


def test_reviewer_acknowledges_an_old_document_and_the_approval_says_its_age() -> None:
    submission = reached(Status.PENDING, months_ago(8))
    submission.reasons = {OLD: REASON}
    submission.save()
    officer = make_user(Role.OFFICER)
    claims.claim(submission, by=by(officer))
    page = browser(officer).get(f"/review/{submission.pk}/").content.decode()
    for text in ("Address document is 8 months old", REASON, months_ago(8)):
        assert text in page
    ticked = [warning.code for warning in warnings_of(submission, officer)]
    others = [code for code in ticked if code != OLD]
    with pytest.raises(decisions.WarningsOpen, match=OLD):
        decisions.decide(reload(submission), Verdict.APPROVED, by=by(officer), ticked=others)
    decisions.decide(reload(submission), Verdict.APPROVED, by=by(officer), ticked=ticked)
    event = Event.objects.get(kind="verdict_given")
    assert event.fields["address_document_months"] == 8
    assert "age of the address document in months: 8" in event_text.event_details(event)


def test_recent_document_has_no_warning_and_no_age_in_the_event() -> None:
    submission, officer = reached(Status.PENDING, months_ago(5)), make_user(Role.OFFICER)
    claims.claim(submission, by=by(officer))
    ticked = [warning.code for warning in warnings_of(submission, officer)]
    assert OLD not in ticked
    decisions.decide(reload(submission), Verdict.APPROVED, by=by(officer), ticked=ticked)
    assert "address_document_months" not in Event.objects.get(kind="verdict_given").fields


def test_project_sets_the_months() -> None:
    draft = drafted(months_ago(8), address_date_months=9)
    assert not address_date.questions(draft)
    Project.objects.update(address_date_months=7)
    assert address_date.questions(reload(draft))


@pytest.mark.parametrize(
    ("issued", "day", "expected"),
    [
        ("2026-05-30", "2026-11-30", 0),
        ("2026-05-30", "2026-12-01", 6),
        ("2025-08-31", "2026-02-28", 0),
        ("2025-08-31", "2026-03-01", 6),
        ("2024-02-29", "2026-11-30", 33),
    ],
)
def test_document_is_old_from_the_day_after_its_months(issued: str, day: str, expected: int) -> None:
    draft = drafted(issued)
    with time_machine.travel(f"{day}T03:00:00Z", tick=False):
        assert address_date.months_if_old(draft) == expected


def test_evidence_pack_has_the_age_on_the_day_of_the_decision() -> None:
    submission, officer = reached(Status.APPROVED, months_ago(8)), by(make_user(Role.OFFICER))
    with time_machine.travel(clock.now() + timedelta(days=400)):
        pack = content.gather(submission, [], by=officer, is_open=False)
    text = dict(pack.facts)["Date of the address document"]
    assert text == f"{months_ago(8)} (8 months old). The project questions documents older than 6 months."
    Project.objects.update(address_date="no")
    pack = content.gather(reload(submission), [], by=officer, is_open=False)
    assert "Date of the address document" not in dict(pack.facts)


def test_no_request_contains_it_and_the_data_subject_receives_it() -> None:
    submission = reached(Status.APPROVED, "2026-02-03")
    sent = [attempt.values for attempt in Attempt.objects.filter(submission=submission)]
    assert len(sent) == 2
    assert "2026-02-03" not in str(sent)
    assert data_subject_export.held_on(submission)["values"][NAME] == "2026-02-03"


def test_erasure_destroys_it() -> None:
    submission = reached(Status.APPROVED, "2026-02-03")
    erasure.erase(submission, by=SYSTEM, why="mistake")
    assert reload(submission).values_sealed is None


def test_new_submission_does_not_take_it_over() -> None:
    submission = make_at(Status.REJECTED, **{NAME: "2026-02-03"})
    officer = make_user(Role.OFFICER)
    assert NAME not in restart.restart(submission, by=by(officer)).values
