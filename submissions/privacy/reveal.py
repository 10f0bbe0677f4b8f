"""Reveal an applicant's data outside capture and review: with a typed reason, an event, and for a short time.

The event stores the reason encrypted. The URL of an image names the event and is valid for a few minutes, for this user
and this image only, so that each view of an image has its reason.
"""

from django.core import signing

from submissions.audit import events
from submissions.audit.events import Actor
from submissions.core import typed_reason
from submissions.models import Event, Image, Submission, User

LASTS_SECONDS = 300
SALT = "submissions.reveal"


def reveal(submission: Submission, *, by: Actor, reason: str) -> Event:
    """Record that this user sees the numbers and images, and why.

    Raises:
        ReasonMissing: nothing is recorded and nothing may be displayed.
    """
    reason = typed_reason.require(reason)
    return events.record("revealed", by=by, submission=submission, purpose="reveal", reason=reason)


def key_to(image: Image, user: User, because: Event) -> str:
    return signing.dumps([user.pk, str(image.pk), because.pk], salt=SALT)


def because_of(key: str, image: Image, user: User) -> int | None:
    """Return the id of the event that allows this user to see this image; None if the key is another's or expired."""
    try:
        holder, opens, event = signing.loads(key, salt=SALT, max_age=LASTS_SECONDS)
    except signing.BadSignature:
        return None
    return int(event) if (holder, opens) == (user.pk, str(image.pk)) else None
