"""The pages under /accounts/: those of allauth that the portal has, and its own for sessions.

allauth's other pages (sign-up, e-mail addresses, password reset by e-mail, connections) are not mounted.
"""

from allauth.account import views as account
from allauth.socialaccount import views as socialaccount
from django.contrib.auth.decorators import login_not_required
from django.db import transaction
from django.urls import URLPattern, URLResolver, include, path

from submissions.views.accounts import preferences, sessions

# They change a second factor: allauth writes it, then sends the signal that records the event.
CHANGES_FACTORS = (
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_generate_recovery_codes",
    "mfa_add_webauthn",
    "mfa_edit_webauthn",
    "mfa_remove_webauthn",
)


def _make_atomic(patterns: list[URLPattern | URLResolver]) -> None:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            _make_atomic(pattern.url_patterns)
        elif pattern.name in CHANGES_FACTORS:
            pattern.callback = transaction.atomic(pattern.callback)


urlpatterns = [
    path("login/", account.login, name="account_login"),
    path("logout/", account.logout, name="account_logout"),
    path("reauthenticate/", account.reauthenticate, name="account_reauthenticate"),
    path("password/change/", transaction.atomic(account.password_change), name="account_change_password"),
    path("2fa/", include("allauth.mfa.urls")),
    path("session/", sessions.session, name="session"),
    path("sessions/", sessions.session_list, name="session_list"),
    path("time-zone/", preferences.choose_time_zone, name="choose_time_zone"),
    path("sessions/end/", sessions.end_others, name="sessions_end"),
    path("sessions/<int:pk>/end/", sessions.end_one, name="session_end"),
    path("sso/cancelled/", login_not_required(socialaccount.login_cancelled), name="socialaccount_login_cancelled"),
    path("sso/error/", login_not_required(socialaccount.login_error), name="socialaccount_login_error"),
    path("", include("allauth.socialaccount.providers.openid_connect.urls")),
]
_make_atomic(urlpatterns)
