"""Run BlazeFace, MediaPipe's face detector (Apache 2.0), with OpenCV on this server.

`kycportal.frontend` fetches the weights at set-up. The short-range network finds faces that fill at least a fifth of
the picture, also covered or tilted ones; the full-range network finds small ones.
"""

import threading
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import cv2
import numpy as np
from numpy.typing import NDArray

from submissions.capture.imaging.face import weights

Pixels = NDArray[np.uint8]
Numbers = NDArray[np.float32]

LIKELY = 0.5  # score from 0 to 1 above which a detection counts
SAME_FACE = 0.3  # overlap (intersection over union) of two detections of one face
cv2.setNumThreads(1)  # the web process has threads of its own


@dataclass(frozen=True)
class Detection:
    """In pixels of the picture. `box`: left, top, right, bottom.

    `landmarks`: rows (x, y) of the person's right and left eye, nose tip, mouth, right and left ear.
    """

    score: float
    box: Numbers
    landmarks: Numbers


class Network:
    """One network of a process, loaded at its first use. Threads take turns, because OpenCV's networks keep state."""

    def __init__(self, file: str, side: int, grids: tuple[tuple[int, int], ...]) -> None:
        """`side`: of the square input. `grids`: cells per side and anchors per cell, for each layer."""
        self.file, self.side, self.grids = file, side, grids
        self.lock = threading.Lock()

    def detect(self, picture: Pixels) -> list[Detection]:
        """Return the faces on an RGB picture, the most likely first.

        Raises:
            MissingWeights: `kycportal.frontend` did not fetch them.
        """
        tall, wide = picture.shape[:2]
        scale = self.side / max(tall, wide)
        size = max(1, round(wide * scale)), max(1, round(tall * scale))
        room = np.array([(self.side - size[0]) // 2, (self.side - size[1]) // 2], np.float32)
        square = np.zeros((self.side, self.side, 3), np.uint8)
        left, top = int(room[0]), int(room[1])
        square[top : top + size[1], left : left + size[0]] = cv2.resize(picture, size, interpolation=cv2.INTER_AREA)
        scores, values = self._forward(square)
        return [
            Detection(score, (box - np.tile(room, 2)) / scale, (points - room) / scale)
            for score, box, points in self._distinct(scores, values)
        ]

    def _forward(self, square: Pixels) -> tuple[Numbers, Numbers]:
        """Return for each anchor its score, and the 16 values of its box and landmarks."""
        blob = cv2.dnn.blobFromImage(square, 1 / 127.5, mean=(127.5, 127.5, 127.5))
        with self.lock:
            self._network.setInput(blob)
            outputs = self._network.forward(self._network.getUnconnectedOutLayersNames())
        scores = next(output for output in outputs if output.shape[-1] == 1).reshape(-1)
        values = next(output for output in outputs if output.shape[-1] == 16).reshape(-1, 16)
        return 1 / (1 + np.exp(-np.clip(scores, -80, 80))), np.asarray(values, np.float32)

    def _distinct(self, scores: Numbers, values: Numbers) -> list[tuple[float, Numbers, Numbers]]:
        """Return score, box and landmarks of each face: the mean of its detections, weighted by their scores."""
        likely = np.flatnonzero(scores > LIKELY)
        likely = likely[np.argsort(-scores[likely])]
        anchors = self._anchors[likely]
        centres, halves = values[likely, :2] + anchors, values[likely, 2:4] / 2
        boxes = np.concatenate([centres - halves, centres + halves], axis=1)
        points = values[likely, 4:].reshape(-1, 6, 2) + anchors[:, None]
        found, rest = [], np.arange(len(likely))
        while rest.size:
            same = overlap(boxes[rest], boxes[rest[0]]) > SAME_FACE
            same[0] = True
            ours, rest = rest[same], rest[~same]
            by_score = scores[likely[ours]] / scores[likely[ours]].sum()
            box, landmarks = np.tensordot(by_score, boxes[ours], 1), np.tensordot(by_score, points[ours], 1)
            found.append((float(scores[likely[ours[0]]]), box, landmarks))
        return found

    @cached_property
    def _network(self) -> Any:
        return cv2.dnn.readNetFromTFLite(np.frombuffer(weights.read(self.file), np.uint8))

    @cached_property
    def _anchors(self) -> Numbers:
        """Return the centres of the cells, in pixels of the input."""
        layers = []
        for cells, anchors_a_cell in self.grids:
            middles = (np.arange(cells, dtype=np.float32) + 0.5) * self.side / cells
            across, down = np.meshgrid(middles, middles)
            layers.append(np.repeat(np.stack([across.ravel(), down.ravel()], axis=1), anchors_a_cell, axis=0))
        return np.concatenate(layers)


def overlap(boxes: Numbers, box: Numbers) -> Numbers:
    """Return the intersection over union of each box with `box`."""
    shared = np.minimum(boxes[:, 2:], box[2:]) - np.maximum(boxes[:, :2], box[:2])
    common = np.prod(np.clip(shared, 0, None), axis=1)
    areas = np.prod(boxes[:, 2:] - boxes[:, :2], axis=1) + np.prod(box[2:] - box[:2])
    return np.asarray(common / np.maximum(areas - common, 1e-6), np.float32)


SHORT_RANGE = Network("face_detection_short_range.tflite", 128, ((16, 2), (8, 6)))
FULL_RANGE = Network("face_detection_full_range.tflite", 192, ((48, 1),))
