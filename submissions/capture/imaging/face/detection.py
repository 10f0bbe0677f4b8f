"""Find faces in a picture, and why one cannot be judged: the picture is rotated, or the face is cut off.

`blazeface` detects, `imaging.quality` judges. A detected box is square, as wide as the face from ear to ear, and spans
brow to chin.
"""

import math
from dataclasses import dataclass, replace

import cv2
import numpy as np

from submissions.capture.imaging.face.blazeface import FULL_RANGE, SHORT_RANGE, Detection, Pixels

LOOK_WIDTH = 480  # pixels of the long side at which faces are searched
NEAR = 0.2  # share of the long side from which the short-range network is used
UPRIGHT = 40  # maximum tilt of the line of the eyes in degrees
SURE = 0.9  # score of an upright face that makes a search at other rotations unnecessary
BETTER = 0.05  # by which a rotated picture must score higher
CLEAR = 0.65  # score required in a rotated or padded picture: more searches give more false alarms
DOCUMENT_WIDTH = 1200  # pixels of a document's long side for the portrait search, as a whole and in four parts
PART = 4 / 7  # of each side: neighbouring parts overlap by a quarter, wider than a portrait
PADDING = 0.35  # of the short side, added at every edge to find a face that is cut off

Point = tuple[float, float]


@dataclass(frozen=True)
class Face:
    """In pixels of the picture, also outside it if the face is cut off.

    `landmarks`: the person's right and left eye, nose tip, mouth, right and left ear.
    """

    x: int
    y: int
    width: int
    height: int
    score: float
    landmarks: tuple[Point, ...]

    @property
    def centre(self) -> Point:
        """Return the mean of eyes and mouth, which is steadier than the middle of the box near a border."""
        points = [self.landmarks[at] for at in (0, 1, 3)]
        return sum(x for x, _y in points) / 3, sum(y for _x, y in points) / 3

    @property
    def tilt(self) -> float:
        """Return the angle of the line from the right eye to the left one: 0 upright, 90 a quarter turn clockwise."""
        (right_x, right_y), (left_x, left_y) = self.landmarks[:2]
        return math.degrees(math.atan2(left_y - right_y, left_x - right_x))


@dataclass(frozen=True)
class Sight:
    """`turned`: no face is upright, and this one is rotated. `is_cut`: the face is partly outside.

    `is_near`: whether the rotated face fills at least a fifth of the picture's long side.
    """

    faces: tuple[Face, ...]
    turned: Face | None = None
    is_near: bool = False
    is_cut: bool = False

    @property
    def is_turned(self) -> bool:
        return self.turned is not None


def open_picture(content: bytes) -> Pixels:
    """Return the RGB pixels of an image that `imaging.normalise` wrote.

    Raises:
        ValueError: not a picture.
    """
    decoded = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR_RGB) if content else None
    if decoded is None:
        raise ValueError("not a picture; take it in first")
    return np.asarray(decoded, np.uint8)


def grey_of(picture: Pixels) -> Pixels:
    """Return the brightness of each pixel of an RGB picture."""
    return np.asarray(cv2.cvtColor(picture, cv2.COLOR_RGB2GRAY), np.uint8)


def look(picture: Pixels) -> Sight:
    """Return the faces of an RGB picture; if there is none, whether it is rotated or a face is cut off.

    Beside the most likely face only clear ones count, because walls and clothes sometimes resemble a face.
    """
    small, scale = _small(picture)
    found = _found(small)
    faces = found[:1] + tuple(face for face in found[1:] if face.score > CLEAR)
    cut = () if any(face.score > CLEAR for face in faces) else _cut_off(small)
    if turned := _turned(small, (*found, *cut)):
        return Sight((), turned=turned, is_near=turned.width > NEAR * max(small.shape[:2]))
    return Sight(_enlarged(faces or cut, scale), is_cut=bool(cut) and not faces)


def find_portraits(picture: Pixels) -> tuple[Face, ...]:
    """Return upright portraits on a document, the widest first, including those too small for `look`."""
    small, scale = _small(picture, DOCUMENT_WIDTH)
    tall, wide = small.shape[:2]
    part_tall, part_wide = round(tall * PART), round(wide * PART)
    found = list(_found(small))
    for top in (0, tall - part_tall):
        for left in (0, wide - part_wide):
            part = np.ascontiguousarray(small[top : top + part_tall, left : left + part_wide])
            found += [_moved(face, left, top) for face in map(_face, FULL_RANGE.detect(part))]
    upright = sorted((face for face in found if abs(face.tilt) < UPRIGHT), key=lambda face: -face.score)
    distinct: list[Face] = []
    for face in upright:
        if face.score > CLEAR and not any(_is_same(face, other) for other in distinct):
            distinct.append(face)
    return tuple(sorted(_enlarged(tuple(distinct), scale), key=lambda face: -face.width))


def _turned(small: Pixels, upright: tuple[Face, ...]) -> Face | None:
    """Return the face that scores higher than all upright ones after rotating the picture by quarter turns."""
    best = max((face.score for face in upright if abs(face.tilt) < UPRIGHT), default=0.0)
    if best > SURE:
        return None
    found = (face for turns in (1, 3, 2) for face in _found(np.ascontiguousarray(np.rot90(small, turns))))
    likely = [face for face in found if abs(face.tilt) < UPRIGHT and face.score > max(best + BETTER, CLEAR)]
    return max(likely, key=lambda face: face.score, default=None)


def _cut_off(small: Pixels) -> tuple[Face, ...]:
    """Search again with the border replicated outwards, which completes half a face."""
    room = int(min(small.shape[:2]) * PADDING)
    padded = cv2.copyMakeBorder(small, room, room, room, room, cv2.BORDER_REPLICATE)
    return tuple(_moved(face, -room, -room) for face in _found(np.asarray(padded, np.uint8)) if face.score > CLEAR)


def _small(picture: Pixels, long_side: int = LOOK_WIDTH) -> tuple[Pixels, float]:
    scale = min(1.0, long_side / max(picture.shape[:2]))
    if scale == 1:
        return picture, scale
    return np.asarray(cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8), scale


def _found(small: Pixels) -> tuple[Face, ...]:
    """Return near faces by the short-range network and others by the full-range one, most likely first."""
    near = [face for face in map(_face, SHORT_RANGE.detect(small)) if face.width > NEAR * max(small.shape[:2])]
    far = [face for face in map(_face, FULL_RANGE.detect(small)) if not any(_is_same(face, other) for other in near)]
    return tuple(sorted(near + far, key=lambda face: -face.score))


def _is_same(one: Face, other: Face) -> bool:
    """Return whether the centre of either box is inside the other box."""
    return _is_inside(one, other) or _is_inside(other, one)


def _is_inside(one: Face, other: Face) -> bool:
    x, y = one.x + one.width / 2, one.y + one.height / 2
    return other.x < x < other.x + other.width and other.y < y < other.y + other.height


def _face(found: Detection) -> Face:
    left, top, right, bottom = (float(edge) for edge in found.box)
    landmarks = tuple((float(x), float(y)) for x, y in found.landmarks)
    return Face(round(left), round(top), round(right - left), round(bottom - top), found.score, landmarks)


def _moved(face: Face, across: float, down: float) -> Face:
    landmarks = tuple((x + across, y + down) for x, y in face.landmarks)
    return replace(face, x=round(face.x + across), y=round(face.y + down), landmarks=landmarks)


def _enlarged(faces: tuple[Face, ...], scale: float) -> tuple[Face, ...]:
    """Convert from pixels of the small picture to those of the original."""
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
