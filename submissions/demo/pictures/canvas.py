"""Soft shapes on a picture: each is drawn as a mask, blurred, and filled with one colour."""

from collections.abc import Sequence
from typing import Any

from PIL import Image, ImageChops, ImageDraw, ImageFilter

Colour = tuple[int, int, int]
Box = tuple[float, float, float, float]


def shade(colour: Colour, by: float) -> Colour:
    """Return the colour darker (below 1) or lighter (above 1)."""
    red, green, blue = (min(255, round(part * by)) for part in colour)
    return red, green, blue


def oval(x: float, y: float, half_width: float, half_height: float) -> Box:
    return x - half_width, y - half_height, x + half_width, y + half_height


class Canvas:
    def __init__(self, size: tuple[int, int], colour: Colour) -> None:
        self.image = Image.new("RGB", size, colour)
        self.clip: Image.Image | None = None  # shapes are drawn inside it alone

    def draw(
        self, shape: str, corners: Sequence[float], colour: Colour, blur: float = 1, strength: float = 1, **how: Any
    ) -> None:
        """Draw a shape of Pillow's ImageDraw. `corners`: x and y by turns; `strength`: 0 to 1."""
        margin = int(3 * blur) + 8
        left, top = max(0, int(min(corners[::2])) - margin), max(0, int(min(corners[1::2])) - margin)
        right = min(self.image.width, int(max(corners[::2])) + margin)
        bottom = min(self.image.height, int(max(corners[1::2])) + margin)
        mask = Image.new("L", (right - left, bottom - top))
        moved = [value - (top if place % 2 else left) for place, value in enumerate(corners)]
        getattr(ImageDraw.Draw(mask), shape)(moved, fill=round(255 * strength), **how)
        mask = mask.filter(ImageFilter.GaussianBlur(blur))
        if self.clip is not None:
            mask = ImageChops.multiply(mask, self.clip.crop((left, top, right, bottom)))
        self.image.paste(colour, (left, top), mask)
