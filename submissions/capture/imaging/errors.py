"""The exception for an unusable upload. `decode`, `pdf` and `normalise` raise it."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

BUSY = "busy"  # nothing is wrong with the picture: it can be sent again in a moment


class UnusableImage(Exception):
    """`code`: for records. `message`: tells the user what to do."""

    def __init__(self, code: str, message: str) -> None:
        super().__init__(message)
        self.code, self.message = code, message

    @property
    def http_status(self) -> int:
        return status_of([self.code])


def status_of(codes: Iterable[str]) -> int:
    """Return 429 if one of the problems is that all slots are busy, else 422."""
    return 429 if BUSY in codes else 422


def unreadable() -> UnusableImage:
    return UnusableImage("unreadable", _("The image is damaged or incomplete. Retake it, or choose the original file."))


def wrong_format(name: str) -> UnusableImage:
    sentence = _("%(name)s files are not accepted. Save the file as JPEG, then upload it.") % {"name": name}
    return UnusableImage("wrong_format", sentence)
