"""AML against the sandbox over real HTTP: screening by webhook and record, the monitoring's calls, what is in doubt."""

import json
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from submissions.aml import monitoring
from submissions.audit.events import SYSTEM
from submissions.core import clock
from submissions.models import (
    AmlResult,
    AmlReview,
    AmlSource,
    Call,
    CallKind,
    CallState,
    Event,
    Project,
    Role,
    Status,
    Submission,
    WebhookDelivery,
)
from submissions.privacy import erasure
from submissions.vendor_sync import reconcile, status_table, webhooks, worker
from tests.factories import make_project, make_user, reload, sign_in
from tests.sandbox import Sandbox
from tests.submissions.vendor_sync.sandbox_steps import gather, step1, step2
from tests.submissions.vendor_sync.settling import settle_later

pytestmark = pytest.mark.django_db
OFF = {"aml_monitor_off": "submission/aml/off"}


@pytest.fixture
def project(sandbox: Sandbox) -> Project:
    project = make_project(base_url=sandbox.base_url, read_timeout=10, connect_timeout=2)
    project.api_key = "sandbox-key-standard"
    project.save()
    return project


def approved(project: Project, tag: str) -> Submission:
    submission = step2(step1(gather(project, make_user(), tag)))
    assert submission.status == Status.APPROVED
    return submission


def tell(project: Project, trigger: str, submission: Submission, **more: Any) -> str:
    body = {"webhook_trigger": trigger, "submission_id": submission.vendor_id, **more}
    row = webhooks.store(project, json.dumps(body).encode(), "application/json", None)
    webhooks.confirm_due()
    row.refresh_from_db()
    return row.outcome


def monitored(project: Project, **paths: str) -> Project:
    project.monitors_aml, project.aml_worklist_id, project.paths = True, "w1", paths
    project.save()
    return project


def must_be_removed(submission: Submission) -> bool:
    state = monitoring.state_of(submission, submission.calls.order_by("prepared_at"))
    assert state is not None
    return state.must_be_removed


def result() -> AmlResult:
    return AmlResult.objects.get()


def test_webhook_is_confirmed_by_a_read(project: Project) -> None:
    submission = approved(project, "+amlhit")
    assert tell(project, "aml", submission, aml_result={"currentstatus": "screenedNoMatches"}) == "read_back"
    assert (result().status, result().risk, result().source) == ("Red Flag", "HIGH", AmlSource.RECORD)
    assert AmlReview.objects.undecided().count() == 1


def test_webhook_that_no_read_confirms_keeps_its_own_values_and_says_so(project: Project) -> None:
    submission = approved(project, "+approved")
    told = {"currentstatus": "Red Flag", "risk_level_summary": "HIGH"}
    assert tell(project, "aml", submission, aml_result=told) == "not_confirmed"
    assert (result().status, result().source) == ("Red Flag", AmlSource.WEBHOOK)
    assert "not confirmed" in result().get_source_display()


def test_webhook_survives_a_project_without_such_a_read(project: Project, sandbox: Sandbox) -> None:
    submission = approved(project, "+approved")
    sandbox.control.fault("get", "400", times=0)
    assert tell(project, "aml", submission, aml_result={"currentstatus": "Red Flag"}) == "not_confirmed"
    assert result().is_hit


def test_unreadable_vendor_means_another_try(project: Project, sandbox: Sandbox) -> None:
    submission = approved(project, "+amlhit")
    sandbox.control.fault("get", "502")
    assert tell(project, "aml", submission) == ""
    WebhookDelivery.objects.update(next_try_at=clock.now())
    webhooks.confirm_due()
    assert result().is_hit


def test_record_that_was_read_anyway_brings_the_result(project: Project) -> None:
    submission = step2(step1(gather(project, make_user(), "+amlbefore")))
    status_table.ask_vendor(submission, by=SYSTEM)
    assert (reload(submission).status, result().is_hit) == (Status.PENDING, True)


def test_hit_of_the_monitoring_comes_later(project: Project) -> None:
    submission = approved(monitored(project), "+amllater")
    assert monitoring.prepare_due() == 1
    assert worker.send_next()
    assert Call.objects.get(kind=CallKind.AML_ON).state == CallState.ANSWERED
    record = {"recordId": f"record-{submission.vendor_id}", "worklistId": "w1"}
    assert tell(project, "aml_monitor", submission, records=[record]) == "read_back"
    assert (result().source, result().open_count, result().content["tags"]) == (AmlSource.MONITORING, 2, ["pep"])
    assert AmlReview.objects.undecided().count() == 1


@pytest.mark.parametrize("records", [[], [{"recordId": "none", "worklistId": "w1"}], [{"recordId": "../x"}], "x"])
def test_monitoring_webhook_that_cannot_be_read_is_a_hit(project: Project, records: Any) -> None:
    submission = approved(project, "+approved")
    assert tell(project, "aml_monitor", submission, records=records) == "not_confirmed"
    assert (result().is_hit, result().source) == (True, AmlSource.WEBHOOK)


def test_addition_is_sent_once(project: Project) -> None:
    submission = approved(monitored(project), "+amlclear")
    assert (monitoring.prepare_due(), monitoring.prepare_due()) == (1, 0)
    assert worker.send_next()
    assert monitoring.prepare_due() == 0
    assert Event.objects.filter(kind="aml_monitoring_started", submission_id=submission.pk).count() == 1


def test_refusal_in_a_partial_success_is_kept_and_not_repeated(project: Project, sandbox: Sandbox) -> None:
    submission = approved(monitored(project), "+amlclear")
    sandbox.control.status(submission.vendor_id, "pending")
    monitoring.prepare_due()
    assert worker.send_next()
    call = Call.objects.get(kind=CallKind.AML_ON)
    assert (call.state, call.error) == (CallState.REFUSED, "monitor_refused")
    assert monitoring.prepare_due() == 0


def test_addition_whose_reply_was_lost_is_read_back_and_not_sent_again(project: Project, sandbox: Sandbox) -> None:
    approved(monitored(project), "+amlclear")
    monitoring.prepare_due()
    sandbox.control.fault("aml_on", "cut", "after")
    assert worker.send_next()
    assert Call.objects.get(kind=CallKind.AML_ON).state == CallState.UNKNOWN
    assert monitoring.prepare_due() == 0
    Call.objects.filter(state=CallState.UNKNOWN).update(next_read_at=clock.now())
    assert reconcile.settle_due() == 1
    assert Call.objects.get(kind=CallKind.AML_ON).settled_as == "adopted"
    assert Event.objects.filter(kind="aml_monitoring_started").count() == 1


def test_addition_that_never_arrived_is_prepared_again(project: Project, sandbox: Sandbox) -> None:
    approved(monitored(project), "+amlclear")
    monitoring.prepare_due()
    sandbox.control.fault("aml_on", "504")
    assert worker.send_next()
    settle_later()
    assert Call.objects.get(kind=CallKind.AML_ON).settled_as == "never_arrived"
    assert monitoring.prepare_due() == 1


def test_end_of_the_relationship_takes_it_out_where_a_path_is_set(project: Project) -> None:
    submission = approved(monitored(project, **OFF), "+amlclear")
    monitoring.prepare_due()
    worker.send_next()
    Submission.objects.update(relationship_ended_at=clock.now() - timedelta(days=1))
    submission = reload(submission)
    with pytest.raises(erasure.VendorKeepsIt):
        erasure.check_vendor_is_done(submission)
    assert monitoring.prepare_due() == 1
    assert worker.send_next()
    assert Call.objects.get(kind=CallKind.AML_OFF).state == CallState.ANSWERED
    assert monitoring.prepare_due() == 0
    erasure.check_vendor_is_done(submission)


def test_without_a_path_a_person_is_told_to_remove_it(project: Project) -> None:
    submission = approved(monitored(project), "+amlclear")
    monitoring.prepare_due()
    worker.send_next()
    assert must_be_removed(submission) is False
    Submission.objects.update(erasure_asked_at=clock.now())
    assert monitoring.prepare_due() == 0
    assert must_be_removed(reload(submission)) is True


def test_removal_by_hand_is_recorded_once_and_ends_the_request(project: Project, sandbox: Sandbox) -> None:
    submission = approved(monitored(project), "+amlclear")
    monitoring.prepare_due()
    worker.send_next()
    officer = make_user(Role.OFFICER)
    client, page = sign_in(Client(), officer), f"/review/aml/{submission.pk}/removed/"
    client.post(page, {"reason": "Too early, by nobody"})
    assert not Call.objects.filter(kind=CallKind.AML_OFF).exists()
    Submission.objects.update(erasure_asked_at=clock.now())
    assert "When and by whom it was removed at ARGOS" in client.get(f"/submissions/{submission.pk}/").text
    assert client.post(page, {"reason": ""}).status_code == 422
    asked = len(sandbox.control.calls())
    for _press in range(2):
        assert client.post(page, {"reason": "Kim ended it at 10:00"}).status_code == 302
    call = Call.objects.get(kind=CallKind.AML_OFF)
    assert (call.state, call.settled_as, call.prepared_by) == (CallState.SETTLED, "by_hand", officer)
    assert must_be_removed(reload(submission)) is False
    assert monitoring.prepare_due() == 0
    assert not monitoring.to_end().exists()
    assert len(sandbox.control.calls()) == asked, "nothing is sent"
    event = Event.objects.get(kind="aml_removed_by_hand")
    assert (event.actor_name, event.submission_id) == (officer.username, submission.pk)
    assert "Ended by hand" in client.get(f"/submissions/{submission.pk}/").text
    agent_page = sign_in(Client(), submission.created_by).get(f"/submissions/{submission.pk}/").text
    assert "Ended by hand" not in agent_page
    assert "Removed from AML monitoring" not in agent_page


def test_nothing_is_added_without_the_option(project: Project) -> None:
    approved(project, "+amlclear")
    assert monitoring.prepare_due() == 0
