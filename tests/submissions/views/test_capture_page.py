"""The messages of the capture page to the agent in each state."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client
from django.urls import reverse

from submissions.capture import account_check, drafts, images, submit
from submissions.core import clock
from submissions.models import Call, CallKind, CallState, ImageKind, Role, Status, Submission, User
from submissions.outbox import gate, ledger
from submissions.vendor_sync import replies
from submissions.views import status_messages
from submissions.views.capture.outcome import rail
from submissions.views.lists import todo
from tests.factories import (
    account_reply,
    answer_step1,
    by,
    claim_call,
    make_at,
    make_draft,
    make_project,
    make_user,
    reload,
)
from tests.pictures import id_card_jpeg, selfie_jpeg
from tests.submissions.views.gathering import post, read

pytestmark = pytest.mark.django_db


def answered(agent: User, ocr: dict[str, str]) -> Submission:
    draft = make_draft(agent)
    submit.send_step1(draft, by=by(agent))
    return answer_step1(draft, ocr=ocr)


def test_an_unread_id_is_reported_before_anything_is_confirmed(client: Client, agent: User) -> None:
    page = read(client, answered(agent, {"name": "", "cf9": "of no field"}))
    assert "ARGOS read no values from this ID. Enter every value as shown on it." in page
    assert "Details, copied from the ID" in page
    page = read(client, make_at(Status.CONFIRMING, agent))
    assert "ARGOS read no values" not in page
    assert "Details, copied from the ID" not in page


def bar_of(page: str) -> str:
    return page.partition('<div class="send action-bar">')[2].partition("</fieldset>")[0]


def test_time_and_try_stand_beside_the_button(client: Client, agent: User) -> None:
    bar = (
        read(client, make_at(Status.INCOMPLETE, agent))
        .partition('<div class="send action-bar">')[2]
        .partition("</fieldset>")[0]
    )
    assert "23 h 59 min" in bar
    assert "Attempt 2 of 3" in bar
    bar = bar_of(read(client, make_draft(agent)))
    assert "</time>" not in bar
    assert "of 3" not in bar


def test_number_of_the_next_attempt_is_not_beside_an_attempt_under_way(client: Client, agent: User) -> None:
    assert "of 3" not in bar_of(read(client, make_at(Status.STEP2_SENDING, agent)))


@pytest.mark.parametrize(("status", "kind"), [(Status.STEP1_RETRY, "id_front"), (Status.INCOMPLETE, "selfie")])
def test_image_that_argos_refused_is_marked_until_it_is_replaced(
    client: Client, agent: User, status: Status, kind: str
) -> None:
    submission = make_at(status, agent)
    states = {card["kind"]: card["state"] for card in client.get(f"/submissions/{submission.pk}/").context["images"]}
    assert states.pop(kind) == "refused"
    assert "refused" not in states.values()
    content = id_card_jpeg("Another Example") if kind == "id_front" else selfie_jpeg((1000, 750))
    images.add_image(reload(submission), ImageKind(kind), content, by=by(agent))
    states = {card["kind"]: card["state"] for card in client.get(f"/submissions/{submission.pk}/").context["images"]}
    assert "refused" not in states.values()


def test_a_first_step1_under_way_says_that_the_clock_may_run(client: Client, agent: User) -> None:
    draft = make_draft(agent)
    submit.send_step1(draft, by=by(agent))
    told = "If ARGOS received it, the 24-hour limit has started:"
    assert told not in read(client, draft)
    claim_call(draft, CallKind.STEP1)
    part = client.get(reverse("status_part", args=[draft.pk])).content.decode()
    assert told in part
    assert "23 h 59 min" in part


def reason_field(name: str, *, is_hidden: bool) -> str:
    start = "data-why hidden>" if is_hidden else "data-why>"
    return f'{start}Reason for the change <input class="form-control" name="reason_{name}"'


def test_a_malformed_value_is_mended_before_it_is_explained(client: Client, agent: User) -> None:
    submission = make_at(Status.CONFIRMING, agent)
    drafts.save_values(submission, {"date_of_birth": "3 Feb", "name": "Another Person"}, by=by(agent))
    found = {(problem.field, problem.code) for problem in submit.step2_problems(submission)}
    assert ("date_of_birth", "format") in found
    assert ("date_of_birth", "changed") not in found
    assert ("name", "changed") in found
    for page in (read(client, submission), post(client, submission, "step2").content.decode()):
        assert reason_field("date_of_birth", is_hidden=True) in page
        assert reason_field("name", is_hidden=False) in page


def test_the_code_of_a_deposit_is_not_asked_for_before_the_deposit(client: Client, agent: User) -> None:
    project = make_project(has_account_occupancy=True)
    submission = make_at(Status.CONFIRMING, agent, project)
    page = post(client, submission, "step2").content.decode()
    assert "Start the account verification first." in page
    assert "3 digits, for example 004" in page
    assert "is not on the ID. Enter it.</" not in page
    account_check.prepare(submission, by=by(agent), holder="Kim", bank_code="004", account_number="123")
    assert replies.account_answered(claim_call(submission, CallKind.ACCOUNT), account_reply())
    page = post(client, reload(submission), "step2").content.decode()
    assert '<a href="#f-userOccupancyCode">Verification code</a>' in page
    assert "Start the account verification first" not in page


@pytest.mark.parametrize("status", [Status.STEP2_SENDING, Status.DECISION_SENDING])
def test_request_that_no_worker_takes_is_said_to_be_queued(agent: User, status: Status) -> None:
    call = make_at(status, agent).calls.get(state=CallState.PREPARED)
    assert "moment" in str(status_messages.about_open_call(call))
    call.not_before = clock.now() - timedelta(seconds=31)
    late = status_messages.about_open_call(call)
    assert late.title.endswith(" queued")
    assert late.text == "No worker of the portal has sent it yet. If this lasts, tell an administrator."


def test_decision_that_is_queued_while_processing_is_paused_says_why(agent: User) -> None:
    call = make_at(Status.DECISION_SENDING, agent).calls.get(state=CallState.PREPARED)
    gate.stop_sending(by=by(make_user(Role.MANAGER)), why="Maintenance until noon")
    assert "Maintenance until noon" in status_messages.about_open_call(call).text


def test_an_unknown_end_says_how_long_it_may_take(agent: User) -> None:
    submission = make_at(Status.STEP1_SENDING, agent, make_project(settle_minutes=17))
    call = claim_call(submission, CallKind.STEP1)
    assert ledger.mark_unknown(call, error="timeout")
    assert "usually known about 17 min after" in status_messages.about_open_call(Call.objects.get(pk=call.pk)).text


def test_an_unknown_selfie_of_a_quiet_project_waits_half_an_hour(agent: User) -> None:
    """Without another record that proves fresh reads, an attempt is given up after 30 minutes instead of six."""
    project = make_project(settle_minutes=6)
    submission = make_at(Status.STEP2_SENDING, agent, project)
    call = claim_call(submission, CallKind.STEP2)
    assert ledger.mark_unknown(call, error="timeout")
    call.refresh_from_db()
    assert "usually known about 30 min after" in status_messages.about_open_call(call).text
    begun = clock.vendor_now(project) - timedelta(minutes=12)
    Call.objects.filter(pk=call.pk).update(clear_since=begun)
    assert "known in about 18 minutes" in status_messages.about_open_call(Call.objects.get(pk=call.pk)).text
    other = make_at(Status.CONFIRMING, make_user(), project)
    later = clock.now() + timedelta(hours=1)
    Submission.objects.filter(pk=other.pk).update(vendor_updated_at=later)
    Call.objects.filter(pk=call.pk).update(clear_since=None)
    assert "usually known about 6 min after" in status_messages.about_open_call(Call.objects.get(pk=call.pk)).text


def test_an_unknown_account_check_says_that_a_person_settles_it(agent: User) -> None:
    submission = make_at(Status.CONFIRMING, agent, make_project(has_account_occupancy=True))
    account_check.prepare(submission, by=by(agent), holder="Kim", bank_code="004", account_number="123")
    call = claim_call(submission, CallKind.ACCOUNT)
    assert ledger.mark_unknown(call, error="timeout")
    told = status_messages.about_open_call(Call.objects.get(pk=call.pk)).text
    assert "does not show account verification" in told
    assert "minutes" not in told


def test_what_a_result_passed_over_is_not_shown_as_done(client: Client, agent: User) -> None:
    rejected = make_at(Status.REJECTED, agent)
    assert dict(rail(rejected)) == {
        **dict.fromkeys(("capture", "step1", "confirm", "step2"), "done"),
        "result": "here",
    }
    closed = make_at(Status.ABANDONED, agent)
    assert [name for name, where in rail(closed) if where == "passed"] == ["confirm", "step2"]
    assert 'Step 2 <span class="visually-hidden"> (skipped)</span>' in read(client, closed)
    assert "passed" not in dict(rail(make_at(Status.PENDING, agent))).values()
    reviewed = make_at(Status.PENDING, agent)
    Submission.objects.filter(pk=reviewed.pk).update(
        status=Status.APPROVED, source="vendor", decided_at=clock.now(), target_at=None
    )
    assert "passed" not in dict(rail(reload(reviewed))).values()


def test_home_says_that_there_are_more_drafts(client: Client, agent: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(todo, "SHOWN", 2)
    make_draft(agent, images=False)
    assert "All drafts" not in client.get("/").content.decode()
    for _number in range(2):
        make_draft(agent, images=False)
    start = client.get("/").content.decode()
    assert "At most 2 tasks of each kind are shown." in start
    assert 'href="/submissions/?status=draft"' in start


@pytest.mark.parametrize("action", ["save", "step1"])
def test_typed_text_survives_a_storage_failure(
    client: Client, agent: User, monkeypatch: pytest.MonkeyPatch, action: str
) -> None:
    draft = make_draft(agent, images=False)
    client.force_login(agent)

    def away(*_arguments: Any) -> str:
        raise OSError("storage away")

    monkeypatch.setattr(default_storage, "save", away)
    pictures = {"id_front": id_card_jpeg(), "selfie": selfie_jpeg()}
    typed = {"name": "Typed Name", "date_of_birth": "31 31 31", "version": str(draft.draft_version)}
    reply = post(client, draft, action, **typed, **pictures)
    page = reply.content.decode()
    assert reply.status_code == 422
    assert page.count("The image was not stored.") >= len(pictures)
    assert 'value="Typed Name"' in page
    assert 'value="31 31 31"' in page
    assert reload(draft).values["name"] == "Typed Name"
    assert not Call.objects.exists()
    assert not draft.images.exists()
