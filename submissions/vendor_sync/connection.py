"""Whether a project can reach ARGOS: one read with its address and key, and what the portal knows of the project."""

import time
from dataclasses import dataclass

from django.utils.timesince import timesince
from django.utils.translation import gettext as _

from argos.errors import Throttled
from submissions.core import clock, vendor_text
from submissions.models import Project, Reviewer, WebhookDelivery
from submissions.vendor_sync import polling


@dataclass(frozen=True)
class Answer:
    """`problem` is "" where ARGOS answered. `is_throttled`: the portal's own request limit forbade the question."""

    problem: str
    is_throttled: bool
    milliseconds: int


@dataclass(frozen=True)
class Finding:
    grade: str  # "ok", "warn" or "bad"
    text: str


def ask(trial: Project) -> Answer:
    """Read once with the address and key of `trial`, which need not be saved."""
    started = time.perf_counter()
    try:
        problem, is_throttled = polling.try_key(trial), False
    except Throttled as error:
        problem, is_throttled = vendor_text.budget_sentence(error), True
    return Answer(problem, is_throttled, round((time.perf_counter() - started) * 1000))


def findings(project: Project, answer: Answer) -> list[Finding]:
    """Return the answer first, then reviewer, clock, processing and webhooks of the project."""
    key = Finding("bad", answer.problem) if answer.problem else Finding("ok", _("Address and API key accepted"))
    return [key, _reviewer(project), _clock(project), _processing(project), _webhook(project)]


def _reviewer(project: Project) -> Finding:
    if project.admin_email or project.reviewer != Reviewer.CLIENT:
        return Finding("ok", _("Reviewer e-mail entered"))
    return Finding("bad", _("No reviewer e-mail: decisions cannot be sent"))


def _clock(project: Project) -> Finding:
    text = _("Time difference %(seconds)+.0f s") % {"seconds": project.clock_offset}
    return Finding("bad" if clock.is_drifting(project) else "ok", text)


def _processing(project: Project) -> Finding:
    if project.paused_at is None:
        return Finding("ok", _("Processing active"))
    return Finding("bad", _("Processing paused: %(reason)s") % {"reason": _(project.paused_reason)})


def _webhook(project: Project) -> Finding:
    received = WebhookDelivery.objects.filter(project=project.pk).order_by("-received_at").values("received_at")
    if not (newest := received.first()):
        return Finding("warn", _("No webhook received yet"))
    return Finding("ok", _("Last webhook %(age)s ago") % {"age": timesince(newest["received_at"], clock.now())})
