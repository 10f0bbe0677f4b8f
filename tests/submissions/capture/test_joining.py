"""A reviewer captures somebody else's submission only with a reason, and no response quotes hidden values."""

import json
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.test import Client

from submissions.audit import events
from submissions.capture import consent, drafts, image_findings, overrides, submit
from submissions.capture.fields import merge
from submissions.core import clock
from submissions.core.typed_reason import is_reason
from submissions.models import Capturer, ConsentText, Event, ImageKind, Role, Status, Submission, User
from submissions.review import decisions
from submissions.search import guess_limit
from submissions.workflow.permissions import can
from tests.factories import (
    attach_image,
    by,
    make_at,
    make_draft,
    make_project,
    make_user,
    reload,
    sign_in,
    with_finding,
)

pytestmark = pytest.mark.django_db

NUMBER = "900203-2345672"
SECRETS = ("M12345678", "Minseo Example", "1990-02-03", "applicant@example.com", "2345672")
WHY = {"reason": "the agent fell ill"}


@pytest.fixture
def officer() -> User:
    return make_user(Role.OFFICER)


def in_one_window() -> time_machine.travel:
    """Start in the middle of an hour, so that no new hour of the limit begins between two requests."""
    return time_machine.travel(clock.now().replace(minute=30), tick=True)


def autosave(client: Client, submission: Submission, **typed: Any) -> Any:
    return client.post(f"/submissions/{submission.pk}/values/", typed, headers={"X-Autosave": "1"})


@pytest.mark.parametrize("role", [Role.OFFICER, Role.MANAGER])
@pytest.mark.parametrize("status", [Status.DRAFT, Status.CONFIRMING, Status.INCOMPLETE])
def test_conflict_tells_a_reviewer_no_stored_value(client: Client, role: Role, status: Status) -> None:
    submission = make_at(status)
    sign_in(client, make_user(role))
    names = ("name", "document_number", "date_of_birth", "email", "date_of_expiry")
    typed = dict.fromkeys(names, "1") | {f"was_{name}": "false" for name in names}
    reply = autosave(client, submission, version="0", **typed)
    assert reply.status_code == 403
    assert not [value for value in SECRETS if value in reply.content.decode()]
    assert not Capturer.objects.filter(submission=submission).exclude(user=submission.created_by).exists()


SMALL_CHANGES = [
    ("values/", {"contact_phone": "5"}),
    ("values/", {"reason_name": "looks fine to me"}),
    ("phone/selfie/", {"how": "show_selfie"}),
    ("address-code/", {"address_input": "1 Main Street"}),
    ("account/", {"userName": "A", "bankCode": "004", "accountNumber": "1"}),
    ("answer/", {"answer": "yes"}),
    ("take-back/", {}),
    ("give-up/", {"reason": "left the branch"}),
]


@pytest.mark.parametrize(("path", "data"), SMALL_CHANGES)
def test_no_small_change_makes_a_reviewer_a_capturer(
    client: Client, officer: User, path: str, data: dict[str, str]
) -> None:
    submission = make_at(Status.CONFIRMING)
    image = submission.images.first()
    sign_in(client, officer)
    assert client.post(f"/submissions/{submission.pk}/{path}", data).status_code == 403
    assert client.get(f"/images/{image.pk}/").status_code == 403
    assert list(submission.capturers.values_list("user", flat=True)) == [submission.created_by_id]


def test_reviewer_captures_after_a_reason_and_never_decides(client: Client, officer: User) -> None:
    submission = make_at(Status.CONFIRMING)
    sign_in(client, officer)
    assert 'id="join"' in client.get(f"/submissions/{submission.pk}/").content.decode()
    page = client.post(f"/submissions/{submission.pk}/join/", WHY, follow=True).content.decode()
    assert 'id="capture"' in page
    event = Event.objects.get(kind="capture_joined")
    assert (event.actor_id, event.submission_id, event.purpose) == (officer.pk, submission.pk, "capture")
    assert events.reason_of(event, submission) == WHY["reason"]
    assert autosave(client, submission, contact_phone="5", version=submission.draft_version).status_code == 200
    assert client.get(f"/images/{submission.images.first().pk}/").status_code == 200
    Submission.objects.filter(pk=submission.pk).update(status=Status.PENDING)
    assert not can(officer, reload(submission), "claim")


def test_joining_wants_a_fresh_proof_and_words(client: Client, officer: User) -> None:
    submission = make_at(Status.CONFIRMING)
    client.force_login(officer)
    assert client.post(f"/submissions/{submission.pk}/join/", WHY).status_code == 403
    sign_in(client, officer)
    for reason in ("", "....", "\u200b\u200b\u200b\u200b", "a\u200b\u200b\u200b\u200b", "1234"):
        client.post(f"/submissions/{submission.pk}/join/", {"reason": reason})
    assert not Event.objects.filter(kind="capture_joined").exists()
    assert not can(officer, submission, "capture")


def test_reviewer_captures_what_they_started_without_a_reason(client: Client, officer: User) -> None:
    submission = make_draft(officer)
    client.force_login(officer)
    assert 'id="join"' not in client.get(f"/submissions/{submission.pk}/").content.decode()
    assert autosave(client, submission, name="Other Name", version=submission.draft_version).status_code == 200


class TestHiddenDigits:
    @pytest.fixture
    def korean(self) -> Submission:
        submission = make_draft(identity_number=NUMBER)
        Submission.objects.filter(pk=submission.pk).update(id_type="government_id", draft_version=3)
        return reload(submission)

    def test_right_and_wrong_guesses_have_one_answer(self, client: Client, korean: Submission) -> None:
        client.force_login(korean.created_by)
        for was in ({}, {"was_identity_number": ""}, {"was_identity_number": "900203-•••••••"}):
            told = [
                autosave(client, korean, version="1", identity_number=guess, **was).content
                for guess in (NUMBER, "900203-2345671", "9002032345672")
            ]
            codes = [
                [(p["field"], p["code"]) for p in json.loads(reply)["problems"] if p["code"] == "conflict"]
                for reply in told
            ]
            assert codes == [[("identity_number", "conflict")]] * 3
            assert len({json.loads(reply)["version"] for reply in told}) == 1
            assert not any(b"2345672" in reply.split(b"You entered")[0] for reply in told)

    def test_guessing_ends_after_so_many_numbers(
        self, client: Client, korean: Submission, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        monkeypatch.setattr(guess_limit, "LIMIT", 3)
        client.force_login(korean.created_by)
        with in_one_window():
            for last in range(3):
                autosave(client, korean, version="1", identity_number=f"900203-234567{last}")
            told = json.loads(autosave(client, korean, version="1", identity_number=NUMBER).content)
            found = client.post("/submissions/show/", {"text": NUMBER}, follow=True)
        assert [p["code"] for p in told["problems"] if p["field"] == "identity_number"][:1] == ["too_many"]
        assert found.redirect_chain == [("/submissions/", 302)], "nothing was searched for"
        assert "Too many numbers" in found.content.decode()

    def test_numbers_in_passport_lines_are_counted_as_typed_ones(
        self, client: Client, monkeypatch: pytest.MonkeyPatch
    ) -> None:
        cache.clear()
        monkeypatch.setattr(guess_limit, "LIMIT", 3)
        submission = make_draft()
        client.force_login(submission.created_by)
        form = {"action": "mrz", "mrz": "P<KOREXAMPLE<<MINSEO\nM123456784KOR9002039F3501012"}
        with in_one_window():
            told = [client.post(f"/submissions/{submission.pk}/values/", form).content.decode() for _time in range(4)]
        assert ["Too many numbers" in page for page in told] == [False, False, False, True]

    def test_a_field_that_hides_nothing_is_compared_as_before(self) -> None:
        merged = merge.merge({"document_number": "M1234"}, {"document_number": "M1234"}, {"document_number": ""})
        assert (merged.values, merged.conflicts) == ({}, {})


class TestReasons:
    @pytest.fixture
    def faulty(self) -> tuple[Submission, str]:
        submission = make_at(Status.CONFIRMING)
        return submission, with_finding(submission, ImageKind.SELFIE, "face_small")

    def test_reason_names_its_author_when_somebody_else_sends(
        self, client: Client, officer: User, faulty: tuple[Submission, str]
    ) -> None:
        submission, key = faulty
        sign_in(client, officer)
        client.post(f"/submissions/{submission.pk}/join/", WHY)
        autosave(client, submission, **{f"reason_{key}": "Looks fine to me"})
        given = Event.objects.get(kind="reason_given")
        assert (given.actor_name, given.fields) == (officer.username, {"for": [key]})
        submission = reload(submission)
        assert submission.reason_authors == {key: officer.username}
        submit.send_step2(submission, by=by(submission.created_by))
        sent = Event.objects.get(kind="finding_overruled")
        assert (sent.actor_name, sent.fields["author"]) == (submission.created_by.username, officer.username)
        assert not can(officer, submission, "claim")

    def test_only_keys_of_this_submission_are_kept(self, client: Client, faulty: tuple[Submission, str]) -> None:
        submission, key = faulty
        client.force_login(submission.created_by)
        made_up = {f"reason_made_up_{number}": "a made-up reason" for number in range(5)}
        other = attach_image(make_draft(), ImageKind.SELFIE, submission.created_by)
        made_up[f"reason_{image_findings.reason_key(other, 'dark')}"] = "of another picture"
        autosave(client, submission, **made_up, **{f"reason_{key}": "The face is plain to see."})
        assert reload(submission).reasons == {key: "The face is plain to see."}

    def test_dots_and_unseen_characters_are_no_reason(self, faulty: tuple[Submission, str]) -> None:
        submission, key = faulty
        for text in ("...", "\u200b\u200b\u200b", "-", "x"):
            overrides.save_reasons(submission, {key: text}, by=by(submission.created_by))
        assert reload(submission).reasons.get(key) is None
        assert not Event.objects.filter(kind="reason_given").exists()

    def test_a_reason_taken_back_is_an_event_too(self, faulty: tuple[Submission, str]) -> None:
        submission, key = faulty
        for text in ("The room is dark.", ""):
            overrides.save_reasons(submission, {key: text}, by=by(submission.created_by))
        assert (reload(submission).reasons.get(key), submission.reason_authors) == (None, {})
        assert Event.objects.filter(kind="reason_given").count() == 2


@pytest.mark.parametrize(
    ("text", "counts"),
    [
        ("the customer asked", True),
        ("고객 요청", True),
        ("....", False),
        ("\u200b\u200b\u200b\u200b", False),
        ("1234", False),
        ("a...", False),
        ("abc", False),
        ("\u2060a\u200d\u00adb", False),
    ],
)
def test_what_is_a_reason(text: str, counts: bool) -> None:
    assert is_reason(text) is counts


def test_a_post_that_does_not_say_what_it_showed_sends_no_unseen_picture(client: Client) -> None:
    draft = make_draft()
    client.force_login(draft.created_by)
    attach_image(draft, ImageKind.ID_FRONT, make_user(team=draft.team))
    reply = client.post(f"/submissions/{draft.pk}/values/", {"action": "step1"})
    assert (reply.status_code, reload(draft).status) == (422, Status.DRAFT)
    assert "arrived after the page was opened" in reply.content.decode()


def test_one_form_sent_twice_makes_one_draft(client: Client) -> None:
    agent = make_user()
    client.force_login(agent)
    given = {"project": make_project().pk, "team": agent.team_id, "issuing_country": "KOR", "id_type": "passport"}
    given |= {"email": "fresh@example.com", "draft": "0b5f6f0e-9c3b-4f0e-8f43-1f0f3c3e1a11"}
    first, again = (client.post("/submissions/new/", given).url for _press in range(2))
    assert first == again == f"/submissions/{given['draft']}/"
    assert Submission.objects.count() == 1
    assert client.post("/submissions/new/", given | {"draft": ""}).status_code == 422


def test_the_id_of_somebody_elses_submission_is_not_taken_over(client: Client) -> None:
    theirs, agent = make_draft(), make_user()
    client.force_login(agent)
    given = {"project": make_project().pk, "team": agent.team_id, "issuing_country": "KOR", "id_type": "passport"}
    reply = client.post("/submissions/new/", given | {"email": "fresh@example.com", "draft": str(theirs.pk)})
    assert reply.status_code == 302
    assert str(theirs.pk) not in reply.url


def test_opening_a_page_names_the_same_persons_submissions_in_the_record(client: Client) -> None:
    first = make_draft()
    second = make_draft(first.created_by)
    client.force_login(first.created_by)
    client.get(f"/submissions/{second.pk}/")
    assert Event.objects.get(kind="looked").fields["same_person"] == [first.reference]


def test_one_altered_note_or_answer_leaves_the_page_readable(client: Client) -> None:
    submission = make_at(Status.PENDING)
    client.force_login(submission.created_by)
    for text in ("the first note", "the second note"):
        decisions.add_note(submission, text, by=by(submission.created_by))
    note = submission.notes.first()
    note.text_sealed = bytes(note.text_sealed)[:-1] + b"\0"
    note.save()
    page = client.get(f"/submissions/{submission.pk}/")
    assert page.status_code == 200
    assert "the second note" in page.content.decode()
    assert "cannot be opened" in page.content.decode()


def test_taking_consent_back_makes_a_capturer() -> None:
    draft, mate = make_draft(), make_user()
    text = ConsentText.objects.create(project=draft.project, version="1", text="I agree.")
    consent.record(draft, text, by=by(draft.created_by))
    consent.withdraw(draft, by=by(mate))
    assert Capturer.objects.filter(submission=draft, user=mate).exists()


def test_joining_ends_with_the_capture(officer: User) -> None:
    submission = make_at(Status.PENDING)
    with pytest.raises(drafts.StaleSubmission):
        drafts.join(submission, by=by(officer), reason="the agent fell ill")
    assert not Capturer.objects.filter(submission=submission, user=officer).exists()
