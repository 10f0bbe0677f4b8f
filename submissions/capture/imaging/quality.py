"""Check a picture before an attempt is used. Findings are advice: a user can override each with a reason.

The vendor's page demands exactly one face, neither too large nor too small, away from the borders; its liveness page
says 25 % of the image and 192 px per side (contract, section 10). docs/checks.md explains how the thresholds were found
and their limits; `python -m bench.selfies` measures them.
"""

from dataclasses import dataclass, replace

import cv2
import numpy as np
from numpy.typing import NDArray

from submissions.capture.imaging import jpeg_quality
from submissions.capture.imaging.face.blazeface import Pixels
from submissions.capture.imaging.face.card import print_lines
from submissions.capture.imaging.face.covered import eye_darkness
from submissions.capture.imaging.face.detection import CLEAR, Face, Sight, find_portraits, grey_of, look, open_picture


@dataclass(frozen=True)
class Thresholds:
    """Levels 0 to 255; shares of the short side or of the area, 0 to 1; sharpness as `sharpness` gives it.

    A face is measured by the detector's box, brow to chin, which is smaller than the head. `border_distance` is that of
    its centre, in its widths. The widest portrait of a
    document: its score, its distance from the border and the second portrait's width, both in its widths.
    """

    dark_level: float = 45
    bright_level: float = 222
    face_dark_level: float = 50
    clipped_level: int = 250
    clipped_share: float = 0.2
    face_clipped_share: float = 0.3
    face_share: float = 0.27
    face_share_most: float = 0.84
    border_distance: float = 0.53
    face_pixels: int = 130
    sharp_width: int = 72
    face_sharpness: float = 0.022
    eye_darkness: float = 0.74
    jpeg_quality: float = 69.5
    id_sharp_width: int = 600
    id_sharpness: float = 0.012
    id_glare_share: float = 0.012
    id_long_side: int = 640
    id_face_most: float = 0.54
    id_portrait_clear: float = 0.75
    id_portrait_room: float = 0.2
    id_second_portrait: float = 0.65
    turned_clear: float = 0.8  # score of a rotated face that needs no other explanation
    portrait_aside: float = 0.15  # a small face so far from the middle, in widths, beside
    portrait_lines: int = 2  # so many lines of print, is the portrait of a card


DEFAULT = Thresholds()
GLARE_WIDTH = 800
PRINT_LEVEL, PRINT_SHARE = 128, 0.002  # ten words on a page
# A live camera's frame is small, and a user told "closer" stops just before the limit.
LIVE = replace(
    DEFAULT,
    face_pixels=0,
    portrait_aside=1,
    id_long_side=0,
    face_share=0.32,
    face_share_most=0.78,
    border_distance=0.56,
)


@dataclass(frozen=True)
class Finding:
    """`advice` explains each code and what to do about it."""

    code: str
    measure: float


def check_selfie(content: bytes, thresholds: Thresholds = DEFAULT) -> tuple[Finding, ...]:
    """Return the findings against sending this selfie."""
    return judge_selfie(open_picture(content), thresholds)


def judge_selfie(picture: Pixels, thresholds: Thresholds = DEFAULT) -> tuple[Finding, ...]:
    """Do the same as `check_selfie` for RGB pixels."""
    sight, grey = look(picture), grey_of(picture)
    if sight.turned:
        return (_why_turned(grey, sight, sight.turned, thresholds),)
    if len(sight.faces) > 1 and not sight.is_cut:
        return (Finding("several_faces", len(sight.faces)),)
    if not sight.faces or _is_doubtful(sight.faces[0], grey, thresholds):
        return (_why_no_face(grey, thresholds),)
    return _face_findings(picture, grey, sight, thresholds)


def check_paper(content: bytes, thresholds: Thresholds = DEFAULT) -> tuple[Finding, ...]:
    """Return the findings against sending this photo of a letter: as `check_id`, but paper is white.

    It is too bright only if its print is washed out too, and empty cells and margins are no reflections.
    """
    picture = open_picture(content)
    is_printed = float(np.mean(grey_of(picture) < PRINT_LEVEL)) > PRINT_SHARE
    found = judge_id(picture, replace(thresholds, bright_level=256) if is_printed else thresholds)
    return tuple(finding for finding in found if finding.code != "id_glare")


def check_upload(content: bytes, thresholds: Thresholds = DEFAULT) -> tuple[Finding, ...]:
    """Return the findings of a selfie's file before it is re-encoded."""
    quality = jpeg_quality.estimate(content)
    return (Finding("low_quality", quality),) if quality and quality < thresholds.jpeg_quality else ()


def check_id_front(content: bytes, thresholds: Thresholds = DEFAULT) -> tuple[Finding, ...]:
    """Do the same as `check_id` for the portrait side; also find several documents or a cut-off one."""
    picture = open_picture(content)
    return judge_id(picture, thresholds) + _layout_findings(picture, thresholds)


def check_id(content: bytes, thresholds: Thresholds = DEFAULT, *, has_portrait: bool = True) -> tuple[Finding, ...]:
    """Return the findings against sending this picture of a document.

    Args:
        has_portrait: the side with the portrait, which shows whether the picture is rotated.
    """
    return judge_id(open_picture(content), thresholds, has_portrait=has_portrait)


def judge_id(picture: Pixels, thresholds: Thresholds = DEFAULT, *, has_portrait: bool = True) -> tuple[Finding, ...]:
    """Do the same as `check_id` for RGB pixels."""
    grey = grey_of(picture)
    if exposure := _exposure(grey, thresholds):
        return exposure
    sharp, glare = sharpness(grey, thresholds.id_sharp_width), glare_share(grey, thresholds.clipped_level)
    rows = (
        (max(grey.shape) < thresholds.id_long_side, "id_small", float(max(grey.shape))),
        (sharp < thresholds.id_sharpness, "id_blurred", sharp),
        (glare > thresholds.id_glare_share, "id_glare", glare),
    )
    found = tuple(Finding(code, measure) for is_so, code, measure in rows if is_so)
    return found + (_portrait_findings(picture, thresholds) if has_portrait else ())


def _portrait_findings(picture: Pixels, thresholds: Thresholds) -> tuple[Finding, ...]:
    """Check the portrait; ignore a document without one, or one that the detector misses."""
    sight = look(picture)
    if sight.is_turned and not any(face.score > thresholds.id_portrait_clear for face in find_portraits(picture)):
        return (Finding("id_turned", 0),)
    clear = (face.width for face in sight.faces if face.score > thresholds.id_portrait_clear)
    share = max(clear, default=0) / min(picture.shape[:2])
    return (Finding("id_is_selfie", share),) if share > thresholds.id_face_most else ()


def _layout_findings(picture: Pixels, thresholds: Thresholds) -> tuple[Finding, ...]:
    """Check the widest portrait and the second one; a document's own copy is less than half as wide."""
    portraits = find_portraits(picture)
    if not portraits:
        return ()
    tall, wide = picture.shape[:2]
    face = portraits[0]
    room = min(face.x, face.y, wide - face.x - face.width, tall - face.y - face.height) / face.width
    second = portraits[1].width / face.width if len(portraits) > 1 else 0.0
    rows = (
        (room < thresholds.id_portrait_room, "id_cut", room),
        (second > thresholds.id_second_portrait, "id_several", second),
    )
    return tuple(Finding(code, measure) for is_so, code, measure in rows if is_so)


def _exposure(grey: Pixels, thresholds: Thresholds) -> tuple[Finding, ...]:
    level = float(np.mean(grey))
    if level < thresholds.dark_level:
        return (Finding("dark", level),)
    if level > thresholds.bright_level:
        return (Finding("bright", level),)
    return ()


def _is_doubtful(face: Face, grey: Pixels, thresholds: Thresholds) -> bool:
    """Return whether it is too small and too unlike a face to count."""
    return face.score <= CLEAR and face.width < thresholds.face_share * min(grey.shape)


def _why_turned(grey: Pixels, sight: Sight, face: Face, thresholds: Thresholds) -> Finding:
    """Return "turned" for a clear face; else why it may be unclear: washed out, dark, or no face."""
    why = _why_no_face(grey, thresholds)
    if face.score > thresholds.turned_clear or (sight.is_near and why.code == "no_face"):
        return Finding("turned", 0)
    return why


def _why_no_face(grey: Pixels, thresholds: Thresholds) -> Finding:
    """Explain a missing face: darkness and light hide faces, so they come before "no face"."""
    clipped = grey >= thresholds.clipped_level
    share = float(np.mean(clipped))
    rest = grey[~clipped]
    if float(np.mean(grey)) < thresholds.dark_level:
        return Finding("dark", float(np.mean(grey)))
    if share > thresholds.clipped_share and rest.size and float(np.median(rest)) < thresholds.dark_level:
        return Finding("face_dark", float(np.median(rest)))
    if share > thresholds.clipped_share or float(np.mean(grey)) > thresholds.bright_level:
        return Finding("bright", share)
    return Finding("no_face", 0)


def _face_findings(picture: Pixels, grey: Pixels, sight: Sight, thresholds: Thresholds) -> tuple[Finding, ...]:
    face = max(sight.faces, key=lambda face: face.width)
    if exposure := _face_exposure(grey, face, thresholds):
        return exposure
    tall, wide = grey.shape
    share = face.width / min(tall, wide)
    x, y = face.centre
    margin = min(x, y, wide - x, tall - y) / face.width
    sharp, darkness = sharpness(_inside(grey, face), thresholds.sharp_width), eye_darkness(picture, face)
    is_small = share < thresholds.face_share
    is_card = is_small and _is_on_card(grey, face, thresholds)
    rows = (
        (is_small, "selfie_is_id" if is_card else "face_small", share),
        (face.width < thresholds.face_pixels, "face_few_pixels", face.width),
        (share > thresholds.face_share_most, "face_large", share),
        (margin < thresholds.border_distance or sight.is_cut, "face_at_border", margin),
        (sharp < thresholds.face_sharpness, "blurred", sharp),
        (darkness > thresholds.eye_darkness, "eyes_covered", darkness),
    )
    return tuple(Finding(code, measure) for is_so, code, measure in rows if is_so)


def _is_on_card(grey: Pixels, face: Face, thresholds: Thresholds) -> bool:
    """Return whether the face is a portrait on a card: off centre, with lines of print beside it."""
    wide = grey.shape[1]
    is_aside = abs(face.x + face.width / 2 - wide / 2) > thresholds.portrait_aside * wide
    return is_aside and print_lines(grey, face) >= thresholds.portrait_lines


def _face_exposure(grey: Pixels, face: Face, thresholds: Thresholds) -> tuple[Finding, ...]:
    inside = _inside(grey, face)
    level, clipped = float(np.mean(inside)), float(np.mean(inside >= thresholds.clipped_level))
    if level < thresholds.face_dark_level:
        return (Finding("face_dark", level),)
    return (Finding("face_bright", clipped),) if clipped > thresholds.face_clipped_share else ()


def _inside(grey: Pixels, face: Face) -> Pixels:
    bottom, right = max(0, face.y + face.height), max(0, face.x + face.width)
    return grey[max(0, face.y) : bottom, max(0, face.x) : right]


def sharpness(grey: Pixels, width: int) -> float:
    """Return the curvature of the brightness in its weakest direction relative to the contrast: 0 (flat) to about 1.

    The width is fixed, because many pixels are not sharpness; the weakest of four directions counts, because a shaken
    picture keeps edges along the shake; relative to the contrast, because a dim picture is not a blurred one.
    """
    height = max(3, round(grey.shape[0] * width / grey.shape[1]))
    scaled = cv2.resize(grey, (width, height), interpolation=cv2.INTER_AREA).astype(np.float32)
    return min(float(np.mean(cv2.filter2D(scaled, -1, kernel) ** 2)) for kernel in _CURVES) / (float(scaled.var()) + 1)


_ROW = np.array([[1, -2, 1]], np.float32)
_SLANT = np.diag(_ROW[0]) / np.float32(np.sqrt(2))
_CURVES = (_ROW, _ROW.T.copy(), _SLANT, np.fliplr(_SLANT).copy())


def glare_share(grey: Pixels, clipped_level: int) -> float:
    """Return the share of the largest washed-out spot inside the picture, 0 to 1.

    Only a spot without holes counts: white paper keeps its print, and a white background reaches the border.
    """
    scale = min(1.0, GLARE_WIDTH / max(grey.shape))
    small = cv2.resize(grey, None, fx=scale, fy=scale, interpolation=cv2.INTER_AREA)
    clipped = (small >= clipped_level).astype(np.uint8)
    clipped[0], clipped[-1], clipped[:, 0], clipped[:, -1] = 1, 1, 1, 1
    _count, labels, stats, _centres = cv2.connectedComponentsWithStats(clipped)
    ground = int(labels[0, 0])
    largest = sorted(
        ((int(row[cv2.CC_STAT_AREA]), label) for label, row in enumerate(stats) if label not in (0, ground))
    )
    spots = [area for area, label in largest[-3:] if _is_whole(labels == label)]
    return max(spots, default=0) / small.size


def _is_whole(spot: NDArray[np.bool_]) -> bool:
    """Return whether nothing is printed inside it."""
    outlines, _tree = cv2.findContours(spot.astype(np.uint8), cv2.RETR_EXTERNAL, cv2.CHAIN_APPROX_SIMPLE)
    return sum(cv2.contourArea(outline) for outline in outlines) <= 1.1 * float(spot.sum())
