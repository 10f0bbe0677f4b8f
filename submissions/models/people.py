"""Who uses the portal. What each role may do stands in `submissions.workflow.permissions`."""

from typing import Any, ClassVar
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q, Value
from django.db.models.functions import Lower
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    AGENT = "agent", _("Agent")
    OFFICER = "officer", _("Compliance officer")
    MANAGER = "manager", _("Manager")
    ADMINISTRATOR = "administrator", _("Administrator")
    INTEGRATION = "integration", _("Access token")


REVIEWERS = (Role.OFFICER, Role.MANAGER)


class Team(models.Model):
    name = models.CharField(_("name"), max_length=80, unique=True)

    class Meta:
        verbose_name = _("team")
        verbose_name_plural = _("teams")

    def __str__(self) -> str:
        return self.name


class UserManager(BaseUserManager["User"]):
    def create_user(self, username: str, password: str | None, **fields: Any) -> "User":
        user = self.model(username=username, **fields)
        user.set_password(password)
        user.save()
        return user

    def people(self) -> "models.QuerySet[User]":
        """Return the users who can sign in; the user of an API token cannot."""
        return self.exclude(role=Role.INTEGRATION)


class User(AbstractBaseUser):
    """One person or API token, one role. There is no superuser: an administrator manages settings and sees no data."""

    username = models.CharField(_("user name"), max_length=80, unique=True)
    name = models.CharField(_("full name"), max_length=120)
    email = models.EmailField(_("e-mail"), blank=True)
    role = models.CharField(_("role"), max_length=16, choices=Role.choices)
    team = models.ForeignKey(Team, models.PROTECT, null=True, blank=True, verbose_name=_("team"))
    language = models.CharField(_("language"), max_length=8, blank=True, default="")
    time_zone = models.CharField(
        _("time zone"),
        max_length=40,
        blank=True,
        default="",
        db_default="",
        help_text=_("Empty: the time zone of the portal"),
    )
    has_single_keys = models.BooleanField(_("single-key shortcuts"), default=True)
    list_settings = models.JSONField(
        default=dict, db_default=Value({}, models.JSONField()), help_text="{list: {hidden: [column], size: rows}}"
    )
    # Ids in the user's own row, because every request asks for them. Projects and teams are never deleted.
    review_projects = models.JSONField(
        default=list,
        db_default=Value([], models.JSONField()),
        help_text="ids of the projects that an officer or manager reviews; empty: all",
    )
    review_teams = models.JSONField(
        default=list,
        db_default=Value([], models.JSONField()),
        help_text="ids of the teams whose submissions an officer or manager reviews; empty: all",
    )
    default_view = models.ForeignKey("SavedView", models.SET_NULL, null=True, blank=True, related_name="+")
    # For automatic assignment: codes of issuing countries and of customers' languages.
    skill_countries = models.JSONField(default=list, db_default=Value([], models.JSONField()), editable=False)
    skill_languages = models.JSONField(default=list, db_default=Value([], models.JSONField()), editable=False)
    is_active = models.BooleanField(_("active"), default=True)
    one_time_until = models.DateTimeField(
        null=True, editable=False, help_text="the password is one that an administrator made, good until then"
    )
    session_epoch = models.PositiveIntegerField(default=0, editable=False, help_text="raised to end every session")

    USERNAME_FIELD = "username"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name", "role"]

    objects: ClassVar[UserManager] = UserManager()

    class Meta:
        verbose_name = _("person")
        verbose_name_plural = _("people")
        constraints = [
            # Sign-in does not look at capitals: of two that differ in nothing else neither would get in.
            models.UniqueConstraint(Lower("username"), name="user_name_once_in_any_case"),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="user_role_known"),
            models.CheckConstraint(condition=~Q(role="agent") | Q(team__isnull=False), name="user_agent_has_team"),
            models.CheckConstraint(
                condition=~Q(role="integration") | Q(team__isnull=False), name="user_token_has_team"
            ),
        ]

    def __str__(self) -> str:
        return self.name or self.username

    def _get_session_auth_hash(self, secret: str | None = None) -> str:
        """A session lives only as long as nothing of this changes: password, role, team, switch, epoch."""
        bound = f"{self.password}|{self.role}|{self.team_id}|{self.is_active}|{self.session_epoch}"
        return salted_hmac("submissions.User.session", bound, secret=secret, algorithm="sha256").hexdigest()

    @property
    def zone(self) -> ZoneInfo:
        """Where the person reads times; the portal's zone without a choice, or where the host does not know it."""
        try:
            return ZoneInfo(self.time_zone or settings.TIME_ZONE)
        except (ZoneInfoNotFoundError, ValueError):
            return ZoneInfo(settings.TIME_ZONE)

    @property
    def is_staff(self) -> bool:
        """May enter the Django admin at all; each page there asks its own permission."""
        return self.is_active and self.role not in (Role.AGENT, Role.INTEGRATION)

    @property
    def is_reviewer(self) -> bool:
        return self.role in REVIEWERS
