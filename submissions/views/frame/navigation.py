"""The main menu: its pages by group, the users who see them, and the counts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from submissions.core.vendor_text import ARGOS, named
from submissions.models import User
from submissions.workflow.role_permissions import (
    user_can_administer,
    user_can_answer_data_subject,
    user_can_export,
    user_can_keep_trainings,
    user_can_list,
    user_can_read_records,
    user_can_retain,
    user_can_see_access_report,
    user_can_see_discrepancies,
    user_can_see_duty,
    user_can_see_handover,
    user_can_see_quality_checks,
    user_can_see_queue,
    user_can_see_reports,
    user_can_see_sending,
    user_can_see_webhooks,
    user_can_start,
)


@dataclass(frozen=True)
class Entry:
    """A page of the menu. `count`: the name of its figure in `submissions.views.counters`."""

    page: str
    label: Any  # a lazy translation
    icon: str
    is_for: Callable[[User], bool]
    count: str = ""
    is_alarm: bool = False  # a count above zero needs attention


@dataclass(frozen=True)
class Link:
    """An entry as one user sees it on one page."""

    page: str
    url: str
    label: Any
    icon: str
    is_current: bool
    count: int
    is_alarm: bool


def _everyone(_user: User) -> bool:
    return True


WORK = (
    Entry("start", pgettext_lazy("menu", "Home"), "home", _everyone),
    Entry("submission_new", _("New submission"), "camera-plus", user_can_start),
    Entry("submission_list", _("Submissions"), "files", user_can_list),
    Entry("review_queue", _("Review queue"), "list-check", user_can_see_queue, "queue"),
    Entry("quality_checks", _("Quality checks"), "clipboard-check", user_can_see_quality_checks, "quality"),
    Entry("reports", _("Reports"), "chart-bar", user_can_see_reports),
)
OPERATIONS = (
    Entry("sending", _("ARGOS requests"), "plug-connected", user_can_see_sending, "unknown_calls", is_alarm=True),
    Entry(
        "differences", _("Record mismatches"), "arrows-diff", user_can_see_discrepancies, "mismatches", is_alarm=True
    ),
    Entry("webhook_list", _("Webhooks"), "world", user_can_see_webhooks, "webhooks", is_alarm=True),
    Entry("redactions", _("Resident numbers"), "eye-off", user_can_list, "numbers", is_alarm=True),
    Entry("next_checks", _("Re-verification"), "refresh", user_can_list, "next_checks"),
    Entry("duty_list", _("Days off and skills"), "calendar", user_can_see_duty),
    Entry("handover", _("Shift handover"), "clock-share", user_can_see_handover),
)
SETTINGS = (
    Entry("settings_projects", _("Projects"), "building", user_can_administer),
    Entry("settings_people", _("People"), "users", user_can_administer),
    Entry("settings_teams", _("Teams"), "users-group", user_can_administer),
    Entry("settings_consent_texts", _("Consent texts"), "file-text", user_can_administer),
    Entry("settings_customer_texts", pgettext_lazy("settings", "Customer messages"), "mail", user_can_administer),
    Entry("settings_api_tokens", _("Access tokens"), "key", user_can_administer),
    Entry("settings_endpoints", _("Integrations"), "link", user_can_administer),
)
RECORDS = (
    Entry("training", _("Training records"), "id-badge-2", user_can_keep_trainings),
    Entry("export_list", _("Exports"), "file-export", user_can_export),
    Entry("access_months", _("Access log"), "eye-check", user_can_see_access_report),
    Entry("subject", _("Data subject request"), "user-question", user_can_answer_data_subject),
    Entry("retention", _("Data retention"), "trash", user_can_retain),
    Entry("admin:index", _("All records"), "database", user_can_read_records),
)
GROUPS = (("", WORK), (_("Operations"), OPERATIONS), (_("Settings"), SETTINGS), (_("Records"), RECORDS))


def groups_for(user: User, path: str, counts: Mapping[str, Any]) -> list[tuple[Any, list[Link]]]:
    """Return the groups of the user's menu with their links; `path` is the page they are on."""
    entries = [(label, [entry for entry in group if entry.is_for(user)]) for label, group in GROUPS]
    urls = {entry.page: reverse(entry.page) for _label, group in entries for entry in group}
    current = max(
        (url for url in urls.values() if path == url or (url != "/" and path.startswith(url))), key=len, default=""
    )
    return [
        (label, [_link(entry, urls[entry.page], current, counts) for entry in group])
        for label, group in entries
        if group
    ]


def _link(entry: Entry, url: str, current: str, counts: Mapping[str, Any]) -> Link:
    count, vendor_name = counts.get(entry.count, 0), counts.get("vendor_name", ARGOS)
    return Link(
        entry.page,
        url,
        named(entry.label, vendor_name),
        entry.icon,
        url == current,
        count,
        entry.is_alarm and count > 0,
    )
