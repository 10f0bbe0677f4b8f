"""One-time links to ARGOS's own form: register the token, give the link out, withdraw it.

The token is registered by a call row like every change at ARGOS. If it is unknown whether ARGOS has it, the token is
thrown away and the user makes a new link: nobody has seen the first one, and nothing is spent. An existing token is
overwritten silently at ARGOS, so tokens are long, random and never used twice.
"""

import hashlib
import logging
import secrets
from datetime import timedelta
from urllib.parse import urlencode

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from argos.replies import TokenReply
from submissions.audit import events
from submissions.audit.events import VENDOR, Actor
from submissions.capture import phone_links
from submissions.capture.drafts import add_capturer
from submissions.core import clock, letters, rate_limit
from submissions.liveform import removal
from submissions.models import Call, CallKind, CallState, LiveformLink, Project, Route, Status, Submission
from submissions.outbox import ledger, new_calls
from submissions.workflow.transitions import StaleSubmission, move

log = logging.getLogger(__name__)

POOL = 100_000  # tokens of one project at ARGOS (its page POST/Token)
POOL_WARNING = 90_000
LINKS_AT_MOST = 20  # for one submission in ten minutes
FIRST_LOOK = timedelta(hours=1)
MAY_HAVE_LINK = (Status.DRAFT, Status.AT_LIVEFORM)


class NotOffered(Exception):
    """No link can be made now; the text says why and what to do."""


def digest(token: str) -> str:
    return hashlib.sha256(token.encode()).hexdigest()


def is_offered(submission: Submission) -> bool:
    """Return whether the project uses Liveform and ARGOS has no record of the submission yet."""
    return submission.project.has_liveform and submission.status in MAY_HAVE_LINK and not submission.vendor_id


def tokens_at_argos(project: Project) -> int:
    """Return how many tokens the project has at ARGOS: as it reported last, at least the unused ones of the portal."""
    return max(LiveformLink.objects.in_pool().filter(submission__project=project).count(), project.token_pool or 0)


@sensitive_variables("token")
def make(submission: Submission, *, by: Actor) -> LiveformLink:
    """Prepare the registration of a new token. The former link of the submission is withdrawn.

    Raises:
        NotOffered: with a text for the user; nothing is written.
        StaleSubmission: the submission moved, or a call is open.
    """
    assert by.user is not None
    _check(submission)
    token, now = secrets.token_hex(32), clock.now()
    userid = f"{submission.reference}-L{submission.liveform_links.count() + 1}"
    lifetime = timedelta(hours=submission.project.liveform_link_hours)
    with transaction.atomic():
        _revoke_standing(submission, by=by)
        values = {"tokenId": token, "userid": userid}
        call = new_calls.prepare(submission, CallKind.TOKEN, None, by=by, values=values)
        link = LiveformLink(submission=submission, call=call, userid=userid, created_at=now, created_by=by.user)
        link.token_hash, link.expires_at = digest(token), now + lifetime
        link.save(force_insert=True)
        add_capturer(submission, by)
        events.record("liveform_link_asked", by=by, submission=submission, fields={"link": str(link.pk)})
    return link


def _check(submission: Submission) -> None:
    project = submission.project
    if not is_offered(submission):
        raise StaleSubmission(submission.reference)
    if not project.liveform_project_id:
        raise NotOffered(_("The project has no Liveform project ID. An administrator must enter it."))
    if project.requires_consent and submission.consent_id is None:
        raise NotOffered(_("Record the customer's consent first, then send the Liveform link."))
    if tokens_at_argos(project) >= POOL:
        raise NotOffered(_("ARGOS has 100,000 unused tokens of this project. Delete old ones there first."))
    if rate_limit.is_too_fast("liveform-link", str(submission.pk), most=LINKS_AT_MOST, seconds=600):
        raise NotOffered(_("Too many links for this submission. Wait 10 minutes."))


def registered(call: Call, reply: TokenReply) -> bool:
    """Apply the reply: the link can be given out, and the draft is the customer's at Liveform now."""
    submission = call.submission
    with transaction.atomic():
        if not ledger.end(call, CallState.ANSWERED, http_status=reply.received.status, error=""):
            return False
        if reply.pool is not None:
            Project.objects.filter(pk=submission.project_id).update(token_pool=reply.pool, token_pool_at=clock.now())
        link = LiveformLink.objects.standing().filter(call=call).first()
        if link is None:
            return True
        columns = {"next_alert_at": link.expires_at, "next_read_at": clock.now() + FIRST_LOOK}
        fields = {"link": str(link.pk)}
        if submission.status == Status.DRAFT:
            move(submission, Status.AT_LIVEFORM, by=VENDOR, fields=fields, notice="", route=Route.LIVEFORM, **columns)
        else:
            Submission.objects.filter(pk=submission.pk, status=Status.AT_LIVEFORM).update(**columns)
            events.record("liveform_link_made", by=VENDOR, submission=submission, fields=fields)
    return True


@sensitive_variables()
def url_of(link: LiveformLink) -> str:
    """Return the link. It holds no personal data: the customer enters them at ARGOS.

    Assumption: `lang` takes "ko" and "en".
    """
    submission = link.submission
    query = {
        "pid": submission.project.liveform_project_id,
        "userid": link.userid,
        "tokenId": link.call.attempt.values["tokenId"],
        "lang": "ko" if submission.issuing_country == "KOR" else "en",
    }
    base = submission.project.liveform_url
    return f"{base}{'&' if '?' in base else '?'}{urlencode(query)}"


def newest(submission: Submission) -> LiveformLink | None:
    """Return the link that was neither used nor withdrawn."""
    link = last(submission)
    return link if link and link.used_at is None and link.revoked_at is None else None


def last(submission: Submission) -> LiveformLink | None:
    """Return the link that was made last, also a used or withdrawn one."""
    rows = LiveformLink.objects.filter(submission=submission).order_by("-created_at")
    link = rows.select_related("call__attempt", "removal", "created_by").first()
    if link is not None:
        link.submission = link.call.submission = link.call.attempt.submission = submission
    return link


def withdraw(submission: Submission, *, by: Actor) -> None:
    """Withdraw the link, ask ARGOS to remove its token, and return to the draft.

    Raises:
        StaleSubmission: the customer has started at ARGOS, or a call is open.
    """
    submission.refresh_from_db(fields=["status", "moves", "vendor_id"])
    if submission.status != Status.AT_LIVEFORM or submission.vendor_id or submission.has_open_call:
        raise StaleSubmission(submission.reference)
    with transaction.atomic():
        _revoke_standing(submission, by=by)
        move(submission, Status.DRAFT, by=by, route=Route.API, next_alert_at=None, next_read_at=None)
        for link in LiveformLink.objects.to_remove().filter(submission=submission).order_by("-created_at")[:1]:
            link.submission = submission
            removal.prepare(link, by=by)


def _revoke_standing(submission: Submission, *, by: Actor) -> None:
    for link in LiveformLink.objects.standing().filter(submission=submission).select_for_update():
        LiveformLink.objects.standing().filter(pk=link.pk).update(revoked_at=clock.now())
        events.record("liveform_link_revoked", by=by, submission=submission, fields={"link": str(link.pk)})


@sensitive_variables("url")
def mail(link: LiveformLink, *, by: Actor) -> None:
    """Mail the link to the customer in each language, without names.

    Raises:
        phone_links.NotMailed: the link stays open and can be shown.
    """
    submission = link.submission
    to = phone_links.recipient(submission)
    if rate_limit.is_too_fast("liveform-mail", str(submission.pk), most=phone_links.MAILS_AT_MOST, seconds=3600):
        raise phone_links.NotMailed
    try:
        if not _letter(submission.project, to, url_of(link)).send():
            raise phone_links.NotMailed
    except phone_links.NotMailed:
        raise
    except Exception as error:  # whatever a mail server or its library raises
        log.warning("a mail with a Liveform link was not sent: %s", type(error).__name__)
        raise phone_links.NotMailed from None  # its text may contain the address
    with transaction.atomic():
        LiveformLink.objects.filter(pk=link.pk).update(mailed_at=clock.now())
        events.record("liveform_link_mailed", by=by, submission=submission, fields={"link": str(link.pk)})


@sensitive_variables("url", "parts")
def _letter(project: Project, to: str, url: str) -> EmailMultiAlternatives:
    subjects, parts = [], []
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            title = _("Your identity check")
            if project.company_name:
                title = _("%(company)s: your identity check") % {"company": project.company_name}
            texts = [
                _(
                    "Please open this link and follow the steps. It ends 3 minutes after it is first opened. Ask us "
                    "for a new one then."
                )
            ]
            texts.append(_("If you did not expect this e-mail, ignore it."))
            why = _("You receive this because this address was given for an identity check.")
            subjects.append(title)
            parts.append(letters.Part(title, texts, code, url=url, action=_("Start identity check"), why=why))
    subject = " / ".join(dict.fromkeys(subjects))
    return letters.compose(to, subject, parts, sender=project.company_name or _("Identity check"))
