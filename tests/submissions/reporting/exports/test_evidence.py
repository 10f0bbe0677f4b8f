"""The evidence pack: its content, the masked variant, and the event of its creation."""

import hashlib
import io
from typing import Any

import pypdfium2
import pytest
from django.core.files.storage import default_storage
from django.test import Client

from submissions.audit import events
from submissions.models import Event, Image, ImageKind, Role, Status, Submission, User, Verdict
from submissions.reporting.evidence_pack import content as pack_content
from submissions.reporting.evidence_pack import pdf
from submissions.review import decisions
from submissions.review.warnings import warnings_of
from submissions.review.workload import claims
from submissions.workflow.permissions import NotAllowed
from tests import pictures
from tests.factories import VALUES, attach_image, by, make_at, make_draft, make_user, reload, sign_in

pytestmark = pytest.mark.django_db


def browser(user: User) -> Client:
    client = Client()
    sign_in(client, user)
    return client


def read(content: bytes) -> str:
    document = pypdfium2.PdfDocument(content)
    """In one line: where a cell breaks depends on how long a name is."""
    return " ".join(" ".join(page.get_textpage().get_text_bounded() for page in document).split())


def drawn(content: bytes) -> int:
    objects = [found for page in pypdfium2.PdfDocument(content) for found in page.get_objects()]
    return sum(found.type == 3 for found in objects)  # FPDF_PAGEOBJ_IMAGE


def approved(officer: User) -> Submission:
    pending = make_at(Status.PENDING)
    claims.claim(pending, by=by(officer))
    ticked = [warning.code for warning in warnings_of(pending, officer)]
    decisions.decide(pending, Verdict.APPROVED, by=by(officer), ticked=ticked, comment="Compared with the bank's copy.")
    return reload(pending)


def picture(submission: Submission) -> Image:
    image = attach_image(submission, ImageKind.SELFIE, submission.created_by)
    content = pictures.selfie_jpeg((400, 300))
    image.sha256 = hashlib.sha256(content).hexdigest()
    Image.objects.filter(pk=image.pk).delete()
    image.store(content)
    image.save(force_insert=True)
    return image


def test_complete_pack_holds_data_images_decision_and_hashes() -> None:
    officer = make_user(Role.OFFICER)
    submission = approved(officer)
    image = picture(submission)
    content = pack_content.make(submission, by=by(officer), reason="asked by the regulator", is_open=True)
    said = read(content)
    for wanted in (submission.reference, VALUES["name"], VALUES["document_number"], officer.name, "Compared with"):
        assert wanted in said
    assert officer.username not in said, "people are named in full"
    assert image.sha256[:20] in said.replace(" ", "")
    assert drawn(content) == 1
    told = Event.objects.get(kind="evidence_pack_made")
    assert told.fields["sha256"] == hashlib.sha256(content).hexdigest()
    assert events.reason_of(told, submission) == "asked by the regulator"
    assert VALUES["name"] not in str(told.fields)


def test_masked_pack_names_nobody_and_shows_no_picture() -> None:
    officer = make_user(Role.OFFICER)
    submission = approved(officer)
    image = picture(submission)
    content = pack_content.make(submission, by=by(officer), reason="for a training", is_open=False)
    said = read(content)
    assert not any(VALUES[name] in said for name in ("name", "document_number", "email", "date_of_birth"))
    assert "Compared with" not in said
    assert image.sha256[:20] in said.replace(" ", "")
    assert drawn(content) == 0


def test_korean_and_odd_letters_are_readable() -> None:
    submission = make_draft(name="김민서 Nguyễn <b>&")
    content = pack_content.make(submission, by=by(make_user(Role.MANAGER)), reason="look", is_open=True)
    said = read(content)
    assert "김민서" in said
    assert "[U+1EC5]" in said
    assert "<b>&" in said
    assert pdf.text("a\x07b") == "a b"


def test_image_that_was_altered_or_lost_is_reported() -> None:
    officer = make_user(Role.OFFICER)
    submission = make_draft()
    lost, altered = submission.images.order_by("kind")
    default_storage.delete(lost.name)
    Image.objects.filter(pk=altered.pk).update(sha256="0" * 64)
    said = read(pack_content.make(submission, by=by(officer), reason="look", is_open=True))
    assert "cannot be opened" in said
    assert "DIFFERS" in said


def test_second_reviewer_gives_a_verdict_first() -> None:
    submission = make_at(Status.SECOND_REVIEW)
    with pytest.raises(NotAllowed, match="which is not shown to you yet"):
        pack_content.make(submission, by=by(make_user(Role.OFFICER)), reason="look", is_open=True)


def test_page_gives_the_pdf_and_wants_a_reason() -> None:
    submission = make_draft()
    client = browser(make_user(Role.OFFICER))
    said = client.post(f"/submissions/{submission.pk}/evidence/", {"reason": ""}, follow=True).content.decode()
    assert "Enter a reason" in said
    response: Any = client.post(f"/submissions/{submission.pk}/evidence/", {"reason": "for the audit"})
    assert response["Content-Type"] == "application/pdf"
    assert submission.reference in response["Content-Disposition"]
    assert pypdfium2.PdfDocument(io.BytesIO(response.content)) is not None


def test_agents_make_none() -> None:
    submission = make_draft()
    reply = browser(submission.created_by).post(f"/submissions/{submission.pk}/evidence/", {"reason": "for me"})
    assert reply.status_code == 403
    assert not Event.objects.filter(kind="evidence_pack_made").exists()
