"""Drafts: create, fill, join and give up. Everyone who changes a draft is its capturer."""

import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime

from django.db import transaction

from submissions.audit import events
from submissions.audit.events import Actor
from submissions.core import clock, typed_reason
from submissions.models import (
    Capturer,
    Project,
    Status,
    Submission,
    SubmissionKey,
    Team,
)
from submissions.models.submission import CAPTURING, SENDING
from submissions.search import blind_index
from submissions.workflow.transitions import StaleSubmission, move


def create_draft(
    project: Project,
    team: Team,
    *,
    by: Actor,
    issuing_country: str,
    id_type: str,
    values: Mapping[str, str],
    previous: Submission | None = None,
    pk: uuid.UUID | None = None,
) -> Submission:
    """Create a draft with its own data key. Nothing is sent and no deadline starts."""
    assert by.user is not None
    draft = Submission(
        pk=pk or uuid.uuid4(),
        project=project,
        team=team,
        issuing_country=issuing_country,
        id_type=id_type,
        created_by=by.user,
        previous=previous,
    )
    create_drafts([(draft, values)], by=by)
    return draft


def create_drafts(drafts: Sequence[tuple[Submission, Mapping[str, str]]], *, by: Actor) -> None:
    """Write unsaved drafts with their values: all or none, in one statement per table."""
    submissions = [draft for draft, _values in drafts]
    with transaction.atomic():
        SubmissionKey.objects.bulk_create([SubmissionKey.new_for(draft) for draft in submissions])
        for draft, values in drafts:
            draft.values = _filled(values)
        Submission.objects.bulk_create(submissions)
        blind_index.index_new(submissions)
        Capturer.objects.bulk_create([Capturer(submission=draft, user=by.user) for draft in submissions])
        events.record_each(
            "draft_created", by=by, fields=[(draft, {"filled": sorted(_filled(values))}) for draft, values in drafts]
        )


def _filled(values: Mapping[str, str]) -> dict[str, str]:
    return {name: text for name, text in values.items() if text}


def add_capturer(submission: Submission, by: Actor) -> None:
    if by.user is not None:
        Capturer.objects.get_or_create(submission=submission, user=by.user)


def join(submission: Submission, *, by: Actor, reason: str) -> None:
    """Let a reviewer capture somebody else's submission with a typed reason; they can never decide it later.

    Raises:
        ReasonMissing: nothing is written.
        StaleSubmission: it is no longer being captured.
    """
    reason = typed_reason.require(reason)
    with transaction.atomic():
        write_while_capturing(submission, (*CAPTURING, *SENDING))
        add_capturer(submission, by)
        events.record("capture_joined", by=by, submission=submission, purpose="capture", reason=reason)


class SavedElsewhere(StaleSubmission):
    """Somebody else, or the vendor's OCR, changed the values since the page was loaded; nothing was written."""


def save_values(
    submission: Submission,
    values: Mapping[str, str],
    *,
    by: Actor,
    **columns: str | datetime | None,
) -> None:
    """Write the confirmed values over the stored ones; names not in `values` stay as they are.

    Args:
        columns: `callback_at`; `issuing_country` and `id_type`, while nothing was sent.

    Raises:
        StaleSubmission: it is no longer being captured; nothing is written.
        SavedElsewhere: the values are no longer those this row was read with; nothing is written.
    """
    before = submission.values
    after = _filled({**before, **values})
    changed = sorted(name for name in after.keys() | before.keys() if after.get(name) != before.get(name))
    changed += sorted(name for name, value in columns.items() if getattr(submission, name) != value)
    if submission.status in CAPTURING and not changed:
        return
    submission.values = after
    with transaction.atomic():
        write_draft(submission, values_sealed=submission.values_sealed, **columns)
        blind_index.index(submission)
        if changed:
            add_capturer(submission, by)
            events.record("values_changed", by=by, submission=submission, fields={"changed": changed})


def write_draft(submission: Submission, /, **columns: object) -> None:
    """Write columns of a draft as it was read, and raise its version; within the caller's transaction.

    Raises:
        StaleSubmission: it is no longer being captured.
        SavedElsewhere: somebody saved it since this row was read.
    """
    seen = submission.draft_version
    if not Submission.objects.filter(pk=submission.pk, draft_version=seen).update(draft_version=seen + 1):
        raise SavedElsewhere(submission.reference)
    write_while_capturing(submission, **columns)
    submission.draft_version = seen + 1


def write_while_capturing(submission: Submission, within: tuple[Status, ...] = CAPTURING, /, **columns: object) -> None:
    """Update the row only while the submission is being captured, or has a status of `within`.

    Raises:
        StaleSubmission: it is no longer; nothing is written.
    """
    columns["updated_at"] = clock.now()
    if not Submission.objects.filter(pk=submission.pk, status__in=within).update(**columns):
        raise StaleSubmission(submission.reference)
    for name, value in columns.items():
        setattr(submission, name, value)


def give_up(submission: Submission, *, by: Actor, reason: str) -> None:
    """Close a draft whose customer gave up before anything was sent, or one whose customer is at Liveform.

    A started one is closed by its deadline.

    Raises:
        StaleSubmission: something was sent in the meantime; nothing is written.
    """
    if submission.status not in (Status.DRAFT, Status.AT_LIVEFORM):
        raise StaleSubmission(submission.reference)
    now = clock.now()
    with transaction.atomic():
        events.record("given_up_because", by=by, submission=submission, reason=reason)
        submission.liveform_links.standing().update(revoked_at=now)
        move(submission, Status.ABANDONED, by=by, decided_at=now, callback_at=None, next_alert_at=None)
