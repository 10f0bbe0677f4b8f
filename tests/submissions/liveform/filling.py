"""The customer at the sandbox's form, and what arrives from it."""

import json
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import requests

from submissions.core import clock
from submissions.liveform import links
from submissions.models import (
    Project,
    Status,
    Submission,
    User,
)
from submissions.vendor_sync import polling, webhooks, worker
from tests.factories import by, make_draft, reload
from tests.sandbox import Sandbox

PID = "pid-1"


def sent(project: Project, agent: User) -> Submission:
    """Return a submission whose customer has the link."""
    submission = make_draft(agent, project, images=False)
    links.make(submission, by=by(agent))
    assert worker.send_next()
    submission = reload(submission)
    assert submission.status == Status.AT_LIVEFORM
    return submission


def fill(submission: Submission, outcome: str, **changes: str) -> str:
    """Fill the sandbox's form as the customer; return the page."""
    link = links.newest(submission)
    assert link is not None
    address = urlsplit(links.url_of(link))
    page = f"{address.scheme}://{address.netloc}{address.path}"
    given = {**dict(parse_qsl(address.query)), "email": "applicant@example.com", "name": "Minseo Example"}
    given |= {"date_of_birth": "1990-02-03", "document_number": "M12345678", "outcome": outcome, **changes}
    return requests.post(page, data=given, timeout=10).text


def looked_for(submission: Submission) -> Submission:
    Submission.objects.filter(pk=submission.pk).update(next_read_at=clock.now() - timedelta(minutes=1))
    polling.poll_due()
    return reload(submission)


def deliver(project: Project, sandbox: Sandbox, trigger: str) -> None:
    """Store the webhook that the sandbox would send, and confirm it."""
    (kyc,) = sandbox.control.submissions()
    body = {"webhook_trigger": trigger, "submission_id": kyc["submission_id"], "tokenId": kyc["token_id"]}
    webhooks.store(project, json.dumps(body).encode(), "application/json", None)
    webhooks.confirm_due()
