"""Codes of an authenticator app: each is valid once, and none is valid after a newer one was used (RFC 6238, 5.2).

allauth caches a used code for 30 seconds, while its tolerance for slow clocks accepts the code for 90. So the time step
of the newest used code is stored in the authenticator's row, which a flushed cache does not affect.
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
        """Replace an older code by an empty one, so that allauth counts and records it like any wrong code."""
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
    """Return the newest time step with this code within the tolerance; None if there is none."""
    secret = secrets.decrypt(app.data["secret"])
    steps: list[int] = [
        step
        for step in totp.yield_hotp_counters_from_time()
        if compare_user_code(actual=code, expected=totp.format_hotp_value(totp.hotp_value(secret, step)))
    ]
    return max(steps, default=None)


class SignInCode(_NewerCode, forms.AuthenticateForm):  # type: ignore[misc]
    """The code that follows the password at sign-in."""


class AgainCode(_NewerCode, forms.ReauthenticateForm):  # type: ignore[misc]
    """The code that a signed-in user enters to reauthenticate."""


class NewAppCode(ActivateTOTPForm):  # type: ignore[misc]
    """The first code of an app that is being added."""

    code = CodeField()
