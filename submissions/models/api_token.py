"""Tokens of the API, and the requests that a client may repeat. Only the hash of a token's secret is stored."""

import uuid
from typing import Any, ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from submissions.core import clock
from submissions.models.encrypted import EncryptedField, EncryptedJSON
from submissions.models.people import User
from submissions.models.project import Project
from submissions.models.submission import Submission


class Scope(models.TextChoices):
    SUBMISSIONS_READ = "submissions:read", _("Read submissions, without personal values")
    SUBMISSIONS_WRITE = "submissions:write", _("Create and fill submissions, and send both steps")
    IMAGES_READ = "images:read", _("Read the images that the token attached")
    EVENTS_READ = "events:read", _("Read the events of submissions")
    FIGURES_READ = "figures:read", _("Read the figures of the review queue")


class ApiToken(models.Model):
    """One program's access to some projects. Its user is the actor of events and a capturer like any other."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    user = models.OneToOneField(User, models.PROTECT, related_name="api_token")
    prefix = models.CharField(max_length=12, help_text="the start of the secret, by which people recognise it")
    secret_hash = models.CharField(max_length=64, unique=True)
    scopes = models.JSONField(default=list)
    projects = models.ManyToManyField(Project, related_name="+")
    networks = models.JSONField(default=list, help_text="addresses and networks; empty: any address")
    created_at = models.DateTimeField(default=clock.now)
    created_by = models.ForeignKey(User, models.PROTECT, related_name="+")
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    revoked_by = models.ForeignKey(User, models.PROTECT, null=True, related_name="+")
    last_used_at = models.DateTimeField(null=True)
    last_used_from = models.GenericIPAddressField(null=True)

    class Meta:
        ordering: ClassVar[list[str]] = ["-created_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(revoked_at=None, revoked_by=None) | Q(revoked_at__isnull=False, revoked_by__isnull=False),
                name="api_token_revoked_pair",
            ),
        ]

    def __str__(self) -> str:
        return self.user.name

    @property
    def is_expired(self) -> bool:
        return self.expires_at <= clock.now()

    @property
    def is_usable(self) -> bool:
        return self.revoked_at is None and not self.is_expired and self.user.is_active

    @property
    def scope_labels(self) -> list[str]:
        return [str(Scope(scope).label) for scope in self.scopes]


class IdempotentRequest(models.Model):
    """A request with an `Idempotency-Key` and, once it has succeeded, its response. Rows are deleted after a day."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    token = models.ForeignKey(ApiToken, models.CASCADE, related_name="requests")
    key_hash = models.CharField(max_length=64)
    request_hash = models.CharField(max_length=64)
    started_at = models.DateTimeField(default=clock.now)
    status = models.PositiveSmallIntegerField(null=True)
    submission = models.ForeignKey(Submission, models.CASCADE, null=True, related_name="+")
    response_sealed = EncryptedField(null=True)
    response = EncryptedJSON[dict[str, Any]]("response_sealed", "idempotent_request.response", dict, None)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["token", "key_hash"], name="idempotent_request_once"),
            models.CheckConstraint(
                condition=Q(status=None) | Q(submission__isnull=False), name="idempotent_request_has_submission"
            ),
        ]
        indexes = [models.Index("started_at", name="idempotent_request_age")]

    def __str__(self) -> str:
        return f"request {self.pk}"

    @property
    def result_id(self) -> uuid.UUID:
        """The id of what the request creates: a repetition after a failure finds what the first one created."""
        return uuid.uuid5(self.token_id, self.key_hash + self.request_hash)

    def data_key(self) -> bytes:
        assert self.submission is not None
        return self.submission.data_key()
