"""Require reauthentication by password, code or passkey before numbers are shown, data is exported or trust is changed.

The reauthentication page keeps the posted values in hidden fields, so nothing is lost and the session stores none of
them. Authentication within the last ten minutes, including the sign-in, suffices.
"""

from allauth.account.adapter import get_adapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.account.internal.flows.reauthentication import reauthenticate_by_password
from allauth.mfa.models import Authenticator
from allauth.mfa.webauthn.internal import auth as webauthn
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _

from submissions.accounts import recent_auth
from submissions.accounts.mfa.passkeys import ReauthenticatePasskeyForm
from submissions.accounts.mfa.totp_codes import AgainCode
from submissions.models import User

PASSWORD, CODE, PASSKEY = "step_up_password", "step_up_code", "step_up_passkey"
OWN = (PASSWORD, CODE, PASSKEY, "csrfmiddlewaretoken")


def challenge(request: HttpRequest) -> HttpResponse | None:
    """Return None if the user authenticated recently or does so with this request; else the reauthentication page."""
    if is_proven(request):
        return None
    try:
        return None if _prove(request) else _ask(request, "")
    except ValidationError as problem:
        return _ask(request, " ".join(problem.messages))


def is_proven(request: HttpRequest) -> bool:
    return recent_auth.is_fresh(get_authentication_records(request, request.user))


def _prove(request: HttpRequest) -> bool:
    """Check the posted password, code or passkey; return False if the request has none.

    Raises:
        ValidationError: it is wrong, or there were too many tries; each try is counted and recorded.
    """
    posted = request.POST
    if password := posted.get(PASSWORD):
        if not get_adapter().reauthenticate(request.user, password):
            raise get_adapter().validation_error("incorrect_password")
        reauthenticate_by_password(request)
        return True
    if code := posted.get(CODE):
        return _by_form(AgainCode(user=request.user, data={"code": code}))
    if passkey := posted.get(PASSKEY):
        return _by_form(ReauthenticatePasskeyForm(user=request.user, data={"credential": passkey}))
    return False


def _by_form(form: AgainCode | ReauthenticatePasskeyForm) -> bool:
    if not form.is_valid():
        raise ValidationError([message for errors in form.errors.values() for message in errors])
    form.save()
    return True


def _ask(request: HttpRequest, problem: str) -> HttpResponse:
    user = request.user
    assert isinstance(user, User)
    types = set(Authenticator.objects.filter(user_id=user.pk).values_list("type", flat=True))
    has_passkey = Authenticator.Type.WEBAUTHN in types
    context = {
        "problem": problem,
        "kept": [(name, value) for name, values in request.POST.lists() if name not in OWN for value in values],
        "has_password": user.has_usable_password(),
        "has_code": bool(types & {Authenticator.Type.TOTP, Authenticator.Type.RECOVERY_CODES}),
        "has_passkey": has_passkey,
        "js_data": {"request_options": webauthn.begin_authentication(user)} if has_passkey else {},
        "title": _("Confirm it's you"),
    }
    return render(request, "account/step_up.html", context, status=403)
