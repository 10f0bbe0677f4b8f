"""Count the faces on a selfie with MediaPipe's full-range BlazeFace; `kycportal.frontend` fetches its weights."""

import threading
from functools import cache
from pathlib import Path
from typing import Any

import cv2
import numpy as np

WEIGHTS = Path(__file__).resolve().parents[2] / "weights" / "face_detection_full_range.tflite"
SIDE, CELL = 192, 4  # pixels of the network's square input, and of each of its cells
LIKELY, SAME_FACE = 0.5, 0.3  # score that counts, overlap of two boxes of one face
_turn = threading.Lock()
cv2.setNumThreads(1)


def count_faces(content: bytes) -> int:
    picture = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_COLOR)
    if picture is None:
        return 0
    scale = SIDE / max(picture.shape[:2])
    small = cv2.resize(picture, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    square = np.zeros((SIDE, SIDE, 3), np.uint8)
    square[: small.shape[0], : small.shape[1]] = small
    with _turn:
        network = _network()
        network.setInput(cv2.dnn.blobFromImage(square, 1 / 127.5, mean=(127.5, 127.5, 127.5), swapRB=True))
        scores, values = sorted(
            network.forward(network.getUnconnectedOutLayersNames()), key=lambda output: output.shape[-1]
        )
    chances = 1 / (1 + np.exp(-np.clip(scores.ravel(), -80, 80)))
    likely = np.flatnonzero(chances > LIKELY)
    cells = SIDE // CELL
    across, down, width, height = values.reshape(-1, 16)[likely, :4].T
    left = across + (likely % cells + 0.5) * CELL - width / 2
    top = down + (likely // cells + 0.5) * CELL - height / 2
    boxes = np.stack([left, top, width, height], axis=1).tolist()
    return len(cv2.dnn.NMSBoxes(boxes, chances[likely].tolist(), LIKELY, SAME_FACE))


@cache
def _network() -> Any:
    return cv2.dnn.readNetFromTFLite(str(WEIGHTS))
