"""Estimates the quality a JPEG was saved with, from its quantisation tables: no pixel is decoded.

A table's sum over that of the standard table gives the quality on the scale of the Independent JPEG Group (libjpeg), to
within one step for its own files. Other encoders have tables of another shape, and their quality is an equivalent.
"""

import io

from PIL import Image, JpegImagePlugin

STANDARD_SUM = 3692  # of the 64 steps of libjpeg's luminance table at quality 50


def estimate(content: bytes) -> float | None:
    """From 1 (coarsest) to 100; None where it is no JPEG."""
    try:
        image = Image.open(io.BytesIO(content), formats=("JPEG",))
    except Exception:  # the parser raises many kinds; `decode` has the message for an unusable file
        return None
    if not isinstance(image, JpegImagePlugin.JpegImageFile) or not image.quantization:
        return None
    coarseness = 100 * sum(image.quantization[min(image.quantization)]) / STANDARD_SUM
    return max(1.0, 5000 / coarseness if coarseness > 100 else 100 - coarseness / 2)
