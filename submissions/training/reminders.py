"""Remind the person and the managers once, 30 days before a training ends."""

import logging

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, override

from submissions.core import clock, letters
from submissions.models import Role, TrainingRecord, User
from submissions.models.training import SOON, with_end

log = logging.getLogger(__name__)


def remind_due() -> int:
    """Remind of each training that ends within 30 days and that no later one replaces; return how many."""
    records = [record for record in _due() if _take(record)]
    for person in _managers() if records else ():
        of_others = [record for record in records if _manages(person, record.person)]
        if of_others:
            _mail(person, of_others)
    for record in records:
        _mail(record.person, [record])
    return len(records)


def _due() -> list[TrainingRecord]:
    people = with_end(User.objects.people().filter(is_active=True))
    today = clock.today()
    ends = dict(people.filter(trained_until__range=(today, today + SOON)).values_list("pk", "trained_until"))
    rows = TrainingRecord.objects.kept().filter(person__in=ends, reminded_at=None).select_related("person")
    return [record for record in rows.order_by("valid_until", "pk") if record.valid_until == ends[record.person_id]]


def _take(record: TrainingRecord) -> bool:
    """Mark the record, so that of two workers one sends the mails."""
    waiting = TrainingRecord.objects.kept().filter(pk=record.pk, reminded_at=None)
    return bool(waiting.update(reminded_at=clock.now()))


def _managers() -> "QuerySet[User]":
    return User.objects.people().filter(is_active=True, role=Role.MANAGER)


def _manages(manager: User, person: User) -> bool:
    is_of_team = manager.team_id is None or person.team_id in (None, manager.team_id)
    return is_of_team and manager != person


def _mail(person: User, records: list[TrainingRecord]) -> None:
    """The page and the home page show the same to a person without an e-mail address."""
    if not person.email:
        return
    language = person.language or settings.LANGUAGE_CODE
    is_own = records[0].person_id == person.pk
    with override(language):
        title = ngettext("%(count)d training ends soon", "%(count)d trainings end soon", len(records))
        title %= {"count": len(records)}
        what_next = _("Ask an administrator or manager to enter the new one after the next training.")
        lines = [_line(record) for record in records]
        part = letters.Part(title, [*lines, what_next] if is_own else lines, language, **_link(is_own=is_own))
        why = _("You receive this because it is your training.")
        why = why if is_own else _("You receive this because you are a manager of the person.")
        mail = letters.compose(person.email, letters.product(title), [part], sender=_("KYC Portal"), why=why)
    try:
        mail.send()
    except Exception as error:  # one bad address must not stop the mails of others
        log.warning("a training reminder was not sent: %s", type(error).__name__)


def _link(*, is_own: bool) -> dict[str, str]:
    """Return the address of the list for a manager; the person has no page of their own records."""
    return {} if is_own else {"url": settings.PUBLIC_URL + reverse("training"), "action": _("Open the list")}


def _line(record: TrainingRecord) -> str:
    assert record.valid_until is not None
    day = formats.date_format(record.valid_until, "DATE_FORMAT")
    return _("%(name)s: %(training)s, valid until %(day)s") % {
        "name": record.person.name,
        "training": record.name,
        "day": day,
    }
