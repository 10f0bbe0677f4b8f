"""The customer and the agents who talk to them learn nothing of the screening, on no page, by no e-mail, in no file."""

import re

import pytest
from django.core import mail

from submissions.aml import results
from submissions.models import AmlSource, Project, Role, Status, Submission
from submissions.privacy import data_subject_export
from submissions.reporting.timeline import looks, timeline
from submissions.workflow import alerts
from tests.clients import browser
from tests.factories import make_at, make_user, reload
from tests.submissions.aml.screening import reported

pytestmark = pytest.mark.django_db
TOLD = re.compile(r"\bAML\b|Red Flag|sanction|screening", re.IGNORECASE)


@pytest.fixture
def submission() -> Submission:
    submission = make_at(Status.APPROVED)
    make_user(Role.OFFICER)
    Project.objects.update(company_name="Bank", company_contact="02-123")
    results.apply(submission, reported(memo="Listed in 2019"), AmlSource.RECORD)
    return reload(submission)


def test_no_page_of_an_agent_mentions_it(submission: Submission) -> None:
    client = browser(make_user(team=submission.team))
    addresses = (
        "/",
        "/submissions/",
        f"/submissions/{submission.pk}/",
        "/handover/",
        "/unread/",
    )
    for address in addresses:
        page = client.get(address)
        assert page.status_code == 200
        text = re.sub(r"<(script|style).*?</\1>|<[^>]*>", " ", page.content.decode(), flags=re.DOTALL)
        assert not TOLD.search(text), (address, TOLD.search(text))


def test_agent_cannot_find_hits_by_the_filter(submission: Submission) -> None:
    agent = make_user(team=submission.team)
    make_at(Status.APPROVED, agent)
    page = browser(agent).get("/submissions/?aml=hit")
    assert len(page.context["page"].rows) == 2


def test_reviewers_see_it(submission: Submission) -> None:
    page = browser(make_user(Role.OFFICER)).get(f"/submissions/{submission.pk}/").content.decode()
    assert "Red Flag" in page
    rows = browser(make_user(Role.OFFICER)).get("/submissions/?aml=hit").context["page"].rows
    assert [row.pk for row in rows] == [submission.pk]


def test_no_letter_goes_to_the_customer(submission: Submission) -> None:
    alerts.send_mails()
    assert mail.outbox
    assert submission.values["email"] not in [address for letter in mail.outbox for address in letter.to]


def test_answer_to_a_data_subject_has_nothing_of_it(submission: Submission) -> None:
    browser(make_user(Role.OFFICER)).get(f"/review/aml/{submission.pk}/")
    told = data_subject_export._looks(submission)
    assert told
    assert not [row for row in told if "aml" in str(row)]


def test_timeline_has_it_for_reviewers_only(submission: Submission) -> None:
    browser(make_user(Role.OFFICER)).get(f"/review/aml/{submission.pk}/")
    told = [entry.event.kind for entry in timeline(submission, is_blind=False).entries]
    assert not [kind for kind in told if kind.startswith("aml")]
    assert "aml_review_opened" in [
        entry.event.kind for entry in timeline(submission, is_blind=False, with_aml=True).entries
    ]
    assert "aml_looked" not in [entry.event.kind for entry in looks(submission).entries]
