"""Adapters of allauth: no sign-up, one reply to every failed sign-in, encrypted secrets, the client address."""

import unicodedata
from typing import Any

from allauth.account.adapter import DefaultAccountAdapter
from allauth.account.internal.flows.login import get_authentication_records
from allauth.core import context
from allauth.core.exceptions import ImmediateHttpResponse
from allauth.mfa.adapter import DefaultMFAAdapter
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib import messages
from django.contrib.auth.base_user import AbstractBaseUser
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext_lazy as _

from submissions.accounts import recent_auth
from submissions.accounts.mfa import secrets
from submissions.audit import events
from submissions.core import client_ip
from submissions.models import User

# The address under which a rate limit counts requests whose client address is unknown; no host has it.
UNKNOWN_ADDRESS = "0.0.0.0"  # noqa: S104  # nosec B104
# The page that follows says it.
QUIET = (
    "account/messages/logged_in.txt",
    "account/messages/logged_out.txt",
    "mfa/messages/recovery_codes_generated.txt",
)


class AccountAdapter(DefaultAccountAdapter):  # type: ignore[misc]
    error_messages = {
        **DefaultAccountAdapter.error_messages,
        "username_password_mismatch": _("User name and password do not fit together. Check both; capitals matter."),
        "too_many_login_attempts": _("Too many attempts. Wait 15 minutes, or ask an administrator."),
        "incorrect_password": _("That is not your password."),
        "incorrect_code": _("That code is not right, or it has been used. Wait for the next one."),
    }

    def is_open_for_signup(self, request: HttpRequest) -> bool:
        return False

    def get_client_ip(self, request: HttpRequest) -> str:
        return client_ip.client_address(request) or UNKNOWN_ADDRESS

    def is_safe_url(self, url: str) -> bool:
        """Allow this request's own host only: allauth allows every name in ALLOWED_HOSTS, which contains localhost."""
        return url_has_allowed_host_and_scheme(
            url, allowed_hosts={context.request.get_host()}, require_https=context.request.is_secure()
        )

    def _get_login_attempts_cache_key(self, request: HttpRequest, **credentials: Any) -> str:
        """Use the user name only: allauth adds the request's host, so each port would allow five more tries."""
        return unicodedata.normalize("NFKC", credentials.get("username", "")).casefold().strip()

    def pre_authenticate(self, request: HttpRequest, **credentials: Any) -> None:
        try:
            super().pre_authenticate(request, **credentials)
        except ValidationError:
            events.record("locked_out", by=events.stranger_at(request))
            raise

    def authentication_failed(self, request: HttpRequest, **credentials: Any) -> None:
        events.record("sign_in_failed", by=events.stranger_at(request))

    def respond_user_inactive(self, request: HttpRequest, user: AbstractBaseUser) -> HttpResponse:
        """Show the message of any other failure when an inactive account signs in by passkey or single sign-on."""
        events.record("sign_in_failed", by=events.stranger_at(request))
        messages.error(request, _("You could not be signed in. Ask an administrator."))
        return redirect("account_login")

    def add_message(
        self, request: HttpRequest, level: int, message_template: str | None = None, *args: Any, **kwargs: Any
    ) -> None:
        if message_template not in QUIET:
            super().add_message(request, level, message_template, *args, **kwargs)

    def send_notification_mail(self, *args: Any, **kwargs: Any) -> None:
        """Send nothing: changes are audit events for administrators, and an e-mail would contain personal data."""

    def set_password(self, user: AbstractBaseUser, password: str) -> None:
        """Store a password that the user chose, which ends the one-time password."""
        assert isinstance(user, User)
        user.set_password(password)
        user.one_time_until = None
        user.save(update_fields=["password", "one_time_until"])

    def is_reauthentication_required(self, *, app: str, **kwargs: Any) -> bool:
        """Accept a sign-in of the last ten minutes, so that enrolment at the first sign-in asks for no second proof."""
        return not recent_auth.is_fresh(get_authentication_records(context.request, context.request.user))


class MFAAdapter(DefaultMFAAdapter):  # type: ignore[misc]
    error_messages = {
        **DefaultMFAAdapter.error_messages,
        "incorrect_code": AccountAdapter.error_messages["incorrect_code"],
    }

    def encrypt(self, text: str) -> str:
        return secrets.encrypt(text)

    def decrypt(self, encrypted_text: str) -> str:
        return secrets.decrypt(encrypted_text)

    def get_totp_label(self, user: AbstractBaseUser) -> str:
        return user.get_username()


class SingleSignOnAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> None:
        """Sign in only users whom an administrator has created here.

        At the first sign-in the user is looked up by the e-mail address that the provider has verified, afterwards by
        the provider's own identifier. Role and team never come from the provider.
        """
        if sociallogin.is_existing:
            return
        person = _person_with(sociallogin.email_addresses)
        if person is None:
            events.record("single_sign_on_refused", by=events.stranger_at(request))
            raise ImmediateHttpResponse(render(request, "account/not_known_here.html", status=403))
        by = events.Actor(person, person.username, client_ip.client_address(request))
        with transaction.atomic():
            sociallogin.connect(request, person)
            events.record("single_sign_on_linked", by=by, fields={"person": person.username})


def _person_with(addresses: list[Any]) -> User | None:
    verified = [row.email for row in addresses if row.verified and row.email]
    users = list(User.objects.filter(email__iexact=verified[0], is_active=True)[:2]) if verified else []
    return users[0] if len(users) == 1 else None
