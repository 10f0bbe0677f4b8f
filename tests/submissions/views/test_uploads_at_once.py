"""One upload at a time for a user or a link: the next one is refused immediately, and typed text is kept."""

from collections.abc import Iterator
from pathlib import Path
from types import SimpleNamespace

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from kycportal import run
from submissions.capture import phone_links
from submissions.capture.imaging import decode_slots
from submissions.models import ImageKind, PhoneLink, Question, Role, Status, Submission
from submissions.review import questions
from submissions.review.workload import claims
from tests.factories import by, make_at, make_draft, make_user, reload, sign_in
from tests.pictures import selfie_jpeg
from tests.stack import ROOT
from tests.submissions.views import gathering

pytestmark = pytest.mark.django_db
SENTENCE = "The previous upload is still being checked"


@pytest.fixture(autouse=True)
def _fresh_counters() -> Iterator[None]:
    cache.clear()
    yield
    cache.clear()


def picture() -> SimpleUploadedFile:
    return SimpleUploadedFile("selfie.jpg", selfie_jpeg(), "image/jpeg")


@pytest.fixture
def draft() -> Submission:
    return make_draft(make_user(Role.AGENT), images=False)


def test_second_upload_of_a_person_is_asked_to_wait_and_what_was_typed_is_kept(draft: Submission) -> None:
    agent = draft.created_by
    client = sign_in(Client(), agent)
    with decode_slots.one_upload(f"user:{agent.pk}"):
        reply = gathering.post(client, draft, selfie=selfie_jpeg(), name="Typed Name", version=str(draft.draft_version))
        assert (reply.status_code, SENTENCE in reply.content.decode()) == (429, True)
        assert reload(draft).values["name"] == "Typed Name"
        assert not draft.images.exists()
    assert gathering.post(client, draft, selfie=selfie_jpeg()).status_code == 302
    assert draft.images.count() == 1


def test_upload_of_another_person_goes_on(draft: Submission) -> None:
    client = sign_in(Client(), draft.created_by)
    with decode_slots.one_upload("user:0"):
        assert gathering.post(client, draft, selfie=selfie_jpeg()).status_code == 302


def test_uploads_by_the_links_of_one_person_wait_for_each_other_and_the_links_stay_open(draft: Submission) -> None:
    agent = draft.created_by
    another = make_draft(agent, draft.project, images=False)
    for submission in (draft, another):
        link, url = phone_links.make(submission, ImageKind.SELFIE, by=by(agent))
        client = Client()
        client.post("/phone/", {"token": url.rpartition("#")[2]})
        with decode_slots.one_upload(f"links:{agent.pk}"):
            reply = client.post(f"/phone/{link.pk}/", {"picture": picture()})
            assert (reply.status_code, SENTENCE in reply.content.decode()) == (429, True)
        assert PhoneLink.objects.get(pk=link.pk).is_open
        client.post(f"/phone/{link.pk}/", {"picture": picture()})
        assert submission.images.count() == 1


def test_upload_by_a_link_does_not_bar_its_maker_nor_the_links_of_others(draft: Submission) -> None:
    client = sign_in(Client(), draft.created_by)
    with decode_slots.one_upload(f"links:{draft.created_by_id}"):
        assert gathering.post(client, draft, selfie=selfie_jpeg()).status_code == 302
    link, url = phone_links.make(draft, ImageKind.SELFIE, by=by(draft.created_by))
    client.post("/phone/", {"token": url.rpartition("#")[2]})
    with decode_slots.one_upload("links:0"), decode_slots.one_upload(f"user:{draft.created_by_id}"):
        client.post(f"/phone/{link.pk}/", {"picture": picture()})
    assert not PhoneLink.objects.get(pk=link.pk).is_open


def test_second_upload_with_an_answer_is_asked_to_wait() -> None:
    agent, officer = make_user(Role.AGENT), make_user(Role.OFFICER)
    submission = make_at(Status.PENDING, agent)
    claims.claim(submission, by=by(officer))
    questions.ask(reload(submission), "Is this a hat?", by=by(officer))
    client = sign_in(Client(), agent)
    with decode_slots.one_upload(f"user:{agent.pk}"):
        form = {"answer": "a hat", "attachment": picture()}
        reply = client.post(f"/submissions/{submission.pk}/answer/", form)
        assert (reply.status_code, SENTENCE in reply.content.decode()) == (429, True)
    assert Question.objects.open().exists()


def test_picture_that_was_refused_does_not_bar_the_next_one(draft: Submission) -> None:
    client = sign_in(Client(), draft.created_by)
    assert gathering.post(client, draft, selfie=b"junk").status_code == 422
    assert gathering.post(client, draft, selfie=selfie_jpeg()).status_code == 302


def threads(command: str) -> int:
    return int(command.partition("--threads ")[2].split()[0])


def test_every_web_process_has_more_threads_than_places_to_decode(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(run.https, "own_address", lambda: "127.0.0.1")
    here = SimpleNamespace(DATA_DIR=tmp_path, PORT=8000, SANDBOX_PORT=8001, HTTPS_PORT=8443, ARGOS_BASE_URL="x")
    commands = [" ".join(words) for name, words in run.processes(here).items() if name.startswith("web")]  # type: ignore[arg-type]
    for path in ("Procfile", "deploy/systemd/kyc-portal-web.service"):
        commands += [line for line in (ROOT / path).read_text().splitlines() if "gunicorn kycportal" in line]
    assert len(commands) == 4
    assert all(threads(command) > decode_slots.AT_ONCE for command in commands), commands
