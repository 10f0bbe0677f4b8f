"""Looks at a picture before a try is spent. Findings advise: a person can overrule each with a reason.

The vendor's page wants exactly one face, neither too large nor too small, away from the borders; its liveness page
names 25 % of the image and 192 px a side (contract, section 10). Exposure speaks first: the detector misses dark faces.
"""

import threading
from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np
from numpy.typing import NDArray

Pixels = NDArray[np.uint8]
Face = tuple[int, int, int, int]


@dataclass(frozen=True)
class Thresholds:
    """Levels 0 to 255; shares of the image's short side or area, 0 to 1; sharpness as Laplacian variance."""

    dark_level: float = 45
    bright_level: float = 222
    face_share: float = 0.25  # face box side over the image's short side; the box is smaller than the head
    face_share_most: float = 0.85
    border_share: float = 0.02
    face_pixels: int = 150
    face_sharpness: float = 40
    sharp_width: int = 256
    id_sharpness: float = 60
    id_sharp_width: int = 1000
    id_glare_share: float = 0.06
    id_long_side: int = 640


DEFAULT = Thresholds()
DETECT_WIDTH = 480
_local = threading.local()
cv2.setNumThreads(1)


@dataclass(frozen=True)
class Finding:
    """What each code means, and what to do about it, stands in `advice`."""

    code: str
    measure: float


def check_selfie(content: bytes, thresholds: Thresholds = DEFAULT) -> tuple[Finding, ...]:
    """What speaks against sending this selfie; empty when nothing does."""
    grey = _grey(content)
    if exposure := _exposure(grey, thresholds):
        return exposure
    faces = find_faces(grey)
    if len(faces) != 1:
        return (_wrong_number(grey, len(faces)),)
    return _face_findings(grey, faces[0], thresholds)


def check_id(content: bytes, thresholds: Thresholds = DEFAULT) -> tuple[Finding, ...]:
    """What speaks against sending this picture of a document."""
    grey = _grey(content)
    if exposure := _exposure(grey, thresholds):
        return exposure
    found = []
    if max(grey.shape) < thresholds.id_long_side:
        found.append(Finding("id_small", float(max(grey.shape))))
    if (sharp := _sharpness(grey, thresholds.id_sharp_width)) < thresholds.id_sharpness:
        found.append(Finding("id_blurred", sharp))
    if (glare := float(np.mean(grey >= 253))) > thresholds.id_glare_share and float(np.mean(grey)) < 200:
        found.append(Finding("id_glare", glare))
    return tuple(found)


def find_faces(grey: Pixels) -> list[Face]:
    """Boxes (x, y, width, height) of upright faces, in pixels of `grey`."""
    scale = min(1.0, DETECT_WIDTH / max(grey.shape))
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA) if scale < 1 else grey
    smallest = max(24, int(min(small.shape) * 0.08))
    boxes = _cascade().detectMultiScale(small, scaleFactor=1.1, minNeighbors=5, minSize=(smallest, smallest))
    return [(int(x / scale), int(y / scale), int(w / scale), int(h / scale)) for x, y, w, h in boxes]


def _cascade() -> "cv2.CascadeClassifier":
    """One a thread: the detector keeps state while it runs."""
    if not hasattr(_local, "cascade"):
        _local.cascade = cv2.CascadeClassifier(str(Path(cv2.__path__[0]) / "data" / "haarcascade_frontalface_alt2.xml"))
    cascade: cv2.CascadeClassifier = _local.cascade
    return cascade


def _grey(content: bytes) -> Pixels:
    decoded = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE)
    if decoded is None:
        raise ValueError("not a picture; take it in first")
    return np.asarray(decoded, np.uint8)


def _exposure(grey: Pixels, thresholds: Thresholds) -> tuple[Finding, ...]:
    level = float(np.mean(grey))
    if level < thresholds.dark_level:
        return (Finding("dark", level),)
    if level > thresholds.bright_level:
        return (Finding("bright", level),)
    return ()


def _wrong_number(grey: Pixels, count: int) -> Finding:
    if count > 1:
        return Finding("several_faces", count)
    if any(find_faces(np.rot90(grey, turns).copy()) for turns in (1, 2, 3)):
        return Finding("turned", 0)
    return Finding("no_face", 0)


def _face_findings(grey: Pixels, face: Face, thresholds: Thresholds) -> tuple[Finding, ...]:
    x, y, width, height = face
    tall, wide = grey.shape
    share = width / min(tall, wide)
    margin = min(x, y, wide - x - width, tall - y - height) / min(tall, wide)
    sharp = _sharpness(grey[y : y + height, x : x + width], thresholds.sharp_width)
    rows = (
        (share < thresholds.face_share, "face_small", share),
        (width < thresholds.face_pixels, "face_few_pixels", width),
        (share > thresholds.face_share_most, "face_large", share),
        (margin < thresholds.border_share, "face_at_border", margin),
        (sharp < thresholds.face_sharpness, "blurred", sharp),
    )
    return tuple(Finding(code, measure) for is_so, code, measure in rows if is_so)


def _sharpness(grey: Pixels, width: int) -> float:
    """Variance of the Laplacian at a fixed width, so that large pictures do not seem sharper than they are."""
    height = max(1, round(grey.shape[0] * width / grey.shape[1]))
    scaled = cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA)
    return float(cv2.Laplacian(scaled, cv2.CV_64F).var())
