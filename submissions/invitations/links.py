"""Invitations: create, mail, open, bind to one phone, revoke.

The token is as the one of a phone link (`capture.phone_links`): in the URL's fragment, stored as a hash. The first
phone that starts the capture binds the link with a secret of its own, so that a forwarded link opens nothing.
"""

import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

from django.conf import settings
from django.db import transaction
from django.urls import reverse
from django.utils.translation import get_language
from django.views.decorators.debug import sensitive_variables

from submissions.audit import events
from submissions.audit.events import Actor
from submissions.capture import drafts, phone_links
from submissions.capture.phone_links import LinkGone, NotMailed, TooManyLinks, digest
from submissions.core import clock, rate_limit
from submissions.customer_messages import channels
from submissions.customer_messages import invitations as customer_invitations
from submissions.models import Channel, Invitation, Submission
from submissions.models.invitation import InvitationQuerySet
from submissions.models.submission import CAPTURING, SENDING
from submissions.workflow.transitions import StaleSubmission

MAY_BE_INVITED = (*CAPTURING, *SENDING)


class OtherDevice(Exception):
    """Another phone started it; only a new link moves the capture to this one."""


def is_offered(submission: Submission) -> bool:
    return submission.status in MAY_BE_INVITED


@sensitive_variables("token")
def create(submission: Submission, *, by: Actor) -> tuple[Invitation, str]:
    """Create an invitation and return its URL, which is shown only once. Revoke the former one.

    Raises:
        StaleSubmission: the submission is not captured any more.
        TooManyLinks: too many links were created within ten minutes.
    """
    assert by.user is not None
    if not is_offered(submission):
        raise StaleSubmission(submission.reference)
    if rate_limit.is_too_fast("invitation", str(submission.pk), most=phone_links.LINKS_AT_MOST, seconds=600):
        raise TooManyLinks
    token, now = secrets.token_urlsafe(32), clock.now()
    invitation = Invitation(submission=submission, created_at=now, created_by=by.user)
    invitation.token_hash = digest(token.encode())
    invitation.expires_at = now + timedelta(hours=submission.project.invitation_hours)
    invitation.language = submission.customer_language  # chosen on the former link, or by the agent
    with transaction.atomic():
        drafts.write_while_capturing(submission, MAY_BE_INVITED)  # locks the row, so that two requests make one link
        _revoke_standing(submission, by=by)
        invitation.save(force_insert=True)
        drafts.add_capturer(submission, by)
        events.record("invitation_made", by=by, submission=submission, fields=named(invitation))
    return invitation, f"{settings.PUBLIC_URL}{reverse('phone')}#{token}"


def named(invitation: Invitation) -> dict[str, str]:
    """Return the fields of an event about it."""
    return {"invitation": str(invitation.pk)}


def standing(submission: Submission) -> Invitation | None:
    """Return the invitation that was not revoked; it may have expired."""
    invitation: Invitation | None = Invitation.objects.standing().filter(submission=submission).first()
    if invitation is not None:
        invitation.submission = submission
    return invitation


def revoke(submission: Submission, *, by: Actor) -> bool:
    """Revoke the invitation; return whether there was one."""
    with transaction.atomic():
        _lock(submission)
        return _revoke_standing(submission, by=by)


def _lock(submission: Submission) -> None:
    """Lock the submission's row before the link's, as `create` does, so that two requests never wait for each other."""
    Submission.objects.select_for_update(no_key=True).get(pk=submission.pk)


def _revoke_standing(submission: Submission, *, by: Actor) -> bool:
    revoked = list(Invitation.objects.standing().filter(submission=submission).select_for_update())
    for invitation in revoked:
        Invitation.objects.filter(pk=invitation.pk).update(revoked_at=clock.now())
        events.record("invitation_revoked", by=by, submission=submission, fields=named(invitation))
    return bool(revoked)


def check_reachable(submission: Submission, channel: Channel) -> None:
    """Raise `NotMailed` unless the customer has a usable address or number for this channel."""
    try:
        customer_invitations.check_reachable(submission, channel)
    except channels.NotSent:
        raise NotMailed from None


@sensitive_variables("url")
def mail(invitation: Invitation, url: str, *, by: Actor, channel: Channel = Channel.EMAIL) -> None:
    """Write the message with the link, which a worker sends at once; the page of the submission shows its state.

    Raises:
        TooManyLinks, NotMailed: it was not written; the link stays valid.
    """
    submission = invitation.submission
    if rate_limit.is_too_fast("phone-mail", str(submission.pk), most=phone_links.MAILS_AT_MOST, seconds=3600):
        raise TooManyLinks
    check_reachable(submission, channel)
    with transaction.atomic():
        customer_invitations.invite(submission, url, invitation.ends_at, channel, by=by)
        Invitation.objects.filter(pk=invitation.pk).update(mailed_at=clock.now())
        events.record("invitation_mailed", by=by, submission=submission, fields=named(invitation))


@sensitive_variables("token")
def find(token: str) -> Invitation:
    """Return the invitation of this token, also after the final decision.

    Raises:
        LinkGone: unknown, revoked, expired, or the customer went to Liveform.
    """
    invitation: Invitation | None = _rows().filter(token_hash=digest(token.encode())).first() if token else None
    is_there = invitation is not None and invitation.is_standing and invitation.submission.erased_at is None
    if invitation is None or not is_there or invitation.submission.status == "at_liveform":
        raise LinkGone
    return invitation


def _rows() -> InvitationQuerySet:
    return Invitation.objects.select_related("submission__project", "submission__vendor_report")


def read_again(invitation: Invitation) -> Invitation:
    """Return the row as it is now, with its submission, within `handing_over`."""
    return _rows().get(pk=invitation.pk)


@sensitive_variables("token", "secret")
def held(token: str, secret: str) -> Invitation:
    """Return the invitation of this token for the phone that started it.

    Raises:
        LinkGone, OtherDevice
    """
    invitation = find(token)
    if not secret or not secrets.compare_digest(invitation.device_hash, digest(secret.encode())):
        raise OtherDevice
    return invitation


@sensitive_variables("secret")
def start(invitation: Invitation, *, by: Actor) -> str:
    """Bind the link to the phone that asks; return the secret for its cookie. Of two simultaneous phones one gets it.

    Raises:
        OtherDevice: another phone was faster.
        LinkGone: it was revoked or expired, or the submission is final.
    """
    secret, now = secrets.token_urlsafe(32), clock.now()
    columns = {"device_hash": digest(secret.encode()), "opened_at": now, "active_at": now}
    columns["language"] = (get_language() or "")[:10]
    with transaction.atomic():
        # A guarded UPDATE is not enough: its condition has a join, which PostgreSQL does not check again after a wait.
        _lock(invitation.submission)
        rows = Invitation.objects.open(now).filter(pk=invitation.pk)
        if not rows.filter(device_hash="").update(**columns):
            raise OtherDevice if rows.exists() else LinkGone
        Submission.objects.filter(pk=invitation.submission_id).update(customer_language=columns["language"])
        events.record("invitation_opened", by=by, submission=invitation.submission, fields=named(invitation))
    return secret


def keep_language(invitation: Invitation, code: str, *, by: Actor) -> None:
    """Note another language that the customer chose: for the link's pages, and for later messages."""
    if code in ("", invitation.language):
        return
    with transaction.atomic():
        Submission.objects.filter(pk=invitation.submission_id).update(customer_language=code)
        Invitation.objects.filter(pk=invitation.pk).update(language=code)
        fields = {**named(invitation), "language": code}
        events.record("invitation_language", by=by, submission=invitation.submission, fields=fields)
    invitation.language = code


@contextmanager
def handing_over(invitation: Invitation) -> Iterator[None]:
    """Make the changes of the block within one transaction, while the link is open.

    Raises:
        LinkGone: it was revoked or it ended in the meantime; nothing is written.
    """
    with transaction.atomic():
        _lock(invitation.submission)
        if not Invitation.objects.open(clock.now()).filter(pk=invitation.pk).exists():
            raise LinkGone
        yield


def write(invitation: Invitation, **columns: object) -> None:
    """Write columns of the invitation and the time of the customer's last action."""
    columns["active_at"] = clock.now()
    names = []
    for name, value in columns.items():
        setattr(invitation, name, value)
        names.append(f"{name}_sealed" if f"{name}_sealed" in SEALED else name)
    invitation.save(update_fields=names)


SEALED = ("entered_sealed", "help_text_sealed")
__all__ = ["LinkGone", "NotMailed", "OtherDevice", "TooManyLinks"]
