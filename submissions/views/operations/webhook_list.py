"""Webhooks that no submission shows: of an unknown kind, unreadable, encrypted, or about no submission here."""

import uuid

from django.contrib import messages
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from submissions.audit import events
from submissions.core import clock
from submissions.core.vendor_text import named
from submissions.models import WebhookDelivery
from submissions.views.request_helpers import person
from submissions.workflow import review_area
from submissions.workflow.role_permissions import check_user_can_see_webhooks

SHOWN = 100
OUTCOMES = {
    "unsupported": (
        gettext_lazy("Encrypted"),
        gettext_lazy("Switch the encryption off at ARGOS. The portal needs it off."),
    ),
    "unreadable": (gettext_lazy("Unreadable"), gettext_lazy("Neither JSON nor a form. Ask ARGOS what was sent.")),
    "unknown_trigger": (gettext_lazy("Unknown kind"), gettext_lazy("Ask ARGOS what this kind means.")),
    "unknown_status": (
        gettext_lazy("Unknown status"),
        gettext_lazy("The portal read the record. Compare the submission with the ARGOS dashboard."),
    ),
    "no_such_submission": (
        gettext_lazy("No submission"),
        gettext_lazy("It names no submission of the portal: one made at the ARGOS dashboard, or a forged webhook."),
    ),
    "no_such_record": (
        gettext_lazy("No record"),
        gettext_lazy("ARGOS has no such record. Check the sender address; the webhook may be forged."),
    ),
    "never_confirmed": (
        gettext_lazy("Never confirmed"),
        gettext_lazy("ARGOS could not be read for as long as it was kept. Refresh the status of the submission."),
    ),
}


@require_safe
def unplaced(request: HttpRequest) -> HttpResponse:
    """By its kind, time and sender; its content may name a customer and is not shown."""
    user = person(request)
    check_user_can_see_webhooks(user)
    with_acknowledged = request.GET.get("seen") == "1"
    rows = WebhookDelivery.objects.unplaced() if with_acknowledged else WebhookDelivery.objects.unacknowledged()
    related = ("project", "submission", "acknowledged_by")
    rows = rows.filter(review_area.condition_of_records(user))
    found = list(rows.select_related(*related).defer("body_sealed").order_by("-received_at")[: SHOWN + 1])
    events.record("webhooks_opened", by=events.actor_of(request), fields={"count": len(found)})
    context = {
        "rows": [(row, *_in_words(row)) for row in found[:SHOWN]],
        "is_long": len(found) > SHOWN,
        "with_seen": with_acknowledged,
    }
    return render(request, "operations/webhooks.html", context)


def _in_words(row: WebhookDelivery) -> tuple[str, str]:
    """Return the outcome and what to do."""
    label, hint = OUTCOMES[row.outcome]
    return str(label), named(hint, row.project.vendor_name)


@require_POST
def acknowledge(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    user = person(request)
    check_user_can_see_webhooks(user)
    row = get_object_or_404(WebhookDelivery.objects.unplaced(), review_area.condition_of_records(user), pk=pk)
    with transaction.atomic():
        changed = WebhookDelivery.objects.unacknowledged().filter(pk=pk)
        if changed.update(acknowledged_at=clock.now(), acknowledged_by=user):
            fields = {"delivery": str(pk), "outcome": row.outcome}
            by = events.actor_of(request)
            events.record("webhook_acknowledged", by=by, submission=row.submission, fields=fields)
            messages.success(request, _("Webhook acknowledged."))
    return redirect("webhook_list")
