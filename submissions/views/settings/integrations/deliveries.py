"""What was sent to which endpoint, what it replied, and the button that sends it again. References only."""

from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils.http import urlencode
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from submissions.audit import events
from submissions.deliveries import repeat
from submissions.models import Delivery, DeliveryState, Endpoint, MessageKind
from submissions.views.lists.selects import Select, select
from submissions.views.request_helpers import person, safe_next
from submissions.views.settings.integrations.forms import SELECTABLE
from submissions.workflow.role_permissions import check_user_can_administer

SHOWN = 100
PILLS = {DeliveryState.DELIVERED: "pill-ok", DeliveryState.FAILED: "pill-bad"}
ERRORS = {
    "timeout": gettext_lazy("No reply within 10 s"),
    "no_connection": gettext_lazy("No connection"),
    "broken_off": gettext_lazy("The connection ended before the reply"),
    "certificate": gettext_lazy("The certificate is not trusted, or is for another name"),
    "redirect": gettext_lazy("The receiver redirects. Enter the final URL."),
    "status": gettext_lazy("The receiver refused it"),
    "portal_fault": gettext_lazy("The portal failed. See its log."),
    "endpoint_disabled": gettext_lazy("The endpoint was disabled for 3 days"),
    "address_unreadable": gettext_lazy("The URL is not usable"),
    "address_user_info": gettext_lazy("The URL is not usable"),
    "address_not_https": gettext_lazy("The URL does not begin with https://"),
    "address_port": gettext_lazy("The port is not allowed"),
    "address_unknown_host": gettext_lazy("The host name has no address"),
    "address_internal": gettext_lazy("The address belongs to an internal network"),
}


@require_safe
def delivery_list(request: HttpRequest) -> HttpResponse:
    """Show the latest deliveries by filter, and older ones page by page."""
    check_user_can_administer(person(request))
    selects = _selects(request)
    rows = Delivery.objects.select_related("message", "endpoint", "submission").order_by("-pk")
    paths = {"endpoint": "endpoint", "state": "state", "kind": "message__kind"}
    rows = rows.filter(**{paths[one.name]: one.chosen for one in selects if one.chosen})
    before = request.GET.get("before", "")
    if before.isdecimal() and len(before) < 19:
        rows = rows.filter(pk__lt=int(before))
    found = list(rows[: SHOWN + 1])
    chosen = {one.name: one.chosen for one in selects if one.chosen}
    older = urlencode(chosen | {"before": found[SHOWN - 1].pk}) if len(found) > SHOWN else ""
    context = {"rows": [_row(row) for row in found[:SHOWN]], "selects": selects, "older": older, "is_set": bool(chosen)}
    return render(request, "settings/deliveries.html", context)


def _selects(request: HttpRequest) -> list[Select]:
    """Return the filters; a value that is none of the choices counts as none."""
    endpoints = [(str(pk), name) for pk, name in Endpoint.objects.values_list("pk", "name")]
    kinds = [(value, str(label)) for value, label in (*SELECTABLE, (MessageKind.TEST.value, MessageKind.TEST.label))]
    selects = [
        select(request, "endpoint", _("Endpoint"), endpoints),
        select(request, "state", _("Status"), [(state.value, str(state.label)) for state in DeliveryState]),
        select(request, "kind", _("Message"), kinds),
    ]
    return [one.known() for one in selects]


def _row(delivery: Delivery) -> dict[str, Any]:
    return {
        "delivery": delivery,
        "pill": PILLS.get(DeliveryState(delivery.state), ""),
        "error": ERRORS.get(delivery.error, delivery.error),
    }


@require_POST
def resend(request: HttpRequest, pk: int) -> HttpResponse:
    check_user_can_administer(person(request))
    delivery = get_object_or_404(Delivery.objects.select_related("endpoint", "submission"), pk=pk)
    repeat.resend(delivery, by=events.actor_of(request))
    messages.success(request, _("The message is sent again with the same id."))
    return redirect(safe_next(request, reverse("settings_deliveries")))
