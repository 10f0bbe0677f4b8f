"""Suspicious transaction reports: recorded for customers who were not accepted, and known to reviewers only."""

import json

import pytest
from django.test import Client

from submissions.aml import report_considerations
from submissions.aml.report_considerations import consider
from submissions.audit.events import SYSTEM
from submissions.core import encryption
from submissions.core.typed_reason import ReasonMissing
from submissions.models import Event, Message, Project, ReportConsideration, Role, Status, Submission, User
from submissions.privacy import data_subject_export, erasure
from submissions.reporting import overview
from submissions.reporting.evidence_pack import aml
from submissions.reporting.timeline import timeline
from submissions.search import counting, filters
from submissions.workflow.permissions import NotAllowed
from submissions.workflow.transitions import StaleSubmission
from tests.clients import browser
from tests.factories import by, make_at, make_token, make_user, reload

pytestmark = pytest.mark.django_db
WHY = "Three accounts with one address."
YES = {"is_reported": "yes", "reason": WHY, "reference": "FIU-2026-7"}


@pytest.fixture
def rejected() -> Submission:
    submission = make_at(Status.REJECTED)
    Project.objects.update(requires_report_consideration=True)
    return reload(submission)


def post(client: Client, submission: Submission, **data: str) -> int:
    return client.post(f"/submissions/{submission.pk}/report-consideration/", data).status_code


def missing(user: User) -> list[Submission]:
    return list(filters.matching(user, {"report": "missing"}).rows)


def test_officer_records_it_on_the_page_and_a_later_record_keeps_the_earlier_one(rejected: Submission) -> None:
    officer = make_user(Role.OFFICER, name="Olga Officer")
    client, url = browser(officer), f"/submissions/{rejected.pk}/"
    assert "Not yet considered" in client.get(url).content.decode()
    assert post(client, rejected, **YES) == 302
    assert post(client, rejected, **YES) == 302, "the same once more is not another record"
    page = client.get(url).content.decode()
    assert [text for text in ("Report made", WHY, "FIU-2026-7", "Olga Officer") if text not in page] == []
    assert post(client, rejected, is_reported="no", reason="The addresses are of one family.") == 302
    rows = report_considerations.of(rejected)
    assert [(row.is_reported, row.considered_by) for row in rows] == [(False, officer), (True, officer)]
    assert Event.objects.filter(kind="aml_report_considered", actor_id=officer.pk).count() == 2
    page = client.get(url).content.decode()
    assert page.index("Considered, no report made") < page.index("Earlier records") < page.index("Report made")


def test_record_without_a_result_or_reason_is_not_saved_and_keeps_the_text(rejected: Submission) -> None:
    client = browser(make_user(Role.OFFICER))
    answer = client.post(f"/submissions/{rejected.pk}/report-consideration/", {"reason": WHY})
    assert (answer.status_code, WHY in answer.content.decode()) == (422, True)
    assert post(client, rejected, is_reported="no", reason="...") == 422
    assert not ReportConsideration.objects.exists()
    with pytest.raises(ReasonMissing):
        consider(rejected, by=by(make_user(Role.OFFICER)), is_reported=False, reason=" ")


@pytest.mark.parametrize("role", [Role.AGENT, Role.ADMINISTRATOR, Role.INTEGRATION])
def test_others_record_nothing(rejected: Submission, role: Role) -> None:
    user = make_token(rejected.project)[0].user if role == Role.INTEGRATION else make_user(role, team=rejected.team)
    with pytest.raises(NotAllowed):
        consider(rejected, by=by(user), is_reported=False, reason=WHY)
    assert not ReportConsideration.objects.exists()


@pytest.mark.parametrize("status", [Status.APPROVED, Status.PENDING, Status.DRAFT])
def test_accepted_and_open_submissions_have_no_record(status: Status) -> None:
    submission, officer = make_at(status), make_user(Role.OFFICER)
    with pytest.raises(StaleSubmission):
        consider(submission, by=by(officer), is_reported=False, reason=WHY)
    assert "report-consideration" not in browser(officer).get(f"/submissions/{submission.pk}/").content.decode()


def test_list_and_home_count_those_without_a_record(rejected: Submission) -> None:
    abandoned, manager = make_at(Status.ABANDONED), make_user(Role.MANAGER)
    make_at(Status.APPROVED)
    Project.objects.update(requires_report_consideration=True)
    assert {row.pk for row in missing(manager)} == {rejected.pk, abandoned.pk}
    figures = counting.read(manager, overview.figures(manager, rejected.images.all()))
    counted = {one.url: one.count for one in overview.exceptions(figures)[0]}
    assert counted["/submissions/?report=missing"] == 2
    consider(rejected, by=by(manager), is_reported=False, reason=WHY)
    assert [row.pk for row in missing(manager)] == [abandoned.pk]
    assert [row.pk for row in filters.matching(manager, {"report": "considered"}).rows] == [rejected.pk]
    Project.objects.update(requires_report_consideration=False)
    assert missing(manager) == []


def test_agents_customers_programs_and_receivers_learn_nothing(rejected: Submission) -> None:
    agent, before = make_user(team=rejected.team), Message.objects.count()
    consider(rejected, by=by(make_user(Role.OFFICER)), is_reported=True, reason=WHY, reference="FIU-2026-7")
    page = browser(agent).get(f"/submissions/{rejected.pk}/").content.decode()
    assert "uspicious transaction" not in page
    assert len(browser(agent).get("/submissions/?report=missing").context["page"].rows) == 1, "no filter for agents"
    assert Message.objects.count() == before
    shown = timeline(rejected, is_blind=False).entries
    assert "aml_report_considered" not in [entry.event.kind for entry in shown]
    events = make_token(rejected.project)[1].get(f"/api/v1/submissions/{rejected.pk}/events")
    assert (events.status_code, "report_considered" in events.content.decode()) == (200, False)
    told = json.dumps(data_subject_export.held_on(rejected), default=str)
    assert [text for text in (WHY, "FIU-2026-7", "report_considered") if text in told] == []


def test_event_has_no_result(rejected: Submission) -> None:
    consider(rejected, by=by(make_user(Role.OFFICER)), is_reported=True, reason=WHY, reference="FIU-2026-7")
    event = Event.objects.get(kind="aml_report_considered")
    assert (event.fields, event.reason_sealed) == ({}, None)


def test_evidence_pack_has_it_and_a_masked_one_without_the_texts(rejected: Submission) -> None:
    officer = make_user(Role.OFFICER)
    consider(rejected, by=by(officer), is_reported=True, reason=WHY, reference="FIU-2026-7")
    _heads, rows = aml.table(rejected, officer, is_open=True)
    assert rows[-1][1:] == ["Suspicious transaction report considered", "Report made, FIU-2026-7", officer.name, WHY]
    _heads, rows = aml.table(rejected, officer, is_open=False)
    assert rows[-1][2:] == ["Report made", officer.name, ""]


def test_erasure_keeps_that_it_was_considered_and_nothing_that_was_written(rejected: Submission) -> None:
    officer = make_user(Role.OFFICER)
    consider(rejected, by=by(officer), is_reported=True, reason=WHY, reference="FIU-2026-7")
    erasure.erase(rejected, by=SYSTEM, why="mistake")
    row = ReportConsideration.objects.get()
    assert (row.is_reported, row.reason_sealed, row.reference_sealed) == (True, None, None)
    page = browser(officer).get(f"/submissions/{rejected.pk}/").content.decode()
    assert ("Report made" in page, "Change the record" in page, WHY in page) == (True, False, False)
    assert missing(officer) == []
    with pytest.raises(NotAllowed):
        consider(reload(rejected), by=by(officer), is_reported=False, reason=WHY)


def test_texts_are_stored_encrypted(rejected: Submission) -> None:
    consider(rejected, by=by(make_user(Role.OFFICER)), is_reported=True, reason=WHY, reference="FIU-2026-7")
    row = ReportConsideration.objects.get()
    assert WHY.encode() not in bytes(row.reason_sealed)
    label = f"report_consideration.reason:{row.pk}"
    assert encryption.decrypt_json(rejected.data_key(), label, bytes(row.reason_sealed)) == WHY
