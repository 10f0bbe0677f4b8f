"""Estimate the quality of a JPEG from its quantisation tables, without decoding pixels.

A table's sum relative to the standard table gives the quality on the scale of the Independent JPEG Group (libjpeg),
within one step for its own files. Other encoders have differently shaped tables; their quality is an equivalent.
"""

import io

from PIL import Image, JpegImagePlugin

STANDARD_SUM = 3692  # of the 64 steps of libjpeg's luminance table at quality 50


def estimate(content: bytes) -> float | None:
    """Return 1 (coarsest) to 100; None if it is no JPEG."""
    try:
        image = Image.open(io.BytesIO(content), formats=("JPEG",))
    except Exception:  # the parser raises many types; `decode` has the message for an unusable file
        return None
    if not isinstance(image, JpegImagePlugin.JpegImageFile) or not image.quantization:
        return None
    coarseness = 100 * sum(image.quantization[min(image.quantization)]) / STANDARD_SUM
    return max(1.0, 5000 / coarseness if coarseness > 100 else 100 - coarseness / 2)
