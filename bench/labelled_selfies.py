"""Generate random labelled selfies from a public-domain portrait: good ones, and bad ones of each kind.

The label depends on the size and position of the face in the picture, never on the thresholds of the checks. Between
the largest bad and the smallest good value is a gap that nobody could label.
"""

import io
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import cache

import cv2
import numpy as np
import skimage.data
from numpy.typing import NDArray

Picture = NDArray[np.float32]

# The face in the portrait: centre and side of the square from brow to chin, in pixels of the portrait.
FACE_X, FACE_Y, FACE_SIDE = 224, 114, 96
SIZES = ((960, 720), (720, 960), (1280, 720), (720, 1280), (1800, 1350), (1350, 1800), (640, 480))
SCENES = ("coffee", "rocket", "brick", "grass", "gravel", "chelsea")


@dataclass(frozen=True)
class Labelled:
    """`kind`: "good" or the defect. `expects`: the codes of which any one names it correctly."""

    kind: str
    content: bytes
    expects: tuple[str, ...] = ()


@dataclass(frozen=True)
class Place:
    """A face in its frame, as shares of the frame's short side: the side of the face, and the margins around it."""

    share: float
    room: float = 0.08


@cache
def _portrait() -> Picture:
    return np.asarray(skimage.data.astronaut(), np.float32)


@cache
def _matte() -> Picture:
    """Return a mask with 1 for the person: head, neck and shoulders, drawn by hand, with soft edges."""
    mask = np.zeros((512, 512), np.float32)
    cv2.ellipse(mask, (228, 104), (76, 92), 0, 0, 360, 1.0, -1)
    body = np.array([(118, 160), (300, 160), (306, 240), (352, 290), (372, 512), (20, 512), (40, 290), (112, 240)])
    cv2.fillPoly(mask, [body.astype(np.int32)], 1.0)
    return np.asarray(cv2.GaussianBlur(mask, (0, 0), 2.5), np.float32)


def labelled(seed: int, good: int, bad_of_a_kind: int) -> Iterator[Labelled]:
    """Return the same pictures for the same seed."""
    chance = np.random.default_rng(seed)
    for _number in range(good):
        yield Labelled("good", written(chance, _good(chance)))
    for kind, (draw, expects) in BAD.items():
        for _number in range(bad_of_a_kind):
            yield Labelled(kind, written(chance, draw(chance)), expects)


def _good(chance: np.random.Generator) -> Picture:
    picture = _person(chance, Place(share=chance.uniform(0.32, 0.66)))
    return lit(picture, gain=chance.uniform(0.55, 1.25), gamma=chance.uniform(0.85, 1.2))


def _person(chance: np.random.Generator, place: Place, blur: float = 0.0) -> Picture:
    """Draw a person in front of a scene. `blur`: a Gaussian's width as a share of the face's side."""
    wide, tall = SIZES[chance.integers(len(SIZES))]
    side = place.share * min(wide, tall)
    room = place.room * min(wide, tall) + side / 2
    x = chance.uniform(room, wide - room) if wide > 2 * room else wide / 2
    y = chance.uniform(room, tall - room) if tall > 2 * room else tall / 2
    picture = _pasted(scene(chance, wide, tall), side, x, y, roll=chance.uniform(-8, 8))
    sigma = (blur or chance.uniform(0, 0.006)) * side
    return blurred(picture, sigma)


def _pasted(ground: Picture, side: float, x: float, y: float, roll: float = 0.0) -> Picture:
    """Paste the portrait's person with the face's centre at (x, y). The shoulders end where the portrait ends."""
    turn = cv2.getRotationMatrix2D((FACE_X, FACE_Y), roll, side / FACE_SIDE)
    turn[:, 2] += (x - FACE_X, y - FACE_Y)
    size = (ground.shape[1], ground.shape[0])
    person = cv2.warpAffine(_portrait(), turn, size, flags=cv2.INTER_CUBIC, borderMode=cv2.BORDER_REPLICATE)
    mask = cv2.warpAffine(_matte(), turn, size, flags=cv2.INTER_LINEAR)[:, :, None]
    return np.asarray(ground * (1 - mask) + person.clip(0, 255) * mask, np.float32)


def scene(chance: np.random.Generator, wide: int, tall: int) -> Picture:
    """Draw a wall with light from one side, or a photograph of things."""
    if chance.random() < 0.5:
        colour = chance.uniform(60, 225, 3)
        slope = np.linspace(chance.uniform(0.75, 1), 1.05, wide)[None, :, None] * np.ones((tall, 1, 1))
        return np.asarray((colour * slope).clip(0, 255), np.float32)
    photo = getattr(skimage.data, SCENES[chance.integers(len(SCENES))])()
    colour_photo = photo if photo.ndim == 3 else np.repeat(photo[:, :, None], 3, axis=2)
    return np.asarray(cv2.resize(colour_photo, (wide, tall), interpolation=cv2.INTER_AREA), np.float32)


def blurred(picture: Picture, sigma: float) -> Picture:
    return picture if sigma < 0.3 else np.asarray(cv2.GaussianBlur(picture, (0, 0), sigma), np.float32)


def lit(picture: Picture, gain: float, gamma: float = 1.0, lift: float = 0.0) -> Picture:
    return np.asarray(255 * (picture.clip(0, 255) / 255) ** gamma * gain + lift, np.float32)


def written(chance: np.random.Generator, picture: Picture) -> bytes:
    """Encode as a JPEG of random quality, with sensor noise."""
    grainy = picture + chance.normal(0, chance.uniform(0.5, 4), (*picture.shape[:2], 1))
    rgb = grainy.clip(0, 255).astype(np.uint8)
    quality = int(chance.integers(72, 96))
    done, content = cv2.imencode(".jpg", rgb[:, :, ::-1], [cv2.IMWRITE_JPEG_QUALITY, quality])
    assert done
    return io.BytesIO(content.tobytes()).getvalue()


def _out_of_focus(chance: np.random.Generator) -> Picture:
    return _person(chance, Place(chance.uniform(0.32, 0.66)), blur=chance.uniform(0.035, 0.08))


def _shaken(chance: np.random.Generator) -> Picture:
    place = Place(chance.uniform(0.32, 0.66))
    picture = _person(chance, place)
    return shaken(chance, picture, chance.uniform(0.12, 0.25) * place.share * min(picture.shape[:2]))


def shaken(chance: np.random.Generator, picture: Picture, way: float) -> Picture:
    """Add motion blur of `way` pixels in a random direction."""
    length = max(5, int(way))
    line = np.zeros((length, length), np.float32)
    line[length // 2] = 1 / length
    turn = cv2.getRotationMatrix2D((length / 2 - 0.5, length / 2 - 0.5), chance.uniform(0, 180), 1)
    kernel = cv2.warpAffine(line, turn, (length, length))
    return np.asarray(cv2.filter2D(picture, -1, kernel / kernel.sum()), np.float32)


def _dark(chance: np.random.Generator) -> Picture:
    return lit(_person(chance, Place(chance.uniform(0.32, 0.66))), gain=chance.uniform(0.04, 0.2))


def _over_exposed(chance: np.random.Generator) -> Picture:
    picture = _person(chance, Place(chance.uniform(0.32, 0.66)))
    return lit(picture, gain=chance.uniform(2.2, 4), lift=chance.uniform(20, 90))


def _backlit(chance: np.random.Generator) -> Picture:
    wide, tall = SIZES[chance.integers(len(SIZES))]
    side = chance.uniform(0.32, 0.6) * min(wide, tall)
    window = np.full((tall, wide, 3), 500, np.float32) + chance.normal(0, 20)
    gain = chance.uniform(0.05, 0.17)
    return np.asarray(_pasted(window / gain, side, wide / 2, tall * 0.5) * gain, np.float32)


def _two_faces(chance: np.random.Generator) -> Picture:
    wide, tall = SIZES[chance.integers(len(SIZES))]
    ground, across = scene(chance, wide, tall), wide >= tall
    side = chance.uniform(0.28, 0.36) * min(wide, tall)
    second = side * chance.uniform(0.6, 1.0)
    first_at = (wide * 0.27, tall * 0.5) if across else (wide * 0.5, tall * 0.27)
    second_at = (wide * 0.73, tall * 0.5) if across else (wide * 0.5, tall * 0.73)
    both = _pasted(ground, side, *first_at, roll=chance.uniform(-6, 6))
    return _pasted(both, second, *second_at, roll=chance.uniform(-6, 6))


def _no_face(chance: np.random.Generator) -> Picture:
    wide, tall = SIZES[chance.integers(len(SIZES))]
    if chance.random() < 0.6:
        return scene(chance, wide, tall)
    body = _portrait()[230 + int(chance.integers(40)) :, int(chance.integers(80)) :]
    return np.asarray(cv2.resize(body, (wide, tall)), np.float32)


def _turned(chance: np.random.Generator) -> Picture:
    upright = _person(chance, Place(chance.uniform(0.32, 0.62)))
    return np.ascontiguousarray(np.rot90(upright, int(chance.integers(1, 4))))


def _at_the_border(chance: np.random.Generator) -> Picture:
    """Move the face from touching the border to a third outside."""
    wide, tall = SIZES[chance.integers(len(SIZES))]
    side = chance.uniform(0.34, 0.6) * min(wide, tall)
    inside = side * chance.uniform(0.17, 0.49)
    x, y = chance.uniform(0.4, 0.6) * wide, chance.uniform(0.4, 0.6) * tall
    edge = chance.integers(4)
    at = ((inside, y), (wide - inside, y), (x, inside), (x, tall - inside))[edge]
    return _pasted(scene(chance, wide, tall), side, *at)


def _tiny(chance: np.random.Generator) -> Picture:
    return _person(chance, Place(chance.uniform(0.05, 0.19)))


def _cropped(chance: np.random.Generator) -> Picture:
    """Crop so closely that brow or chin are outside."""
    return _person(chance, Place(chance.uniform(1.05, 1.5)))


BAD: dict[str, tuple[Callable[[np.random.Generator], Picture], tuple[str, ...]]] = {
    "out of focus": (_out_of_focus, ("blurred",)),
    "shaken": (_shaken, ("blurred",)),
    "dark": (_dark, ("dark", "face_dark")),
    "over-exposed": (_over_exposed, ("bright", "face_bright")),
    "backlit": (_backlit, ("face_dark", "dark")),
    "two faces": (_two_faces, ("several_faces",)),
    "no face": (_no_face, ("no_face",)),
    "turned": (_turned, ("turned",)),
    "at the border": (_at_the_border, ("face_at_border", "no_face")),
    "tiny": (_tiny, ("face_small", "face_few_pixels", "no_face")),
    "cropped": (_cropped, ("face_large", "face_at_border", "no_face")),
}
