"""Generate random labelled pictures of ID cards: cards of a country that does not exist, on a table.

As with the selfies, the label depends on the drawn sizes, never on the thresholds of the checks.
"""

from collections.abc import Callable, Iterator

import cv2
import numpy as np
from PIL import Image

from bench.labelled_selfies import Labelled, Picture, blurred, lit, scene, shaken, written
from tests import pictures

SIZES = ((1600, 1200), (1200, 1600), (2000, 1500), (1280, 960), (960, 720))
NAMES = ("Minseo Example", "Ada Sample", "Jiwoo Muster", "Tom Specimen")


def labelled(seed: int, good: int, bad_of_a_kind: int) -> Iterator[Labelled]:
    """Return the same pictures for the same seed."""
    chance = np.random.default_rng(seed)
    for _number in range(good):
        yield Labelled("good", written(chance, _good(chance)))
    for kind, (draw, expects) in BAD.items():
        for _number in range(bad_of_a_kind):
            yield Labelled(kind, written(chance, draw(chance)), expects)


def _good(chance: np.random.Generator) -> Picture:
    return lit(_card(chance), gain=chance.uniform(0.6, 1.02), gamma=chance.uniform(0.9, 1.15))


def _card(chance: np.random.Generator, share: tuple[float, float] = (0.72, 0.96)) -> Picture:
    """Draw a card on a table, slightly rotated and seen from the side. `share`: of the picture's width."""
    wide, tall = SIZES[chance.integers(len(SIZES))]
    across = wide * chance.uniform(*share)
    at = chance.uniform(0, wide - across), chance.uniform(0, tall - across * 800 / 1280)
    return _photographed(chance, _laid(chance, _table(chance, wide, tall), across, at))


def _table(chance: np.random.Generator, wide: int, tall: int) -> Picture:
    return np.asarray(scene(chance, wide, tall) * 0.8, np.float32)


def _photographed(chance: np.random.Generator, picture: Picture) -> Picture:
    return blurred(picture, chance.uniform(0, 0.0006) * picture.shape[1])


def _laid(chance: np.random.Generator, table: Picture, across: float, at: tuple[float, float]) -> Picture:
    """Draw the table with a card: `across` pixels wide, its top left corner at `at`."""
    card = _drawn(chance)
    corners = np.array([(0, 0), (1280, 0), (1280, 800), (0, 800)], np.float32)
    lean = chance.uniform(-0.015, 0.015, (4, 2)) * across
    target = corners / (1280, 800) * (across, across * 800 / 1280) + at + lean
    turn = cv2.getPerspectiveTransform(corners, target.astype(np.float32))
    size = table.shape[1], table.shape[0]
    seen = cv2.warpPerspective(card, turn, size, flags=cv2.INTER_AREA)
    mask = cv2.warpPerspective(np.ones((800, 1280), np.float32), turn, size)[:, :, None]
    return np.asarray(table * (1 - mask) + seen.clip(0, 255) * mask, np.float32)


def _drawn(chance: np.random.Generator) -> Picture:
    """Draw a card. Half of the cards repeat the portrait, small and pale, as many real ones do."""
    card = pictures.id_card(NAMES[chance.integers(len(NAMES))], f"M{chance.integers(10**8):08d}")
    if chance.random() < 0.5:
        ghost = card.crop((80, 180, 420, 622)).resize((170, 221))
        card.paste(Image.blend(ghost, Image.new("RGB", ghost.size, "white"), 0.4), (1010, 400))
    return np.asarray(card, np.float32)


def _two_cards(chance: np.random.Generator) -> Picture:
    """Draw two cards of about the same size, one above the other."""
    wide, tall = SIZES[chance.integers(len(SIZES))]
    across = min(wide, tall * 0.48 * 1280 / 800) * chance.uniform(0.75, 0.95)
    left, low = (wide - across) / 2, tall * 0.51
    first = _laid(chance, _table(chance, wide, tall), across, (left * chance.uniform(0.5, 1.5), tall * 0.02))
    second = across * chance.uniform(0.9, 1)
    return _photographed(chance, _laid(chance, first, second, (left * chance.uniform(0.5, 1.5), low)))


def _out_of_focus(chance: np.random.Generator) -> Picture:
    """Blur a card so that letters a fortieth of its height run into each other."""
    picture = _card(chance)
    return blurred(picture, chance.uniform(0.006, 0.012) * picture.shape[1])


def _shaken(chance: np.random.Generator) -> Picture:
    picture = _card(chance)
    return shaken(chance, picture, chance.uniform(0.018, 0.04) * picture.shape[1])


def _dark(chance: np.random.Generator) -> Picture:
    return lit(_card(chance), gain=chance.uniform(0.03, 0.16))


def _over_exposed(chance: np.random.Generator) -> Picture:
    return lit(_card(chance, share=(0.9, 0.97)), gain=chance.uniform(2.4, 4), lift=chance.uniform(60, 110))


def _glare(chance: np.random.Generator) -> Picture:
    """Draw the reflection of a lamp over a fifth to a third of the card's width."""
    picture = _card(chance)
    tall, wide = picture.shape[:2]
    y, x = np.mgrid[0:tall, 0:wide].astype(np.float32)
    size = chance.uniform(0.11, 0.18) * wide
    at = (chance.uniform(0.35, 0.65) * wide, chance.uniform(0.42, 0.58) * tall)
    spot = np.exp(-(((x - at[0]) / size) ** 2 + ((y - at[1]) / (size * chance.uniform(0.5, 1))) ** 2) / 2)
    return np.asarray(picture * 0.85 + (spot * chance.uniform(400, 700))[:, :, None], np.float32)


def _turned(chance: np.random.Generator) -> Picture:
    return np.ascontiguousarray(np.rot90(_card(chance), int(chance.integers(1, 4))))


def _small(chance: np.random.Generator) -> Picture:
    picture = _card(chance)
    scale = chance.uniform(240, 520) / max(picture.shape[:2])
    return np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.float32)


def _selfie_instead(chance: np.random.Generator) -> Picture:
    face = pictures.selfie((960, 720)).crop((200, 0, 760, 720))
    return np.asarray(face.resize((1120, 1440)), np.float32)


BAD: dict[str, tuple[Callable[[np.random.Generator], Picture], tuple[str, ...]]] = {
    "out of focus": (_out_of_focus, ("id_blurred",)),
    "shaken": (_shaken, ("id_blurred",)),
    "dark": (_dark, ("dark",)),
    "over-exposed": (_over_exposed, ("bright", "id_glare")),
    "glare": (_glare, ("id_glare",)),
    "turned": (_turned, ("id_turned",)),
    "small": (_small, ("id_small", "too_small")),
    "two cards": (_two_cards, ("id_several",)),
    "selfie instead": (_selfie_instead, ("id_is_selfie",)),
}
