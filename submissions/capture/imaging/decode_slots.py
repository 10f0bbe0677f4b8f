"""Bounds on the work that uploads cause: so many decoded at once in a process, one at a time for a person.

All phone links that a person made count as one more: nobody takes every place by making links.

Both refuse with the code `BUSY` and a sentence. Decoding holds a web thread, so there are fewer places than threads,
and nobody waits for a place longer than `WAIT`: pages that decode nothing go on.
"""

import threading
from collections.abc import Iterator
from contextlib import contextmanager

from django.core.cache import cache
from django.utils.translation import gettext as _

from submissions.capture.imaging.errors import BUSY, UnusableImage

AT_ONCE = 2  # a PNG of 60 megapixels takes 300 MB while it is read, a PDF's page 768 MB at most
WAIT = 2.0  # seconds
MAX_LENGTH = 60  # seconds after which the upload of a process that was killed does not count any more
_places = threading.BoundedSemaphore(AT_ONCE)


@contextmanager
def decoding() -> Iterator[None]:
    """Raises `UnusableImage` where no place becomes free in time."""
    if not _places.acquire(timeout=WAIT):
        raise UnusableImage(BUSY, _("Other images are being processed. Wait a minute, then upload it again."))
    try:
        yield
    finally:
        _places.release()


@contextmanager
def one_upload(who: str) -> Iterator[None]:
    """Raises `UnusableImage` while another upload of `who` is being taken in, in any process."""
    key = f"upload:{who}"
    if not cache.add(key, 1, timeout=MAX_LENGTH):
        raise UnusableImage(BUSY, _("The previous upload is still being checked. Try again when it has ended."))
    try:
        yield
    finally:
        cache.delete(key)
