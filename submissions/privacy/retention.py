"""Decide when data must be erased: after the periods of the project, or on request, and never under a legal hold.

US customer identification (31 CFR 1020.220(a)(3)(ii)) keeps the identity for five years after the account is closed
and the record of its verification for five years after it was made; both must have run out. A rejected applicant never
had a relationship, so only the project's period for rejections counts. `submissions.privacy.erasure` erases.
"""

import logging
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import chain

from dateutil.relativedelta import relativedelta
from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from submissions.audit import events
from submissions.audit.events import SYSTEM, Actor
from submissions.core import clock, isolated_rows
from submissions.models import Call, CallKind, Image, Project, Status, Submission, WebhookDelivery
from submissions.models.alert import VENDOR_KEEPS
from submissions.models.webhook import NEVER_CONFIRMED, UNPLACED, WebhookQuerySet
from submissions.privacy import erasure, resident_numbers
from submissions.reporting.exports import expiry
from submissions.workflow import alerts, next_checks
from submissions.workflow.transitions import StaleSubmission

log = logging.getLogger(__name__)

BATCH = 200
SWEEP_LASTS = 120.0  # seconds for each half, so that a slow storage does not occupy a worker longer
RULES = {
    "drafts": pgettext_lazy("rule of retention", "Drafts"),
    "abandoned": pgettext_lazy("rule of retention", "Abandoned"),
    "rejected": pgettext_lazy("rule of retention", "Rejected"),
    "approved": pgettext_lazy("rule of retention", "Approved"),
    "asked for": pgettext_lazy("rule of retention", "Erasure requested"),
}


@dataclass(frozen=True)
class Due:
    """One term of one project: the number of submissions for which it has ended at `at`."""

    project: Project
    clock: str
    count: int
    on_hold: int

    @property
    def label(self) -> str:
        return str(RULES[self.clock])


def clocks_of(project: Project, moment: datetime) -> dict[str, "QuerySet[Submission]"]:
    """Return the submissions of a project that are due at `moment`, by name of the term; legal holds are ignored."""
    rows = Submission.objects.filter(project=project, erased_at=None)
    record = moment - relativedelta(years=project.keep_years_after_record)
    rejection = moment - relativedelta(months=project.months_after_rejection)
    # The anniversary must have ended in the portal's time zone.
    here = timezone.localtime(moment, timezone.get_default_timezone())
    relationship = _midnight((here - relativedelta(years=project.keep_years_after_relationship)).date())
    draft = moment - timedelta(days=project.keep_draft_days)
    unsent = Q(status=Status.DRAFT) | Q(status=Status.AT_LIVEFORM, vendor_id="")
    approved = rows.filter(status=Status.APPROVED, decided_at__lte=record, relationship_ended_at__lt=relationship)
    return {
        "drafts": rows.filter(unsent, created_at__lte=draft, updated_at__lte=draft),
        "abandoned": rows.filter(status=Status.ABANDONED, decided_at__lte=draft),
        "rejected": rows.filter(status=Status.REJECTED, decided_at__lte=rejection),
        "approved": approved,
        "asked for": rows.filter(erasure.vendor_is_done(), erasure_asked_at__lte=moment),
    }


def dry_run(moment: datetime | None = None) -> list[Due]:
    """Return how many submissions would be erased at `moment` (default: now), by project and term."""
    at = moment or clock.now()
    terms = []
    for project in Project.objects.order_by("name"):
        for name, rows in clocks_of(project, at).items():
            on_hold = rows.exclude(legal_hold_at=None).count()
            terms.append(Due(project, name, rows.count() - on_hold, on_hold))
    return [due for due in terms if due.count or due.on_hold]


def erase_due(batch: int = BATCH) -> int:
    """Erase at most `batch` due submissions; return how many. Legal holds, open calls and storage failures wait."""
    isolated_rows.each(
        (finish_erased, notify_of_kept_records, drop_webhooks, resident_numbers.sweep),
        lambda part: part(),
        "a part of retention",
    )
    now, ends = clock.now(), time.monotonic() + SWEEP_LASTS
    sets = chain.from_iterable(clocks_of(project, now).items() for project in Project.objects.all())
    erased = 0
    for name, rows in sets:
        for submission in rows.filter(legal_hold_at=None).select_related("project").order_by("pk")[: batch - erased]:
            if time.monotonic() > ends:
                return erased
            erased += isolated_rows.safely(partial(_erase, name=name), submission, "an erasure")
    return erased


def _erase(submission: Submission, name: str) -> bool:
    why = "customer_request" if name == "asked for" else "retention"
    try:
        erasure.erase(submission, by=SYSTEM, why=why)
    except (erasure.StillRunning, erasure.OnLegalHold, StaleSubmission):
        log.info("%s cannot be erased yet", submission.reference)
        return False
    except OSError as error:
        log.warning("%s is not erased yet, the storage is away: %s", submission.reference, type(error).__name__)
        return False
    return True


def kept_by_vendor() -> "QuerySet[Submission]":
    """Return requested erasures whose deletion call ended without a deletion at the vendor."""
    requested: QuerySet[Submission] = Submission.objects.filter(erasure_asked_at__isnull=False, erased_at=None)
    open_calls = Call.objects.open().filter(submission=OuterRef("pk"))
    return requested.exclude(erasure.vendor_is_done()).exclude(Exists(open_calls)).select_related("project")


def notify_of_kept_records() -> None:
    """Alert the administrators once for each failed deletion at the vendor: nothing is erased until they act."""
    to = list(alerts.administrators())

    def notify(submission: Submission) -> None:
        last = submission.calls.filter(kind=CallKind.DELETE).latest("prepared_at")
        alerts.notify(submission, VENDOR_KEEPS, last.ended_at, to)

    isolated_rows.each(kept_by_vendor(), notify, "a copy kept by the vendor")


def finish_erased() -> int:
    """Delete export files and unreadable images that a crash or the storage left after an erasure.

    Return for how many submissions images were deleted. Submissions with a storage failure are skipped and do not delay
    the others next time.
    """
    expiry.forget_again()
    ends, removed = time.monotonic() + SWEEP_LASTS, 0
    left = Image.objects.filter(submission__erased_at__isnull=False).values("submission_id")
    for submission in Submission.objects.filter(pk__in=left).order_by("?")[:BATCH]:
        if time.monotonic() > ends:
            break
        removed += isolated_rows.safely(erasure.remove_images, submission, "an erased image")
    return removed


def drop_webhooks() -> int:
    """Delete webhook deliveries that have expired since they were handled or, if never handled, since they arrived.

    One that a manager has yet to acknowledge stays without its content, which may name a customer.
    """
    ends, dropped = time.monotonic() + SWEEP_LASTS, 0
    for project in Project.objects.all():
        limit = clock.now() - timedelta(days=project.keep_webhook_days)
        rows = WebhookDelivery.objects.filter(project=project)
        never = {"handled_at": clock.now(), "outcome": NEVER_CONFIRMED}
        _empty_webhooks(rows.filter(handled_at=None, received_at__lte=limit), **never)
        old = rows.filter(handled_at__lte=limit)
        _empty_webhooks(old.unacknowledged().exclude(body_sealed=b""))
        expired = old.exclude(outcome__in=UNPLACED, acknowledged_at=None)
        while (pks := list(expired.order_by().values_list("pk", flat=True)[:BATCH])) and time.monotonic() < ends:
            dropped += expired.filter(pk__in=pks).delete()[0]
    return dropped


def _empty_webhooks(rows: WebhookQuerySet, **columns: object) -> None:
    """Delete the content; with another digest the same content counts as a new delivery."""
    for pk in list(rows.order_by().values_list("pk", flat=True)[:BATCH]):
        WebhookDelivery.objects.filter(pk=pk).update(body_sealed=b"", digest=str(pk), **columns)


def end_relationship(submission: Submission, on: date, *, by: Actor) -> None:
    """Set the day on which the relationship ended, which starts the first term. A later call corrects the day."""
    with transaction.atomic():
        _write(submission, relationship_ended_at=_midnight(on))
        next_checks.end(submission)
        events.record("relationship_ended", by=by, submission=submission, fields={"on": on.isoformat()})


def ended_on(submission: Submission) -> date | None:
    ended = submission.relationship_ended_at
    return ended.astimezone(UTC).date() if ended else None


def _midnight(day: date) -> datetime:
    """Return midnight in UTC: the column stores a day, independently of the portal's time zone."""
    return datetime.combine(day, datetime.min.time(), UTC)


def set_legal_hold(submission: Submission, *, by: Actor, reason: str) -> None:
    """Set a legal hold: nothing of this submission is erased until it is lifted."""
    with transaction.atomic():
        _write(submission, legal_hold_at=clock.now(), legal_hold_by=by.user)
        events.record("legal_hold_set", by=by, submission=submission, reason=reason)


def lift_legal_hold(submission: Submission, *, by: Actor, reason: str) -> None:
    with transaction.atomic():
        _write(submission, legal_hold_at=None, legal_hold_by=None)
        events.record("legal_hold_lifted", by=by, submission=submission, reason=reason)


def _write(submission: Submission, **columns: object) -> None:
    if not Submission.objects.filter(Q(pk=submission.pk) & Q(erased_at=None)).update(**columns):
        raise StaleSubmission(submission.reference)
    for column, value in columns.items():
        setattr(submission, column, value)
