"""Count the lines of print beside a small face: the portrait on a card has some, a face in a room has none."""

import cv2
import numpy as np

from submissions.capture.imaging.face.blazeface import Pixels
from submissions.capture.imaging.face.detection import Face

FACE = 100  # width in pixels to which the face is scaled
WIDEST = 4  # of the part, in widths of the face
STROKE = 80.0  # brightness change at the edge of a letter, by Sobel's operator
BEGINS, ENDS = 0.03, 0.012  # share of a row's pixels on such edges: in a line of print, and between two lines


def print_lines(grey: Pixels, face: Face) -> int:
    """Count the lines, or blocks of lines, between rows without print, on the wider side of the face."""
    beside = _beside(grey, face)
    if min(beside.shape) < face.width // 2:
        return 0
    scale = FACE / face.width
    scaled = cv2.resize(
        beside, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA if scale < 1 else cv2.INTER_LINEAR
    )
    strokes = np.abs(cv2.Sobel(scaled, cv2.CV_32F, 1, 0)) > STROKE
    rows = cv2.blur(strokes.mean(axis=1, dtype=np.float32).reshape(-1, 1), (1, 3)).ravel()
    lines, is_inside = 0, False
    for share in rows:
        if not is_inside and share > BEGINS:
            is_inside = True
        elif is_inside and share < ENDS:
            lines, is_inside = lines + 1, False
    return lines


def _beside(grey: Pixels, face: Face) -> Pixels:
    """Return the area from one face height above the face to one below it."""
    tall, wide = grey.shape
    top, bottom = max(0, face.y - face.height), min(tall, face.y + 2 * face.height)
    if face.x + face.width / 2 < wide / 2:
        left = face.x + round(1.1 * face.width)
        return grey[top:bottom, left : left + WIDEST * face.width]
    right = max(0, face.x - round(0.1 * face.width))
    return grey[top:bottom, max(0, right - WIDEST * face.width) : right]
