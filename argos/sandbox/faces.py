"""Looks at the selfie: how many faces are on it."""

import threading
from pathlib import Path

import cv2
import numpy as np

_local = threading.local()
cv2.setNumThreads(1)


def count_faces(content: bytes) -> int:
    grey = cv2.imdecode(np.frombuffer(content, np.uint8), cv2.IMREAD_GRAYSCALE)
    if grey is None:
        return 0
    if not hasattr(_local, "cascade"):
        _local.cascade = cv2.CascadeClassifier(str(Path(cv2.__path__[0]) / "data" / "haarcascade_frontalface_alt2.xml"))
    scale = min(1.0, 480 / max(grey.shape))
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    return len(_local.cascade.detectMultiScale(small, 1.1, 5, minSize=(24, 24)))
