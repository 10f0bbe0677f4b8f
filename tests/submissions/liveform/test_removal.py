"""Removing tokens at ARGOS: after a withdrawal, a replacement, an expiry and a closed submission, each once."""

from datetime import timedelta

import pytest
import requests
from django.test import Client

from submissions.capture import drafts
from submissions.core import clock
from submissions.liveform import links, removal
from submissions.models import Call, CallKind, CallState, Event, LiveformLink, Project, Role, Status, Submission, User
from submissions.outbox import ledger
from submissions.vendor_sync import reconcile, worker
from tests.factories import by, make_user, reload, sign_in
from tests.sandbox import Sandbox
from tests.submissions.liveform.filling import sent

pytestmark = pytest.mark.django_db


def removal_call() -> Call:
    return Call.objects.select_related("submission").get(kind=CallKind.UNTOKEN)


def opened(url: str) -> str:
    return requests.get(url, timeout=10).text


def url_of(submission: Submission) -> str:
    link = links.newest(submission)
    assert link is not None
    return links.url_of(link)


def page_of(submission: Submission, agent: User) -> str:
    return sign_in(Client(), agent).get(f"/submissions/{submission.pk}/").text


def test_withdrawn_link_is_removed_at_argos(project: Project, agent: User, sandbox: Sandbox) -> None:
    submission = sent(project, agent)
    url = url_of(submission)
    links.withdraw(submission, by=by(agent))
    assert removal_call().state == CallState.PREPARED, "written with the withdrawal"
    assert "The portal is removing it at ARGOS." in page_of(submission, agent)
    assert worker.send_next()
    assert removal_call().state == CallState.ANSWERED
    assert Event.objects.filter(kind="liveform_link_removed", submission_id=submission.pk).exists()
    assert "Invalid token" in opened(url)
    assert "ARGOS has removed it." in page_of(submission, agent)
    assert links.tokens_at_argos(Project.objects.get(pk=project.pk)) == 1, "as ARGOS reported at the registration"
    assert removal.prepare_due() == 0


def test_replaced_link_is_removed_after_its_successor_is_there(project: Project, agent: User) -> None:
    submission = sent(project, agent)
    former = url_of(submission)
    links.make(submission, by=by(agent))
    assert removal.prepare_due() == 0, "the new token's call is open"
    assert worker.send_next()
    assert removal.prepare_due() == 1
    assert worker.send_next()
    submission = reload(submission)
    assert "Invalid token" in opened(former)
    assert "End of the check" in opened(url_of(submission))
    assert submission.status == Status.AT_LIVEFORM
    assert removal.prepare_due() == 0


@pytest.mark.parametrize("end", ["expired", "given_up"])
def test_expired_and_closed_ones_are_removed(project: Project, agent: User, end: str) -> None:
    submission = sent(project, agent)
    url = url_of(submission)
    if end == "expired":
        LiveformLink.objects.update(expires_at=clock.now() - timedelta(minutes=1))
    else:
        drafts.give_up(submission, by=by(agent), reason="The customer stopped")
    assert removal.prepare_due() == 1
    assert worker.send_next()
    assert "Invalid token" in opened(url)


def test_valid_and_used_links_are_kept(project: Project, agent: User) -> None:
    submission = sent(project, agent)
    assert removal.prepare_due() == 0
    LiveformLink.objects.update(used_at=clock.now(), expires_at=clock.now())
    assert removal.prepare_due() == 0
    assert reload(submission).status == Status.AT_LIVEFORM


def test_lost_reply_is_not_repeated_and_the_page_says_so(project: Project, agent: User, sandbox: Sandbox) -> None:
    submission = sent(project, agent)
    sandbox.control.fault("untoken", "cut", when="after")
    links.withdraw(submission, by=by(agent))
    assert worker.send_next()
    call = removal_call()
    assert call.state == CallState.UNKNOWN
    assert reconcile.settle_one(call)
    assert removal.prepare_due() == 0
    assert reload(submission).status == Status.DRAFT
    assert "ARGOS has not confirmed its removal." in page_of(submission, agent)


def test_token_that_argos_does_not_have_counts_as_removed(project: Project, agent: User, sandbox: Sandbox) -> None:
    submission = sent(project, agent)
    sandbox.control.reset()
    links.withdraw(submission, by=by(agent))
    assert worker.send_next()
    assert removal_call().state == CallState.ANSWERED


def test_argos_away_frees_the_draft_and_the_removal_is_tried_again(project: Project, agent: User) -> None:
    submission = sent(project, agent)
    Project.objects.update(base_url="http://127.0.0.1:9/v3")
    links.withdraw(submission, by=by(agent))
    for _time in range(ledger.GIVES_UP_AFTER):
        Call.objects.filter(kind=CallKind.UNTOKEN).update(not_before=clock.now())
        assert worker.send_next()
    assert removal_call().state == CallState.CANCELLED
    assert not reload(submission).has_open_call
    assert removal.prepare_due() == 0
    Call.objects.filter(kind=CallKind.UNTOKEN).update(ended_at=clock.now() - timedelta(hours=2))
    assert removal.prepare_due() == 1
    assert Call.objects.filter(kind=CallKind.UNTOKEN).count() == 2


def test_administrator_sees_the_pool_that_argos_reported(project: Project, agent: User) -> None:
    sent(project, agent)
    page = sign_in(Client(), make_user(Role.ADMINISTRATOR)).get(f"/settings/projects/{project.pk}/capture/").text
    assert "ARGOS reported 1 Liveform tokens of this project" in page
