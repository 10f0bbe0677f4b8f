"""Corrections that a reviewer sends with a verdict; our record takes them once ARGOS has accepted the verdict."""

from collections.abc import Mapping

from argos import matrix
from argos.matrix import Problem
from submissions.audit import events
from submissions.core import clock, vendor_text
from submissions.models import Decision, Submission
from submissions.search import blind_index

# What the vendor takes in updateFields (developers.argosidentity.com, post-client-review), and our name of each.
CORRECTABLE = {
    "fullName": "name",
    "gender": "gender",
    "issueDate": "date_of_issue",
    "expireDate": "date_of_expiry",
    "birthDate": "date_of_birth",
    "idType": "idType",
}

NOT_ASKED = ("missing", "one_of")
NAMES = {ours: name for name, ours in CORRECTABLE.items()}


def tidied(name: str, text: str) -> str:
    """Return a value as Step 2 sends it: trimmed, one space between words."""
    ours = CORRECTABLE[name]
    return matrix.clean_step2({ours: text}).get(ours, "")


def problems(submission: Submission, corrected: Mapping[str, str]) -> dict[str, str]:
    """Return the errors these corrections would cause, a sentence by ARGOS's field name, as on the capture page."""
    ours = {CORRECTABLE[name]: text for name, text in corrected.items()}
    before = {problem.field for problem in _wrong(submission, {})}
    new = [problem for problem in _wrong(submission, ours) if problem.field in ours or problem.field not in before]
    return {NAMES[problem.field]: problem.message for problem in reversed(new)}


def _wrong(submission: Submission, ours: Mapping[str, str]) -> list[Problem]:
    reported = matrix.check_step2(
        {**submission.values, **ours},
        (),
        submission.issuing_country,
        submission.id_type,
        submission.project.options,
        today=clock.today(),
        latest_day=clock.latest_day(),
    )
    errors = vendor_text.translated_problems(
        (problem for problem in reported if problem.is_error and problem.code not in NOT_ASKED),
        submission.project.vendor_name,
    )
    return [problem for problem in errors if problem.field in NAMES]


def adopt(decision: Decision) -> None:
    """Write the corrections of the final verdict to the record and its search index; attempts stay as they were sent.

    Call it inside the transaction that made the verdict final.
    """
    corrected = {CORRECTABLE[name]: text for name, text in decision.corrections.items()}
    if not corrected:
        return
    submission = decision.submission
    columns = {"id_type": corrected.get("idType", submission.id_type), "draft_version": submission.draft_version + 1}
    if "idType" not in submission.values:  # there only where Step 1 could not tell it
        corrected.pop("idType", None)
    submission.values = {**submission.values, **corrected}
    columns["values_sealed"] = submission.values_sealed
    Submission.objects.filter(pk=submission.pk).update(**columns)
    for column, value in columns.items():
        setattr(submission, column, value)
    blind_index.index(submission)
    changed = sorted(CORRECTABLE[name] for name in decision.corrections)
    by = events.actor_for(decision.reviewer)
    events.record("values_corrected", by=by, submission=submission, fields={"changed": changed})
