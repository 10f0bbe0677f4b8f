"""Looking at a person without the work at hand as the reason: a typed reason, an event, and a look that ends by itself.

The reason lies sealed on the event. Images shown with it are opened through an address that names the event and holds
for a few minutes, for this person and this image only; so each image opened says why.
"""

from django.core import signing

from submissions.audit import events
from submissions.audit.events import Actor
from submissions.core import typed_reason
from submissions.models import Event, Image, Submission, User

LASTS_SECONDS = 300
SALT = "submissions.reveal"


def reveal(submission: Submission, *, by: Actor, reason: str) -> Event:
    """Record that this person is shown the numbers and images, and why.

    Raises:
        ReasonMissing: nothing is recorded and nothing may be shown.
    """
    reason = typed_reason.require(reason)
    return events.record("revealed", by=by, submission=submission, purpose="reveal", reason=reason)


def key_to(image: Image, user: User, because: Event) -> str:
    return signing.dumps([user.pk, str(image.pk), because.pk], salt=SALT)


def because_of(key: str, image: Image, user: User) -> int | None:
    """The event whose reason opens this image for this person; None when the key is another's, or too old."""
    try:
        holder, opens, event = signing.loads(key, salt=SALT, max_age=LASTS_SECONDS)
    except signing.BadSignature:
        return None
    return int(event) if (holder, opens) == (user.pk, str(image.pk)) else None
