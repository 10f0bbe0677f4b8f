"""The periodic work besides sending: notify the owners of a disabled endpoint, and delete old messages."""

from datetime import timedelta

from django.conf import settings
from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import override

from submissions.core import clock, isolated_rows, letters
from submissions.models import Endpoint, Message, User
from submissions.workflow import alerts

KEPT_FOR = timedelta(days=30)
BATCH = 500


def delete_old(batch: int = BATCH) -> int:
    """Delete messages and their deliveries 30 days after the change; return how many messages."""
    old = Message.objects.filter(created_at__lt=clock.now() - KEPT_FOR).order_by("created_at")
    pks = list(old.values_list("pk", flat=True)[:batch])
    Message.objects.filter(pk__in=pks).delete()
    return len(pks)


def notify_owners() -> int:
    """Send one e-mail per owner about each endpoint that the portal disabled; a failed one is sent again later."""
    rows = Endpoint.objects.filter(disabled_at__isnull=False, disabled_by=None, owners_notified_at=None)
    return isolated_rows.each(rows.select_related("created_by"), _notify, "an endpoint")


def _notify(endpoint: Endpoint) -> bool:
    for owner in owners(endpoint).exclude(email=""):
        _mail(endpoint, owner)
    now = clock.now()
    return bool(Endpoint.objects.filter(pk=endpoint.pk, owners_notified_at=None).update(owners_notified_at=now))


def owners(endpoint: Endpoint) -> QuerySet[User]:
    """Return the administrator who created the endpoint; all administrators once that person is none any more."""
    administrators = alerts.administrators()
    own = administrators.filter(pk=endpoint.created_by_id)
    return own if own.exists() else administrators


def _mail(endpoint: Endpoint, owner: User) -> None:
    language = owner.language or settings.LANGUAGE_CODE
    with override(language):
        about = _("%(name)s disabled: no message was delivered for a day") % {"name": endpoint.name}
        texts = [
            _("The portal sends nothing there until you enable the endpoint again."),
            _("Waiting messages are kept for 3 days. Later ones can be sent with Replay from for 30 days."),
        ]
        url = settings.PUBLIC_URL + reverse("settings_endpoint", args=[endpoint.pk])
        part = letters.Part(endpoint.name, texts, language, url=url, action=_("Open endpoint"))
        why = _("You receive this because you are an administrator.")
        letters.compose(owner.email, letters.product(about), [part], sender=_("KYC Portal"), why=why).send()
