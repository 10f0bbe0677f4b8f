"""Whether a project can reach ARGOS: one read with its address and key, and what the portal knows of the project."""

import time
from dataclasses import dataclass

from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from argos.errors import Throttled
from submissions.core import clock, vendor_text
from submissions.models import Project, Reviewer, VendorState, WebhookDelivery
from submissions.signals import project_state
from submissions.vendor_sync import polling


@dataclass(frozen=True)
class Reply:
    """`problem`: "" if ARGOS replied. `is_throttled`: the portal's own request limit prevented the request."""

    problem: str
    is_throttled: bool
    milliseconds: int


@dataclass(frozen=True)
class Check:
    grade: str  # "ok", "warn" or "bad"
    text: str


def check(trial: Project) -> Reply:
    """Read once with the address and key of `trial`, which need not be saved."""
    started = time.perf_counter()
    try:
        problem, is_throttled = polling.try_key(trial), False
    except Throttled as error:
        problem, is_throttled = vendor_text.budget_sentence(error), True
    return Reply(problem, is_throttled, round((time.perf_counter() - started) * 1000))


def checks(project: Project, reply: Reply) -> list[Check]:
    """Return the connection check first, then reviewer, clock, processing and webhooks of the project."""
    key = Check("bad", reply.problem) if reply.problem else Check("ok", _("Address and API key accepted"))
    known = [_reviewer(project), _clock(project), _processing(project), _state(project), _webhook(project)]
    return [key, *known]


def _reviewer(project: Project) -> Check:
    if project.admin_email or project.reviewer != Reviewer.CLIENT:
        return Check("ok", _("Reviewer e-mail entered"))
    return Check("bad", _("No reviewer e-mail: decisions cannot be sent"))


def _clock(project: Project) -> Check:
    text = _("Time difference %(seconds)+.0f s") % {"seconds": project.clock_offset}
    return Check("bad" if clock.is_drifting(project) else "ok", text)


def _processing(project: Project) -> Check:
    if project.paused_at is None:
        return Check("ok", _("Processing active"))
    return Check("bad", _("Processing paused: %(reason)s") % {"reason": _(project.paused_reason)})


def _state(project: Project) -> Check:
    grade = "warn" if project_state.effect(project) or project.state_at_argos == VendorState.UNKNOWN else "ok"
    return Check(grade, project_state.sentence(project))


def _webhook(project: Project) -> Check:
    received = WebhookDelivery.objects.filter(project=project.pk).order_by("-received_at").values("received_at")
    if not (newest := received.first()):
        return Check("warn", _("No webhook received yet"))
    return Check("ok", _("Last webhook %(age)s ago") % {"age": timesince(newest["received_at"], clock.now())})
