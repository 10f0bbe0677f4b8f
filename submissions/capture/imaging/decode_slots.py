"""Limit the work of uploads: a few decodings per process, one upload at a time per user.

All phone links of a user count as one more, so that nobody occupies all slots with links. Both limits refuse with the
code `BUSY` and a message. Decoding occupies a web thread, so there are fewer slots than threads, and nobody waits
longer than `WAIT` for a slot: pages without decoding stay available.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.cache import cache
from django.utils.translation import gettext as _

from submissions.capture.imaging.errors import BUSY, UnusableImage

AT_ONCE = 2  # decoding a PNG of 60 megapixels takes 300 MB, a PDF page at most 768 MB
WAIT = 2.0  # seconds
MAX_LENGTH = 60  # seconds after which the upload of a killed process no longer counts
_places = threading.BoundedSemaphore(AT_ONCE)


@contextmanager
def decoding() -> Iterator[None]:
    """Wait for a slot; raise `UnusableImage` if none becomes free in time."""
    if not _places.acquire(timeout=WAIT):
        raise UnusableImage(BUSY, _("Other images are being processed. Wait a minute, then upload it again."))
    try:
        yield
    finally:
        _places.release()


@contextmanager
def one_upload(who: str) -> Iterator[None]:
    """Raise `UnusableImage` while another upload of `who` is in progress in any process."""
    key = f"upload:{who}"
    if not cache.add(key, 1, timeout=MAX_LENGTH):
        raise UnusableImage(BUSY, _("The previous upload is still being checked. Try again when it has ended."))
    try:
        yield
    finally:
        cache.delete(key)
