"""Measure how dark both eyes are against the skin between and below them: dark glasses cover them evenly."""

import cv2
import numpy as np
from numpy.typing import NDArray

from submissions.capture.imaging.face.blazeface import Pixels
from submissions.capture.imaging.face.detection import Face

# The face is rotated upright and scaled so that its eyes are here, on a patch of this width and height.
RIGHT_EYE, LEFT_EYE, PATCH = (48, 60), (112, 60), (160, 110)
EYES = ((50, 70, 34, 62), (50, 70, 98, 126))  # top, bottom, left, right
SKIN = ((75, 95, 70, 90), (82, 98, 40, 58), (82, 98, 102, 120))  # the nose and both cheeks
DARKEST_SKIN = 20.0  # lightness below which noise would count


def eye_darkness(picture: Pixels, face: Face) -> float:
    """Return 0 if the eyes are as light as the skin, up to 1 if they are black. `picture`: RGB."""
    eyes = np.array(face.landmarks[:2])
    distance = float(np.linalg.norm(eyes[1] - eyes[0]))
    middle = (float(eyes[:, 0].mean()), float(eyes[:, 1].mean()))
    scale = (LEFT_EYE[0] - RIGHT_EYE[0]) / max(distance, 1.0)
    turn = np.asarray(cv2.getRotationMatrix2D(middle, face.tilt, scale), np.float64)
    turn[:, 2] += np.add(RIGHT_EYE, LEFT_EYE) / 2 - middle
    patch = cv2.warpAffine(picture, turn, PATCH, flags=cv2.INTER_AREA, borderMode=cv2.BORDER_REPLICATE)
    lightness = cv2.cvtColor(patch, cv2.COLOR_RGB2LAB)[:, :, 0].astype(np.float32)
    skin = _median(lightness, SKIN)
    return (skin - _median(lightness, EYES)) / max(skin, DARKEST_SKIN)


def _median(lightness: NDArray[np.float32], boxes: tuple[tuple[int, int, int, int], ...]) -> float:
    parts = [lightness[top:bottom, left:right].ravel() for top, bottom, left, right in boxes]
    return float(np.median(np.concatenate(parts)))
