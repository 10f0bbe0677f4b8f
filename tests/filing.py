"""Create submissions in a running stack with the portal's own actions; its worker and the sandbox do the rest.

`Stack.file` asks the stack's console (`tests.console`) for it. It is faster than a browser.
"""

import time
from typing import Any

READY_WITHIN = 60


def file(cases: list[dict[str, Any]]) -> list[str]:
    """Create one submission for each case, up to its `to`; return their ids.

    A case: `email` (its tags choose the sandbox's reply), and optionally `project`, `values`, `reasons`, `by`, `to`.
    """
    from submissions.models import Submission

    drafts = [_draft(case) for case in cases]
    wanted = {pk: case.get("to", "pending") for pk, case in zip(drafts, cases, strict=True)}
    by_pk = dict(zip(drafts, cases, strict=True))
    until = time.monotonic() + READY_WITHIN
    waiting = set(drafts)
    while waiting and time.monotonic() < until:
        for submission in Submission.objects.filter(pk__in=waiting).select_related("project", "team"):
            if submission.status == wanted[submission.pk]:
                waiting.discard(submission.pk)
            else:
                _press(submission, by_pk[submission.pk])
        time.sleep(0.1)
    if waiting:
        rows = Submission.objects.filter(pk__in=waiting).values_list("reference", "status", "notice")
        raise RuntimeError(f"not submitted within {READY_WITHIN} s: {list(rows)}")
    return [str(pk) for pk in drafts]


def _draft(case: dict[str, Any]) -> Any:
    from submissions.audit import events
    from submissions.capture import drafts as capture_drafts
    from submissions.capture import images as capture_images
    from submissions.models import ImageKind, Project, User
    from tests import pictures

    user = User.objects.get(username=case.get("by", "agent"))
    by = events.actor_for(user)
    project = Project.objects.get(name=case.get("project", "Demo: standard"))
    submission = capture_drafts.create_draft(
        project,
        user.team or User.objects.get(username="agent").team,
        by=by,
        issuing_country=case.get("country", "KOR"),
        id_type=case.get("id_type", "passport"),
        values={"email": case["email"], "customer_id": case.get("customer_id", "")},
    )
    capture_images.add_image(submission, ImageKind.ID_FRONT, pictures.id_card_jpeg(), by=by)
    capture_images.add_image(submission, ImageKind.SELFIE, pictures.selfie_jpeg(), by=by)
    return submission.pk


def _press(submission: Any, case: dict[str, Any]) -> None:
    """Do the agent's next step; nothing while a call is open."""
    from submissions.audit import events
    from submissions.capture import drafts as capture_drafts
    from submissions.capture import images as capture_images
    from submissions.capture import ocr_diff, overrides, submit
    from submissions.models import ImageKind, Status, User
    from tests import pictures

    by = events.actor_for(User.objects.get(username=case.get("by", "agent")))
    if submission.status == Status.DRAFT:
        submit.send_step1(submission, by=by)
    elif submission.status == Status.STEP1_RETRY:
        capture_images.add_image(submission, ImageKind.ID_FRONT, pictures.id_card_jpeg(), by=by)
        submit.send_step1(submission, by=by)
    elif submission.status == Status.CONFIRMING:
        dates = {"date_of_issue": "2021-03-04", "date_of_expiry": "2031-03-03"}
        values = {**dates, **submission.values, **case.get("values", {})}
        why = dict.fromkeys(ocr_diff.differing(values, submission.ocr), "Compared with the card in the hand.")
        capture_drafts.save_values(submission, values, by=by)
        overrides.save_reasons(submission, {**why, **case.get("reasons", {})}, by=by)
        submit.send_step2(submission, by=by, is_last_confirmed=True)
    elif submission.status == Status.INCOMPLETE:
        size = (1000 + 40 * submission.selfies_sent, 750 + 30 * submission.selfies_sent)
        capture_images.add_image(submission, ImageKind.SELFIE, pictures.selfie_jpeg(size), by=by)
        submit.send_step2(submission, by=by, is_last_confirmed=True)
