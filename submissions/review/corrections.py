"""What a reviewer corrects with a verdict: told to the vendor with it, and ours once the vendor has taken it."""

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
    """A value as it is sent at Step 2: trimmed, one space between words."""
    ours = CORRECTABLE[name]
    return matrix.clean_step2({ours: text}).get(ours, "")


def problems(submission: Submission, corrected: Mapping[str, str]) -> dict[str, str]:
    """What these would make wrong with the record, by the vendor's names: a sentence each, as on the capture page."""
    ours = {CORRECTABLE[name]: text for name, text in corrected.items()}
    before = {problem.field for problem in _wrong(submission, {})}
    found = [problem for problem in _wrong(submission, ours) if problem.field in ours or problem.field not in before]
    return {NAMES[problem.field]: problem.message for problem in reversed(found)}


def _wrong(submission: Submission, ours: Mapping[str, str]) -> list[Problem]:
    found = matrix.check_step2(
        {**submission.values, **ours},
        (),
        submission.issuing_country,
        submission.id_type,
        submission.project.options,
        today=clock.today(),
        latest_day=clock.latest_day(),
    )
    told = vendor_text.of_problems(problem for problem in found if problem.is_error and problem.code not in NOT_ASKED)
    return [problem for problem in told if problem.field in NAMES]


def adopt(decision: Decision) -> None:
    """The record takes what its final verdict corrected, and is found by it; attempts keep what was sent before.

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
