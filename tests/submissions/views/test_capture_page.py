"""What the capture page says to the agent, in which state."""

import pytest
from django.test import Client

from submissions import steps
from submissions.models import Status, Submission, User
from tests.factories import answer_step1, by, make_at, make_draft
from tests.submissions.views.gathering import read

pytestmark = pytest.mark.django_db


def answered(agent: User, ocr: dict[str, str]) -> Submission:
    draft = make_draft(agent)
    steps.send_step1(draft, by=by(agent))
    return answer_step1(draft, ocr=ocr)


def test_an_unread_id_is_said_before_anything_is_confirmed(client: Client, agent: User) -> None:
    page = read(client, answered(agent, {"name": "", "cf9": "of no field"}))
    assert "The vendor read nothing on this ID; copy every value from it." in page
    assert "Copy from the ID, then confirm with the customer" in page
    page = read(client, make_at(Status.CONFIRMING, agent))
    assert "The vendor read nothing" not in page
    assert "Copy from the ID" not in page
