"""Selfies from the live camera: one-time tokens bound to their page, virtual cameras, and files that need a reason."""

from datetime import timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from submissions.capture import image_findings, images, overrides
from submissions.capture.imaging import live_camera
from submissions.core import clock
from submissions.models import CameraOpening, Event, Image, ImageKind, Project, Role, Submission, User
from submissions.review.page.attempts import scores
from submissions.review.warnings import warnings_of
from submissions.workflow.transitions import StaleSubmission
from tests import pictures
from tests.factories import by, camera_opening, make_draft, make_project, make_user, reload, sign_in

pytestmark = pytest.mark.django_db
SELFIE = ImageKind.SELFIE
OBS = "OBS Virtual Camera (m-de:vice)"


@pytest.fixture(autouse=True)
def _fresh_counters() -> Any:
    cache.clear()
    yield
    cache.clear()


@pytest.fixture
def live_only() -> Submission:
    return make_draft(project=make_project(requires_live_selfie=True), images=False)


def add(submission: Submission, opening: CameraOpening | None = None) -> Image:
    return images.add_image(submission, SELFIE, pictures.selfie_jpeg(), by=by(submission.created_by), opening=opening)


@pytest.mark.parametrize(
    "label",
    [
        OBS,
        "ManyCam Virtual Webcam",
        "Snap Camera",
        "DroidCam Source 3",
        "XSplit VCam",
        "e2eSoft iVCam",
        "Dummy video device (0x0000)",
        "fake_device_0",
    ],
)
def test_programs_are_recognized_by_their_names(label: str) -> None:
    assert live_camera.is_virtual(label)


@pytest.mark.parametrize(
    "label", ["", "Integrated Camera", "FaceTime HD Camera", "camera2 1, facing front", "Jobs cam"]
)
def test_devices_are_not(label: str) -> None:
    assert not live_camera.is_virtual(label)


@pytest.mark.slow
def test_a_file_needs_a_reason_where_the_project_demands_live_selfies(live_only: Submission) -> None:
    image = add(live_only)
    assert (image.source, image.findings) == ("file", ["not_live"])
    (problem,) = image_findings.problems(live_only, [SELFIE])
    assert problem.message.startswith("The selfie is from a file.")
    reason = "The camera of the desk is broken."
    overrides.save_reasons(live_only, {problem.code: reason}, by=by(live_only.created_by))
    assert image_findings.problems(reload(live_only), [SELFIE]) == ()
    warnings = {w.code: w for w in warnings_of(reload(live_only), make_user(Role.OFFICER))}
    assert reason in warnings["not_live"].detail


@pytest.mark.slow
def test_a_file_needs_none_elsewhere_and_a_live_one_nowhere(live_only: Submission) -> None:
    assert add(make_draft(images=False)).findings == []
    image = add(live_only, camera_opening(live_only))
    assert (image.source, image.findings) == ("camera", [])


@pytest.mark.slow
def test_a_virtual_camera_is_recorded_and_marked(live_only: Submission) -> None:
    opening = camera_opening(live_only, OBS)
    image = add(live_only, opening)
    assert (image.source, image.findings) == ("camera", ["virtual_camera"])
    stored = CameraOpening.objects.get()
    assert b"OBS" not in bytes(stored.device_sealed or b"")
    assert (stored.device, stored.is_virtual, stored.image) == (OBS, True, image)
    assert Event.objects.get(kind="virtual_camera_opened").fields == {"image_kind": "selfie"}
    warnings = {w.code: w.text for w in warnings_of(reload(live_only), make_user(Role.OFFICER))}
    assert OBS in warnings["virtual_camera"]


@pytest.mark.slow
def test_a_token_works_once(live_only: Submission) -> None:
    opening = camera_opening(live_only)
    first = add(live_only, opening)
    with pytest.raises(StaleSubmission):
        add(live_only, opening)
    assert images.current_images(live_only)[SELFIE] == first, "the second one left nothing behind"


class Page:
    """The agent's page and its camera."""

    def __init__(self, submission: Submission, user: User | None = None) -> None:
        self.client = sign_in(Client(), user or submission.created_by)
        self.submission, self.base = submission, f"/submissions/{submission.pk}/camera/selfie/"

    def open(self, label: str = "Integrated Camera") -> str:
        token: str = self.client.post(f"{self.base}open/", {"device": label}).json()["token"]
        return token

    def send(self, token: str) -> Any:
        picture = SimpleUploadedFile("selfie.jpg", pictures.selfie_jpeg(), "image/jpeg")
        return self.client.post(f"{self.base}frame/", {"selfie": picture, "token": token})

    @property
    def source(self) -> str:
        return images.current_images(self.submission)[SELFIE].source


@pytest.mark.slow
def test_the_cameras_route_takes_a_live_picture_once(live_only: Submission) -> None:
    page = Page(live_only)
    token = page.open()
    assert (page.send(token).status_code, page.source) == (302, "camera")
    assert page.send(token).status_code == 302, "its reply was lost and the page sends it again"
    assert (live_only.images.count(), page.source) == (1, "camera")


@pytest.mark.slow
@pytest.mark.parametrize("how", ["made up", "another user", "another submission", "expired", "replaced"])
def test_any_other_token_makes_a_file(live_only: Submission, how: str, monkeypatch: pytest.MonkeyPatch) -> None:
    page = Page(live_only)
    token = page.open()
    if how == "made up":
        token = "camera"
    elif how == "another user":
        page = Page(live_only, make_user(team=live_only.team))
    elif how == "another submission":
        token = Page(make_draft(live_only.created_by, images=False)).open()
    elif how == "expired":
        late = clock.now() + live_camera.LASTS + timedelta(seconds=1)
        monkeypatch.setattr(live_camera.clock, "now", lambda: late)
    else:
        page.open()
    assert (page.send(token).status_code, page.source) == (302, "file")


@pytest.mark.slow
def test_the_form_route_stores_files_whatever_the_page_says(live_only: Submission) -> None:
    page = Page(live_only)
    picture = SimpleUploadedFile("selfie.jpg", pictures.selfie_jpeg(), "image/jpeg")
    page.client.post(f"/submissions/{live_only.pk}/values/", {"selfie": picture, "source_selfie": page.open()})
    assert page.source == "file"


@pytest.mark.usefixtures("stopped_clock")
def test_openings_have_a_limit(live_only: Submission) -> None:
    page = Page(live_only)
    for _time in range(30):
        assert page.open()
    reply = page.client.post(f"{page.base}open/", {"device": "x"})
    assert (reply.status_code, reply.json()) == (429, {"token": ""})
    assert CameraOpening.objects.count() == 1, "an opening replaces the page's earlier one"


@pytest.mark.parametrize("label", ["x" * 5000, "\x00\n", "<b>OBS</b>", "김민아의 iPhone 카메라"])
def test_any_label_is_accepted(live_only: Submission, label: str) -> None:
    assert Page(live_only).open(label)
    assert len(CameraOpening.objects.get().device) <= 200


def test_liveness_of_a_file_says_so() -> None:
    notes = {
        source: [score.note for score in scores(Project(), 90, 90, Image(source=source))]
        for source in ("file", "phone", "camera", "phonecam")
    }
    from_file, live = ["", "from an uploaded file"], ["", ""]
    assert notes == {"file": from_file, "phone": from_file, "camera": live, "phonecam": live}
