"""Record every sign-in, sign-out and change of a second factor as an event. Connected when the app is ready."""

from typing import Any

from allauth.account import signals as account
from allauth.core import context
from allauth.mfa import signals as mfa
from allauth.mfa.models import Authenticator
from django.contrib.auth import signals as auth
from django.db.models.signals import post_save
from django.http import HttpRequest

from submissions.accounts import one_time_password, sessions
from submissions.audit import events
from submissions.core import client_ip
from submissions.models import User


def _actor(request: HttpRequest, user: User) -> events.Actor:
    return events.Actor(user, user.username, client_ip.client_address(request))


def on_session(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    """Store the start of the session for every kind of sign-in."""
    sessions.begin(request)


def on_sign_in(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    methods = [record["method"] for record in request.session.get("account_authentication_methods", [])]
    if "password" in methods:
        one_time_password.invalidate(user)
    events.record("signed_in", by=_actor(request, user), fields={"by": methods})


def on_sign_out(sender: Any, request: HttpRequest, user: User | None, **kwargs: Any) -> None:
    if user is not None:
        events.record("signed_out", by=_actor(request, user))


def on_step(sender: Any, request: HttpRequest, user: User, method: str, **kwargs: Any) -> None:
    if kwargs.get("reauthenticated"):
        sessions.renew(request)
        events.record("proved_again", by=_actor(request, user), fields={"by": [method]})


def on_password(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    events.record("password_changed", by=_actor(request, user), fields={"person": user.username})


def on_created(sender: Any, instance: Authenticator, created: bool, **kwargs: Any) -> None:
    """Record a new factor in the transaction that stores it: allauth sends its own signals after the commit."""
    request = context.request
    if not created or request is None or request.user != instance.user:
        return
    if instance.type == Authenticator.Type.RECOVERY_CODES:
        events.record("recovery_codes_made", by=_actor(request, request.user))
    else:
        events.record("second_factor_added", by=_actor(request, request.user), fields={"type": instance.type})


def on_removed(sender: Any, request: HttpRequest, user: User, authenticator: Authenticator, **kwargs: Any) -> None:
    events.record("second_factor_removed", by=_actor(request, user), fields={"type": authenticator.type})


def on_code_failed(sender: Any, request: HttpRequest, user: User, **kwargs: Any) -> None:
    events.record("second_factor_failed", by=_actor(request, user))


def connect() -> None:
    auth.user_logged_in.connect(on_session)
    auth.user_logged_out.connect(on_sign_out)
    account.user_logged_in.connect(on_sign_in)
    account.authentication_step_completed.connect(on_step)
    account.password_changed.connect(on_password)
    account.password_set.connect(on_password)
    post_save.connect(on_created, sender=Authenticator)
    mfa.authenticator_removed.connect(on_removed)
    mfa.authentication_failed.connect(on_code_failed)
