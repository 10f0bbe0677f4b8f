"""Codes of an authenticator app: each works once, and none works after a newer one was used.

allauth remembers a used code for 30 seconds in the cache, while the tolerance for slow clocks accepts it for 90. So the
step of the newest used code is kept in the authenticator's row, where a flushed cache does not lose it.
"""

from allauth.core.internal.cryptokit import compare_user_code
from allauth.mfa.base import forms
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.mfa.totp.internal import auth as totp

from submissions.accounts.mfa import secrets
from submissions.core.text_fields import CodeField

STEP = "step"


class _NewerCode(forms.BaseAuthenticateForm):  # type: ignore[misc]
    code = CodeField()

    def clean_code(self) -> str:
        """An older code becomes an empty one, so that allauth counts and records it like any wrong code."""
        app = Authenticator.objects.filter(user=self.user, type=Authenticator.Type.TOTP).first()
        step = _step_of(app, self.cleaned_data["code"]) if app else None
        if app and step is not None and step <= app.data.get(STEP, 0):
            self.cleaned_data["code"] = ""
        accepted = str(super().clean_code())
        if app and step is not None and self.authenticator.pk == app.pk:
            app.data[STEP] = step
            app.save(update_fields=["data"])
        return accepted


def _step_of(app: Authenticator, code: str) -> int | None:
    """The newest step that has this code, within the tolerance; None where no step has it."""
    secret = secrets.unseal(app.data["secret"])
    steps: list[int] = [
        step
        for step in totp.yield_hotp_counters_from_time()
        if compare_user_code(actual=code, expected=totp.format_hotp_value(totp.hotp_value(secret, step)))
    ]
    return max(steps, default=None)


class SignInCode(_NewerCode, forms.AuthenticateForm):  # type: ignore[misc]
    """After the password."""


class AgainCode(_NewerCode, forms.ReauthenticateForm):  # type: ignore[misc]
    """For somebody who is signed in and proves it anew."""


class NewAppCode(ActivateTOTPForm):  # type: ignore[misc]
    """The first code of an app that is being added."""

    code = CodeField()
