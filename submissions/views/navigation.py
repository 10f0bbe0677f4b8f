"""The main menu: which pages it has and for whom."""

from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from submissions.models import Role, User

CAPTURING = frozenset({Role.AGENT, Role.OFFICER, Role.MANAGER})
REVIEWING = frozenset({Role.OFFICER, Role.MANAGER})
RUNNING = frozenset({Role.MANAGER, Role.ADMINISTRATOR})


@dataclass(frozen=True)
class Entry:
    page: str
    label: Any  # in the language of whoever reads it
    roles: frozenset[Role]


ENTRIES = (
    Entry("submission_list", _("Submissions"), CAPTURING),
    Entry("submission_new", _("New"), CAPTURING),
    Entry("retention", _("Retention"), frozenset({Role.ADMINISTRATOR})),
    Entry("review_queue", _("Review"), REVIEWING),
    Entry("reports", _("Reports"), REVIEWING),
    Entry("handover", _("Hand-over"), CAPTURING),
    Entry("unread", _("Unread"), CAPTURING),
    Entry("differences", _("Differences"), REVIEWING),
    Entry("sending", _("Sending"), RUNNING),
    Entry("admin:index", _("Admin"), REVIEWING | RUNNING),
)


def entries_for(user: User) -> tuple[Entry, ...]:
    """The pages of this person's menu; `templates/_menu.html` shows them."""
    return tuple(entry for entry in ENTRIES if user.role in entry.roles)
