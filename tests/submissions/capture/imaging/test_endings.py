"""Complete pictures in files with a missing or extra end, and pictures that no camera makes."""

import io
import os

import numpy as np
import pytest
from PIL import Image, ImageDraw

from submissions.capture import images
from submissions.capture.imaging import quality
from submissions.capture.imaging.errors import UnusableImage
from submissions.capture.imaging.normalise import Kind, prepare
from submissions.models import ImageKind
from tests.factories import by, make_draft, make_user
from tests.submissions.capture.imaging import makers

FILM = 15 * 1024 * 1024


def film(size: int = FILM) -> bytes:
    """Return data that contains every marker by chance many times, as a film does."""
    return np.random.default_rng(3).bytes(size)


def pixels(content: bytes) -> np.ndarray:  # type: ignore[type-arg]
    return np.asarray(Image.open(io.BytesIO(content)))


@pytest.mark.parametrize("options", [{}, {"progressive": True}, {"quality": 60}, {"restart_marker_blocks": 9}], ids=str)
def test_a_whole_jpeg_without_its_end_marker_is_taken(options: dict[str, object]) -> None:
    whole = makers.jpeg(**options)
    taken = prepare(whole[:-2], Kind.SELFIE)
    assert (pixels(taken.content) == pixels(prepare(whole, Kind.SELFIE).content)).all()


@pytest.mark.parametrize("missing", [3, 4, 5, 8, 20, 40, 200, 5000])
def test_a_jpeg_that_lacks_part_of_its_picture_is_refused(missing: int) -> None:
    with pytest.raises(UnusableImage) as caught:
        prepare(makers.jpeg()[:-missing], Kind.SELFIE)
    assert caught.value.code == "unreadable"


@pytest.mark.parametrize("make", [makers.jpeg, makers.mpo], ids=["JPEG", "MPO"])
def test_a_picture_with_a_film_behind_it_is_taken(make: object) -> None:
    assert callable(make)
    taken = prepare(make() + film(FILM - 500_000), Kind.SELFIE)
    assert (taken.width, taken.height) == (1200, 900)


def test_a_heic_with_a_film_behind_it_is_taken() -> None:
    box = (8 + FILM).to_bytes(4) + b"mpvd" + film()
    assert prepare(makers.heic() + box[: FILM - 100], Kind.ID_FRONT).width == 640


def test_a_film_longer_than_that_is_refused() -> None:
    with pytest.raises(UnusableImage) as caught:
        prepare(makers.jpeg() + os.urandom(FILM + 1), Kind.SELFIE)
    assert caught.value.code == "too_large"


@pytest.mark.parametrize(
    "before",
    [b"\xef\xbb\xbf", b"\r\n\r\n", b"@PJL JOB\r\n@PJL ENTER LANGUAGE=PDF\r\n", b"Content-Type: application/pdf\n\n"],
)
def test_a_pdf_may_have_lines_before_it(before: bytes) -> None:
    assert prepare(before + makers.pdf(), Kind.ADDRESS).height == 2400


def test_a_picture_that_names_pdf_in_its_head_stays_a_picture() -> None:
    comment = b"\xff\xfe\x00\x0a%PDF-1.7"
    plain = makers.jpeg()
    assert prepare(plain[:2] + comment + plain[2:], Kind.SELFIE).width == 1200


def statement(ink: str = "black") -> Image.Image:
    page = Image.new("RGB", (1240, 1754), "white")
    draw = ImageDraw.Draw(page)
    draw.rectangle((100, 700, 1140, 1100), outline=ink, width=3)
    for line in range(12):
        draw.text((100, 120 + 40 * line), "Statement of account for the month of May", fill=ink, font_size=28)
    return page


@pytest.mark.parametrize("kind", ["JPEG", "PNG"])
def test_a_white_statement_is_neither_too_bright_nor_reflecting(kind: str) -> None:
    taken = prepare(makers.saved(statement(), kind), Kind.ADDRESS)
    assert quality.check_paper(taken.content) == ()
    assert quality.check_id(taken.content) != (), "a card like that is another matter"


def test_a_statement_whose_print_is_washed_out_is_too_bright() -> None:
    taken = prepare(makers.jpeg(statement("#eeeeee")), Kind.ADDRESS)
    assert [finding.code for finding in quality.check_paper(taken.content)] == ["bright"]


@pytest.mark.django_db
def test_a_page_of_a_pdf_is_not_looked_at_as_a_photo() -> None:
    user = make_user()
    image, _content = images.prepare_image(
        make_draft(user), ImageKind.ADDRESS, makers.pdf(), by=by(user), source="file", whose="user"
    )
    assert image.findings == []
