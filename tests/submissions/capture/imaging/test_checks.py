"""The check before an attempt is used, kind by kind. `python -m bench.selfies` measures it on hundreds of pictures."""

import numpy as np
import pytest
from PIL import Image, ImageDraw, ImageEnhance, ImageFilter

from bench import labelled_documents, labelled_selfies
from submissions.capture import image_findings
from submissions.capture.images import add_image
from submissions.capture.imaging import advice
from submissions.capture.imaging import quality as imaging_quality
from submissions.models import ImageKind
from tests import pictures, scale
from tests.factories import by, make_draft

pytestmark = pytest.mark.slow


def selfie_codes(image: Image.Image) -> list[str]:
    return [finding.code for finding in imaging_quality.check_selfie(pictures.jpeg(image))]


def id_codes(image: Image.Image) -> list[str]:
    return [finding.code for finding in imaging_quality.check_id(pictures.jpeg(image))]


def on_a_wall(size: int, at: tuple[int, int]) -> Image.Image:
    """Return the portrait's head, `size` pixels wide, in front of a grey wall of 960 by 720."""
    wall = Image.new("RGB", (960, 720), (150, 150, 150))
    wall.paste(pictures.portrait().crop((134, 10, 314, 226)).resize((size, size * 6 // 5)), at)
    return wall


def test_check_selfie_good() -> None:
    assert selfie_codes(pictures.selfie()) == []


@pytest.mark.parametrize(
    ("image", "code"),
    [
        (pictures.selfie().filter(ImageFilter.GaussianBlur(14)), "blurred"),
        (ImageEnhance.Brightness(pictures.selfie()).enhance(0.12), "face_dark"),
        (ImageEnhance.Brightness(pictures.selfie()).enhance(5), "bright"),
        (pictures.selfie().rotate(90, expand=True), "turned"),
        (pictures.selfie().rotate(180), "turned"),
        (on_a_wall(150, (400, 300)), "face_small"),
        (on_a_wall(420, (-100, 120)), "face_at_border"),
        (pictures.portrait().crop((175, 60, 275, 165)).resize((1000, 1050)), "face_large"),
        (Image.new("RGB", (960, 720), (150, 140, 130)), "no_face"),
    ],
)
def test_check_selfie_names_what_is_wrong(image: Image.Image, code: str) -> None:
    assert code in selfie_codes(image)


@pytest.mark.parametrize(("left", "codes"), [(-60, []), (-95, ["face_at_border"])])
def test_check_selfie_room_beside_the_face(left: int, codes: list[str]) -> None:
    """The face's centre is 210 pixels right of the pasted head's edge, and its width is 247."""
    assert selfie_codes(on_a_wall(420, (left, 120))) == codes


def test_check_selfie_two_faces() -> None:
    assert [finding.code for finding in imaging_quality.check_selfie(pictures.two_faces_jpeg())] == ["several_faces"]


def test_check_id_good() -> None:
    assert id_codes(pictures.id_card()) == []


@pytest.mark.parametrize(
    ("image", "code"),
    [
        (pictures.id_card().filter(ImageFilter.GaussianBlur(12)), "id_blurred"),
        (pictures.id_card().rotate(90, expand=True), "id_turned"),
        (pictures.id_card().resize((480, 300)), "id_small"),
        (ImageEnhance.Brightness(pictures.id_card()).enhance(0.1), "dark"),
        (ImageEnhance.Brightness(pictures.id_card()).enhance(4), "bright"),
        (pictures.selfie().crop((200, 0, 760, 720)), "id_is_selfie"),
    ],
)
def test_check_id_names_what_is_wrong(image: Image.Image, code: str) -> None:
    assert code in id_codes(image)


def on_a_table(*cards: tuple[int, tuple[int, int]]) -> bytes:
    """Return cards of these widths at these corners, on a table of 1600 by 1200."""
    table = Image.new("RGB", (1600, 1200), (120, 100, 80))
    for width, corner in cards:
        table.paste(pictures.id_card().resize((width, width * 5 // 8)), corner)
    return pictures.jpeg(table)


@pytest.mark.parametrize(
    ("content", "codes"),
    [
        (on_a_table((1300, (100, 100))), []),
        (on_a_table((900, (100, 20)), (900, (300, 610))), ["id_several"]),
        (on_a_table((1500, (-240, 100))), ["id_cut"]),
    ],
    ids=["one", "two", "cut through the portrait"],
)
def test_check_id_front_layout(content: bytes, codes: list[str]) -> None:
    assert [finding.code for finding in imaging_quality.check_id_front(content)] == codes


def test_check_id_front_repeated_portrait() -> None:
    card = pictures.id_card()
    card.paste(card.crop((80, 180, 420, 622)).resize((170, 221)), (1010, 400))
    assert imaging_quality.check_id_front(pictures.jpeg(card)) == ()


def test_check_id_back_has_no_portrait_to_turn_by() -> None:
    turned = pictures.jpeg(pictures.id_card().rotate(90, expand=True))
    assert imaging_quality.check_id(turned, has_portrait=False) == ()


def test_glare_is_a_spot_without_print() -> None:
    paper = np.full((400, 600), 120, np.uint8)
    paper[100:200, 100:300] = 255
    assert imaging_quality.glare_share(paper, 250) == pytest.approx(20_000 / 240_000)
    paper[120:180:6, 110:290:4] = 0
    assert imaging_quality.glare_share(paper, 250) == pytest.approx(20_000 / 240_000, rel=0.2), (
        "a little print is washed out"
    )
    ground = np.full((400, 600), 255, np.uint8)
    ground[100:300, 100:500] = 120
    assert imaging_quality.glare_share(ground, 250) == 0


def test_sharpness_does_not_depend_on_exposure() -> None:
    grey = np.asarray(pictures.selfie().convert("L"), np.uint8)
    dim = (grey * 0.5).astype(np.uint8)
    assert imaging_quality.sharpness(dim, 72) == pytest.approx(imaging_quality.sharpness(grey, 72), rel=0.15)


def test_every_code_has_its_advice() -> None:
    expected = {code for _draw, codes in labelled_selfies.BAD.values() for code in codes}
    expected |= {code for _draw, codes in labelled_documents.BAD.values() for code in codes}
    for code in expected - {"too_small"}:
        assert advice.sentence(code) != code


@pytest.mark.slow
def test_a_sample_of_the_labelled_selfies() -> None:
    good, bad_of_a_kind = scale.sized(3, 10), scale.sized(1, 2)
    for picture in labelled_selfies.labelled(3, good, bad_of_a_kind):
        codes = {finding.code for finding in imaging_quality.check_selfie(picture.content)}
        assert bool(codes) == (picture.kind != "good"), (picture.kind, codes)


def glasses(level: int) -> Image.Image:
    """Return a selfie with round glasses of one grey level."""
    picture = pictures.selfie()
    draw = ImageDraw.Draw(picture)
    for x, y in ((405, 310), (560, 325)):
        draw.ellipse((x - 65, y - 50, x + 65, y + 50), fill=(level, level, level + 4))
    return picture


def test_check_selfie_dark_glasses() -> None:
    assert selfie_codes(glasses(14)) == ["eyes_covered"]
    assert selfie_codes(ImageEnhance.Brightness(glasses(14)).enhance(0.6)) == ["eyes_covered"]


def test_check_selfie_eyes_in_their_own_shadow() -> None:
    assert selfie_codes(glasses(60)) == []


@pytest.mark.parametrize(("quality", "codes"), [(60, ["low_quality"]), (69, ["low_quality"]), (70, []), (95, [])])
def test_check_upload_jpeg_quality(quality: int, codes: list[str]) -> None:
    content = pictures.jpeg(pictures.selfie(), quality)
    assert [finding.code for finding in imaging_quality.check_upload(content)] == codes


def test_check_upload_takes_no_quality_from_other_formats() -> None:
    assert imaging_quality.check_upload(pictures.png(pictures.selfie())) == ()


@pytest.mark.django_db
def test_low_quality_is_stored_with_the_selfie_and_asks_for_a_reason() -> None:
    submission = make_draft(images=False)
    content = pictures.jpeg(pictures.selfie(), 60)
    image = add_image(submission, ImageKind.SELFIE, content, by=by(submission.created_by))
    assert image.findings == ["low_quality"]
    (problem,) = image_findings.problems(submission, [ImageKind.SELFIE])
    assert problem.severity == "warning"
