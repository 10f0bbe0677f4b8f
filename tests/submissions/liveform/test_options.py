"""Liveform beside other options: the live selfie, AML, and the sandbox's scenario."""

import re

import pytest
from django.test import Client

from submissions.models import AmlReview, Project, Role, Route, Status, Submission, User
from submissions.review.warnings import warnings_of
from submissions.review.workload import claims
from submissions.vendor_sync import webhooks, worker
from tests.factories import by, make_draft, make_user, reload, sign_in
from tests.sandbox import Sandbox
from tests.submissions.liveform.filling import fill, looked_for, sent

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("is_required", [True, False])
def test_selfie_of_the_form_is_marked_where_live_ones_are_demanded(
    project: Project, agent: User, is_required: bool
) -> None:
    Project.objects.update(requires_live_selfie=is_required)
    submission = sent(project, agent)
    fill(submission, "pending")
    codes = [warning.code for warning in warnings_of(looked_for(submission), make_user(Role.OFFICER))]
    assert ("liveform_selfie" in codes) == is_required
    assert "not_live" not in codes, "it is no file that staff uploaded"


def test_reviewer_sees_the_selfie_of_the_form_with_its_scores(project: Project, agent: User) -> None:
    submission = sent(project, agent)
    fill(submission, "pending")
    submission = looked_for(submission)
    officer = make_user(Role.OFFICER)
    claims.claim(submission, by=by(officer))
    page = sign_in(Client(), officer).get(f"/review/{submission.pk}/").text
    selfie = submission.images.get(kind="selfie")
    assert f'data-url="/images/{selfie.pk}/"' in page
    assert "No selfie sent" not in page


def test_match_of_the_screening_opens_a_review(project: Project, agent: User, sandbox: Sandbox) -> None:
    submission = sent(project, agent)
    fill(submission, "approved", email="kim+amlhit@example.com")
    submission = looked_for(submission)
    (kyc,) = sandbox.control.submissions()
    body = b'{"webhook_trigger": "aml", "submission_id": "%s"}' % kyc["submission_id"].encode()
    webhooks.store(project, body, "application/json", None)
    webhooks.confirm_due()
    assert AmlReview.objects.get().submission == submission
    assert (submission.status, submission.route) == (Status.APPROVED, Route.LIVEFORM)


def test_match_before_the_decision_is_a_warning(project: Project, agent: User) -> None:
    submission = sent(project, agent)
    fill(submission, "pending", email="kim+amlbefore@example.com")
    codes = [warning.code for warning in warnings_of(looked_for(submission), make_user(Role.OFFICER))]
    assert any(code.startswith("aml") for code in codes)


@pytest.mark.parametrize("action", ["save", "step1"])
def test_scenario_sends_the_link_and_leaves_the_email(project: Project, agent: User, action: str) -> None:
    given = {"project": project.pk, "team": agent.team_id, "issuing_country": "KOR", "id_type": "passport"}
    given |= {"email": "new@example.com", "scenario": "liveform", "action": action}
    assert sign_in(Client(), agent).post("/submissions/new/", given).status_code == 302
    assert worker.send_next()
    submission = Submission.objects.get()
    assert submission.status == Status.AT_LIVEFORM
    assert submission.values["email"] == "new@example.com"


def test_photos_of_the_draft_stay_when_a_link_is_sent_instead(project: Project, agent: User) -> None:
    submission = make_draft(agent, project)
    page = sign_in(Client(), agent).get(f"/submissions/{submission.pk}/").text
    assert page.index('class="cards"') < page.index('id="liveform"') < page.index('class="card details"')
    assert sign_in(Client(), agent).post(f"/submissions/{submission.pk}/liveform/").status_code == 302
    assert worker.send_next()
    assert reload(submission).images.count() == 2


def test_open_page_reloads_when_the_customer_has_started_or_finished(project: Project, agent: User) -> None:
    submission = sent(project, agent)
    client = sign_in(Client(), agent)
    seen = re.search(r"status/\?seen=([^\"]+)", client.get(f"/submissions/{submission.pk}/").text)
    assert seen
    address = f"/submissions/{submission.pk}/status/?seen={seen[1]}"
    assert "HX-Refresh" not in client.get(address).headers
    fill(submission, "incomplete")
    looked_for(submission)
    assert client.get(address).headers["HX-Refresh"] == "true"
