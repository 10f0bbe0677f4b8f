"""When a person's data must go: two five-year clocks, the drafts' and webhooks' own short ones, requests, legal holds.

US customer identification (31 CFR 1020.220(a)(3)(ii)) keeps the identity for five years after the account is closed
and the record of its verification for five years after it was made; both must have run out. A rejected applicant never
had a relationship, so the second clock alone counts. How it is done stands in `submissions.privacy.erasure`.
"""

import logging
import time
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from functools import partial
from itertools import chain

from django.db import transaction
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone
from django.utils.translation import pgettext_lazy

from submissions.audit import events
from submissions.audit.events import SYSTEM, Actor
from submissions.core import clock, isolated_rows
from submissions.models import Call, CallKind, Image, Project, Status, Submission, WebhookDelivery
from submissions.models.alert import VENDOR_KEEPS
from submissions.privacy import erasure
from submissions.reporting.exports import expiry
from submissions.workflow import alerts
from submissions.workflow.transitions import StaleSubmission

log = logging.getLogger(__name__)

BATCH = 200
SWEEP_LASTS = 120.0  # seconds for each half: a storage that hardly answers keeps no worker longer
RULES = {
    "drafts": pgettext_lazy("rule of retention", "Drafts"),
    "abandoned": pgettext_lazy("rule of retention", "Abandoned"),
    "rejected": pgettext_lazy("rule of retention", "Rejected"),
    "approved": pgettext_lazy("rule of retention", "Approved"),
    "asked for": pgettext_lazy("rule of retention", "Erasure requested"),
}


@dataclass(frozen=True)
class Due:
    """One clock of one project: how many submissions it has run out for at `at`."""

    project: Project
    clock: str
    count: int
    on_hold: int

    @property
    def label(self) -> str:
        return str(RULES[self.clock])


def years_before(moment: datetime, years: int) -> datetime:
    """The same day so many years earlier; 29 February becomes 28."""
    try:
        return moment.replace(year=moment.year - years)
    except ValueError:
        return moment.replace(year=moment.year - years, day=28)


def clocks_of(project: Project, moment: datetime) -> dict[str, "QuerySet[Submission]"]:
    """The submissions of a project whose time is over at `moment`, by the clock that says so; holds not regarded."""
    rows = Submission.objects.filter(project=project, erased_at=None)
    record = years_before(moment, project.keep_years_after_record)
    # The whole anniversary in the portal's time zone has to be over.
    relationship = _midnight(years_before(timezone.localtime(moment), project.keep_years_after_relationship).date())
    draft = moment - timedelta(days=project.keep_draft_days)
    approved = rows.filter(status=Status.APPROVED, decided_at__lte=record, relationship_ended_at__lt=relationship)
    return {
        "drafts": rows.filter(status=Status.DRAFT, created_at__lte=draft, updated_at__lte=draft),
        "abandoned": rows.filter(status=Status.ABANDONED, decided_at__lte=draft),
        "rejected": rows.filter(status=Status.REJECTED, decided_at__lte=record),
        "approved": approved,
        "asked for": rows.filter(erasure.vendor_is_done(), erasure_asked_at__lte=moment),
    }


def dry_run(moment: datetime | None = None) -> list[Due]:
    """What would be erased at `moment` (now), counted by project and clock."""
    at = moment or clock.now()
    found = []
    for project in Project.objects.order_by("name"):
        for name, rows in clocks_of(project, at).items():
            held = rows.exclude(legal_hold_at=None).count()
            found.append(Due(project, name, rows.count() - held, held))
    return [due for due in found if due.count or due.on_hold]


def erase_due(batch: int = BATCH) -> int:
    """Erase what is due, at most `batch`; returns how many. Holds, open calls and what the storage keeps back wait."""
    isolated_rows.each((finish_erased, tell_of_kept, drop_webhooks), lambda part: part(), "a part of retention")
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
    """Asked for with the vendor's copy, which the vendor has not deleted: the call has ended otherwise."""
    asked: QuerySet[Submission] = Submission.objects.filter(erasure_asked_at__isnull=False, erased_at=None)
    open_calls = Call.objects.open().filter(submission=OuterRef("pk"))
    return asked.exclude(erasure.vendor_is_done()).exclude(Exists(open_calls)).select_related("project")


def tell_of_kept() -> None:
    """Tell the administrators, once for each deletion that did not come about: nothing is erased until they act."""
    to = list(alerts.administrators())

    def tell(submission: Submission) -> None:
        last = submission.calls.filter(kind=CallKind.DELETE).latest("prepared_at")
        alerts.tell(submission, VENDOR_KEEPS, last.ended_at, to)

    isolated_rows.each(kept_by_vendor(), tell, "a copy kept by the vendor")


def finish_erased() -> int:
    """What a crash or the storage left behind an erasure: files of exports, and objects unreadable without the key.

    Returns of how many people objects were removed. Those that do not go are passed over, and stand in nobody's way
    next time.
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
    """Throw away deliveries whose days are over since they were handled, or, never handled, since they came."""
    ends, dropped = time.monotonic() + SWEEP_LASTS, 0
    for project in Project.objects.all():
        limit = clock.now() - timedelta(days=project.keep_webhook_days)
        rows = WebhookDelivery.objects.filter(project=project)
        for old in (rows.filter(handled_at__lte=limit), rows.filter(handled_at=None, received_at__lte=limit)):
            while (pks := list(old.order_by().values_list("pk", flat=True)[:BATCH])) and time.monotonic() < ends:
                dropped += old.filter(pk__in=pks).delete()[0]
    return dropped


def end_relationship(submission: Submission, on: date, *, by: Actor) -> None:
    """The customer left on that day: the first clock starts. A later call corrects the day."""
    with transaction.atomic():
        _write(submission, relationship_ended_at=_midnight(on))
        events.record("relationship_ended", by=by, submission=submission, fields={"on": on.isoformat()})


def ended_on(submission: Submission) -> date | None:
    ended = submission.relationship_ended_at
    return ended.astimezone(UTC).date() if ended else None


def _midnight(day: date) -> datetime:
    """Of a plain day, in UTC: the column stores days as such, whatever the portal's time zone is."""
    return datetime.combine(day, datetime.min.time(), UTC)


def set_legal_hold(submission: Submission, *, by: Actor, reason: str) -> None:
    """Nothing of this submission is erased until the hold is lifted."""
    with transaction.atomic():
        _write(submission, legal_hold_at=clock.now(), legal_hold_by=by.user)
        events.record("legal_hold_set", by=by, submission=submission, reason=reason)


def lift_hold(submission: Submission, *, by: Actor, reason: str) -> None:
    with transaction.atomic():
        _write(submission, legal_hold_at=None, legal_hold_by=None)
        events.record("legal_hold_lifted", by=by, submission=submission, reason=reason)


def _write(submission: Submission, **columns: object) -> None:
    if not Submission.objects.filter(Q(pk=submission.pk) & Q(erased_at=None)).update(**columns):
        raise StaleSubmission(submission.reference)
    for column, value in columns.items():
        setattr(submission, column, value)
