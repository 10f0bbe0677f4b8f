"""Before Step 1 starts the 24 hours, the portal names what would stop Step 2, and asks once."""

import pytest
from django.test import Client
from django.urls import reverse

from submissions.capture import overrides, submit
from submissions.models import ImageKind, Status, Submission
from tests.factories import attach_image, by, make_draft, make_user, reload, sign_in

pytestmark = pytest.mark.django_db


def ready(**values: str) -> Submission:
    user = make_user()
    draft = make_draft(user, **values)
    for kind in (ImageKind.ID_FRONT, ImageKind.SELFIE):
        if kind not in {image.kind for image in draft.images.all()}:
            attach_image(draft, kind, user)
    draft.images.update(findings=[])
    return reload(draft)


def press(client: Client, draft: Submission, **ticked: str) -> str:
    user = draft.created_by
    data = {"action": "step1", **ticked}
    return sign_in(client, user).post(reverse("save_values", args=[draft.pk]), data, follow=True).content.decode()


@pytest.mark.parametrize(
    "values", [{"name": "Mar1a"}, {"date_of_birth": "900412"}, {"date_of_expiry": "2001-01-01"}], ids=str
)
def test_wrong_data_is_told_before_the_clock_starts_and_asked_once(client: Client, values: dict[str, str]) -> None:
    draft = ready(**values)
    page = press(client, draft)
    assert 'name="is_start_confirmed"' in page
    assert reload(draft).status == Status.DRAFT
    assert not draft.calls.exists()
    press(client, draft, is_start_confirmed="1")
    assert reload(draft).status == Status.STEP1_SENDING


def test_a_selfie_with_a_finding_is_told_before_the_clock_starts() -> None:
    draft = ready()
    draft.images.filter(kind=ImageKind.SELFIE).update(findings=["dark"])
    with pytest.raises(submit.StopsStep2) as stopped:
        submit.send_step1(draft, by=by(draft.created_by))
    assert [problem.field for problem in stopped.value.problems] == [ImageKind.SELFIE]
    assert not draft.calls.exists()


def test_what_is_only_missing_yet_stops_nothing(client: Client) -> None:
    draft = ready()
    draft.images.filter(kind=ImageKind.SELFIE).delete()
    assert 'name="is_start_confirmed"' not in press(client, draft)
    assert reload(draft).status == Status.STEP1_SENDING


def test_a_question_with_its_reason_stops_nothing() -> None:
    draft = ready(name="Mar1a")
    overrides.save_reasons(draft, {"name_digits": "So it stands on the ID."}, by=by(draft.created_by))
    assert submit.send_step1(draft, by=by(draft.created_by)).state == "prepared"
