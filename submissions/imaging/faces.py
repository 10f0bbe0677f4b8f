"""Finds upright faces in a grey picture, and where there is none, looks again to say why. Judges nothing: see `checks`.

The detector is OpenCV's Haar cascade `alt2`, offline and deterministic. Its box spans brow to chin and ear to ear; the
head with its hair is about 1.6 boxes tall and 1.35 wide. It misses faces that are turned, cut off, dark or washed out.
"""

import threading
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Face = tuple[int, int, int, int]

DETECT_WIDTH = 480  # long side at which is looked, pixels
SMALLEST = 0.08  # of the short side
PADDING = 0.35  # of the short side, grown on every edge to find a face that is cut off
_local = threading.local()
cv2.setNumThreads(1)


@dataclass(frozen=True)
class Sight:
    """`faces`: boxes (x, y, width, height) in the picture's pixels, reaching outside it where `is_cut`.

    `is_turned`: none is upright and one lies on its side or head.
    """

    faces: tuple[Face, ...]
    is_turned: bool = False
    is_cut: bool = False


def grey_of(content: bytes) -> Pixels:
    """Of a picture that was taken in.

    Raises:
        ValueError: not a picture.
    """
    decoded = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE) if content else None
    if decoded is None:
        raise ValueError("not a picture; take it in first")
    return np.asarray(decoded, np.uint8)


def look(grey: Pixels) -> Sight:
    """The faces; where none is seen, what a second look at it lifted, turned or with room around it finds."""
    small, scale = _small(grey)
    if faces := _found(small):
        return Sight(_grown(faces, scale))
    lifted = cv2.createCLAHE(clipLimit=12, tileGridSize=(6, 6)).apply(small)
    if faces := _found(np.asarray(lifted, np.uint8)):
        return Sight(_grown(faces, scale))
    if is_turned(small):
        return Sight((), is_turned=True)
    return _cut_off(small, scale)


def find_faces(grey: Pixels) -> tuple[Face, ...]:
    """Upright faces at first sight."""
    small, scale = _small(grey)
    return _grown(_found(small), scale)


def is_turned(grey: Pixels) -> bool:
    """A face is seen when the picture is turned by a quarter, a half or three quarters."""
    small, _scale = _small(grey)
    return any(_found(np.ascontiguousarray(np.rot90(small, turns))) for turns in (1, 3, 2))


def _cut_off(small: Pixels, scale: float) -> Sight:
    """Looks once more with the border drawn out, so that half a face beside it can be seen."""
    room = int(min(small.shape) * PADDING)
    padded = cv2.copyMakeBorder(small, room, room, room, room, cv2.BORDER_REPLICATE)
    faces = [(x - room, y - room, w, h) for x, y, w, h in _found(np.asarray(padded, np.uint8))]
    return Sight(_grown(faces, scale), is_cut=bool(faces))


def _small(grey: Pixels) -> tuple[Pixels, float]:
    scale = min(1.0, DETECT_WIDTH / max(grey.shape))
    if scale == 1:
        return grey, scale
    return np.asarray(cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA), np.uint8), scale


def _found(small: Pixels) -> list[Face]:
    smallest = max(20, int(min(small.shape) * SMALLEST))
    boxes = _cascade().detectMultiScale(small, scaleFactor=1.1, minNeighbors=5, minSize=(smallest, smallest))
    return [(int(x), int(y), int(w), int(h)) for x, y, w, h in boxes]


def _grown(faces: list[Face], scale: float) -> tuple[Face, ...]:
    return tuple((int(x / scale), int(y / scale), int(w / scale), int(h / scale)) for x, y, w, h in faces)


def _cascade() -> "cv2.CascadeClassifier":
    """One a thread: the detector keeps state while it runs."""
    if not hasattr(_local, "cascade"):
        _local.cascade = cv2.CascadeClassifier(str(Path(cv2.__path__[0]) / "data" / "haarcascade_frontalface_alt2.xml"))
    cascade: cv2.CascadeClassifier = _local.cascade
    return cascade
