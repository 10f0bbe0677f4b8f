"""Drawn ID cards and passports, and selfies: JPEGs that the capture checks accept, each marked SPECIMEN."""

import io
import math
import random
from collections.abc import Mapping
from functools import cache

from PIL import Image, ImageDraw, ImageFilter, ImageFont

from submissions.demo.pictures.canvas import Colour, shade
from submissions.demo.pictures.faces import Person, head

SIZE, MARGIN = (1000, 630), (94, 78)
INK: Colour = (28, 34, 46)
# Of the paper and of the bar at its head.
TINTS: tuple[tuple[Colour, Colour], ...] = (
    ((208, 224, 238), (38, 74, 122)),
    ((236, 226, 210), (122, 78, 38)),
    ((214, 232, 218), (40, 96, 66)),
    ((236, 216, 220), (126, 46, 66)),
    ((222, 216, 236), (78, 62, 126)),
    ((216, 230, 232), (34, 92, 98)),
)
WALLS: tuple[Colour, ...] = ((206, 211, 214), (214, 206, 194), (196, 205, 212), (208, 212, 200), (222, 222, 218))
TABLES: tuple[Colour, ...] = ((92, 82, 74), (74, 80, 86), (104, 96, 88))
TITLES = {"passport": "PASSPORT", "drivers_license": "DRIVER LICENCE", "government_id": "IDENTITY CARD"}
LABELS = {
    "name": "Name",
    "date_of_birth": "Date of birth",
    "document_number": "Document no.",
    "identity_number": "Identity no.",
    "license_number": "Licence no.",
    "serial_number": "Serial no.",
    "date_of_issue": "Date of issue",
    "date_of_expiry": "Date of expiry",
}


def id_card(seed: int, country: str, id_type: str, values: Mapping[str, str], gender: str = "") -> bytes:
    """Draw the front of a document that shows `values` (names of Step 2) and the person of `seed`."""
    tint, bar = TINTS[seed % len(TINTS)]
    card = _paper(tint, seed)
    draw = ImageDraw.Draw(card)
    draw.rectangle((0, 0, SIZE[0], 76), fill=bar)
    draw.text((32, 20), f"{country}  {TITLES.get(id_type, TITLES['government_id'])}", "white", _font(33))
    draw.text((SIZE[0] - 260, 22), "SPECIMEN", tint, _font(30))
    portrait = head(Person.of(seed, gender), shade(tint, 0.94))
    card.paste(portrait.resize((266, 332), Image.Resampling.BICUBIC), (40, 108))
    draw.rectangle((39, 107, 306, 440), outline=bar, width=2)
    _chip(draw, SIZE[0] - 146, 110)
    card.paste(bar, (0, 0), _watermark())
    for line, (label, text) in enumerate(_lines(values)):
        draw.text((344, 106 + line * 66), label, bar, _font(18))
        draw.text((344, 127 + line * 66), text, INK, _font(28))
    _machine_lines(draw, country, id_type, values)
    # A resident number lies straight, exactly where the sandbox's coordinates say.
    tilt = 0 if values.get("identity_number") else 2
    return _jpeg(_on_table(card, random.Random(seed), tilt))  # noqa: S311 (a picture, not a secret)


def selfie(seed: int, number: int = 1, gender: str = "", *, is_dark: bool = False) -> bytes:
    """Draw the person of `seed` before a wall; another `number` is another picture of them."""
    chance = random.Random(seed * 31 + number)  # noqa: S311 (a picture, not a secret)
    image = head(Person.of(seed, gender), chance.choice(WALLS))
    image = image.rotate(chance.uniform(-4, 4), Image.Resampling.BICUBIC, translate=(chance.randint(-14, 14), 0))
    image = image.resize((840, 1050), Image.Resampling.BICUBIC)
    image = image.crop((60, 54, 780, 1014))
    light = 0.5 if is_dark else chance.uniform(0.94, 1.04)
    image = image.point([min(255, round(level * light)) for level in range(256)] * 3)
    draw = ImageDraw.Draw(image)
    draw.rounded_rectangle((16, image.height - 50, 196, image.height - 14), 8, fill=(236, 238, 240))
    draw.text((30, image.height - 46), "SPECIMEN", INK, _font(27))
    return _jpeg(image)


@cache
def _font(size: int) -> "ImageFont.FreeTypeFont | ImageFont.ImageFont":
    return ImageFont.load_default(size)


def _lines(values: Mapping[str, str]) -> list[tuple[str, str]]:
    return [(label, values[name]) for name, label in LABELS.items() if values.get(name)][:6]


def _paper(tint: Colour, seed: int) -> Image.Image:
    """Draw the fine waves of a security print."""
    card = Image.new("RGB", SIZE, tint)
    draw = ImageDraw.Draw(card)
    for wave in range(26):
        phase, swing = seed + wave / 5, 20 + 8 * math.sin(seed + wave)
        points = [(x, 50 + wave * 24 + swing * math.sin(x / 82 + phase)) for x in range(0, SIZE[0] + 12, 12)]
        draw.line(points, fill=shade(tint, 0.92 if wave % 2 else 1.05), width=3)
    return card


def _chip(draw: ImageDraw.ImageDraw, x: int, y: int) -> None:
    draw.rounded_rectangle((x, y, x + 94, y + 72), 11, fill=(212, 184, 112), outline=(150, 122, 60), width=3)
    for step in (24, 48):
        draw.line((x, y + step, x + 94, y + step), fill=(150, 122, 60), width=3)
    draw.line((x + 47, y, x + 47, y + 72), fill=(150, 122, 60), width=3)


def _machine_lines(draw: ImageDraw.ImageDraw, country: str, id_type: str, values: Mapping[str, str]) -> None:
    """Write lines that look machine-readable; they end in SPECIMEN instead of check digits."""
    family, _space, given = values.get("name", "").upper().partition(" ")
    kind = "P" if id_type == "passport" else "I"
    number = values.get("document_number") or values.get("license_number") or "0"
    born = values.get("date_of_birth", "").replace("-", "")[2:]
    lines = (f"{kind}<{country}{family}<<{given.replace(' ', '<')}", f"{number}<{country}{born}<SPECIMEN")
    for row, line in enumerate(lines):
        for column, letter in enumerate(line.ljust(44, "<")[:44]):
            draw.text((44 + column * 20.8, 530 + row * 42), letter, INK, _font(27))


@cache
def _watermark() -> Image.Image:
    layer = Image.new("L", SIZE)
    ImageDraw.Draw(layer).text((330, 250), "SPECIMEN", 46, _font(112))
    return layer.rotate(14, Image.Resampling.BILINEAR)


@cache
def _corners() -> Image.Image:
    layer = Image.new("L", SIZE)
    ImageDraw.Draw(layer).rounded_rectangle((0, 0, *SIZE), 28, fill=255)
    return layer


def _on_table(card: Image.Image, chance: random.Random, tilt: int) -> Image.Image:
    """Lay the card, with round corners and a shadow, a little askew on a table."""
    size = SIZE[0] + 2 * MARGIN[0], SIZE[1] + 2 * MARGIN[1]
    table, laid = Image.new("RGB", size, chance.choice(TABLES)), Image.new("RGBA", size)
    card.putalpha(_corners())
    laid.paste(card, MARGIN)
    laid = laid.rotate(chance.uniform(-tilt, tilt), Image.Resampling.BILINEAR)
    outline = laid.getchannel("A")
    shadow = outline.filter(ImageFilter.BoxBlur(11)).point([level * 6 // 10 for level in range(256)])
    table.paste((40, 38, 36), (6, 9), shadow)
    table.paste(laid, (0, 0), outline)
    return table


def _jpeg(image: Image.Image) -> bytes:
    file = io.BytesIO()
    image.save(file, "JPEG", quality=92)
    return file.getvalue()
