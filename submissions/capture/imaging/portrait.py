"""Locate the holder's portrait on a picture of a document, to show it beside the selfies."""

from submissions.capture.imaging.face import detection

Box = tuple[float, float, float, float]
# The detector's box spans brow to chin; a portrait shows hair, chin and some shoulder.
BESIDE, ABOVE, BELOW = 0.45, 0.55, 0.45


def locate(content: bytes) -> list[float]:
    """Return [x, y, width, height] of the largest face with a margin, as shares 0 to 1; empty without a face."""
    picture = detection.open_picture(content)
    found = detection.look(picture).faces
    if not found:
        return []
    height, width = picture.shape[:2]
    face = max(found, key=lambda face: face.width)
    left, right = face.x - face.width * BESIDE, face.x + face.width * (1 + BESIDE)
    top, bottom = face.y - face.height * ABOVE, face.y + face.height * (1 + BELOW)
    return [round(share, 4) for share in _inside(left / width, top / height, right / width, bottom / height)]


def _inside(left: float, top: float, right: float, bottom: float) -> Box:
    left, top, right, bottom = max(0.0, left), max(0.0, top), min(1.0, right), min(1.0, bottom)
    return left, top, right - left, bottom - top
