"""A project's name for ARGOS on the pages, in the messages and in the e-mails of its submissions."""

import re
from datetime import timedelta
from typing import Any

import pytest
from babel.messages.pofile import read_po
from django.core import mail
from django.test import Client

from argos import codes
from kycportal.messages import LOCALE
from submissions.aml import results
from submissions.audit import events
from submissions.core import clock, vendor_text
from submissions.models import AmlSource, Difference, DifferenceKind, Project, Role, Status, Submission, User
from submissions.reporting import evidence_pack
from submissions.review.workload import claims
from submissions.views.reporting import reports
from submissions.workflow import alerts
from tests import scale
from tests.clients import save_tab
from tests.factories import by, make_at, make_project, make_user, reload, sign_in
from tests.submissions.aml.screening import reported

pytestmark = pytest.mark.django_db

NAME = "Acme <ID> & Co"
ESCAPED = "Acme &lt;ID&gt; &amp; Co"
IN_REVIEW = (Status.PENDING, Status.SECOND_REVIEW, Status.DECISION_SENDING)


def project(**fields: Any) -> Project:
    return make_project(vendor_name=NAME, **fields)


def main_of(user: User, path: str) -> str:
    """The page without its frame, which belongs to no project."""
    response = sign_in(Client(), user).get(path)
    assert response.status_code == 200
    return response.content.decode().partition("<main")[2].partition("</main>")[0]


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("status", scale.sample(list(Status), 3))
def test_pages_of_a_submission_show_the_projects_name(status: Status, language: str) -> None:
    agent = make_user(language=language)
    submission = make_at(status, agent, project())
    Difference.objects.create(project=submission.project, submission=submission, kind=DifferenceKind.NO_RECORD)
    page = main_of(agent, f"/submissions/{submission.pk}/")
    assert "ARGOS" not in page
    assert ESCAPED in page


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize("status", IN_REVIEW)
def test_review_page_shows_the_projects_name(status: Status, language: str) -> None:
    officer = make_user(Role.OFFICER, language=language)
    submission = make_at(status, None, project())
    Submission.objects.filter(pk=submission.pk).update(has_difference=True)
    if status != Status.DECISION_SENDING:
        claims.claim(reload(submission), by=by(officer))
    page = main_of(officer, f"/review/{submission.pk}/")
    assert "ARGOS" not in page
    assert ESCAPED in page


def test_lists_show_the_name_of_each_project() -> None:
    officer = make_user(Role.OFFICER)
    theirs = make_at(Status.PENDING, None, project(reviewer="vendor"))
    other = make_at(Status.PENDING, None, make_project(reviewer="vendor"))
    rows = [Difference(project=row.project, submission=row, kind="no_record") for row in (theirs, other)]
    Difference.objects.bulk_create(rows)
    queue = main_of(officer, "/review/")
    assert f"Decided by {ESCAPED}" in queue
    assert "Decided by ARGOS" in queue
    mismatches = main_of(officer, "/differences/")
    assert f"No record at {ESCAPED}" in mismatches
    assert "No record at ARGOS" in mismatches


def test_alert_mail_and_bell_say_the_projects_name() -> None:
    manager = make_user(Role.MANAGER)
    submission = make_at(Status.CONFIRMING, None, project())
    soon = clock.now() + timedelta(minutes=50)
    alerts.notify(submission, "overdue_without_word", soon, to=[manager])
    alerts.send_mails()
    (sent,) = mail.outbox
    assert sent.subject.endswith(f"Past 24 h, no result from {NAME}")
    assert "ARGOS" not in str(sent.body)
    page = sign_in(Client(), manager).get("/").content.decode()
    assert f"Past 24 h, no result from {ESCAPED}" in page


def test_evidence_pack_says_the_projects_name() -> None:
    officer = make_user(Role.OFFICER)
    submission = make_at(Status.APPROVED, None, project())
    pack = evidence_pack.content.gather(submission, list(submission.images.all()), by=by(officer), is_open=False)
    said = str([pack.facts, pack.sections])
    assert NAME in said
    assert "ARGOS" not in said


def test_words_of_argos_and_of_people_stay() -> None:
    advice = codes.advice_for("new_code", "ARGOS could not open it.", "step1_retry")
    words = vendor_text.advice_words(advice, NAME)
    assert words.what_happened == f"{NAME} reports: ARGOS could not open it."
    assert NAME in words.do


def test_korean_needs_no_particle_after_the_name() -> None:
    with (LOCALE / "ko" / "LC_MESSAGES" / "django.po").open("rb") as source:
        texts = [str(message.string) for message in read_po(source, locale="ko")]
    assert [text for text in texts if re.search(r"ARGOS(이|가|을|를|은|는|와|과|로|으로)\b", text)] == []


def test_name_is_set_on_the_projects_page() -> None:
    made = make_project()
    reply = save_tab(sign_in(Client(), make_user(Role.ADMINISTRATOR)), made, "connection", vendor_name="IDcheck")
    assert reply.status_code == 302
    assert Project.objects.get().vendor_name == "IDcheck"
    assert "vendor_name" in str(events.Event.objects.get(kind="project_changed").fields)


PAGES_OF_SEVERAL_PROJECTS = {
    Role.AGENT: ("/", "/submissions/", "/imports/", "/handover/", "/unread/"),
    Role.OFFICER: ("/", "/submissions/", "/review/", "/review/aml/", "/differences/", "/exports/", "/subject/"),
    Role.MANAGER: (
        *("/", "/sending/", "/webhook-deliveries/", "/reports/access/"),
        *(f"/reports/?tab={tab}" for tab in reports.TABS),
    ),
    Role.ADMINISTRATOR: ("/", "/sending/", "/retention/"),
}


@pytest.mark.parametrize("language", ["en", "ko"])
@pytest.mark.parametrize(("role", "paths"), list(PAGES_OF_SEVERAL_PROJECTS.items()))
def test_pages_of_several_projects_show_the_name_that_all_share(role: Role, paths: Any, language: str) -> None:
    user, shared = make_user(role, language=language), project()
    asked = make_at(Status.APPROVED, None, shared)
    results.apply(asked, reported(), AmlSource.RECORD)
    Submission.objects.filter(pk=asked.pk).update(erasure_asked_at=clock.now())
    for path in paths:
        assert "ARGOS" not in main_of(user, path), path


def test_reports_of_one_project_show_its_name() -> None:
    theirs, manager = project(), make_user(Role.MANAGER)
    make_project()
    client = sign_in(Client(), manager)
    assert "ARGOS requests" in client.get("/reports/?tab=argos").content.decode()
    one = client.get(f"/reports/?tab=argos&project={theirs.pk}").content.decode().partition("<main")[2]
    assert f"{ESCAPED} requests" in one
    assert "ARGOS" not in one


def test_menu_says_argos_where_projects_have_several_names() -> None:
    project()
    client = sign_in(Client(), make_user(Role.MANAGER))
    assert f"{ESCAPED} requests" in client.get("/sending/").content.decode()
    make_project()
    page = client.get("/sending/").content.decode()
    assert "ARGOS requests" in page
    assert ESCAPED not in page
