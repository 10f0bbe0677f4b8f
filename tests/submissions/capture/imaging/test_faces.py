"""The face detector: faces that a frontal cascade misses, and its use from several threads."""

import io
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance

from argos.sandbox.faces import count_faces
from submissions.capture.imaging.face import detection
from tests import pictures


def sight(image: Image.Image) -> detection.Sight:
    return detection.look(np.asarray(image.convert("RGB"), np.uint8))


def covered(top: int, bottom: int) -> Image.Image:
    """A selfie with a band over these rows of its face."""
    picture = pictures.selfie()
    ImageDraw.Draw(picture).rectangle((290, top, 690, bottom), fill=(60, 60, 60))
    return picture


def small(share: float) -> Image.Image:
    """The face's side in shares of the frame's short side."""
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
