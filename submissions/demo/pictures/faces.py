"""A drawn head and shoulders. A seed chooses the person; the same person is on their card and on their selfies."""

import random
from dataclasses import dataclass

from PIL import Image, ImageDraw, ImageFilter

from submissions.demo.pictures.canvas import Canvas, Colour, oval, shade

SIZE, X, Y = (480, 600), 240, 270  # of the drawing, and the middle of the face
SKINS: tuple[Colour, ...] = ((241, 205, 178), (229, 184, 150), (214, 165, 128), (187, 134, 98), (150, 102, 74))
HAIR: tuple[Colour, ...] = ((32, 26, 24), (42, 32, 28), (54, 38, 30), (92, 62, 42), (134, 96, 60), (124, 120, 116))
CLOTHES: tuple[Colour, ...] = ((52, 73, 104), (96, 62, 74), (62, 92, 80), (84, 84, 92), (140, 112, 74), (40, 44, 52))
WALL: Colour = (206, 211, 214)
INK: Colour = (34, 24, 20)
SIDES = (-1, 1)


@dataclass(frozen=True)
class Person:
    skin: Colour
    hair: Colour
    clothes: Colour
    width: int
    height: int
    eyes: int
    brow: int
    mouth: int
    has_long_hair: bool
    has_glasses: bool
    has_beard: bool

    @classmethod
    def of(cls, seed: int, gender: str = "") -> "Person":
        chance = random.Random(seed)  # noqa: S311 (a picture, not a secret)
        has_long_hair = chance.random() < 0.5 if not gender else gender == "female"
        return cls(
            skin=chance.choice(SKINS),
            hair=chance.choice(HAIR),
            clothes=chance.choice(CLOTHES),
            width=chance.randint(98, 110),
            height=chance.randint(136, 146),
            eyes=chance.randint(40, 45),
            brow=chance.randint(-2, 2),
            mouth=chance.randint(32, 39),
            has_long_hair=has_long_hair,
            has_glasses=chance.random() < 0.25,
            has_beard=not has_long_hair and chance.random() < 0.35,
        )


def head(person: Person, wall: Colour = WALL) -> Image.Image:
    canvas = Canvas(SIZE, wall)
    canvas.draw("ellipse", oval(X, 420, 260, 330), shade(wall, 0.86), 60, 0.8)
    _body(canvas, person)
    _skull(canvas, person)
    (_long_hair if person.has_long_hair else _short_hair)(canvas, person)
    shine = oval(X, Y - 76, person.width - 24, 70)
    canvas.draw("arc", shine, shade(person.hair, 1.6), 9, 0.35, start=215, end=290, width=12)
    for side in SIDES:
        _eye(canvas, person, X + side * person.eyes, Y - 6)
    _nose(canvas, person)
    _mouth(canvas, person)
    if person.has_glasses:
        for side in SIDES:
            canvas.draw("arc", oval(X + side * person.eyes, Y - 3, 31, 24), INK, 0.7, start=0, end=360, width=4)
        canvas.draw("line", (X - 12, Y - 6, X + 12, Y - 6), INK, 0.7, width=4)
    return canvas.image


def _body(canvas: Canvas, person: Person) -> None:
    skin = person.skin
    if person.has_long_hair:
        back = (X - person.width - 26, Y - 150, X + person.width + 26, Y + 190)
        canvas.draw("rounded_rectangle", back, person.hair, 3, radius=110)
    canvas.draw("rounded_rectangle", (X - 200, Y + 205, X + 200, 720), person.clothes, 3, radius=95)
    canvas.draw("ellipse", oval(X, Y + 225, 80, 40), shade(person.clothes, 0.75), 8, 0.7)
    canvas.draw("rounded_rectangle", (X - 48, Y + 70, X + 48, Y + 235), shade(skin, 0.82), 3, radius=40)
    canvas.draw("ellipse", oval(X, Y + 140, 60, 26), shade(skin, 0.62), 10, 0.8)
    for side in SIDES:
        canvas.draw("ellipse", oval(X + side * (person.width + 1), Y + 8, 14, 28), shade(skin, 0.88), 2)


def _skull(canvas: Canvas, person: Person) -> None:
    skin = person.skin
    parts = (oval(X, Y - 10, person.width, person.height - 12), oval(X, Y + 40, person.width - 12, person.height - 30))
    inside = Image.new("L", SIZE)
    for part in parts:
        canvas.draw("ellipse", part, skin, 2)
        ImageDraw.Draw(inside).ellipse(part, fill=255)
    canvas.clip = inside.filter(ImageFilter.GaussianBlur(2))
    for side in SIDES:
        canvas.draw("ellipse", oval(X + side * (person.width + 2), Y + 40, 24, 110), shade(skin, 0.74), 20, 0.75)
        canvas.draw("ellipse", oval(X + side * 46, Y + 34, 26, 22), shade(skin, 1.07), 16, 0.6)
        canvas.draw("ellipse", oval(X + side * 54, Y + 48, 24, 18), (206, 110, 100), 16, 0.18)
    canvas.draw("ellipse", oval(X, Y + 150, 70, 16), shade(skin, 0.78), 16, 0.6)
    canvas.draw("ellipse", oval(X, Y - 75, 52, 30), shade(skin, 1.07), 22, 0.6)
    if person.has_beard:
        canvas.draw("ellipse", oval(X, Y + 124, person.width - 20, 66), shade(person.hair, 1.05), 9, 0.75)
        canvas.draw("ellipse", oval(X, Y + 66, 34, 5), shade(person.hair, 1.05), 5, 0.6)
    canvas.clip = None


def _long_hair(canvas: Canvas, person: Person) -> None:
    width = person.width
    top = oval(X, Y - 62, width + 16, person.height - 38)
    canvas.draw("chord", top, person.hair, 3, start=180, end=360)
    canvas.draw("ellipse", oval(X + 12, Y - 52, width - 24, 46), person.skin, 5)
    for side in SIDES:
        lock = X + side * (width + 5)
        canvas.draw("rounded_rectangle", (lock - 17, Y - 90, lock + 17, Y + 180), person.hair, 4, radius=17)


def _short_hair(canvas: Canvas, person: Person) -> None:
    width = person.width
    top = oval(X, Y - 56, width + 7, person.height - 42)
    canvas.draw("chord", top, person.hair, 3, start=180, end=360)
    canvas.draw("ellipse", oval(X, Y - 46, width - 18, 44), person.skin, 6)
    for side in SIDES:
        temple = X + side * (width - 1)
        canvas.draw("rounded_rectangle", (temple - 6, Y - 70, temple + 6, Y - 14), person.hair, 4, 0.9, radius=6)


def _eye(canvas: Canvas, person: Person, x: float, y: float) -> None:
    canvas.draw("ellipse", oval(x, y - 6, 30, 17), shade(person.skin, 0.72), 9, 0.75)
    canvas.draw("ellipse", oval(x, y, 19, 9), (246, 243, 240))
    canvas.draw("ellipse", oval(x, y, 9, 9), (70, 48, 34), 0.8)
    canvas.draw("ellipse", oval(x, y, 4.5, 4.5), (16, 12, 10), 0.6)
    canvas.draw("ellipse", oval(x + 3, y - 3, 2, 2), (255, 255, 255), 0.5)
    canvas.draw("arc", (x - 21, y - 11, x + 21, y + 13), INK, 1, 0.9, start=195, end=345, width=4)
    canvas.draw("arc", (x - 20, y - 10, x + 20, y + 11), shade(person.skin, 0.6), 1.5, 0.5, start=20, end=160, width=2)
    brow = (x - 28, y - 34 + person.brow, x + 28, y + 4)
    canvas.draw("arc", brow, shade(person.hair, 0.8), 1.6, 0.95, start=205, end=335, width=8)


def _nose(canvas: Canvas, person: Person) -> None:
    skin = person.skin
    canvas.draw("polygon", (X - 7, Y - 10, X - 22, Y + 46, X - 4, Y + 46), shade(skin, 0.78), 7, 0.6)
    canvas.draw("ellipse", oval(X + 2, Y + 22, 6, 30), shade(skin, 1.1), 6, 0.7)
    canvas.draw("ellipse", oval(X, Y + 53, 21, 6), shade(skin, 0.66), 4, 0.65)
    for side in SIDES:
        canvas.draw("ellipse", oval(X + side * 10, Y + 49, 5, 3), shade(skin, 0.4), 2, 0.8)


def _mouth(canvas: Canvas, person: Person) -> None:
    half, y = person.mouth, Y + 80
    lip: Colour = (176, 92, 88) if person.skin[0] > 180 else (132, 70, 66)
    upper = (X - half, y, X - 9, y - 8, X, y - 5, X + 9, y - 8, X + half, y, X, y + 4)
    canvas.draw("polygon", upper, shade(lip, 0.88), 1.6, 0.9)
    canvas.draw("ellipse", oval(X, y + 5, half - 9, 8), lip, 1.8, 0.9)
    line = (X - half, y, X - 8, y - 1, X, y + 1, X + 8, y - 1, X + half, y)
    canvas.draw("line", line, shade(lip, 0.5), 1, 0.9, width=2)
