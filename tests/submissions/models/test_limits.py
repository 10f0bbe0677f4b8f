"""No text is stored, indexed, listed or printed longer than `argos.limits` allows."""

from typing import Any

import pytest
from django.test import Client

from argos import limits
from submissions.audit import events
from submissions.capture import drafts
from submissions.models import Difference, Event, Note, Question, Role, Status
from submissions.reporting.evidence_pack import content as pack_content
from submissions.reporting.evidence_pack import pdf
from submissions.review import decisions
from tests.factories import by, make_at, make_draft, make_user, reload

pytestmark = pytest.mark.django_db

FIELDS = ["name", "document_number", "date_of_birth", "email", "contact_phone"]


def browser(user: Any) -> Client:
    client = Client()
    client.force_login(user)
    return client


@pytest.mark.parametrize("name", FIELDS)
@pytest.mark.parametrize("headers", [{}, {"X-Autosave": "1"}])
def test_page_stores_up_to_the_limit_and_says_what_is_over_it(name: str, headers: dict[str, str]) -> None:
    draft = make_draft(images=False)
    client, most = browser(draft.created_by), limits.longest(name)
    fits = {name: "9" * most, "version": "0"}
    client.post(f"/submissions/{draft.pk}/values/", fits, headers=headers)
    assert reload(draft).values[name] == "9" * most
    over = {name: "8" * (most + 1), "version": str(reload(draft).draft_version)}
    response = client.post(f"/submissions/{draft.pk}/values/", over, headers=headers)
    assert f"Shorten this to {most} characters. It has {most + 1}." in response.content.decode()
    assert reload(draft).values[name] == "9" * most
    if not headers:
        assert "8" * (most + 1) in response.content.decode()


def test_page_takes_no_reason_over_the_limit() -> None:
    draft = make_draft(images=False)
    typed = {"reason_name": "r" * (limits.REASON + 1)}
    response = browser(draft.created_by).post(f"/submissions/{draft.pk}/values/", typed)
    assert f"Shorten this to {limits.REASON} characters." in response.content.decode()
    assert reload(draft).reasons == {}


def test_huge_name_makes_no_search_rows() -> None:
    draft = make_draft(images=False)
    before = draft.search_hashes.count()
    browser(draft.created_by).post(f"/submissions/{draft.pk}/values/", {"name": "Kim " * 75_000})
    assert draft.search_hashes.count() == before


def test_models_refuse_what_a_page_let_through() -> None:
    draft = make_draft(images=False)
    actor = by(draft.created_by)
    with pytest.raises(limits.TooLong):
        drafts.save_values(draft, {"name": "n" * (limits.NAME + 1)}, by=actor)
    with pytest.raises(limits.TooLong):
        draft.reasons = {"name": "r" * (limits.REASON + 1)}
    for row, name in ((Note(submission=draft), "text"), (Question(submission=draft), "answer")):
        with pytest.raises(limits.TooLong):
            setattr(row, name, "n" * (limits.NOTE + 1))
    with pytest.raises(limits.TooLong):
        Difference(submission=draft).note = "n" * (limits.NOTE + 1)
    with pytest.raises(limits.TooLong):
        events.record("looked", by=actor, submission=draft, reason="r" * (limits.NOTE + 1))
    assert (Note.objects.count(), reload(draft).values["name"]) == (0, draft.values["name"])


@pytest.mark.parametrize(
    ("path", "most"), [("/review/{pk}/note/", limits.NOTE), ("/submissions/{pk}/give-up/", limits.REASON)]
)
def test_form_of_one_text_says_how_long_it_may_be_and_does_nothing(path: str, most: int) -> None:
    submission = make_draft(images=False)
    long = "n" * (limits.NOTE + 1)
    before = Event.objects.filter(submission_id=submission.pk).count()
    client = browser(submission.created_by)
    response = client.post(path.format(pk=submission.pk), {"text": long, "reason": long}, follow=True)
    page = response.content.decode()
    assert response.status_code == 422
    assert f"Shorten this to {most} characters. It has 2001." in page
    assert long in page, "kept, to be shortened"
    assert reload(submission).status == Status.DRAFT
    kinds = Event.objects.filter(submission_id=submission.pk).exclude(kind="looked").count()
    assert kinds == before


@pytest.mark.parametrize("letter", ["n", "김", "😀", "n "])
def test_evidence_pack_prints_the_longest_texts(letter: str) -> None:
    submission = make_at(Status.PENDING)
    submission.ocr = submission.values = {"name": (letter * limits.NAME)[: limits.NAME]}
    submission.save(update_fields=["ocr_sealed", "values_sealed"])
    decisions.add_note(submission, (letter * limits.NOTE)[: limits.NOTE], by=by(make_user(Role.OFFICER)))
    content = pack_content.make(submission, by=by(make_user(Role.OFFICER)), reason="for the auditor", is_open=True)
    assert content.startswith(b"%PDF")


def test_cell_of_a_pack_is_cut_with_a_sign() -> None:
    assert pdf._cell("n" * 5_000).text.endswith("…")


def test_list_shows_the_beginning_of_a_long_name() -> None:
    draft = make_draft(images=False, name="n" * limits.NAME)
    page = browser(draft.created_by).get("/submissions/").content.decode()
    assert "n" * (limits.LISTED - 1) + "…" in page
    assert "n" * limits.LISTED not in page
