"""Check a user name and a password, with the same reply and the same work for every kind of failure."""

from allauth.account.auth_backends import AuthenticationBackend
from django.contrib.auth.base_user import AbstractBaseUser

from submissions.accounts.mfa import policy
from submissions.core import clock
from submissions.models import User


class PortalBackend(AuthenticationBackend):  # type: ignore[misc]
    """allauth's backend without its own reply for inactive accounts, which would reveal that the account exists."""

    def _check_password(self, user: AbstractBaseUser | None, password: str) -> AbstractBaseUser | None:
        if not isinstance(user, User):
            return None
        self._did_check_password = True
        if not user.check_password(password):
            return None
        return user if self.user_can_authenticate(user) else None

    def get_user(self, user_id: int | str) -> User | None:
        """Return the user of a session. The session stays valid after sign-in has used up a one-time password."""
        people = User.objects.people().select_related("team").annotate(has_second_factor=policy.second_factor_of("pk"))
        return people.filter(pk=user_id, is_active=True).first()

    def user_can_authenticate(self, user: object) -> bool:
        """Return whether the account is active and its one-time password, if any, is neither used nor expired."""
        assert isinstance(user, User)
        return user.is_active and (user.one_time_until is None or user.one_time_until > clock.now())
