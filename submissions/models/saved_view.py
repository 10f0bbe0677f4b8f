"""A set of queue filters under a name, a person's own or shared with every reviewer. Never a search text."""

import uuid

from django.db import models
from django.utils.translation import gettext_lazy as _

from submissions.core import clock
from submissions.models.people import User


class SavedView(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    owner = models.ForeignKey(User, models.CASCADE, related_name="views")
    name = models.CharField(_("name"), max_length=40)
    query = models.CharField(max_length=600, blank=True, help_text="filters as a URL's query, none of them personal")
    is_shared = models.BooleanField(_("shared"), default=False)
    created_at = models.DateTimeField(default=clock.now)

    class Meta:
        ordering = ("name",)
        constraints = [models.UniqueConstraint(fields=["owner", "name"], name="saved_view_name_once")]

    def __str__(self) -> str:
        return self.name
