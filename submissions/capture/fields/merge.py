"""Merge a posted capture form with the stored values, so that nobody overwrites a change they have not seen.

Every field is posted with its original value (`was_<name>`) and the form with the draft's version. If the draft has
changed since (in another tab, by another user, by the vendor's OCR), a field changed on one side takes that value; a
field changed on both sides is a conflict, which keeps the typed value and shows the stored one beside it. A form
without a version counts as outdated, and a field without an original value as originally empty.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from django.utils import timezone
from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from argos.characters import normalise
from argos.matrix import Problem
from submissions.capture.fields.capture_form import CALLBACK, CaptureForm
from submissions.core import clock, masking
from submissions.models import Submission

MAX_DIGITS = 10  # of a version
YEARS_AROUND = 2  # of today, for a call-back


@dataclass(frozen=True)
class Merged:
    """`values`: to be written. `conflicts`: the stored value of each field that both sides changed."""

    values: dict[str, str] = field(default_factory=dict)
    conflicts: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Posted:
    typed: dict[str, str]
    was: dict[str, str]
    version: int | None
    reasons: dict[str, str]
    too_long: dict[str, str] = field(default_factory=dict)  # typed, but not to be stored
    problems: list[Problem] = field(default_factory=list)

    def is_typed(self, name: str) -> bool:
        """Return whether the user changed the field."""
        return name in self.typed and self.typed[name] != self.was.get(name)

    def merge(self, submission: Submission) -> Merged:
        stored = {**submission.values, CALLBACK: local_text(submission.callback_at)}
        if self.version == submission.draft_version:
            return Merged(values={name: self.typed[name] for name in self.typed if self.is_typed(name)})
        return merge(stored, self.typed, self.was)


def read(data: Mapping[str, str], names: Iterable[str]) -> Posted:
    """Parse the posted form; a field that is missing, or still has hidden digits, is not in `typed`."""
    form, version = CaptureForm(data, names), data.get("version", "")
    form.full_clean()
    return Posted(
        typed=form.values,
        was={name: normalise(data[f"was_{name}"]) for name in form.fields if f"was_{name}" in data},
        version=int(version) if version.isascii() and version.isdigit() and len(version) < MAX_DIGITS else None,
        reasons=form.reasons,
        too_long=form.refused,
        problems=form.problems,
    )


def merge(stored: Mapping[str, str], typed: Mapping[str, str], was: Mapping[str, str]) -> Merged:
    merged = Merged()
    for name, text in typed.items():
        now, shown = stored.get(name, ""), was.get(name, "")
        if text == shown:
            continue  # not changed here
        if masking.while_working(name, now) != now:
            merged.conflicts[name] = now  # equal or not, so that nobody finds hidden digits by trying
        elif shown == now:
            merged.values[name] = text
        elif text != now:
            merged.conflicts[name] = now
    return merged


def conflict_problems(posted: Posted, merged: Merged) -> list[Problem]:
    text = _(
        'Saved in another window as "%(stored)s". You entered "%(typed)s". Enter the correct value and save again.'
    )
    return [
        Problem(
            name,
            "conflict",
            text % {"stored": masking.while_working(name, stored) or "–", "typed": posted.typed[name] or "–"},
        )
        for name, stored in merged.conflicts.items()
    ]


def local_text(moment: datetime | None) -> str:
    """Return the time for a date-time input, in the portal's time zone, to the minute."""
    return timezone.localtime(moment).strftime("%Y-%m-%dT%H:%M") if moment else ""


def moment_of(text: str) -> datetime | None:
    """Parse the value of a date-time input.

    Raises:
        ValueError: it is no date and time, or years away: the ends of the calendar have no local time.
    """
    if not text:
        return None
    found = parse_datetime(text)
    if found is None or abs(found.year - clock.today().year) > YEARS_AROUND:
        raise ValueError(text)
    return found if timezone.is_aware(found) else timezone.make_aware(found)
