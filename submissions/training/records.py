"""Enter and remove training records. Nobody changes their own."""

from datetime import date

from django.db import transaction

from submissions.audit import events
from submissions.audit.events import Actor
from submissions.core import clock
from submissions.models import TrainingRecord, User
from submissions.workflow.role_permissions import check_user_can_change_trainings


def add(
    person: User, *, by: Actor, name: str, completed_on: date, valid_until: date | None = None, note: str = ""
) -> TrainingRecord:
    """Raises NotAllowed: neither a manager nor an administrator, or their own."""
    assert by.user is not None
    check_user_can_change_trainings(by.user, person)
    record = TrainingRecord(person=person, name=name, completed_on=completed_on, valid_until=valid_until, note=note)
    record.entered_by = by.user
    with transaction.atomic():
        record.save(force_insert=True)
        events.record("training_added", by=by, fields=_event_fields(record))
    return record


def remove(record: TrainingRecord, *, by: Actor) -> None:
    """Take a record out of force; it stays with the name of the person who removed it. The second time does nothing.

    Raises:
        NotAllowed: as `add`.
    """
    assert by.user is not None
    check_user_can_change_trainings(by.user, record.person)
    with transaction.atomic():
        kept = TrainingRecord.objects.kept().filter(pk=record.pk)
        if kept.update(removed_by=by.user, removed_at=clock.now()):
            events.record("training_removed", by=by, fields=_event_fields(record))


def _event_fields(record: TrainingRecord) -> dict[str, object]:
    """Name the person and the record; the texts stay in the record."""
    until = record.valid_until.isoformat() if record.valid_until else ""
    return {
        "person": record.person.username,
        "training": record.pk,
        "completed_on": record.completed_on.isoformat(),
        "valid_until": until,
    }
