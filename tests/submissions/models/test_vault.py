"""Cut or altered encrypted values: they cannot be decrypted, and the rest of the page still appears."""

from typing import Any

import pytest
from django.db import models
from django.test import Client

from submissions.core import encryption
from submissions.models import Decision, Note, Question, Role, Status, Submission
from submissions.review.workload import claims
from tests.factories import by, make_at, make_draft, make_user, sign_in

pytestmark = pytest.mark.django_db
KEY, LABEL = bytes(32), "table.column:1"


@pytest.mark.parametrize("length", range(41))
def test_ciphertext_cut_to_any_length_cannot_be_opened(length: int) -> None:
    cut = encryption.encrypt(KEY, LABEL, b"eleven bytes and more")[:length]
    assert len(cut) == length
    with pytest.raises(encryption.CannotOpen):
        encryption.decrypt(KEY, LABEL, cut)
    wrapped = encryption.wrap(LABEL, b"eleven bytes and more")[:length]
    with pytest.raises(encryption.CannotOpen):
        encryption.unwrap(LABEL, wrapped)


def test_list_goes_on_without_the_row_whose_values_were_cut() -> None:
    agent = make_user(Role.AGENT)
    good, cut = make_draft(agent, name="Whole Person"), make_draft(agent, name="Cut Person")
    client = sign_in(Client(raise_request_exception=False), agent)
    for length in range(1, 41):
        Submission.objects.filter(pk=cut.pk).update(values_sealed=bytes(cut.values_sealed or b"")[:length])
        page = client.get("/submissions/")
        assert page.status_code == 200, length
        assert b"Whole Person" in page.content
        assert b"cannot be opened" in page.content
    assert client.get(f"/submissions/{good.pk}/").status_code == 200
    assert client.get(f"/submissions/{cut.pk}/").status_code == 410


def cut(row: models.Model, column: str) -> None:
    type(row)._default_manager.filter(pk=row.pk).update(**{column: bytes(getattr(row, column))[:5]})


def sealed_row(model: Any, submission: Submission, **texts: Any) -> Any:
    row = model(submission=submission)
    for name, value in texts.items():
        setattr(row, name, value)
    row.save(force_insert=True)
    return row


def test_note_question_or_verdict_that_was_cut_leaves_its_page_readable() -> None:
    officer, other = make_user(Role.OFFICER), make_user(Role.OFFICER)
    submission = make_at(Status.PENDING)
    claims.claim(submission, by=by(officer))
    note = sealed_row(Note, submission, author=other, text="a cut note")
    question = sealed_row(Question, submission, asked_by=other, text="a cut question")
    verdict = {"verdict": "approved", "comment": "a cut comment", "corrections": {"name": "Cut Person"}}
    decision = sealed_row(Decision, submission, reviewer=other, withdrawn_why="undone", **verdict)
    sealed_row(Note, submission, author=other, text="a whole note")
    columns = {"text_sealed": note, "comment_sealed": decision, "corrections_sealed": decision}
    cut(question, "text_sealed")
    for column, row in columns.items():
        cut(row, column)
    client = sign_in(Client(raise_request_exception=False), officer)
    for url in (f"/submissions/{submission.pk}/", f"/review/{submission.pk}/"):
        page = client.get(url)
        assert page.status_code == 200, url
        assert b"a whole note" in page.content
        assert b"cannot be opened" in page.content
