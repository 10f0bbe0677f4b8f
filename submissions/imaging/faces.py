"""Finds faces in a picture, and tells why one cannot be judged: the picture is turned, or the face is cut off.

`blazeface` detects, `checks` judges. A detected box is square, as wide as the face from ear to ear, and spans brow
to chin.
"""

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np

from submissions.imaging.blazeface import FULL_RANGE, SHORT_RANGE, Detection, Pixels

LOOK_WIDTH = 480  # pixels of the long side at which faces are searched
NEAR = 0.2  # share of the long side from which a face is the short-range network's
UPRIGHT = 40  # degrees the line of the eyes may be tilted
SURE = 0.9  # score of an upright face that needs no look from another side
BETTER = 0.05  # by which a turned picture must score higher
CLEAR = 0.65  # score a face must have in a picture that was turned or padded: more looks make more false alarms
PADDING = 0.35  # of the short side, added on every edge to find a face that is cut off

Point = tuple[float, float]


@dataclass(frozen=True)
class Face:
    """In the picture's pixels, also outside it where the face is cut off.

    `landmarks`: right and left eye, nose tip, mouth, right and left ear, as the person has them.
    """

    x: int
    y: int
    width: int
    height: int
    score: float
    landmarks: tuple[Point, ...]

    @property
    def tilt(self) -> float:
        """Degrees of the line from the right eye to the left one: 0 upright, 90 a quarter turn clockwise."""
        (right_x, right_y), (left_x, left_y) = self.landmarks[:2]
        return math.degrees(math.atan2(left_y - right_y, left_x - right_x))


@dataclass(frozen=True)
class Sight:
    """`is_turned`: no face is upright, and one lies on its side or its head. `is_cut`: the face is partly outside."""

    faces: tuple[Face, ...]
    is_turned: bool = False
    is_cut: bool = False


def open_picture(content: bytes) -> Pixels:
    """The RGB pixels of an image that `intake` wrote.

    Raises:
        ValueError: not a picture.
    """
    decoded = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR_RGB) if content else None
    if decoded is None:
        raise ValueError("not a picture; take it in first")
    return np.asarray(decoded, np.uint8)


def grey_of(picture: Pixels) -> Pixels:
    """The brightness of each pixel of an RGB picture."""
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)


def look(picture: Pixels) -> Sight:
    """The faces of an RGB picture; where none is found, whether it is turned or a face is cut off."""
    small, scale = _small(picture)
    faces = _found(small)
    cut = () if any(face.score > CLEAR for face in faces) else _cut_off(small)
    if _is_turned(small, (*faces, *cut)):
        return Sight((), is_turned=True)
    return Sight(_enlarged(faces or cut, scale), is_cut=bool(cut) and not faces)


def _is_turned(small: Pixels, upright: tuple[Face, ...]) -> bool:
    """The likeliest face scores higher when the picture is turned by a quarter, a half or three quarters."""
    best = max((face.score for face in upright if abs(face.tilt) < UPRIGHT), default=0.0)
    if best > SURE:
        return False
    turned = (face for turns in (1, 3, 2) for face in _found(np.ascontiguousarray(np.rot90(small, turns))))
    return any(face.score > max(best + BETTER, CLEAR) for face in turned if abs(face.tilt) < UPRIGHT)


def _cut_off(small: Pixels) -> tuple[Face, ...]:
    """Search once more with the border replicated outwards, which completes half a face."""
    room = int(min(small.shape[:2]) * PADDING)
    padded = cv2.copyMakeBorder(small, room, room, room, room, cv2.BORDER_REPLICATE)
    return tuple(_moved(face, -room) for face in _found(np.asarray(padded, np.uint8)) if face.score > CLEAR)


def _small(picture: Pixels) -> tuple[Pixels, float]:
    scale = min(1.0, LOOK_WIDTH / max(picture.shape[:2]))
    if scale == 1:
        return picture, scale
    return np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8), scale


def _found(small: Pixels) -> tuple[Face, ...]:
    """The short-range network's near faces, and the full-range network's other ones; the likeliest first."""
    near = [face for face in SHORT_RANGE.detect(small) if _side(face) > NEAR * max(small.shape[:2])]
    far = [face for face in FULL_RANGE.detect(small) if not any(_is_same(face, other) for other in near)]
    return tuple(_face(found) for found in sorted(near + far, key=lambda found: -found.score))


def _side(found: Detection) -> float:
    return float(found.box[2] - found.box[0])


def _is_same(one: Detection, other: Detection) -> bool:
    """The centre of either box is inside the other box."""
    return _is_inside(one, other) or _is_inside(other, one)


def _is_inside(one: Detection, other: Detection) -> bool:
    centre = (one.box[:2] + one.box[2:]) / 2
    return bool(np.all(centre > other.box[:2]) and np.all(centre < other.box[2:]))


def _face(found: Detection) -> Face:
    left, top, right, bottom = (float(edge) for edge in found.box)
    landmarks = tuple((float(x), float(y)) for x, y in found.landmarks)
    return Face(round(left), round(top), round(right - left), round(bottom - top), found.score, landmarks)


def _moved(face: Face, by: float) -> Face:
    landmarks = tuple((x + by, y + by) for x, y in face.landmarks)
    return replace(face, x=round(face.x + by), y=round(face.y + by), landmarks=landmarks)


def _enlarged(faces: tuple[Face, ...], scale: float) -> tuple[Face, ...]:
    """From the pixels of the small picture to those of the whole one."""
    return tuple(
        Face(
            x=round(face.x / scale),
            y=round(face.y / scale),
            width=round(face.width / scale),
            height=round(face.height / scale),
            score=face.score,
            landmarks=tuple((x / scale, y / scale) for x, y in face.landmarks),
        )
        for face in faces
    )
