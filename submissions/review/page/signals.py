"""The panel of what ARGOS reports beside its status: each signal with its value and one sentence on what it means."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from django.utils.translation import gettext as _

from argos import matrix
from argos.matrix.formats import parse_date
from submissions.capture.fields import form_fields
from submissions.core import clock, masking
from submissions.models import SearchHash, Submission
from submissions.signals import stored_values

# Years between the age of a face and the age by the date of birth from which the panel marks it. Assumption: portraits
# are up to ten years old, and an estimate of an age is some five years off.
FACE_AGE_GAP = 15


@dataclass(frozen=True)
class Signal:
    """`hint`: why it is marked; `same`: submissions of which ARGOS reports the same id."""

    label: str
    value: str
    meaning: str
    hint: str = ""
    same: Sequence[Submission] = field(default=())
    is_id: bool = False


def signals_of(
    submission: Submission, born: str, same: Iterable[tuple[str, Submission]] = (), *, is_open: bool = True
) -> list[Signal]:
    """Return the signals that ARGOS reports; absent ones are left out.

    `born`: the date of birth that was sent. `same`: (kind, submission) with the same id. `is_open`: with the address.
    """
    reported = submission.vendor_signals
    by_kind: dict[str, list[Submission]] = {}
    for kind, other in same:
        by_kind.setdefault(kind, []).append(other)
    found = [*_unread(submission), *_ids(reported, by_kind), *_ages(reported, born), *_scores(reported)]
    found += _origin(reported) if is_open else ()
    return [*found, *_attempts(submission)] if reported else []


def stored_otherwise(submission: Submission, sent: Mapping[str, str]) -> list[Signal]:
    """Return a signal for each value that ARGOS stores otherwise than it was sent, while that mismatch is open."""
    if not submission.has_difference:
        return []
    differing = stored_values.differing_values(sent, submission.vendor_signals.get("data", {}))
    hint = _("Differs from the value sent.")
    meaning = _("The value that ARGOS stores. Compare it with the confirmed value and the ID.")
    return [
        Signal(
            _("Stored at ARGOS: %(field)s") % {"field": form_fields.label_of(name)},
            masking.while_working(name, theirs),
            meaning,
            hint,
        )
        for name, (_ours, theirs) in differing.items()
    ]


def _unread(submission: Submission) -> Iterator[Signal]:
    if labels := form_fields.unread_labels(submission):
        meaning = _("By Step 1 the ID carries these fields, and ARGOS could not read them. The agent typed them.")
        yield Signal(_("Not read from the ID"), ", ".join(labels), meaning)


def _ids(reported: Mapping[str, Any], same: Mapping[str, Sequence[Submission]]) -> Iterator[Signal]:
    if person := reported.get("duplicated_information"):
        meaning = _("ARGOS makes it from name, date of birth, gender and nationality. The same ID: the same values.")
        yield Signal(_("Personal data ID"), person, meaning, same=same.get(SearchHash.PERSON, ()), is_id=True)
    if applicant := reported.get("applicant_id"):
        meaning = _(
            "ARGOS makes it from the personal data and the selfie, for approved submissions only. It is random when "
            "nothing is comparable."
        )
        yield Signal(_("Person ID at ARGOS"), applicant, meaning, same=same.get(SearchHash.APPLICANT, ()), is_id=True)


def _ages(reported: Mapping[str, Any], born: str) -> Iterator[Signal]:
    ages, day = reported.get("face_ages", []), parse_date(born)
    age = age_on(day, clock.today()) if day else None
    if ages:
        told = {"face": ", ".join(f"{each:g}" for each in ages), "age": age}
        value = _("%(face)s (by date of birth: %(age)d)") % told if age is not None else told["face"]
        is_far = age is not None and any(abs(each - age) > FACE_AGE_GAP for each in ages)
        hint = _("More than %(years)d years apart. Compare the faces.") % {"years": FACE_AGE_GAP} if is_far else ""
        yield Signal(_("Age of the face"), str(value), _("ARGOS estimates it from the images."), hint)
    if group := reported.get("age_group"):
        yield Signal(_("Age group"), group, _("The age group that ARGOS stored."))


def age_on(born: date, today: date) -> int:
    return today.year - born.year - ((today.month, today.day) < (born.month, born.day))


def _scores(reported: Mapping[str, Any]) -> Iterator[Signal]:
    if (score := reported.get("recognition_score")) is not None:
        meaning = _("How well ARGOS recognised the ID. ARGOS does not document the scale.")
        yield Signal(_("Recognition score"), f"{score:g}", meaning)
    if (score := reported.get("argos_score")) is not None:
        meaning = _("The overall score by the rules of the project at ARGOS. A warning there can lower it.")
        yield Signal(_("ARGOS score"), f"{score:g}", meaning)


def _origin(reported: Mapping[str, Any]) -> Iterator[Signal]:
    if address := reported.get("ip_address"):
        meaning = _("The address from which ARGOS received the submission: with this portal, its own server.")
        yield Signal(_("IP address"), address, meaning)
    if country := reported.get("ip_country"):
        code = matrix.country_code(country)
        yield Signal(_("Country of the IP address"), code or country, _("ARGOS derives it from the IP address."))


def _attempts(submission: Submission) -> Iterator[Signal]:
    if submission.vendor_attempts:
        meaning = _("ARGOS lists them: failed ID images may be among them.")
        yield Signal(_("Attempts at ARGOS"), str(submission.vendor_attempts), meaning)
