"""Requests of the capture form to the vendor before Step 2: address codes, and the 1-won account check."""

import uuid

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from argos.errors import VendorError
from argos.matrix import Problem
from submissions.audit import events
from submissions.capture import account_check, drafts
from submissions.capture.fields import form_fields, merge
from submissions.models.project_choices import LookUpBody
from submissions.outbox import vendor_client
from submissions.views.capture import submission_page
from submissions.views.capture.form import kept, store
from submissions.views.forms.account import account_problems, account_typed
from submissions.views.request_helpers import person
from submissions.workflow.permissions import get_submission_for

ADDRESS_FIELDS = ("globalCode", "compoundCode", "formatted_address")


@require_POST
def address_code(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Request the codes of the typed address and fill them in; other typed values are saved too."""
    submission = get_submission_for(person(request), pk, "capture")
    form = merge.read(request.POST, form_fields.names(submission))
    problems = store(request, submission, form) or _address_missing(submission.values)
    if problems:
        return submission_page.render_submission(
            request, submission, problems=problems, typed=kept(form, problems), status=422
        )
    try:
        client = vendor_client.client_for(submission.project)
        typed = {"address": submission.values["address_input"]}
        found = client.address_code(typed, as_form=submission.project.look_up_body == LookUpBody.FORM)
    except VendorError:
        text = _(
            "The address was not found, or the look-up does not answer. Enter a Plus Code or the formatted address."
        )
        problem = Problem("address_input", "not_found", text)
        return submission_page.render_submission(request, submission, problems=[problem], status=422)
    codes = {name: getattr(found, name) for name in ADDRESS_FIELDS}
    drafts.save_values(submission, codes, by=events.actor_of(request))
    messages.success(request, _("The address codes are filled in. Compare them with the customer."))
    return redirect("submission", pk=pk)


def _address_missing(values: dict[str, str]) -> list[Problem]:
    if values.get("address_input"):
        return []
    return [Problem("address_input", "missing", _("Enter the address, then look it up."))]


@require_POST
def check_account(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Prepare the account check; the details typed beside it are saved first."""
    submission = get_submission_for(person(request), pk, "capture")
    form = merge.read(request.POST, form_fields.names(submission))
    stored = store(request, submission, form)
    typed = account_typed(request.POST)
    if problems := stored + account_problems(typed, submission.project.banks):
        shown = {**kept(form, problems), **typed}
        return submission_page.render_submission(request, submission, problems=problems, typed=shown, status=422)
    account_check.prepare(
        submission,
        by=events.actor_of(request),
        holder=typed["userName"],
        bank_code=typed["bankCode"],
        account_number=typed["accountNumber"],
    )
    return redirect("submission", pk=pk)
