"""The main menu: its pages and who sees them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from submissions.models import User
from submissions.workflow.role_permissions import (
    user_can_list,
    user_can_read_records,
    user_can_retain,
    user_can_see_discrepancies,
    user_can_see_handover,
    user_can_see_queue,
    user_can_see_reports,
    user_can_see_sending,
    user_can_start,
)


@dataclass(frozen=True)
class Entry:
    page: str
    label: Any  # a lazy translation
    is_for: Callable[[User], bool]


ENTRIES = (
    Entry("submission_list", _("Submissions"), user_can_list),
    Entry("submission_new", _("New"), user_can_start),
    Entry("retention", _("Retention"), user_can_retain),
    Entry("review_queue", _("Review"), user_can_see_queue),
    Entry("reports", _("Reports"), user_can_see_reports),
    Entry("handover", _("Hand-over"), user_can_see_handover),
    Entry("unread", _("Unread"), user_can_start),
    Entry("differences", _("Differences"), user_can_see_discrepancies),
    Entry("sending", _("Sending"), user_can_see_sending),
    Entry("admin:index", _("Admin"), user_can_read_records),
)


def entries_for(user: User) -> tuple[Entry, ...]:
    """Return the entries of the user's menu, for `templates/_menu.html`."""
    return tuple(entry for entry in ENTRIES if entry.is_for(user))
