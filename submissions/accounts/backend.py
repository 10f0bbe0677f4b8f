"""Checks a user name and a password, with the same answer and the same work whatever is wrong."""

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.base_user import AbstractBaseUser

from submissions.core import clock
from submissions.models import User


class PortalBackend(AuthenticationBackend):  # type: ignore[misc]
    """allauth's, without its special answer for accounts that are switched off: that would tell they exist."""

    def _check_password(self, user: AbstractBaseUser | None, password: str) -> AbstractBaseUser | None:
        if not isinstance(user, User):
            return None
        self._did_check_password = True
        if not user.check_password(password):
            return None
        return user if self.user_can_authenticate(user) else None

    def get_user(self, user_id: int | str) -> User | None:
        """The person of a session, which outlives a one-time password: that is used up at sign-in."""
        return User.objects.filter(pk=user_id, is_active=True).first()

    def user_can_authenticate(self, user: object) -> bool:
        """Active, and a one-time password neither used nor past its day."""
        assert isinstance(user, User)
        return user.is_active and (user.one_time_until is None or user.one_time_until > clock.now())
