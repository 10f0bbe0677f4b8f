"""The URL that ARGOS posts a project's webhooks to: rotated by an administrator, the former one valid for an hour."""

import math
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse

from submissions.audit import events
from submissions.audit.events import Actor
from submissions.core import clock
from submissions.models import Project

OVERLAP = timedelta(hours=1)
FORMER = ("former_webhook_token_hash", "former_webhook_until")


def current(project: Project) -> str:
    """Return the whole URL; "" where the project has none or only its hash was kept."""
    token = project.webhook_token
    return f"{settings.PUBLIC_URL}{reverse('webhook', args=[token])}" if token else ""


def former_left(project: Project) -> int:
    """Return for how many minutes, rounded up, the URL before the last rotation is valid; 0 where it is not."""
    if project.former_webhook_until is None:
        return 0
    return max(0, math.ceil((project.former_webhook_until - clock.now()).total_seconds() / 60))


def mark(project: Project) -> str:
    """Return which URL a page is about, without telling it."""
    return project.webhook_token_hash[:16]


def rotate(project: Project, *, by: Actor, shown: str) -> bool:
    """Make a new URL. The present one stays valid for an hour; one before it ends at once.

    `shown`: the mark of the URL that the page was about. False, and nothing changes, where it is not the present one
    any more: the second press of a button must not end the URL that ARGOS still uses.
    """
    with transaction.atomic():
        locked = Project.objects.select_for_update().get(pk=project.pk)
        if shown != mark(locked):
            return False
        locked.former_webhook_token_hash = locked.webhook_token_hash
        locked.former_webhook_until = clock.now() + OVERLAP if locked.webhook_token_hash else None
        locked.new_webhook_token()
        locked.save(update_fields=[*FORMER, "webhook_token_hash", "webhook_token_sealed"])
        events.record("webhook_token_replaced", by=by, fields={"project": locked.name})
    return True


def end_former(project: Project, *, by: Actor) -> None:
    """End the former URL before its hour is over."""
    with transaction.atomic():
        Project.objects.filter(pk=project.pk).update(former_webhook_token_hash="", former_webhook_until=None)
        events.record("former_webhook_ended", by=by, fields={"project": project.name})
