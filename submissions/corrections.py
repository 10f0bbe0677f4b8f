"""What a reviewer corrects with a verdict: told to the vendor with it, and ours once the vendor has taken it."""

from submissions import events, search
from submissions.models import Decision, Submission

# What the vendor takes in updateFields (developers.argosidentity.com, post-client-review), and our name of each.
CORRECTABLE = {
    "fullName": "name",
    "gender": "gender",
    "issueDate": "date_of_issue",
    "expireDate": "date_of_expiry",
    "birthDate": "date_of_birth",
    "idType": "idType",
}


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
    search.index(submission)
    changed = sorted(CORRECTABLE[name] for name in decision.corrections)
    by = events.actor_for(decision.reviewer)
    events.record("values_corrected", by=by, submission=submission, fields={"changed": changed})
