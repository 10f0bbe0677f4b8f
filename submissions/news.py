"""Is there anything to tell this person? Asked in the query that loads them, so that a quiet page asks nothing more.

What there is to tell is read where it is shown; a person who was loaded otherwise may have anything.
"""

from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, Subquery
from django.db.models.lookups import GreaterThan

from submissions import clock
from submissions.calls import gate
from submissions.compiled import MOMENT, NUMBER, Compiled
from submissions.models import Alert, Decision, Mention, Project, Switch, User

HAS_ALERTS, HAS_MENTIONS, HAS_VERDICTS = "has_alerts", "has_mentions", "has_verdicts_leaving"
IS_STOPPED, IS_PROJECT_SHUT = "is_sending_stopped", "is_a_project_shut"
RECENTLY = timedelta(minutes=1)  # longer than a verdict can be taken back


def person(pk: int) -> User | None:
    """Who it is, with whether there is anything to tell them. Each page asks this."""
    return next(iter(PERSON.rows(pk, clock.now() - RECENTLY)), None)


def _told(since: datetime) -> dict[str, Exists | GreaterThan]:
    person = OuterRef("pk")
    # The latest by its index, and then when it was. A plan that does not know `since` takes a third of all decisions
    # for later ones, and would walk the table for the first.
    verdicts = Decision.objects.filter(reviewer=person, withdrawn_at=None).order_by("-decided_at")
    stopped = Switch.objects.filter(Q(stopped_at__isnull=False) | Q(on_hold_since__isnull=False))
    return {
        HAS_ALERTS: Exists(Alert.objects.filter(person=person, seen_at=None)),
        HAS_MENTIONS: Exists(Mention.objects.filter(person=person, seen_at=None)),
        HAS_VERDICTS: GreaterThan(Subquery(verdicts.values("decided_at")[:1]), since),
        IS_STOPPED: Exists(stopped),
        IS_PROJECT_SHUT: Exists(Project.objects.filter(gate.is_shut(), is_open=True)),
    }


PERSON = Compiled(lambda pk, since: User.objects.annotate(**_told(since)).filter(pk=pk), NUMBER, MOMENT)


def may_have(user: User, *names: str) -> bool:
    """False only where it was asked and there is none of these."""
    return any(getattr(user, name, True) for name in names)
