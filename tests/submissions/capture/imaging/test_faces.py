"""The face detector: faces that a frontal cascade misses, and its use from several threads."""

import io
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
import skimage.data
from PIL import Image, ImageDraw, ImageEnhance, ImageOps

from argos.sandbox.faces import count_faces
from submissions.capture.imaging import quality
from submissions.capture.imaging.face import detection
from submissions.capture.imaging.face.card import print_lines
from tests import pictures


def sight(image: Image.Image) -> detection.Sight:
    return detection.look(np.asarray(image.convert("RGB"), np.uint8))


def covered(top: int, bottom: int) -> Image.Image:
    """Return a selfie with a band over these rows of its face."""
    picture = pictures.selfie()
    ImageDraw.Draw(picture).rectangle((290, top, 690, bottom), fill=(60, 60, 60))
    return picture


def small(share: float) -> Image.Image:
    """Return the face's side as a share of the frame's short side."""
    wall = Image.new("RGB", (960, 720), (150, 150, 150))
    head = round(share * 720 * 180 / 96)
    wall.paste(pictures.portrait().crop((134, 10, 314, 190)).resize((head, head)), (400, 250))
    return wall


@pytest.mark.parametrize(
    "image",
    [
        pictures.selfie(),
        pictures.selfie().rotate(25, fillcolor=(150, 150, 150)),
        pictures.selfie().rotate(-25, fillcolor=(150, 150, 150)),
        ImageEnhance.Brightness(pictures.selfie()).enhance(0.1),
        covered(290, 390),
        covered(430, 600),
        small(0.09),
    ],
    ids=["plain", "tilted left", "tilted right", "dark", "eyes covered", "mouth covered", "small"],
)
def test_one_face_is_found(image: Image.Image) -> None:
    found = sight(image)
    assert (len(found.faces), found.is_turned, found.is_cut) == (1, False, False)


@pytest.mark.parametrize("angle", [90, 180, 270])
def test_turned_picture(angle: int) -> None:
    assert sight(pictures.selfie().rotate(angle, expand=True)).is_turned


def test_landmarks_are_on_the_face() -> None:
    (face,) = sight(pictures.portrait()).faces
    expected = [(205, 101), (248, 105), (225, 125), (222, 147), (180, 110), (272, 118)]
    assert np.abs(np.array(face.landmarks) - expected).max() < 8
    assert abs(face.tilt) < 10


def test_things_are_no_faces() -> None:
    assert sight(Image.open(io.BytesIO(pictures.no_face_jpeg()))).faces == ()


def test_threads_share_the_networks() -> None:
    with ThreadPoolExecutor(4) as pool:
        found = list(pool.map(sight, [pictures.selfie(), pictures.portrait()] * 8))
    assert all(one == found[index % 2] for index, one in enumerate(found))


@pytest.mark.parametrize(
    ("picture", "number"), [(pictures.selfie_jpeg(), 1), (pictures.two_faces_jpeg(), 2), (pictures.no_face_jpeg(), 0)]
)
def test_sandbox_counts_faces(picture: bytes, number: int) -> None:
    assert count_faces(picture) == number


def beside(share: float, left: int, wall: Image.Image) -> Image.Image:
    """Return a face too small for a selfie, far from the middle of this wall."""
    head = round(share * 720 * 180 / 96)
    wall.paste(pictures.portrait().crop((134, 10, 314, 190)).resize((head, head)), (left, 180))
    return wall


def bricks() -> Image.Image:
    return Image.fromarray(skimage.data.brick()).resize((960, 720)).convert("RGB")


@pytest.mark.parametrize("left", [10, 640])
@pytest.mark.parametrize("wall", [lambda: Image.new("RGB", (960, 720), (150, 150, 150)), bricks])
def test_a_small_face_aside_is_no_card(left: int, wall: Callable[[], Image.Image]) -> None:
    found = quality.judge_selfie(np.asarray(beside(0.18, left, wall()), np.uint8))
    assert "face_small" in [finding.code for finding in found]
    assert "selfie_is_id" not in [finding.code for finding in found]


def test_print_beside_a_portrait_is_counted_on_either_side() -> None:
    card = pictures.id_card()
    for image in (card, ImageOps.mirror(card)):
        pixels = np.asarray(image.convert("RGB"), np.uint8)
        face = detection.find_portraits(pixels)[0]
        assert print_lines(detection.grey_of(pixels), face) >= quality.DEFAULT.portrait_lines


def test_portrait_at_the_border_has_no_print_beside_it() -> None:
    face = detection.Face(0, 0, 100, 100, 1.0, ((30, 40), (70, 40), (50, 60), (50, 80), (10, 50), (90, 50)))
    assert print_lines(np.zeros((100, 100), np.uint8), face) == 0


# The tests analyse equal pictures once (`tests.seen_once`), so each of the following cases has a grey of its own.
def _face(score: float, x: int, width: int, tilt: float = 0) -> detection.Detection:
    box = np.array([x, 100, x + width, 100 + width], np.float32)
    eyes = np.array([(0, 0), (np.cos(np.radians(tilt)), np.sin(np.radians(tilt)))]) * width / 3
    landmarks = np.vstack([eyes, np.zeros((4, 2))]) + np.array([x + width / 3, 100 + width / 3])
    return detection.Detection(score, box, np.asarray(landmarks, np.float32))


@pytest.mark.parametrize(("score", "faces"), [(0.52, 1), (0.9, 2)])
def test_only_a_clear_face_is_a_second_one(monkeypatch: pytest.MonkeyPatch, score: float, faces: int) -> None:
    """A wall that slightly resembled a face once stopped a good selfie."""
    found = [_face(0.96, 40, 148), _face(score, 295, 180)]
    monkeypatch.setattr(detection.SHORT_RANGE, "detect", lambda _picture: found)
    monkeypatch.setattr(detection.FULL_RANGE, "detect", lambda _picture: [])
    assert len(sight(Image.new("RGB", (480, 360), (int(100 * score),) * 3)).faces) == faces


def turned_only(monkeypatch: pytest.MonkeyPatch, score: float, width: int) -> None:
    """Return no face for the picture, and this face for the rotated one."""

    def detect(picture: detection.Pixels) -> list[detection.Detection]:
        return [_face(score, 20, width)] if picture.shape[0] > picture.shape[1] else []

    monkeypatch.setattr(detection.SHORT_RANGE, "detect", detect)
    monkeypatch.setattr(detection.FULL_RANGE, "detect", detect)


@pytest.mark.parametrize(
    ("score", "width", "level", "code"),
    [
        (0.95, 150, 150, "turned"),
        (0.75, 150, 151, "turned"),
        (0.95, 41, 152, "turned"),
        (0.75, 41, 153, "no_face"),
        (0.75, 150, 254, "bright"),
        (0.75, 150, 20, "dark"),
    ],
)
def test_turned_face_is_told_where_nothing_else_explains_it(
    monkeypatch: pytest.MonkeyPatch, score: float, width: int, level: int, code: str
) -> None:
    turned_only(monkeypatch, score, width)
    picture = np.full((360, 480, 3), level, np.uint8)
    assert [finding.code for finding in quality.judge_selfie(picture)] == [code]


def test_something_small_and_hardly_like_a_face_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(detection.SHORT_RANGE, "detect", lambda _picture: [])
    monkeypatch.setattr(
        detection.FULL_RANGE, "detect", lambda picture: [_face(0.51, 60, 34)] if picture.shape[1] == 480 else []
    )
    found = quality.judge_selfie(np.full((360, 480, 3), 154, np.uint8))
    assert [finding.code for finding in found] == ["no_face"]
