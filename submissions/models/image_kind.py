"""What an image shows."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class ImageKind(models.TextChoices):
    ID_FRONT = "id_front", _("ID front")
    ID_BACK = "id_back", _("ID back")
    SELFIE = "selfie", _("Selfie")
    ADDRESS = "address", _("Address document")
    ATTACHMENT = "attachment", _("Attachment")
