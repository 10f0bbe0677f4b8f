"""The back digits of resident numbers on stored images: when, where, and what happens to the original."""

import hashlib
from typing import Any

import pytest
from django.core.files.storage import default_storage

from submissions.models import Event, Role, Status, Submission
from submissions.privacy import erasure, resident_numbers, retention
from submissions.reporting.evidence_pack import content as pack
from tests.factories import by, make_user, reload
from tests.submissions.privacy.stored_cards import NUMBER, card, fresh, make, pixel

pytestmark = pytest.mark.django_db


def test_the_back_digits_are_redacted_and_the_original_is_destroyed() -> None:
    image = make()
    before, sha256 = image.name, image.sha256
    assert resident_numbers.sweep() == 1
    after = fresh(image)
    assert (after.redaction, after.original_sha256, after.replaced_name) == ("done", sha256, "")
    assert after.name != before
    assert not default_storage.exists(before)
    assert after.sha256 == hashlib.sha256(after.read()).hexdigest()
    assert max(pixel(image, 445)) < 30, "from the hyphen on"
    assert max(pixel(image, 575)) < 30
    assert pixel(image, 350)[0] > 150, "the date of birth stays"
    kinds = Event.objects.filter(submission_id=image.submission_id).values_list("kind", flat=True)
    assert {"resident_number_redacted", "original_destroyed"} <= set(kinds)
    assert resident_numbers.sweep() == 0, "once"


def test_shares_count_as_shares() -> None:
    image = make(box=[0.3, 200 / 600, 0.58, 230 / 600])
    assert resident_numbers.sweep() == 1
    assert max(pixel(image, 575)) < 30
    assert pixel(image, 350)[0] > 150


@pytest.mark.parametrize("how", ["short value", "turned by 180", "turned by 90"])
def test_all_of_it_is_redacted_in_doubt(how: str) -> None:
    if how == "turned by 90":
        image = make(box=[300, 200, 330, 480])
        inside = [(315, 210), (315, 470)]
    else:
        short = how == "short value"
        image = make(value="900203-1******" if short else NUMBER, findings=() if short else ("id_turned",))
        inside = [(305, 215), (575, 215)]
    assert resident_numbers.sweep() == 1
    assert all(max(pixel(image, *place)) < 30 for place in inside)


@pytest.mark.parametrize(
    "box",
    [
        None,
        [300, 200, 1001, 230],
        [-1, 200, 580, 230],
        [580, 230, 300, 200],
        [300, 200, 301, 201],
        [0, 0, 1000, 600],
        [0.5, 0.5, 0.5, 0.5],
    ],
)
def test_unusable_coordinates_change_nothing_and_say_so(box: Any) -> None:
    image = make(box=box)
    name = image.name
    assert resident_numbers.sweep() == 0
    assert (fresh(image).name, fresh(image).redaction) == (name, "no_area")
    assert fresh(image).read() == card()
    assert Event.objects.filter(kind="redaction_area_missing").count() == 1
    resident_numbers.sweep()
    assert Event.objects.filter(kind="redaction_area_missing").count() == 1, "told once"


@pytest.mark.parametrize("status", [Status.PENDING, Status.INCOMPLETE, Status.STEP1_RETRY, Status.OVERDUE])
def test_nothing_is_redacted_while_somebody_needs_it(status: Status) -> None:
    image = make(status)
    assert resident_numbers.sweep() == 0
    assert fresh(image).read() == card()


@pytest.mark.parametrize("why", ["off", "hold", "another country"])
def test_nothing_is_redacted_without_cause(why: str) -> None:
    image = make(is_on=why != "off")
    if why == "hold":
        retention.set_legal_hold(image.submission, by=by(make_user(Role.ADMINISTRATOR)), reason="A court asked for it.")
    if why == "another country":
        Submission.objects.filter(pk=image.submission_id).update(issuing_country="USA")
    assert resident_numbers.sweep() == 0
    assert fresh(image).redaction == ""


def test_a_storage_that_refuses_is_asked_again(monkeypatch: pytest.MonkeyPatch) -> None:
    image = make()
    before = image.name

    def refuse(name: str) -> None:
        raise OSError

    with monkeypatch.context() as patch:
        patch.setattr(default_storage, "delete", refuse)
        resident_numbers.sweep()
    assert (fresh(image).redaction, fresh(image).replaced_name) == ("done", before)
    assert default_storage.exists(before)
    resident_numbers.sweep()
    assert fresh(image).replaced_name == ""
    assert not default_storage.exists(before)


def test_erasure_destroys_an_original_that_is_left() -> None:
    image = make()
    left = image.name
    image.replaced_name = left
    image.store(card())
    image.save()
    erasure.remove_images(reload(image.submission))
    assert not default_storage.exists(left)
    assert not default_storage.exists(image.name)


def test_the_pack_shows_the_original_hash() -> None:
    image = make()
    sha256 = image.sha256
    resident_numbers.sweep()
    officer = make_user(Role.OFFICER)
    rows = dict(pack.gather(image.submission, [fresh(image)], by=by(officer), is_open=False).sections)
    text = str(rows["Images"])
    assert "back digits redacted" in text
    assert f"before the redaction: {sha256}" in text
    assert "agrees" in text
