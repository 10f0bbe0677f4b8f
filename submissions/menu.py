"""The main menu: which pages it has and for whom. Written once for a role, because every page shows it."""

from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import get_language
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


UNREAD = "unread"
ENTRIES = (
    Entry("submission_list", _("Submissions"), CAPTURING),
    Entry("submission_new", _("New"), CAPTURING),
    Entry("retention", _("Retention"), frozenset({Role.ADMINISTRATOR})),
    Entry("review_queue", _("Review"), REVIEWING),
    Entry("reports", _("Reports"), REVIEWING),
    Entry("handover", _("Hand-over"), CAPTURING),
    Entry(UNREAD, _("Unread"), CAPTURING),
    Entry("differences", _("Differences"), REVIEWING),
    Entry("sending", _("Sending"), RUNNING),
)


def menu_of(user: User, path: str, unread: int) -> SafeString:
    """The links of this person's menu; the one of `path` is marked, and `unread` stands beside its own."""
    here = path if path in _addresses() else ""
    return _written(user.role, user.is_staff, here, unread, get_language() or "en")


@lru_cache(maxsize=1)
def _addresses() -> frozenset[str]:
    return frozenset(reverse(entry.page) for entry in ENTRIES)


@lru_cache(maxsize=512)
def _written(role: str, is_staff: bool, here: str, unread: int, language: str) -> SafeString:
    links = [_link(entry, here, unread) for entry in ENTRIES if role in entry.roles]
    if is_staff:
        links.append(format_html('<a href="{}">{}</a>', reverse("admin:index"), _("Admin")))
    return format_html_join("\n", "{}", ((link,) for link in links))


def _link(entry: Entry, here: str, unread: int) -> SafeString:
    address = reverse(entry.page)
    mark = format_html(' aria-current="{}"', "page") if address == here else ""
    count = format_html(' <b class="count">{}</b>', unread) if entry.page == UNREAD and unread else ""
    return format_html('<a href="{}"{}>{}{}</a>', address, mark, entry.label, count)
