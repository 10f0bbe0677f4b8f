"""Panels of a submission: progress, the result with its reason and customer text, Liveform, and the next check."""

from dataclasses import dataclass
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.debug import sensitive_variables

from submissions.aml import report_considerations
from submissions.capture import restart
from submissions.capture.phone_links import qr_code
from submissions.core import clock
from submissions.core.vendor_text import named
from submissions.liveform import links
from submissions.models import CallKind, CallState, CustomerRisk, LiveformLink, Reviewer, Route, Status, Submission
from submissions.models.submission import DECIDED
from submissions.views import status_messages
from submissions.views.capture.page_context import StateContext
from submissions.views.capture.result_sentence import say
from submissions.views.forms.report_consideration import ReportConsiderationForm
from submissions.workflow.permissions import can
from submissions.workflow.role_permissions import user_can_see_queue

RAIL = (
    ("capture", (Status.DRAFT, Status.AT_LIVEFORM)),
    ("step1", (Status.STEP1_SENDING, Status.STEP1_RETRY)),
    ("confirm", (Status.CONFIRMING,)),
    ("step2", (Status.STEP2_SENDING, Status.INCOMPLETE, Status.OVERDUE)),
    (
        "result",
        (
            Status.PENDING,
            Status.SECOND_REVIEW,
            Status.DECISION_SENDING,
            Status.APPROVED,
            Status.REJECTED,
            Status.ABANDONED,
        ),
    ),
)
# Parts of a submission with a result that exist only if it reached that step.
WAS_THERE = {"step1": "step1_started_at", "confirm": "first_step2_at", "step2": "first_step2_at"}


@dataclass(frozen=True)
class Outcome:
    """`tone`: ok, warn, bad or info. `say`: for the customer. `next_step`: for the agent."""

    title: str
    text: str
    tone: str
    icon: str
    say: str
    next_step: str
    is_own_reason: bool


LOOKS = {
    Status.PENDING: ("info", "clipboard-list"),
    Status.SECOND_REVIEW: ("info", "users"),
    Status.DECISION_SENDING: ("info", "send"),
    Status.OVERDUE: ("bad", "clock-exclamation"),
    Status.APPROVED: ("ok", "circle-check"),
    Status.REJECTED: ("bad", "circle-x"),
    Status.ABANDONED: ("warn", "ban"),
}


def outcome(submission: Submission, *, can_restart: bool) -> Outcome | None:
    """Return the outcome; None while the submission is being captured."""
    look = LOOKS.get(Status(submission.status))
    if look is None:
        return None
    end = status_messages.about_end(submission)
    return Outcome(
        title=end.title if end else str(submission.get_status_display()),
        text=_decision(submission, end.text) if end else _who_decides(submission),
        tone=look[0],
        icon=look[1],
        say=(end and end.say) or say(submission),
        next_step=_next_step(submission, can_restart=can_restart),
        is_own_reason=bool(submission.reason_code),
    )


def rail(submission: Submission) -> list[tuple[str, str]]:
    """Return (step, done | passed | here | ahead) from draft to result.

    A result may come before every step was done.
    """
    here = next(at for at, (_name, statuses) in enumerate(RAIL) if submission.status in statuses)
    return [(name, _where(submission, at, here, name)) for at, (name, _statuses) in enumerate(RAIL)]


def _where(submission: Submission, at: int, here: int, name: str) -> str:
    if at >= here:
        return "here" if at == here else "ahead"
    shows = WAS_THERE.get(name) if here == len(RAIL) - 1 else None
    return "passed" if shows and getattr(submission, shows) is None else "done"


def _decision(submission: Submission, reason: str) -> str:
    if not submission.decided_at:
        return reason
    at = date_format(timezone.localtime(submission.decided_at), "DATETIME_FORMAT")
    return f"{reason} {_('Decision: %(at)s') % {'at': at}}".strip()


def _who_decides(submission: Submission) -> str:
    if submission.status == Status.DECISION_SENDING:
        return _("The decision can be undone for a few seconds. Then it is final.")
    if submission.project.reviewer != Reviewer.CLIENT:
        text = _("ARGOS decides. The portal shows the result as soon as ARGOS reports it.")
        return named(text, submission.project.vendor_name)
    who = _("Another compliance officer decides.")
    if submission.status == Status.PENDING:
        who = _("A compliance officer decides.")
    if not submission.next_due_at:
        return who
    at = date_format(timezone.localtime(submission.next_due_at), "DATETIME_FORMAT")
    return f"{who} {_('Due: %(at)s') % {'at': at}}"


def _next_step(submission: Submission, *, can_restart: bool) -> str:
    if can_restart:
        return _(
            "Start a new submission with this data if the customer tries again. It has its own 3 attempts and 24-hour "
            "limit."
        )
    if submission.status == Status.APPROVED or (submission.status in DECIDED and submission.passed_on_at is None):
        return _("Tell the customer the result, then mark it as communicated.")
    return _("No action is needed. Home lists the result when it is there.")


@dataclass(frozen=True)
class LiveformCard:
    """The card of the submission page. `url` and `qr`: only for those who may capture, while the link is open."""

    link: LiveformLink | None
    is_open: bool
    is_expired: bool
    was_thrown_away: bool
    may_make: bool
    has_started: bool
    is_pool_full_soon: bool
    url: str = ""
    qr: str = ""


@sensitive_variables()
def liveform_card(context: StateContext) -> LiveformCard | None:
    """Return the card; None where the project does not use Liveform or the submission has gone further."""
    submission = context.submission
    is_there = submission.route == Route.LIVEFORM and submission.status == "at_liveform"
    if not is_there and not links.is_offered(submission):
        return None
    link = links.last(submission)
    can_capture = context.may("capture")
    is_open = link is not None and link.is_open
    url = links.url_of(link) if link and is_open and can_capture else ""
    last = context.last_call
    return LiveformCard(
        link=link,
        is_open=is_open,
        is_expired=link is not None and link.call.state == CallState.ANSWERED and link.is_expired_at(clock.now()),
        was_thrown_away=last is not None and last.kind == CallKind.TOKEN and last.state == CallState.SETTLED,
        may_make=can_capture and context.open_call is None and links.is_offered(submission),
        has_started=bool(submission.vendor_id),
        is_pool_full_soon=can_capture and links.tokens_at_argos(submission.project) >= links.POOL_WARNING,
        url=url,
        qr=qr_code(url) if url else "",
    )


def next_check_card(context: StateContext) -> dict[str, Any]:
    """When an approved customer is verified again, and by which submission."""
    submission = context.submission
    if submission.status != Status.APPROVED or submission.erased_at:
        return {}
    check = getattr(submission, "next_check", None)  # none without an approval of ours
    later = check.replaced_by if check else None
    return {
        "replaced_by": later if later and can(context.user, later, "see") else None,
        "can_verify_again": restart.can_verify_again(submission),
        "can_set_risk": context.may("set_risk"),
        "risks": CustomerRisk.choices,
    }


def report_card(context: StateContext) -> dict[str, Any]:
    """The consideration of a suspicious transaction report, for those who review: nobody else learns of it."""
    submission = context.submission
    if not user_can_see_queue(context.user):
        return {}
    considerations = report_considerations.of(submission)  # in every state: the page takes the same queries
    if not report_considerations.is_due(submission):
        return {}
    return {
        "shows_report": True,
        "report_considerations": considerations,
        "can_consider_report": context.may("consider_report"),
        "report_form": ReportConsiderationForm(auto_id="report_%s"),
    }
