"""The AML tab of the queue and the page of one review."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from submissions.aml import results
from submissions.models import AmlResult, AmlReview, AmlSource, AmlVerdict, Event, Project, Role, Status, Submission
from tests.clients import browser
from tests.factories import VALUES, make_at, make_user, reload
from tests.submissions.aml.screening import reported

pytestmark = pytest.mark.django_db
WHY = "The listed person was born in another year."


@pytest.fixture
def submission() -> Submission:
    submission = make_at(Status.APPROVED)
    results.apply(submission, reported(memo="Listed in 2019", tags=("pep",), open_count=2), AmlSource.RECORD)
    return reload(submission)


def stamp(page: str) -> str:
    return page.split('name="seen" value="')[1].split('"')[0]


def test_tab_of_the_queue_counts_and_lists_it(submission: Submission) -> None:
    client = browser(make_user(Role.OFFICER))
    tabs = {tab.label: tab.count for tab in client.get("/review/").context["tabs"]}
    assert tabs["AML reviews"] == "1"
    page = client.get("/review/aml/").content.decode()
    assert submission.reference in page
    assert VALUES["name"] not in page
    assert submission.reference not in client.get("/review/aml/?show=decided").content.decode()


def test_page_shows_the_result_and_masks_the_customer(submission: Submission) -> None:
    page = browser(make_user(Role.OFFICER)).get(f"/review/aml/{submission.pk}/").content.decode()
    for text in ("Red Flag", "<dd>High</dd>", "Listed in 2019", "pep", "ARGOS record", "M. E."):
        assert text in page
    for secret in (VALUES["name"], VALUES["document_number"], VALUES["date_of_birth"], VALUES["email"]):
        assert secret not in page
    assert Event.objects.filter(kind="aml_looked", submission_id=submission.pk).count() == 1


def test_officer_assigns_decides_and_the_page_says_so(submission: Submission) -> None:
    officer = make_user(Role.OFFICER)
    client, address = browser(officer), f"/review/aml/{submission.pk}/"
    client.post(f"{address}assign/", {"to": "me"})
    assert AmlReview.objects.get().assigned_to == officer
    assert submission.reference in client.get("/review/aml/?show=mine").content.decode()
    seen = stamp(client.get(address).content.decode())
    empty = client.post(f"{address}decide/", {"outcome": "false_positive", "reason": "...", "seen": seen})
    assert empty.status_code == 422
    client.post(f"{address}decide/", {"outcome": "false_positive", "reason": WHY, "seen": seen})
    page = client.get(address).content.decode()
    assert "False positive" in page
    assert WHY in page
    assert submission.reference in client.get("/review/aml/?show=decided").content.decode()


def test_verdict_on_an_older_result_keeps_what_was_typed(submission: Submission) -> None:
    client, address = browser(make_user(Role.OFFICER)), f"/review/aml/{submission.pk}/"
    seen = stamp(client.get(address).content.decode())
    results.apply(submission, reported(risk="MEDIUM"), AmlSource.RECORD)
    page = client.post(f"{address}decide/", {"outcome": "unclear", "reason": WHY, "seen": seen})
    assert page.status_code == 409
    assert WHY in page.content.decode()
    assert not AmlVerdict.objects.exists()
    again = client.post(
        f"{address}decide/", {"outcome": "unclear", "reason": WHY, "seen": stamp(page.content.decode())}
    )
    assert again.status_code == 302


def test_second_reviewer_sees_no_verdict_before_their_own(submission: Submission) -> None:
    Project.objects.update(second_review="all")
    address = f"/review/aml/{submission.pk}/"
    first, second = browser(make_user(Role.OFFICER)), browser(make_user(Role.OFFICER))
    seen = stamp(first.get(address).content.decode())
    first.post(f"{address}decide/", {"outcome": "false_positive", "reason": WHY, "seen": seen})
    assert WHY in first.get(address).content.decode()
    page = second.get(address).content.decode()
    assert WHY not in page
    assert "It is shown after yours" in page


def test_list_reads_as_often_for_many_as_for_one(submission: Submission) -> None:
    client, counts = browser(make_user(Role.OFFICER)), []
    results.apply(make_at(Status.APPROVED), reported(), AmlSource.RECORD)  # an alert, which every page shows
    for _round in range(2):
        with CaptureQueriesContext(connection) as queries:
            client.get("/review/aml/")
        counts.append(len(queries))
        for _more in range(3):
            results.apply(make_at(Status.APPROVED), reported(), AmlSource.RECORD)
    assert counts[0] == counts[1] <= 10


def test_risk_is_translated_unless_argos_does_not_document_it(submission: Submission) -> None:
    officer = make_user(Role.OFFICER, language="ko")
    assert "<dd>고</dd>" in browser(officer).get(f"/review/aml/{submission.pk}/").content.decode()
    AmlResult.objects.update(risk="VERY HIGH")
    assert "<dd>VERY HIGH</dd>" in browser(officer).get(f"/review/aml/{submission.pk}/").content.decode()
