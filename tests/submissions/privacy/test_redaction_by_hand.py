"""Images that wait for a person: who sees and marks them, and what the pages refuse."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.files.storage import default_storage
from django.test import Client

from submissions.core import clock
from submissions.models import Alert, Event, Image, ImageKind, Role, Status, Submission, User, VendorReport
from submissions.privacy import resident_numbers, retention, reveal
from submissions.workflow import alerts
from tests.factories import attach_image, by, make_team, make_user, sign_in
from tests.submissions.privacy.stored_cards import BOX, card, fresh, make, pixel

pytestmark = pytest.mark.django_db
SIDES = {"left": "44", "top": "33", "right": "59", "bottom": "39"}


def wait(**fields: Any) -> Image:
    """Return a front that waits for a person."""
    image = make(box=None, **fields)
    resident_numbers.sweep()
    return fresh(image)


def posted(image: Image, user: User, **fields: str) -> dict[str, str]:
    """Return the form of the page on which the user sees the image."""
    because = reveal.reveal(image.submission, by=by(user), reason="To cover the number.")
    key = reveal.key_to(image, user, because)
    return {**SIDES, "why": key, "seen": image.sha256, "is_confirmed": "on", **fields}


def client_of(user: User) -> Client:
    return sign_in(Client(), user)


def kinds(image: Image) -> list[str]:
    return list(Event.objects.filter(submission_id=image.submission_id).values_list("kind", flat=True))


def test_page_asks_for_a_reason_and_shows_the_image_with_it() -> None:
    image, client = wait(), client_of(make_user(Role.OFFICER))
    page = client.get(f"/images/{image.pk}/mark/")
    assert b"mark-stage" not in page.content
    assert client.post(f"/images/{image.pk}/mark/", {"reason": ""}).status_code == 422
    answer = client.post(f"/images/{image.pk}/mark/", {"reason": "To cover the number."})
    page = client.get(answer["Location"])
    assert b"mark-stage" in page.content
    assert "revealed" in kinds(image)


def test_person_covers_the_area_once() -> None:
    image, user = wait(), make_user(Role.MANAGER)
    before, form, client = image.name, posted(image, user), client_of(user)
    for _time in range(2):
        assert client.post(f"/images/{image.pk}/redact/", form).status_code == 302
    after = fresh(image)
    assert (after.redaction, after.original_sha256) == ("done", image.sha256)
    assert not default_storage.exists(before)
    assert max(pixel(image, 575)) < 30
    assert pixel(image, 350)[0] > 150
    event = Event.objects.get(kind="resident_number_redacted")
    assert event.fields["area"] == [440, 198, 590, 234]
    assert event.actor_name == user.username
    assert "original_destroyed" in kinds(image)


def test_person_covers_a_further_area_and_the_first_hash_stays() -> None:
    image = make()
    first = image.sha256
    resident_numbers.sweep()
    done, user = fresh(image), make_user(Role.OFFICER)
    before = done.name
    form = posted(done, user, left="5", top="80", right="30", bottom="90")
    client_of(user).post(f"/images/{image.pk}/redact/", form)
    assert fresh(image).original_sha256 == first
    assert not default_storage.exists(before)
    assert max(pixel(image, 100, 510)) < 30
    assert max(pixel(image, 575)) < 30, "the first area stays covered"


@pytest.mark.parametrize(
    "wrong",
    [
        {"left": "60"},
        {"right": "101"},
        {"left": "nan"},
        {"left": ""},
        {"left": "0", "top": "0", "right": "100", "bottom": "100"},
        {"right": "44.1", "bottom": "33.1"},
        {"is_confirmed": ""},
    ],
    ids=str,
)
def test_wrong_area_is_refused_and_kept_on_the_page(wrong: dict[str, str]) -> None:
    image, user = wait(), make_user(Role.OFFICER)
    page = client_of(user).post(f"/images/{image.pk}/redact/", posted(image, user, **wrong))
    assert page.status_code == 422
    assert b"Nothing was redacted." in page.content
    assert f'value="{wrong.get("bottom", "39")}"'.encode() in page.content
    assert fresh(image).read() == card()


@pytest.mark.parametrize("url", ["redact", "no-number"])
@pytest.mark.parametrize("wrong", [{"why": ""}, {"why": "made up"}, {"seen": "another"}])
def test_nothing_is_marked_on_an_image_that_the_person_does_not_see(url: str, wrong: dict[str, str]) -> None:
    image, user = wait(), make_user(Role.OFFICER)
    Submission.objects.filter(pk=image.submission_id).update(id_type="passport")
    client_of(user).post(f"/images/{image.pk}/{url}/", posted(image, user, **wrong))
    assert fresh(image).redaction == "no_area"


def test_key_of_a_colleague_opens_nothing() -> None:
    image, colleague, user = wait(), make_user(Role.OFFICER), make_user(Role.OFFICER)
    client_of(user).post(f"/images/{image.pk}/redact/", posted(image, colleague))
    assert fresh(image).redaction == "no_area"


def test_legal_hold_stops_a_person_too() -> None:
    image, user = wait(), make_user(Role.OFFICER)
    form = posted(image, user)
    retention.set_legal_hold(image.submission, by=by(make_user(Role.ADMINISTRATOR)), reason="A court asked for it.")
    client_of(user).post(f"/images/{image.pk}/redact/", form)
    assert fresh(image).read() == card()
    assert not resident_numbers.waiting_for(user)


def test_earlier_front_and_back_wait_too() -> None:
    image = make()
    agent = image.submission.created_by
    assert agent is not None
    replaced = attach_image(image.submission, ImageKind.ID_BACK, agent)
    back = attach_image(image.submission, ImageKind.ID_BACK, agent)
    front = attach_image(image.submission, ImageKind.ID_FRONT, agent)
    resident_numbers.sweep()
    states = dict(Image.objects.filter(submission=image.submission).values_list("pk", "redaction"))
    assert states[image.pk] == "done", "ARGOS read this one, although another replaced it"
    assert [states[row.pk] for row in (replaced, back, front)] == ["no_area"] * 3
    assert {row.pk for row in resident_numbers.waiting_for(make_user(Role.OFFICER))} == {
        replaced.pk,
        back.pk,
        front.pk,
    }


def test_person_states_that_a_back_shows_no_number() -> None:
    image, user = make(), make_user(Role.OFFICER)
    assert image.submission.created_by is not None
    back = attach_image(image.submission, ImageKind.ID_BACK, image.submission.created_by)
    resident_numbers.sweep()
    back = fresh(back)
    assert client_of(user).post(f"/images/{back.pk}/no-number/", posted(back, user)).status_code == 302
    assert fresh(back).redaction == "none"
    event = Event.objects.get(kind="no_resident_number")
    assert (event.actor_name, event.fields["image_kind"]) == (user.username, "id_back")
    assert resident_numbers.sweep() == 0
    assert fresh(back).redaction == "none"


def test_front_of_an_identity_card_always_shows_one() -> None:
    image, user = wait(), make_user(Role.OFFICER)
    client_of(user).post(f"/images/{image.pk}/no-number/", posted(image, user))
    assert fresh(image).redaction == "no_area"


@pytest.mark.parametrize(("issued", "state"), [("2020-12-20", "no_area"), ("2020-12-21", "none"), ("", "no_area")])
def test_passport_waits_unless_it_is_of_the_design_without_number(issued: str, state: str) -> None:
    image = make()
    submission = Submission.objects.get(pk=image.submission_id)
    submission.id_type = "passport"
    submission.values = {**submission.values, "date_of_issue": issued}
    submission.save()
    resident_numbers.sweep()
    assert fresh(image).redaction == state


def report(image: Image, box: Any, at: Any) -> None:
    row = VendorReport.objects.get(pk=image.submission_id)
    row.submission = image.submission
    row.content = {"ocr_readings": [{"name": "identity_number", "value": "900203-1234567", "box": box}]}
    row.updated_at = at
    row.save()


def test_coordinates_that_arrive_late_are_used() -> None:
    image = wait()
    report(image, BOX, clock.now() + timedelta(seconds=1))
    assert resident_numbers.sweep() == 1
    assert fresh(image).redaction == "done"
    assert kinds(image).count("redaction_area_missing") == 1


def test_late_unusable_coordinates_are_looked_at_once() -> None:
    image = wait()
    report(image, [0, 0, 1000, 600], clock.now() - timedelta(seconds=1))
    Image.objects.filter(pk=image.pk).update(area_sought_at=clock.now() - timedelta(minutes=1))
    assert resident_numbers.due().count() == 1
    resident_numbers.sweep()
    assert resident_numbers.due().count() == 0
    assert kinds(image).count("redaction_area_missing") == 1, "recorded once"


def test_late_coordinates_do_not_touch_what_a_person_covered() -> None:
    image, user = wait(), make_user(Role.OFFICER)
    client_of(user).post(f"/images/{image.pk}/redact/", posted(image, user))
    covered = fresh(image).sha256
    report(image, [100, 500, 380, 530], clock.now() + timedelta(seconds=1))
    assert resident_numbers.sweep() == 0
    assert fresh(image).sha256 == covered


def test_who_may_mark() -> None:
    image = wait()
    owner = image.submission.created_by
    assert owner is not None
    mate, stranger = make_user(), make_user(team=make_team("Another desk"))
    answers = {
        who: client_of(user).post(f"/images/{image.pk}/redact/", posted(image, user, seen="another")).status_code
        for who, user in {
            "owner": owner,
            "mate": mate,
            "stranger": stranger,
            "officer": make_user(Role.OFFICER),
            "manager": make_user(Role.MANAGER),
            "administrator": make_user(Role.ADMINISTRATOR),
        }.items()
    }
    assert answers == {
        "owner": 302,
        "mate": 403,
        "stranger": 404,
        "officer": 302,
        "manager": 302,
        "administrator": 403,
    }


def test_home_and_list_show_it_to_those_who_may_act() -> None:
    image = wait()
    owner = image.submission.created_by
    assert owner is not None
    link = f"/images/{image.pk}/mark/".encode()
    for user in (owner, make_user(Role.OFFICER)):
        client = client_of(user)
        assert link in client.get("/").content
        assert link in client.get("/redactions/").content
    assert b'href="/redactions/"' in client_of(make_user(Role.MANAGER)).get("/").content
    mate = client_of(make_user())
    assert link not in mate.get("/").content
    assert link not in mate.get("/redactions/").content
    assert Event.objects.filter(kind="redactions_opened").exists()


def test_agents_list_of_numbers_can_be_chosen() -> None:
    image = wait()
    owner = image.submission.created_by
    assert owner is not None
    page = client_of(owner).get("/?kind=numbers").content
    assert f"/images/{image.pk}/mark/".encode() in page
    assert b'href="?kind=numbers"' in page


def test_submission_page_names_the_image_that_waits() -> None:
    image = wait()
    page = client_of(make_user(Role.OFFICER)).get(f"/submissions/{image.submission_id}/").content
    assert f"/images/{image.pk}/mark/".encode() in page


def test_forgotten_image_alerts_once() -> None:
    image = wait()
    assert resident_numbers.remind_due() == 0
    with clock.shifted(timedelta(days=4)):
        assert resident_numbers.remind_due() == 1
        assert resident_numbers.remind_due() == 0
    told = Alert.objects.filter(submission_id=image.submission_id, kind="number_waiting")
    assert {alert.person for alert in told} == set(alerts.people(image.submission))
    assert told.count() > 0


def test_abandoned_draft_waits_too() -> None:
    image = make(Status.CONFIRMING, box=None)
    Submission.objects.filter(pk=image.submission_id).update(status=Status.ABANDONED, decided_at=clock.now())
    resident_numbers.sweep()
    assert fresh(image).redaction == "no_area"
