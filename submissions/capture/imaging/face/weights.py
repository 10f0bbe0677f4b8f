"""The face detector's weights: the location where `kycportal.frontend` puts them, and their accepted hashes."""

import hashlib
from pathlib import Path

FOLDER = Path(__file__).resolve().parents[4] / "weights"
SHA256 = {
    "face_detection_full_range.tflite": (
        "99bf9494d84f50acc6617d89873f71bf6635a841ea699c17cb3377f9507cfec3"  # pragma: allowlist secret
    ),
    "face_detection_short_range.tflite": (
        "3bc182eb9f33925d9e58b5c8d59308a760f4adea8f282370e428c51212c26633"  # pragma: allowlist secret
    ),
}


class MissingWeights(Exception):
    """The message says what to do."""


def read(name: str) -> bytes:
    """Return the content of a weights file.

    Raises:
        MissingWeights: it is absent, or has another hash than the pinned one.
    """
    path = FOLDER / name
    content = path.read_bytes() if path.exists() else b""
    check(name, content)
    return content


def check(name: str, content: bytes) -> None:
    """Raise `MissingWeights` unless `content` has the pinned hash of this file."""
    if hashlib.sha256(content).hexdigest() != SHA256[name]:
        state = "differs from the pinned version" if content else "is missing"
        raise MissingWeights(f"The face detector's file weights/{name} {state}. Run: python -m kycportal.frontend")


def problem() -> str:
    """Return what is wrong with the weights of this host; "" if nothing is."""
    try:
        for name in SHA256:
            read(name)
    except MissingWeights as missing:
        return str(missing)
    return ""
