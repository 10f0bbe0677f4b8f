"""The steps of one capture against the sandbox, each sent by the worker."""

from typing import Any

from submissions.capture import drafts, images, submit
from submissions.models import ImageKind, Project, Status, Submission
from submissions.vendor_sync import worker
from tests.factories import VALUES, by, explain, make_team, reload
from tests.pictures import id_card_jpeg, selfie_jpeg


def gather(
    project: Project, agent: Any, tag: str = "", *, country: str = "KOR", id_type: str = "passport"
) -> Submission:
    values = {**VALUES, "email": f"applicant{tag}@example.com"}
    submission = drafts.create_draft(
        project, make_team(), by=by(agent), issuing_country=country, id_type=id_type, values=values
    )
    images.add_image(submission, ImageKind.ID_FRONT, id_card_jpeg(), by=by(agent))
    images.add_image(submission, ImageKind.SELFIE, selfie_jpeg(), by=by(agent))
    return submission


def step1(submission: Submission) -> Submission:
    submit.send_step1(submission, by=by(submission.created_by))
    assert worker.send_next()
    submission = reload(submission)
    if submission.status == Status.CONFIRMING:
        explain(submission)  # the sandbox reads an ID of its own making
    return submission


def step2(submission: Submission, *, last: bool = False) -> Submission:
    submit.send_step2(submission, by=by(submission.created_by), is_last_confirmed=last)
    assert worker.send_next()
    return reload(submission)
