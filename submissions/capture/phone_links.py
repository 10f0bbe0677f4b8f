"""One-time links with which a customer's phone uploads one picture: create, mail, open, use, revoke.

A link is bound to one submission and one item, is valid for minutes, and shows and does nothing else. Opening it does
not use it, because messengers open links to preview them. Its token is in the URL's fragment, which browsers do not
send, and only the token's hash is stored: see docs/decisions/camera-and-phone.md.
"""

import hashlib
import logging
import secrets
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import segno
from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from django.views.decorators.debug import sensitive_variables

from submissions.audit import events
from submissions.audit.events import Actor
from submissions.capture import drafts, images
from submissions.core import clock, letters, rate_limit
from submissions.customer_messages import channels
from submissions.models import CameraOpening, CaptureSource, Image, ImageKind, PhoneLink, Project, Status, Submission
from submissions.models.submission import CAPTURING
from submissions.workflow.transitions import StaleSubmission

log = logging.getLogger(__name__)

CARRIES = "customer's phone"
LINKS_AT_MOST = 20  # for one submission in ten minutes
MAILS_AT_MOST = 5  # for one submission in an hour


class LinkGone(Exception):
    """Expired, revoked or never created; the caller must not reveal which."""


class LinkUsed(Exception):
    """The picture of this link has arrived; reported only to the holder of its token."""


class TooManyLinks(Exception):
    """More links or mails for one submission than anybody needs."""


class NotMailed(Exception):
    """The mail was not sent; the link is revoked."""


class Advised(Exception):
    """The check has findings that the user has not accepted; the link stays valid."""

    def __init__(self, codes: list[str], sha256: str) -> None:
        super().__init__(", ".join(codes))
        self.codes, self.sha256 = codes, sha256


@dataclass(frozen=True)
class Shown:
    """A link as the agent's page shows it: `url` and `qr` directly after it was created, once; else a message."""

    message: str = ""
    url: str = ""
    qr: str = ""
    is_bad: bool = False


@sensitive_variables("url")
def qr_code(url: str) -> str:
    """Draw the QR code as an image's data: black on white in both colour schemes, with the required margin."""
    return segno.make(url, micro=False, error="m").svg_data_uri(scale=4, border=4, dark="#000", light="#fff")


def lives() -> timedelta:
    return timedelta(minutes=settings.PHONE_LINK_MINUTES)


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@sensitive_variables("token")
def make(submission: Submission, kind: ImageKind, *, by: Actor) -> tuple[PhoneLink, str]:
    """Create a link and return its URL, which is shown only once. Revoke an unused one for the same item.

    Raises:
        StaleSubmission: the submission accepts no such picture now.
        TooManyLinks: `LINKS_AT_MOST` links were created within ten minutes.
    """
    assert by.user is not None
    if not is_asked_for(submission, kind):
        raise StaleSubmission(submission.reference)
    if rate_limit.is_too_fast("phone-link", str(submission.pk), most=LINKS_AT_MOST, seconds=600):
        raise TooManyLinks
    token, now = secrets.token_urlsafe(32), clock.now()
    link = PhoneLink(submission=submission, kind=kind, created_at=now, created_by=by.user, expires_at=now + lives())
    link.token_hash = digest(token.encode())
    with transaction.atomic():
        # First, because it locks the row: the second of two simultaneous requests waits and sees the first one's link.
        drafts.write_while_capturing(submission, taking(kind))
        _revoke_unspent(submission, kind, by=by)
        link.save(force_insert=True)
        drafts.add_capturer(submission, by)
        events.record("phone_link_made", by=by, submission=submission, fields=_named(link))
    return link, f"{settings.PUBLIC_URL}{reverse('phone')}#{token}"


def taking(kind: ImageKind) -> tuple[Status, ...]:
    """Return the statuses in which a picture of this kind may be added."""
    return tuple(status for status in CAPTURING if images.takes(kind, status))


def is_asked_for(submission: Submission, kind: ImageKind) -> bool:
    """Return whether the project uses this kind of image; a customer cannot upload any other."""
    return kind != ImageKind.ADDRESS or submission.project.has_address_image


def _revoke_unspent(submission: Submission, kind: ImageKind, *, by: Actor) -> bool:
    unspent = PhoneLink.objects.unspent().filter(submission=submission, kind=kind)
    revoked = list(unspent.select_for_update())
    for link in revoked:
        PhoneLink.objects.unspent().filter(pk=link.pk).update(revoked_at=clock.now())
        events.record("phone_link_revoked", by=by, submission=submission, fields=_named(link))
    return bool(revoked)


def revoke(submission: Submission, kind: ImageKind, *, by: Actor) -> bool:
    """Revoke the link; return whether there was one."""
    with transaction.atomic():
        return _revoke_unspent(submission, kind, by=by)


def newest(submission: Submission, kind: ImageKind) -> PhoneLink | None:
    """Return the last link for this item, in any state."""
    found: PhoneLink | None = submission.phone_links.filter(kind=kind).order_by("-created_at").first()
    if found is not None:
        found.submission = submission
    return found


def recipient(submission: Submission) -> str:
    """Return the customer's e-mail address.

    Raises:
        NotMailed: there is none, or the text is not one e-mail address: a line break or a comma would make two.
    """
    try:
        return channels.email_address(submission)
    except channels.NotSent as error:
        raise NotMailed from error


@sensitive_variables("url")
def mail(link: PhoneLink, url: str, *, by: Actor) -> None:
    """Mail the link to the customer in each language, without names. Record an event only after it was sent.

    Raises:
        TooManyLinks, NotMailed: the link is revoked, because nobody has it.
    """
    submission = link.submission
    try:
        deliver(submission, lambda to: _letter(submission.project, to, url))
    except (TooManyLinks, NotMailed):
        revoke(submission, ImageKind(link.kind), by=by)
        raise
    events.record("phone_link_mailed", by=by, submission=submission, fields=_named(link))


@sensitive_variables()
def deliver(submission: Submission, compose: Callable[[str], EmailMultiAlternatives]) -> None:
    """Send the e-mail that `compose` returns for the customer's address.

    Raises:
        TooManyLinks, NotMailed: it was not sent.
    """
    if rate_limit.is_too_fast("phone-mail", str(submission.pk), most=MAILS_AT_MOST, seconds=3600):
        raise TooManyLinks
    to = recipient(submission)
    try:
        sent = compose(to).send()
    except Exception as error:  # whatever a mail server or its library raises: nobody has the link
        log.warning("a mail with a link did not leave: %s", type(error).__name__)
        raise NotMailed from None  # its text may contain the address
    if not sent:
        raise NotMailed


@sensitive_variables("url", "parts")
def _letter(project: Project, to: str, url: str) -> EmailMultiAlternatives:
    """Return an e-mail with one part for each language, because the customer's language is unknown."""
    subjects, parts = [], []
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            subjects.append(_subject(project))
            parts.append(_part(project, url, code))
    subject = " / ".join(dict.fromkeys(subjects))
    return letters.compose(to, subject, parts, sender=project.company_name or gettext("Identity check"))


def _subject(project: Project) -> str:
    if not project.company_name:
        return gettext("Photo for your identity check")
    return gettext("%(company)s: photo for your identity check") % {"company": project.company_name}


@sensitive_variables("url")
def _part(project: Project, url: str, language: str) -> letters.Part:
    open_it = gettext(
        "Please open this link on your phone and take the photo that is asked for. It works once, within "
        "%(minutes)d minutes."
    )
    texts = [open_it % {"minutes": settings.PHONE_LINK_MINUTES}]
    if project.company_contact:
        ask = gettext("If you did not expect this e-mail, ignore it or contact us: %(contact)s")
        texts.append(ask % {"contact": project.company_contact})
    else:
        texts.append(gettext("If you did not expect this e-mail, ignore it."))
    why = gettext("You receive this because this address was given for an identity check.")
    if project.company_name:
        why = gettext("You receive this because %(company)s is checking your identity.")
        why %= {"company": project.company_name}
    return letters.Part(_subject(project), texts, language, url=url, action=gettext("Take photo"), why=why)


@sensitive_variables("token")
def find(token: str) -> PhoneLink:
    """Return the open link of this token without using it.

    Raises:
        LinkGone, LinkUsed
    """
    rows = PhoneLink.objects.select_related("submission__project")
    link = rows.filter(token_hash=digest(token.encode())).first() if token else None
    if link is not None and link.used_at is not None:
        raise LinkUsed
    if link is None or not link.is_open or not _may_bring(link.submission, ImageKind(link.kind)):
        raise LinkGone
    return link


def _may_bring(submission: Submission, kind: ImageKind) -> bool:
    return images.takes(kind, Status(submission.status)) and is_asked_for(submission, kind)


def store_upload(
    link: PhoneLink, content: bytes, *, address: str | None, opening: CameraOpening | None, accepted: str
) -> Image:
    """Store the picture and mark the link used, both or neither.

    Args:
        opening: the live camera of the link's page that took it; None for a file.
        accepted: SHA-256 of the upload whose findings the user has seen and accepts; "" for none.

    Raises:
        imaging.UnusableImage: with a message for the user; the link stays open.
        Advised: the link stays open.
        LinkGone, LinkUsed: used, revoked or expired in the meantime; nothing is stored.
    """
    by = Actor(None, CARRIES, address)
    source = CaptureSource.PHONE_CAMERA if opening else CaptureSource.PHONE
    kind, sha256 = ImageKind(link.kind), digest(content)
    # By the creator, because the number of submissions with links of one user is unlimited.
    whose = f"links:{link.created_by_id}"
    try:
        image, prepared = images.prepare_image(
            link.submission, kind, content, by=by, source=source, whose=whose, opening=opening
        )
        if image.findings and accepted != sha256:
            raise Advised(image.findings, sha256)
        with images.stored(image, prepared), transaction.atomic():
            images.keep_image(image, by=by, fields={"link": str(link.pk)}, opening=opening)
            _spend(link, image)
    except StaleSubmission as stale:
        raise LinkGone from stale
    return image


def _spend(link: PhoneLink, image: Image) -> None:
    """Mark it used with a guarded UPDATE: of two simultaneous uploads one is kept."""
    now = clock.now()
    if PhoneLink.objects.open(now).filter(pk=link.pk).update(used_at=now, image=image):
        return
    link.refresh_from_db(fields=["used_at"])
    raise LinkUsed if link.used_at else LinkGone


def _named(link: PhoneLink) -> dict[str, str]:
    return {"link": str(link.pk), "image_kind": link.kind}
