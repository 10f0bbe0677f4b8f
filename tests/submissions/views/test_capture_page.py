"""What the capture page says to the agent, in which state."""

import pytest
from django.test import Client
from django.urls import reverse

from submissions import capture, steps
from submissions.models import CallKind, Status, Submission, User
from tests.factories import answer_step1, by, claim_call, make_at, make_draft
from tests.submissions.views.gathering import post, read

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


def test_time_and_try_stand_beside_the_button(client: Client, agent: User) -> None:
    bar = read(client, make_at(Status.INCOMPLETE, agent)).partition('<div class="send">')[2]
    assert "23 h 59 min left" in bar
    assert "Try 2 of 3" in bar
    bar = read(client, make_draft(agent)).partition('<div class="send">')[2]
    assert " left</time>" not in bar
    assert "of 3" not in bar


def test_a_first_step1_under_way_says_that_the_clock_may_run(client: Client, agent: User) -> None:
    draft = make_draft(agent)
    steps.send_step1(draft, by=by(agent))
    told = "If the vendor has it, its 24-hour clock runs already:"
    assert told not in read(client, draft)
    claim_call(draft, CallKind.STEP1)
    part = client.get(reverse("status_part", args=[draft.pk])).content.decode()
    assert told in part
    assert "23 h 59 min left" in part


def test_a_malformed_value_is_mended_before_it_is_explained(client: Client, agent: User) -> None:
    submission = make_at(Status.CONFIRMING, agent)
    capture.save_values(submission, {"date_of_birth": "3 Feb", "name": "Another Person"}, by=by(agent))
    found = {(problem.field, problem.code) for problem in steps.step2_problems(submission)}
    assert ("date_of_birth", "format") in found
    assert ("date_of_birth", "changed") not in found
    assert ("name", "changed") in found
    for page in (read(client, submission), post(client, submission, "step2").content.decode()):
        assert 'data-why hidden>Differs from what was read. Why? <input name="reason_date_of_birth"' in page
        assert 'data-why>Differs from what was read. Why? <input name="reason_name"' in page
