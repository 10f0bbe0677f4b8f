"""The customer's side of an invitation: no sign-in, one submission, and no data that this link did not bring.

The token and the phone's own secret are in cookies (`cookies`). Every address answers like an unknown link without
the token, and with "in use on another phone" without the secret.
"""

import uuid
from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.contrib.auth.decorators import login_not_required
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from submissions.accounts.preferences import customer_language
from submissions.audit.events import Actor
from submissions.core import client_ip, rate_limit
from submissions.invitations import hand_over, links
from submissions.models import Invitation
from submissions.views.capture.phone import cookies, one_picture, pages
from submissions.views.forms.account import account_problems, account_typed

POSTS_A_MINUTE = 60  # of one invitation
P = ParamSpec("P")
View = Callable[Concatenate[HttpRequest, Invitation, P], HttpResponse]


def for_holder(view: View[P]) -> Callable[..., HttpResponse]:
    """Call the view with the invitation of this phone's cookies."""

    @login_not_required
    @wraps(view)
    def checked(request: HttpRequest, pk: uuid.UUID, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        try:
            invitation = _held(request, pk)
            if _is_too_fast(request, invitation):
                return pages.too_fast(request)
            return view(request, invitation, *args, **kwargs)
        except links.LinkGone:
            return one_picture.gone(request)
        except links.OtherDevice:
            return pages.other_phone(request)
        except hand_over.NotAsked:
            return redirect("invitation", pk=pk)
        except hand_over.TooMany:
            text = _("That was tried too often. Please ask for help below.")
            return pages.show(request, invitation, problems=[text], status=429)

    return checked


def _held(request: HttpRequest, pk: uuid.UUID) -> Invitation:
    invitation = links.held(request.COOKIES.get(cookies.TOKEN, ""), request.COOKIES.get(cookies.DEVICE, ""))
    if invitation.pk != pk:
        raise links.LinkGone
    _use_language(request, invitation)
    links.keep_language(invitation, customer_language.chosen(request), by=by(request))
    return invitation


def _use_language(request: HttpRequest, invitation: Invitation) -> None:
    """Use the link's language, unless this browser has a choice of its own (`accounts.preferences`)."""
    if invitation.language in customer_language.names() and not customer_language.chosen(request):
        translation.activate(invitation.language)
        request.LANGUAGE_CODE = invitation.language


def _is_too_fast(request: HttpRequest, invitation: Invitation) -> bool:
    """Count writes; the camera's hints and the parts of a picture have limits of their own."""
    if request.method != "POST" or request.path.endswith(("/hint/", "/part/")):
        return False
    return rate_limit.is_too_fast("invitation-post", str(invitation.pk), most=POSTS_A_MINUTE, seconds=60)


def by(request: HttpRequest) -> Actor:
    return hand_over.customer(client_ip.client_address(request))


@login_not_required
@require_safe
def page(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Show the welcome page until a phone has started, then the current step. `?step=`: one to do again."""
    try:
        invitation = links.find(request.COOKIES.get(cookies.TOKEN, ""))
        if invitation.pk != pk:
            raise links.LinkGone
        if not invitation.device_hash:
            _use_language(request, invitation)
            return pages.welcome(request, invitation)
        return pages.show(request, _held(request, pk), request.GET.get("step", ""))
    except links.LinkGone:
        return one_picture.gone(request)
    except links.OtherDevice:
        return pages.other_phone(request)


@login_not_required
@require_POST
def start(request: HttpRequest, pk: uuid.UUID) -> HttpResponse:
    """Bind the link to this phone. A customer who presses twice continues."""
    try:
        invitation = links.find(request.COOKIES.get(cookies.TOKEN, ""))
        if invitation.pk != pk:
            raise links.LinkGone
        reply = redirect("invitation", pk=pk)
        if invitation.device_hash:
            _held(request, pk)
            return reply
        _use_language(request, invitation)
        secret = links.start(invitation, by=by(request))
    except links.LinkGone:
        return one_picture.gone(request)
    except links.OtherDevice:
        return pages.other_phone(request)
    path = reverse("invitation", args=[pk])
    cookies.keep(request, reply, cookies.DEVICE, secret, path, lasts=cookies.left(invitation))
    return reply


@require_safe
@for_holder
def state(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Return 204 while nothing has changed since `?seen=`, else 200: the waiting page loads itself again."""
    is_same = request.GET.get("seen", "") == pages.seen_of(invitation)
    return HttpResponse(status=204 if is_same else 200)


@require_POST
@for_holder
def agree(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    if request.POST.get("agreed") != "1":
        return pages.show(request, invitation, "consent", problems=[_("Please select that you agree, then continue.")])
    hand_over.agree(invitation, request.POST.get("text", ""), by=by(request))
    return redirect("invitation", pk=invitation.pk)


@require_POST
@for_holder
def no_back(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    hand_over.leave_out_back(invitation, by=by(request))
    return redirect("invitation", pk=invitation.pk)


@require_POST
@for_holder
def details(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Store the values; ask once about values that differ from what ARGOS read."""
    problems = hand_over.enter(invitation, request.POST, by=by(request))
    if problems or (request.POST.get("compared") != "1" and pages.differs_from_read(invitation)):
        context: dict[str, Any] = {"field_problems": problems, "typed": request.POST.dict(), "compares": not problems}
        return pages.show(request, invitation, "details", **context)
    return redirect("invitation", pk=invitation.pk)


@require_POST
@for_holder
def account(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    """Start the 1-won check, or store the code that the bank shows."""
    if request.POST.get("action") == "code":
        problems = hand_over.enter_code(invitation, request.POST, by=by(request))
    else:
        typed = account_typed(request.POST)
        problems = account_problems(typed, invitation.submission.project.banks)
        if not problems:
            hand_over.check_account(invitation, typed, by=by(request))
    if problems:
        return pages.show(request, invitation, "account", field_problems=problems, typed=request.POST.dict())
    return redirect("invitation", pk=invitation.pk)


@require_POST
@for_holder
def submit(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    hand_over.submit(invitation, by=by(request))
    return redirect("invitation", pk=invitation.pk)


@require_POST
@for_holder
def ask_help(request: HttpRequest, invitation: Invitation) -> HttpResponse:
    hand_over.ask_help(invitation, request.POST.get("step", ""), request.POST.get("text", ""), by=by(request))
    return redirect("invitation", pk=invitation.pk)
