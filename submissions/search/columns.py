"""The columns that each list can show, the user's choice of them, and the rows per page."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from submissions.models import User

SIZES = (20, 40, 100)
DEFAULT_SIZE = 40
# Due and reference are always shown.
COLUMNS: Mapping[str, Mapping[str, Any]] = {
    "queue": {
        "customer": _("Customer"),
        "id": _("ID"),
        "attempts": _("Attempts"),
        "face": _("Face similarity"),
        "liveness": _("Liveness"),
        "marks": _("Findings"),
        "waiting": _("Pending for"),
        "limit": _("24-hour limit"),
        "project": _("Project"),
        "assignee": _("Assignee"),
    },
    "list": {
        "customer": _("Customer"),
        "status": _("Status"),
        "attempts": _("Attempts"),
        "id": _("ID"),
        "project": _("Project"),
        "age": _("Created"),
    },
}
HIDDEN_AT_FIRST = {"queue": ("waiting", "limit"), "list": ()}


@dataclass(frozen=True)
class ListSettings:
    """The settings of one list for one user."""

    name: str
    hidden: frozenset[str]
    size: int

    @property
    def shown(self) -> list[str]:
        return [column for column in COLUMNS[self.name] if column not in self.hidden]

    @property
    def choices(self) -> list[tuple[str, Any, bool]]:
        """Return (column, label, whether it is shown), for the form."""
        return [(column, label, column not in self.hidden) for column, label in COLUMNS[self.name].items()]

    @property
    def sizes(self) -> tuple[int, ...]:
        return SIZES


def settings_of(user: User, name: str) -> ListSettings:
    """Return the user's settings of the list, without unknown values."""
    kept = user.list_settings.get(name, {})
    hidden = kept.get("hidden", HIDDEN_AT_FIRST[name])
    size = kept.get("size")
    return ListSettings(name, frozenset(COLUMNS[name]).intersection(hidden), size if size in SIZES else DEFAULT_SIZE)


def save_settings(user: User, name: str, shown: list[str], size: str) -> None:
    """Save the columns and the rows per page; a size that is not offered becomes the default."""
    hidden = [column for column in COLUMNS[name] if column not in shown]
    rows = next((each for each in SIZES if str(each) == size), DEFAULT_SIZE)
    user.list_settings = {**user.list_settings, name: {"hidden": hidden, "size": rows}}
    user.save(update_fields=["list_settings"])
