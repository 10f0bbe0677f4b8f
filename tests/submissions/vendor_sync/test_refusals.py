"""What is stored and shown of a refused call: codes readable, sentences encrypted."""

import pytest

from argos.errors import Forbidden, Refused
from submissions.models import Call, CallKind, Project, Status
from submissions.vendor_sync import worker
from submissions.views import status_messages
from tests import factories

pytestmark = pytest.mark.django_db

TWICE = (
    "person@example.com had submitted another KYC and is already approved; therefore, this submission is not accepted."
)
PARAMETERS = [
    (Refused(400, "", TWICE), "had submitted another kyc", "approved submission already"),
    (Refused(400, "", "Mr Person of 1 High Street is unwelcome"), "", "ARGOS reports: Mr Person"),
    (Refused(400, "invalid_something", "It is invalid."), "invalid_something", "ARGOS reports: It is invalid."),
    (Forbidden(403, "", "User is not authorized to access this resource with an explicit deny"), "ip", "allow list"),
    (Forbidden(403, "", "Forbidden"), "key", "key"),
    (Forbidden(403, "", "person@example.com may not"), "other", "refuses this project"),
]


@pytest.mark.parametrize(("refusal", "kept", "told"), PARAMETERS)
def test_refusal_keeps_a_code_and_seals_the_sentence(refusal: Refused, kept: str, told: str) -> None:
    submission = factories.make_at(Status.STEP1_SENDING)
    call = factories.claim_call(submission, CallKind.STEP1)
    worker._failed(call, refusal)
    row = Call.objects.get(pk=call.pk)
    assert (row.state, row.error_code) == ("refused", kept)
    assert not any(word in Project.objects.get().paused_reason for word in ("example.com", "High Street"))
    fresh = factories.reload(submission)
    said = status_messages.about_notice(fresh, fresh.calls.get(pk=call.pk))
    assert said is not None
    assert told.casefold() in said.text.casefold()
