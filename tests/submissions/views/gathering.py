"""An agent on the submission page over the real sandbox: post the form, run the worker, read the page."""

from typing import Any

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from submissions.capture import drafts, images, submit
from submissions.models import ImageKind, Project, Submission, User
from submissions.vendor_sync import worker
from tests.factories import VALUES, by, make_project, make_team, reload
from tests.pictures import id_card_jpeg, selfie_jpeg
from tests.sandbox import KEY, Sandbox

PASSPORT = {name: VALUES[name] for name in VALUES if name not in ("email", "customer_id")}


def make_sandbox_project(sandbox: Sandbox, **fields: Any) -> Project:
    project = make_project(base_url=sandbox.base_url, read_timeout=2, connect_timeout=1, **fields)
    project.api_key = KEY
    project.save()
    return project


def make_gathered(project: Project, agent: User, tag: str = "", **fields: str) -> Submission:
    """Create a draft with its two images."""
    where = {"issuing_country": "KOR", "id_type": "passport", **fields}
    values = {"email": f"applicant+noocr{tag}@example.com"}  # nothing read, so that nothing typed differs
    draft = drafts.create_draft(project, make_team(), by=by(agent), values=values, **where)  # type: ignore[arg-type]
    images.add_image(draft, ImageKind.ID_FRONT, id_card_jpeg(), by=by(agent))
    images.add_image(draft, ImageKind.SELFIE, selfie_jpeg(), by=by(agent))
    return draft


def make_confirming(project: Project, agent: User, tag: str = "") -> Submission:
    """Create a submission after a successful Step 1."""
    draft = make_gathered(project, agent, tag)
    submit.send_step1(draft, by=by(agent))
    assert worker.send_next()
    return reload(draft)


def post(client: Client, submission: Submission, action: str = "save", **fields: Any) -> Any:
    """Save the page's form; bytes are files."""
    files = {n: SimpleUploadedFile(f"{n}.jpg", v) for n, v in fields.items() if isinstance(v, bytes)}
    typed = {n: v for n, v in fields.items() if n not in files}
    return client.post(reverse("save_values", args=[submission.pk]), {"action": action, **typed, **files})


def read(client: Client, submission: Submission) -> str:
    text: str = client.get(reverse("submission", args=[submission.pk])).content.decode()
    return text
