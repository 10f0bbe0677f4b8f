"""The worker's side of an import: check rows and create drafts, a chunk at a time.

A message is only a wake-up. A worker takes a lease that each chunk renews; after a crash another worker continues with
the rows whose state says that they still wait. The drafts of a chunk, their invitations and the states of its rows are
written in one transaction.
"""

import logging
import time
import uuid
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from django.conf import settings
from django.db import transaction
from django.db.models import F, Q
from django.utils.translation import override

from submissions.audit import events
from submissions.audit.events import SYSTEM, Actor
from submissions.capture import drafts as capture_drafts
from submissions.core import clock, encryption, isolated_rows, task_queue
from submissions.imports.row_form import RowForm, id_types
from submissions.invitations import links
from submissions.models import Channel, CustomerImport, ImportRow, ImportState, RowState, SearchHash, Submission, User
from submissions.models.customer_import import UNDER_WAY
from submissions.search import blind_index
from submissions.workflow import review_area
from submissions.workflow.permissions import visible_to
from submissions.workflow.role_permissions import user_can_start

log = logging.getLogger(__name__)

TASK = "submissions.tasks.work_on_imports"
CHUNK = 250
WORKS_FOR = 20.0  # seconds, then the next wake-up: other tasks of the queue get their turn
LEASE = timedelta(minutes=2)
KEPT_FOR = timedelta(days=7)
VALUES = ("email", "customer_id", "contact_phone")
KINDS = {SearchHash.EMAIL: "email", SearchHash.CUSTOMER: "customer_id"}


def request_import(batch: CustomerImport, rows: Iterable[tuple[int, dict[str, str]]], *, by: Actor) -> None:
    """Store the rows of a file encrypted and wake a worker that checks them."""
    batch.new_key()
    batch.expires_at = clock.now() + KEPT_FOR
    made = [_row(batch, number, values) for number, values in rows]
    batch.total = len(made)
    with transaction.atomic():
        batch.save(force_insert=True)
        ImportRow.objects.bulk_create(made, batch_size=1000)
        events.record("import_uploaded", by=by, fields={"import": str(batch.pk), "rows": batch.total})
        task_queue.after_commit(TASK)


def _row(batch: CustomerImport, number: int, values: dict[str, str]) -> ImportRow:
    row = ImportRow(batch=batch, number=number)
    row.values = values
    row.email_digest = _digest(SearchHash.EMAIL, values)
    row.customer_digest = _digest(SearchHash.CUSTOMER, values)
    return row


def _digest(kind: str, values: dict[str, str]) -> bytes:
    text = encryption.normalise(values.get(KINDS[kind], ""))
    return encryption.search_digest(kind, text) if text else b""


def request_drafts(batch: CustomerImport, *, by: Actor, invites: bool = False) -> bool:
    """Let a worker create a draft for each ready row; return False if it already does or has.

    `invites`: each customer gets an invitation by e-mail.
    """
    checked = CustomerImport.objects.filter(pk=batch.pk, state=ImportState.READY)
    with transaction.atomic():
        if not checked.update(state=ImportState.CREATING, invites=invites):
            return False
        events.record("import_confirmed", by=by, fields={"import": str(batch.pk), "invites": invites})
        task_queue.after_commit(TASK)
    return True


def cancel(batch: CustomerImport, *, by: Actor) -> bool:
    """Stop the import; drafts that exist stay."""
    open_ones = CustomerImport.objects.filter(pk=batch.pk, state__in=(*UNDER_WAY, ImportState.READY))
    with transaction.atomic():
        if not open_ones.update(state=ImportState.CANCELLED, ended_at=clock.now()):
            return False
        events.record("import_cancelled", by=by, fields={"import": str(batch.pk)})
    return True


def work() -> int:
    """Work on open imports, oldest first, until the time of this wake-up is over; return the number of rows."""
    began, done = time.monotonic(), 0
    while time.monotonic() - began < WORKS_FOR:
        if (batch := _lease()) is None:
            return done
        with override(batch.owner.language or settings.LANGUAGE_CODE):
            done += _chunk(batch)
        CustomerImport.objects.filter(pk=batch.pk, lease_until=batch.lease_until).update(lease_until=None)
    task_queue.again(TASK)
    return done


def _lease() -> CustomerImport | None:
    now = clock.now()
    free = CustomerImport.objects.filter(Q(lease_until=None) | Q(lease_until__lt=now), state__in=UNDER_WAY)
    for batch in free.select_related("owner", "project", "team").order_by("created_at"):
        mine = CustomerImport.objects.filter(pk=batch.pk, state=batch.state, lease_until=batch.lease_until)
        if mine.update(lease_until=now + LEASE):
            batch.lease_until = now + LEASE
            return batch
    return None


def _chunk(batch: CustomerImport) -> int:
    if not (batch.owner.is_active and user_can_start(batch.owner) and review_area.contains(batch.owner, batch)):
        cancel(batch, by=SYSTEM)
        return 0
    is_checking = batch.state == ImportState.CHECKING
    wanted = RowState.UNCHECKED if is_checking else RowState.READY
    rows = list(batch.rows.filter(state=wanted).order_by("number")[:CHUNK])
    for row in rows:
        row.batch = batch
    if not rows:
        _end(batch, ImportState.READY if is_checking else ImportState.DONE)
    elif is_checking:
        _check(batch, rows)
    else:
        _create_drafts(batch, rows)
    return len(rows)


def _end(batch: CustomerImport, state: ImportState) -> None:
    ended = clock.now() if state == ImportState.DONE else None
    CustomerImport.objects.filter(pk=batch.pk, state=batch.state).update(state=state, ended_at=ended)


def _check(batch: CustomerImport, rows: Sequence[ImportRow]) -> None:
    """Write the state of each row: malformed before known before repeated."""
    types, known, earlier = id_types(), _known(rows), _earlier(batch, rows)
    shown = []
    visible = _visible(batch.owner, known.values())
    for row in rows:
        row.state = RowState.READY
        row.repeats = min((earlier.get(key, row.number) for key in _keys(row)), default=row.number)
        if not RowForm(row.values, batch.project, types).is_valid():
            row.state = RowState.MALFORMED
        elif found := next((known[key] for key in _keys(row) if key in known), None):
            row.state, row.submission = RowState.KNOWN, visible.get(found)
            shown += [row.submission] if row.submission else []
        elif row.repeats < row.number:
            row.state = RowState.REPEATED
        if row.state != RowState.REPEATED:
            row.repeats = None
    with transaction.atomic():
        ready = [row.pk for row in rows if row.state == RowState.READY]
        ImportRow.objects.filter(pk__in=ready).update(state=RowState.READY)
        others = [row for row in rows if row.state != RowState.READY]
        ImportRow.objects.bulk_update(others, ["state", "repeats", "submission"])
        searched = {"email": "", "customer_id": ""}
        events.record_list("same_customer_shown", by=events.actor_for(batch.owner), shown=shown, filters=searched)


def _keys(row: ImportRow) -> list[tuple[str, bytes]]:
    pairs = ((SearchHash.EMAIL, row.email_digest), (SearchHash.CUSTOMER, row.customer_digest))
    return [(kind, bytes(digest)) for kind, digest in pairs if digest]


def _known(rows: Sequence[ImportRow]) -> dict[tuple[str, bytes], uuid.UUID]:
    """Return the open or approved submission of each e-mail and customer number of these rows."""
    texts = {(kind, encryption.normalise(row.values.get(name, ""))) for row in rows for kind, name in KINDS.items()}
    found = blind_index.holders({pair for pair in texts if pair[1]})
    return {(kind, encryption.search_digest(kind, text)): pk for (kind, text), pk in found.items()}


def _visible(owner: User, found: Iterable[uuid.UUID]) -> dict[uuid.UUID, Submission]:
    return {row.pk: row for row in visible_to(owner).filter(pk__in=set(found))}


def _earlier(batch: CustomerImport, rows: Sequence[ImportRow]) -> dict[tuple[str, bytes], int]:
    """Return the first line of the file with each e-mail and customer number of these rows."""
    emails = [row.email_digest for row in rows if row.email_digest]
    numbers = [row.customer_digest for row in rows if row.customer_digest]
    same = batch.rows.filter(Q(email_digest__in=emails) | Q(customer_digest__in=numbers)).order_by("-number")
    return {
        key: row.number for row in same.only("batch", "number", "email_digest", "customer_digest") for key in _keys(row)
    }


def _create_drafts(batch: CustomerImport, rows: Sequence[ImportRow]) -> None:
    """Create the drafts together; if one fails, create each alone, so that only the failing row has none."""
    ours = CustomerImport.objects.filter(pk=batch.pk, state=ImportState.CREATING, lease_until=batch.lease_until)
    with transaction.atomic():
        if ours.select_for_update().first() is None:
            return  # cancelled, or another worker has the lease
        if isolated_rows.safely(_create, rows, "a chunk of an import"):
            return
        for row in rows:
            if not isolated_rows.safely(_create, [row], "a row of an import"):
                ImportRow.objects.filter(pk=row.pk).update(state=RowState.FAILED)


def _create(rows: Sequence[ImportRow]) -> bool:
    """Create the drafts of all rows or of none. A draft has the id of its row, so no row becomes two drafts."""
    batch, types = rows[0].batch, id_types()
    drafts = []
    for row in rows:
        form = RowForm(row.values, batch.project, types)
        if not form.is_valid():
            return False
        draft = Submission(
            pk=row.pk,
            project=batch.project,
            team=batch.team,
            issuing_country=form.cleaned_data["issuing_country"],
            id_type=form.cleaned_data["id_type"],
            created_by=batch.owner,
        )
        drafts.append((draft, {name: form.cleaned_data[name] for name in VALUES}))
    with transaction.atomic():
        capture_drafts.create_drafts(drafts, by=events.actor_for(batch.owner))
        if batch.invites:
            for draft, _values in drafts:
                _invite(draft, batch.owner)
        ImportRow.objects.filter(pk__in=[row.pk for row in rows]).update(state=RowState.CREATED, submission_id=F("pk"))
    return True


def _invite(draft: Submission, owner: User) -> None:
    """Write the invitation with the draft, so that a crash neither loses it nor writes it twice.

    Without a usable address the draft stays, without an invitation.
    """
    by = events.actor_for(owner)
    try:
        links.check_reachable(draft, Channel.EMAIL)
    except links.NotMailed:
        return
    invitation, url = links.create(draft, by=by)
    links.mail(invitation, url, by=by)


def expire(now: datetime | None = None) -> int:
    """Delete the rows and keys of imports that have been kept long enough; return how many imports."""
    due = CustomerImport.objects.filter(expires_at__lte=now or clock.now()).exclude(state=ImportState.EXPIRED)
    return isolated_rows.each(due[:100], _expire, "an expired import")


def _expire(batch: CustomerImport) -> bool:
    with transaction.atomic():
        batch.rows.all().delete()
        CustomerImport.objects.filter(pk=batch.pk).update(state=ImportState.EXPIRED, key_wrapped=None)
        events.record("import_expired", by=SYSTEM, fields={"import": str(batch.pk)})
    return True


def forget(submission: Submission) -> None:
    """Delete the rows that name an erased submission."""
    ImportRow.objects.filter(submission=submission).delete()
