"""The Django admin: submissions, read-only and without personal data. The portal's own pages contain the settings."""

from submissions.admin import records  # noqa: F401 (registers its pages)
from submissions.admin.site import site

__all__ = ["site"]
