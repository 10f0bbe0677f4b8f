"""Where the holder's portrait is on a picture of a document, so that it can be shown beside the selfies."""

from submissions.imaging import faces

Box = tuple[float, float, float, float]
# The detector's box spans brow to chin; a portrait shows hair, chin and some shoulder.
BESIDE, ABOVE, BELOW = 0.45, 0.55, 0.45


def locate(content: bytes) -> list[float]:
    """[x, y, width, height] of the largest face with room around it, as shares 0 to 1; empty where none is found."""
    grey = faces.grey_of(content)
    found = faces.look(grey).faces
    if not found:
        return []
    height, width = grey.shape
    x, y, wide, tall = max(found, key=lambda face: face[2] * face[3])
    left, right = x - wide * BESIDE, x + wide * (1 + BESIDE)
    top, bottom = y - tall * ABOVE, y + tall * (1 + BELOW)
    return [round(share, 4) for share in _inside(left / width, top / height, right / width, bottom / height)]


def _inside(left: float, top: float, right: float, bottom: float) -> Box:
    left, top, right, bottom = max(0.0, left), max(0.0, top), min(1.0, right), min(1.0, bottom)
    return left, top, right - left, bottom - top
