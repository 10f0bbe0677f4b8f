"""*Try it*: one address look-up by an administrator, whose reply is shown as it came. Nothing is stored."""

import uuid
from dataclasses import dataclass

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from argos import answers
from argos.codes import advice_on
from argos.errors import Throttled, VendorError
from argos.received import Received
from argos.replies import parse_address_code
from submissions.audit import events
from submissions.core import vendor_text
from submissions.models import Project
from submissions.models.project_choices import LookUpBody
from submissions.outbox import vendor_client
from submissions.views.request_helpers import person
from submissions.views.settings import projects
from submissions.workflow.role_permissions import check_user_can_administer

LONGEST_ADDRESS = 400
SHOWN_BYTES = 20_000
READ = ("globalCode", "compoundCode", "formatted_address")


@dataclass(frozen=True)
class Trial:
    """`problem`: why no codes were read; "" where they were. `status` is 0 where nothing came back."""

    problem: str
    status: int = 0
    raw: str = ""
    codes: tuple[tuple[str, str], ...] = ()


@require_POST
def try_look_up(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """The typed address goes to ARGOS and onto this page, and nowhere else: not into the event either."""
    check_user_can_administer(person(request))
    project = get_object_or_404(Project, pk=pk)
    typed = " ".join(request.POST.get("address", "").split())[:LONGEST_ADDRESS]
    trial = _asked(project, typed) if typed else Trial(_("Enter an address."))
    if trial.status:
        fields = {"project": project.name, "status": trial.status}
        events.record("address_look_up_tested", by=events.actor_of(request), fields=fields)
    context = {**projects.tab_context(project, "advanced"), "trial": trial, "trial_address": typed}
    return projects.page(request, project, context, status=200 if typed else 422)


def _asked(project: Project, address: str) -> Trial:
    client = vendor_client.client_for(project)
    try:
        received = client.address_code_reply({"address": address}, as_form=project.look_up_body == LookUpBody.FORM)
    except Throttled as error:
        return Trial(vendor_text.budget_sentence(error))
    except VendorError as error:
        return _told(vendor_text.advice_words(advice_on(error)).what_happened, error.received)
    try:
        found = parse_address_code(answers.object_of(received), received, client.address_code_names)
    except VendorError as error:
        return _told(vendor_text.advice_words(advice_on(error)).what_happened, received)
    return _told("", received, tuple((name, getattr(found, name)) for name in READ))


def _told(problem: str, received: Received | None, codes: tuple[tuple[str, str], ...] = ()) -> Trial:
    if received is None:
        return Trial(problem)
    return Trial(problem, received.status, received.raw[:SHOWN_BYTES].decode("utf-8", "replace"), codes)
