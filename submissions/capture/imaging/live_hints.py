"""Give a hint for a small frame of the live camera, by the same check as for uploads. Nothing is stored."""

import io

import numpy as np
from PIL import Image

from submissions.capture.imaging import advice, quality
from submissions.capture.imaging.errors import unreadable
from submissions.capture.imaging.face.blazeface import Pixels
from submissions.capture.imaging.normalise import Kind

MAX_BYTES = 300_000
SIDES = (32, 800)  # pixels: the minimum of the shorter side, the maximum of the longer side


def hint(content: bytes, kind: Kind, *, to_customer: bool = False) -> str:
    """Return the first thing to change, as a sentence; "" if the picture can be taken.

    Raises:
        UnusableImage: not a small JPEG.
    """
    picture = _opened(content)
    found = (
        quality.judge_selfie(picture, quality.LIVE) if kind == Kind.SELFIE else quality.judge_id(picture, quality.LIVE)
    )
    return advice.sentence(found[0].code, kind, to_customer=to_customer) if found else ""


def _opened(content: bytes) -> Pixels:
    """Open it with the parser of uploads, so that only its pixels reach the detector."""
    if len(content) > MAX_BYTES:
        raise unreadable()
    try:
        image = Image.open(io.BytesIO(content), formats=("JPEG",))
        is_small = min(image.size) >= SIDES[0] and max(image.size) <= SIDES[1]
        picture = np.asarray(image.convert("RGB"), np.uint8) if is_small else None
    except Exception as error:
        raise unreadable() from error
    if picture is None:
        raise unreadable()
    return picture
