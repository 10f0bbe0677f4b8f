"""Pictures for tests: the public-domain astronaut portrait of the scikit-image wheel, or drawn ones."""

import io
from functools import cache

import skimage.data
from PIL import Image, ImageDraw


@cache
def portrait() -> Image.Image:
    return Image.fromarray(skimage.data.astronaut())


def jpeg(image: Image.Image, quality: int = 92) -> bytes:
    file = io.BytesIO()
    image.convert("RGB").save(file, "JPEG", quality=quality)
    return file.getvalue()


def png(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "PNG")
    return file.getvalue()


def selfie(size: tuple[int, int] = (960, 720)) -> Image.Image:
    """Return a selfie with head and shoulders, the face well inside the frame."""
    return portrait().crop((84, 10, 364, 220)).resize(size, Image.Resampling.LANCZOS)


@cache
def selfie_jpeg(size: tuple[int, int] = (960, 720)) -> bytes:
    return jpeg(selfie(size))


def id_card(name: str = "Minseo Example", number: str = "M12345678") -> Image.Image:
    """Draw an ID of a fictitious country with the portrait on it."""
    card = Image.new("RGB", (1280, 800), (226, 232, 240))
    draw = ImageDraw.Draw(card)
    draw.rectangle((40, 40, 1240, 760), fill=(248, 250, 252), outline=(71, 85, 105), width=6)
    draw.rectangle((40, 40, 1240, 130), fill=(30, 64, 120))
    draw.text((70, 60), "SPECIMEN IDENTITY CARD", fill="white", font_size=52)
    card.paste(portrait().crop((124, 10, 324, 270)).resize((340, 442)), (80, 180))
    for line, text in enumerate((f"Name  {name}", f"Number  {number}", "Born  1990-02-03", "Expires  2035-01-01")):
        draw.text((480, 200 + 95 * line), text, fill=(15, 23, 42), font_size=46)
    for line in range(6):
        draw.line((480, 600 + 24 * line, 1180, 600 + 24 * line), fill=(148, 163, 184), width=3)
    return card


@cache
def id_card_jpeg(name: str = "Minseo Example", number: str = "M12345678") -> bytes:
    return jpeg(id_card(name, number))


@cache
def two_faces_jpeg() -> bytes:
    both = Image.new("RGB", (1200, 720))
    for left in (0, 600):
        both.paste(portrait().crop((134, 10, 314, 226)).resize((600, 720)), (left, 0))
    return jpeg(both)


@cache
def no_face_jpeg() -> bytes:
    picture = Image.new("RGB", (960, 720), (120, 140, 130))
    draw = ImageDraw.Draw(picture)
    for step in range(0, 960, 24):
        draw.line((step, 0, 960 - step, 720), fill=(60, 90, 70), width=4)
    return jpeg(picture)
