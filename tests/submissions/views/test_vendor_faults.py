"""Vendor faults as the agent sees them: the page's message, no attempt used twice, no typed text lost."""

import re
import time
from typing import Any

import pytest
from django.test import Client

from submissions.core import clock
from submissions.models import Call, CallState, Project, Status, User
from submissions.outbox import gate
from submissions.vendor_sync import worker
from tests import scale
from tests.factories import reload
from tests.sandbox import Sandbox
from tests.submissions.vendor_sync.settling import settle_later
from tests.submissions.views.gathering import PASSPORT, make_confirming, make_gathered, post, read

pytestmark = [pytest.mark.django_db, pytest.mark.slow]
TYPED = {**PASSPORT, "name": "Minseo Typed", "nationality": "KOR"}


def is_kept(values: dict[str, str]) -> bool:
    return {name: values.get(name) for name in TYPED} == TYPED


# The fault: the page's next message, the status shown, whether the project is paused.
REFUSALS = [
    ("403_key", "the key", Status.CONFIRMING, True),
    ("403_ip", "address", Status.CONFIRMING, True),
    ("413", "under 2 mb", Status.CONFIRMING, False),
    ("400", "no attempt was used", Status.CONFIRMING, False),
]


@pytest.mark.parametrize(("fault", "words", "status", "is_paused"), REFUSALS)
def test_refusal_is_reported_and_costs_no_try(
    client: Client,
    agent: User,
    project: Project,
    sandbox: Sandbox,
    fault: str,
    words: str,
    status: Status,
    is_paused: bool,
) -> None:
    submission = make_confirming(project, agent)
    sandbox.control.fault("step2", fault)
    assert post(client, submission, "step2", **TYPED).status_code == 302
    assert worker.send_next()
    page = read(client, submission)
    submission = reload(submission)
    assert "refused Step 2; no attempt was used" in page
    assert words in page.lower()
    assert (submission.status, submission.tries_used) == (status, 0)
    assert is_kept(submission.values)
    assert (submission.project.paused_at is not None) == is_paused
    if is_paused:
        assert "Processing of this project paused" in page


@pytest.mark.parametrize("fault", scale.sample(["cut", "half", "500", "502", "503", "504", "junk", "html", "empty"], 3))
@pytest.mark.parametrize("when", ["before", "after"])
def test_unknown_end_is_reported_and_nothing_can_be_pressed(
    client: Client, agent: User, project: Project, sandbox: Sandbox, fault: str, when: str
) -> None:
    submission = make_confirming(project, agent)
    sandbox.control.fault("step2", fault, when)
    post(client, submission, "step2", **TYPED)
    worker.send_next()
    page = read(client, submission)
    assert "Step 2: outcome unknown" in page
    assert "no attempt is used twice" in page
    assert re.search(r'<fieldset class="card details"\s+disabled', page)
    assert f"/submissions/{submission.pk}/values/" not in page
    again = post(client, submission, "step2", **TYPED)
    assert again.status_code == 302
    assert sandbox.control.counts("step2")["came"] == 1
    assert settle_later(31) == 1
    submission = reload(submission)
    was_processed = when == "after" or fault == "half"
    assert submission.status == (Status.PENDING if was_processed else Status.CONFIRMING)
    assert is_kept(submission.values)
    told = read(client, submission)
    assert ("ARGOS did not receive the last request" in told) == (not was_processed)


def test_timeout_is_reported_and_adopted(client: Client, agent: User, project: Project, sandbox: Sandbox) -> None:
    submission = make_confirming(project, agent)
    Project.objects.update(read_timeout=1)
    sandbox.control.fault("step2", "slow", "after", seconds=1.5)
    post(client, submission, "step2", **TYPED)
    worker.send_next()
    assert "outcome unknown" in read(client, submission)
    time.sleep(0.6)
    settle_later()
    assert reload(submission).status == Status.PENDING
    assert sandbox.control.counts("step2") == {"came": 1, "processed": 1, "refused": 0}


def test_refused_connection_waits_and_goes_automatically(
    client: Client, agent: User, project: Project, sandbox: Sandbox
) -> None:
    submission = make_confirming(project, agent)
    Project.objects.update(base_url="http://127.0.0.1:9/v3")
    post(client, submission, "step2", **TYPED)
    worker.send_next()
    page = read(client, submission)
    assert "Step 2 queued: ARGOS is unavailable" in page
    assert "No attempt was used" in page
    assert "Cancel request" in page
    Project.objects.update(base_url=sandbox.base_url)
    Call.objects.filter(state=CallState.PREPARED).update(not_before=clock.now())
    assert worker.send_next()
    assert reload(submission).status == Status.PENDING
    assert sandbox.control.counts("step2") == {"came": 1, "processed": 1, "refused": 0}


def test_step1_while_the_vendor_is_down_starts_no_clock(client: Client, agent: User, project: Project) -> None:
    Project.objects.update(base_url="http://127.0.0.1:9/v3")
    submission = make_gathered(reload_project(project), agent)
    post(client, submission, "step1")
    for _time in range(gate.DOWN_AFTER):
        assert worker.send_next()
        Call.objects.filter(state=CallState.PREPARED).update(not_before=clock.now())
    submission = reload(submission)
    assert submission.deadline_at is None
    second = make_gathered(reload_project(project), agent)
    page = post(client, second, "step1").content.decode()
    assert "ARGOS is unavailable. The 24-hour limit has not started" in page
    assert reload(second).status == Status.DRAFT


def reload_project(project: Project) -> Project:
    return Project.objects.get(pk=project.pk)


@pytest.mark.parametrize("fault", ["403_key", "413", "cut", "500", "junk"])
def test_step1_weather_is_reported(client: Client, agent: User, project: Project, sandbox: Sandbox, fault: str) -> None:
    submission = make_gathered(project, agent)
    sandbox.control.fault("step1", fault)
    post(client, submission, "step1", customer_id="C-9")
    worker.send_next()
    page = read(client, submission)
    is_refused = fault in ("403_key", "413")
    words = "refused Step 1; no attempt was used" if is_refused else "Step 1: outcome unknown"
    assert words in page
    assert reload(submission).values["customer_id"] == "C-9"
    assert reload(submission).values["email"] == "applicant+noocr@example.com"


def test_ask_the_vendor_when_it_is_down(client: Client, agent: User, project: Project, sandbox: Sandbox) -> None:
    submission = make_confirming(project, agent)
    sandbox.control.fault("get", "502", times=0)
    reply = client.post(f"/submissions/{submission.pk}/ask/", follow=True)
    assert "ARGOS is unavailable. Nothing has changed" in reply.content.decode()
    assert reload(submission).status == Status.CONFIRMING


def test_double_press_sends_one_call(client: Client, agent: User, project: Project, sandbox: Sandbox) -> None:
    submission = make_confirming(project, agent, "+fail")
    replies: list[Any] = [post(client, submission, "step2", **TYPED) for _press in range(2)]
    assert [reply.status_code for reply in replies] == [302, 302]
    assert "This submission has changed" in client.get(replies[1].url).content.decode()
    while worker.send_next():
        pass
    assert sandbox.control.counts("step2")["came"] == 1
