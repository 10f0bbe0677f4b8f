"""The Django admin: administrators manage projects and people, officers and managers look at submissions read-only."""

from submissions.admin import consent, people, projects, records  # noqa: F401 (each registers its pages)
from submissions.admin.site import site

__all__ = ["site"]
