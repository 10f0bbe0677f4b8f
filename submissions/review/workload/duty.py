"""Days off and skills of reviewers, which automatic assignment respects."""

from collections.abc import Iterable
from datetime import date

from django.db import transaction

from submissions.audit import events
from submissions.audit.events import Actor
from submissions.models import DaysOff, User


def add_days_off(person: User, starts_on: date, ends_on: date, *, by: Actor) -> DaysOff:
    assert by.user is not None
    with transaction.atomic():
        days = DaysOff.objects.create(person=person, starts_on=starts_on, ends_on=ends_on, entered_by=by.user)
        events.record("days_off_added", by=by, fields=_fields(days))
    return days


def remove_days_off(days: DaysOff, *, by: Actor) -> None:
    with transaction.atomic():
        if DaysOff.objects.filter(pk=days.pk).delete()[0]:
            events.record("days_off_removed", by=by, fields=_fields(days))


def _fields(days: DaysOff) -> dict[str, str]:
    return {"person": days.person.username, "from": str(days.starts_on), "until": str(days.ends_on)}


def set_skills(person: User, countries: Iterable[str], languages: Iterable[str], *, by: Actor) -> None:
    skills = {"skill_countries": sorted(set(countries)), "skill_languages": sorted(set(languages))}
    before = {"countries_before": person.skill_countries, "languages_before": person.skill_languages}
    after = {"countries": skills["skill_countries"], "languages": skills["skill_languages"]}
    with transaction.atomic():
        User.objects.filter(pk=person.pk).update(**skills)
        events.record("skills_changed", by=by, fields={"person": person.username, **before, **after})
