"""The capture form merged with the stored values: two tabs, two users, the vendor's OCR."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import IntegrityError
from django.test import Client

from submissions.capture import drafts, images, restart
from submissions.capture.fields import merge
from submissions.core import clock
from submissions.models import CallState, Event, Image, ImageKind, Role, Status, Submission
from submissions.models.submission import FINAL
from submissions.privacy import erasure
from submissions.workflow.transitions import StaleSubmission
from tests.factories import answer_step1, attach_image, by, make_at, make_draft, make_user, reload
from tests.pictures import id_card_jpeg

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("stored", "typed", "was", "written", "conflict"),
    [
        ("", "new", "", "new", None),  # nobody else changed it
        ("theirs", "old", "old", None, None),  # only the other side changed it
        ("old", "mine", "old", "mine", None),  # only this side changed it
        ("same", "same", "old", None, None),  # both typed the same
        ("theirs", "mine", "old", None, "theirs"),
        ("theirs", "", "old", None, "theirs"),  # emptied here, changed there
        ("read by the vendor", "", "", None, None),  # an empty field never overwrites an OCR value
        ("theirs", "mine", None, None, "theirs"),  # posted without the original value
        ("", "mine", None, "mine", None),
    ],
)
def test_merge(stored: str, typed: str, was: str | None, written: str | None, conflict: str | None) -> None:
    merged = merge.merge({"name": stored}, {"name": typed}, {} if was is None else {"name": was})
    assert merged.values.get("name") == written
    assert merged.conflicts.get("name") == conflict


def test_local_text_comes_back_as_the_same_moment() -> None:
    moment = clock.now().replace(second=0, microsecond=0)
    assert merge.moment_of(merge.local_text(moment)) == moment
    assert merge.moment_of("") is None
    for wrong in ("tomorrow", "2026-02-30T10:00"):
        with pytest.raises(ValueError):
            merge.moment_of(wrong)


def test_saving_over_an_unseen_save_writes_nothing() -> None:
    submission = make_draft()
    stale = reload(submission)
    drafts.save_values(submission, {"name": "First"}, by=by(submission.created_by))
    with pytest.raises(drafts.SavedElsewhere):
        drafts.save_values(stale, {"name": "Second"}, by=by(submission.created_by))
    assert reload(submission).values["name"] == "First"


def test_saving_nothing_new_writes_nothing() -> None:
    submission = make_draft()
    before = (submission.draft_version, Event.objects.count())
    drafts.save_values(submission, dict(submission.values), by=by(submission.created_by))
    assert (reload(submission).draft_version, Event.objects.count()) == before


class Tab:
    """The page as one browser tab holds it."""

    def __init__(self, client: Client, submission: Submission) -> None:
        self.client, self.url = client, f"/submissions/{submission.pk}/values/"
        self.version, self.values = submission.draft_version, dict(submission.values)

    def post(self, *, auto: bool = False, **typed: str) -> Any:
        was = {f"was_{name}": self.values.get(name, "") for name in {**self.values, **typed}}
        data = {**self.values, **typed, **was, "version": str(self.version)}
        return self.client.post(self.url, data, headers={"X-Autosave": "1"} if auto else {})


@pytest.fixture
def draft(client: Client) -> Submission:
    submission = make_draft()
    client.force_login(submission.created_by)
    return submission


def test_two_tabs_keep_both_changes(client: Client, draft: Submission) -> None:
    one, two = Tab(client, draft), Tab(client, draft)
    assert one.post(name="Changed Here").status_code == 302
    assert two.post(document_number="M99999999").status_code == 302
    values = reload(draft).values
    assert (values["name"], values["document_number"]) == ("Changed Here", "M99999999")


def test_two_tabs_on_one_field_show_both_and_keep_what_was_typed(client: Client, draft: Submission) -> None:
    one, two = Tab(client, draft), Tab(client, draft)
    one.post(name="Changed Here")
    reply = two.post(name="Changed There", document_number="M99999999")
    assert reply.status_code == 422
    page = reply.content.decode()
    assert 'value="Changed There"' in page
    assert "Saved in another window as &quot;Changed Here&quot;" in page
    stored = reload(draft)
    assert (stored.values["name"], stored.values["document_number"]) == ("Changed Here", "M99999999")
    two.version, two.values = stored.draft_version, dict(stored.values)
    assert two.post(name="Changed There").status_code == 302
    assert reload(draft).values["name"] == "Changed There"


def test_autosave_of_a_conflict_says_so_and_sends_nothing(client: Client, draft: Submission) -> None:
    one, two = Tab(client, draft), Tab(client, draft)
    one.post(name="Changed Here")
    told = json.loads(two.post(auto=True, name="Changed There").content)
    assert told["saved"] is False
    assert [problem["code"] for problem in told["problems"] if problem["field"] == "name"] == ["conflict"]


def test_autosave_tells_what_is_wrong_and_not_what_is_missing(client: Client, draft: Submission) -> None:
    told = json.loads(Tab(client, draft).post(auto=True, date_of_birth="2999-01-01", document_number="").content)
    assert told["saved"] is True
    assert ("date_of_birth", "future") in {(p["field"], p["code"]) for p in told["problems"]}
    assert not any(problem["code"] == "missing" for problem in told["problems"])
    assert told["version"] == reload(draft).draft_version


def test_a_tab_from_before_step1_does_not_blank_what_was_read(client: Client) -> None:
    submission = make_draft(client_user := make_user(), name="")
    client.force_login(client_user)
    tab = Tab(client, submission)
    client.post(tab.url, {"action": "step1"})
    answer_step1(reload(submission), ocr={"name": "Minseo Example"})
    assert tab.post(name="").status_code == 302
    assert reload(submission).values["name"] == "Minseo Example"


def test_call_back_time_is_kept_and_a_wrong_one_is_reported(client: Client, draft: Submission) -> None:
    tab = Tab(client, draft)
    assert tab.post(callback_at="2026-12-01T09:30").status_code == 302
    assert merge.local_text(reload(draft).callback_at) == "2026-12-01T09:30"
    reply = Tab(client, reload(draft)).post(callback_at="soon")
    assert (reply.status_code, "Select a day and a time" in reply.content.decode()) == (422, True)


def test_back_to_draft_keeps_everything(client: Client) -> None:
    submission = make_at(Status.STEP1_SENDING)
    client.force_login(submission.created_by)
    before = dict(submission.values)
    client.post(f"/submissions/{submission.pk}/take-back/")
    fresh = reload(submission)
    assert (fresh.status, fresh.values, fresh.images.filter(is_current=True).count()) == (Status.DRAFT, before, 2)


def test_agent_takes_back_neither_a_verdict_nor_a_deletion(client: Client) -> None:
    agent = make_user()
    approved, decided = make_at(Status.APPROVED, agent), make_at(Status.DECISION_SENDING, agent)
    administrator = by(make_user(Role.ADMINISTRATOR))
    erasure.request_erasure(approved, by=administrator, why="customer_request", reason="asked by phone", at_vendor=True)
    client.force_login(agent)
    for submission in (decided, approved):
        assert "Cancel request" not in client.get(f"/submissions/{submission.pk}/").content.decode()
        told = client.post(f"/submissions/{submission.pk}/take-back/", follow=True)
        assert "This submission has changed." in told.content.decode()
        assert reload(submission).open_call.state == CallState.PREPARED
    assert reload(decided).status == Status.DECISION_SENDING
    assert decided.decisions.get().withdrawn_at is None


def test_coming_back_from_the_log_in_page_shows_the_submission(client: Client, draft: Submission) -> None:
    reply = client.get(f"/submissions/{draft.pk}/values/")
    assert (reply.status_code, reply["Location"]) == (302, f"/submissions/{draft.pk}/")


@pytest.mark.parametrize("status", [Status.CONFIRMING, Status.INCOMPLETE])
@pytest.mark.parametrize("kind", [ImageKind.ID_FRONT, ImageKind.ID_BACK])
def test_id_the_vendor_has_read_is_never_replaced(status: Status, kind: ImageKind) -> None:
    """Neither by a handmade POST, nor by an upload in progress while Step 1 was answered."""
    submission = make_at(status)
    before = set(submission.images.values_list("pk", "is_current"))
    client = Client()
    client.force_login(submission.created_by)
    picture = SimpleUploadedFile("id.jpg", id_card_jpeg(), "image/jpeg")
    said = client.post(f"/submissions/{submission.pk}/values/", {kind.value: picture}, follow=True)
    assert "submission has changed" in said.content.decode()
    stale = reload(submission)
    stale.status = Status.DRAFT
    with pytest.raises(StaleSubmission):
        images.add_image(stale, kind, id_card_jpeg(), by=by(submission.created_by))
    assert set(submission.images.values_list("pk", "is_current")) == before


# A link to ARGOS's page was sent, and ARGOS has no record yet: closing is allowed and ends the link.
NOT_SENT = (Status.DRAFT, Status.AT_LIVEFORM, *FINAL)


@pytest.mark.parametrize("status", [status for status in Status if status not in NOT_SENT])
def test_what_was_sent_is_not_closed_as_given_up(client: Client, status: Status) -> None:
    """The page in another tab or with a colleague still shows the draft."""
    submission = make_at(status)
    client.force_login(submission.created_by)
    said = client.post(f"/submissions/{submission.pk}/give-up/", {"reason": "left the branch"}, follow=True)
    assert "submission has changed" in said.content.decode()
    fresh = reload(submission)
    assert (fresh.status, fresh.decided_at) == (status, None)
    assert not Event.objects.filter(kind="given_up_because").exists()


RESTARTED = (Status.ABANDONED, Status.REJECTED, Status.OVERDUE, Status.APPROVED)


@pytest.mark.parametrize("status", [status for status in Status if status not in RESTARTED])
def test_fresh_draft_of_one_that_is_under_way_shows_nobody_a_value(client: Client, status: Status) -> None:
    submission = make_at(status)
    client.force_login(make_user(team=submission.team))
    said = client.post(f"/submissions/{submission.pk}/restart/", follow=True)
    assert "submission has changed" in said.content.decode()
    assert not Submission.objects.exclude(pk=submission.pk).exists()


@pytest.mark.parametrize("status", RESTARTED)
def test_fresh_draft_has_the_values_of_what_ended(client: Client, status: Status) -> None:
    submission = make_at(status)
    client.force_login(submission.created_by)
    client.post(f"/submissions/{submission.pk}/restart/")
    fresh = Submission.objects.exclude(pk=submission.pk).get()
    shown = {name: text for name, text in reload(submission).values.items() if name != "document_number"}
    assert (fresh.previous, fresh.values, fresh.status) == (submission, shown, Status.DRAFT), "the number is hidden"


@pytest.mark.parametrize("status", RESTARTED)
def test_reviewer_learns_no_hidden_number_by_starting_fresh(client: Client, status: Status) -> None:
    submission = make_at(status, document_number="M12345678")
    client.force_login(make_user(Role.OFFICER))
    page = client.post(f"/submissions/{submission.pk}/restart/", follow=True).content.decode()
    assert "New draft" in page
    assert "M12345678" not in page


def test_starting_fresh_twice_gives_one_draft(client: Client) -> None:
    submission = make_at(Status.REJECTED)
    client.force_login(submission.created_by)
    first = client.post(f"/submissions/{submission.pk}/restart/").url
    again = client.post(f"/submissions/{submission.pk}/restart/", follow=True)
    assert again.redirect_chain == [(first, 302)]
    assert "already started" in again.content.decode()
    assert Event.objects.filter(kind="restarted").count() == Submission.objects.exclude(pk=submission.pk).count() == 1


def test_database_refuses_a_second_open_fresh_submission(client: Client) -> None:
    submission = make_at(Status.REJECTED)
    restart.restart(submission, by=by(submission.created_by))
    with pytest.raises(IntegrityError):
        Submission.objects.filter(pk=make_draft().pk).update(previous=submission)


def seen(submission: Submission) -> dict[str, str]:
    """Return the versions of the pictures that the page shows."""
    return {f"shown_{kind}": str(image.pk) for kind, image in images.current_images(submission).items()}


@pytest.mark.parametrize("source", ["camera", "phone"])
def test_picture_nobody_has_looked_at_is_not_sent(client: Client, draft: Submission, source: str) -> None:
    shown = seen(draft)
    colleague = draft.created_by if source == "phone" else make_user(team=draft.team)
    newer = attach_image(draft, ImageKind.ID_FRONT, colleague)
    Image.objects.filter(pk=newer.pk).update(source=source)
    reply = client.post(Tab(client, draft).url, {"action": "step1", **shown})
    page = reply.content.decode()
    assert (reply.status_code, reload(draft).status) == (422, Status.DRAFT)
    assert "arrived after the page was opened" in page
    assert f'name="shown_id_front" value="{newer.pk}"' in page
    assert client.post(Tab(client, draft).url, {"action": "step1", **seen(draft)}).status_code == 302
    assert reload(draft).status == Status.STEP1_SENDING


def test_own_picture_of_another_window_is_not_sent(client: Client, draft: Submission) -> None:
    shown = seen(draft)
    newer = attach_image(draft, ImageKind.SELFIE, draft.created_by)
    reply = client.post(Tab(client, draft).url, {"action": "step1", **shown})
    assert (reply.status_code, reload(draft).status) == (422, Status.DRAFT)
    assert f'name="shown_selfie" value="{newer.pk}"' in reply.content.decode()


def test_file_that_the_press_itself_carries_is_sent(client: Client, draft: Submission) -> None:
    chosen = SimpleUploadedFile("id.jpg", id_card_jpeg(), "image/jpeg")
    posted = {"action": "step1", **seen(draft), "id_front": chosen}
    assert client.post(Tab(client, draft).url, posted).status_code == 302
    current = images.current_images(reload(draft))[ImageKind.ID_FRONT]
    assert [image["id"] for image in draft.attempts.get().images] == [str(current.pk)]
