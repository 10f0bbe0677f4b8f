"""The Django admin: submissions, read-only and without personal data. Settings are pages of the portal's own."""

from submissions.admin import records  # noqa: F401 (registers its pages)
from submissions.admin.site import site

__all__ = ["site"]
