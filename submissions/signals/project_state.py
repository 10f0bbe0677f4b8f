"""The state of a project at ARGOS: stored when a record or reply reports it, and what it means for users."""

from django.db import transaction
from django.utils.formats import date_format
from django.utils.timezone import localtime
from django.utils.translation import gettext as _

from submissions.audit import events
from submissions.audit.events import VENDOR
from submissions.core import clock, vendor_text
from submissions.models import Project, VendorState


def note(project: Project, reported: str) -> None:
    """Store a reported state that differs from the last one. "": the reply does not report it; nothing changes."""
    if not reported or reported == project.reported_state:
        return
    fields = {"project": project.name, "from": project.reported_state, "to": reported}
    changed = Project.objects.filter(pk=project.pk).exclude(reported_state=reported)
    with transaction.atomic():
        if changed.update(reported_state=reported, reported_state_at=clock.now()):
            events.record("project_state_reported", by=VENDOR, fields=fields)
    project.reported_state = reported


def effect(project: Project) -> str:
    """Return what the state means for a submission; "" for an open project and an unknown state."""
    texts = {
        VendorState.TEST: _("This ARGOS project is in test: no submission becomes pending."),
        VendorState.TRIAL: _("This ARGOS project is in trial: ARGOS accepts about 15 submissions."),
        VendorState.CLOSE: _("This ARGOS project is closed: ARGOS accepts no submissions."),
        VendorState.STOPPED: _("The ARGOS emergency stop is on: ARGOS accepts no submissions."),
    }
    return vendor_text.named(texts.get(project.state_at_argos, ""), project.vendor_name)


def sentence(project: Project) -> str:
    """Return the state and its source, for administrators."""
    label = project.state_at_argos.label
    if project.reported_state and project.reported_state_at:
        at = date_format(localtime(project.reported_state_at), "DATETIME_FORMAT")
        return _("State at ARGOS: %(state)s (reported by ARGOS since %(at)s)") % {"state": label, "at": at}
    if project.vendor_state != VendorState.UNKNOWN:
        return _("State at ARGOS: %(state)s (set by an administrator)") % {"state": label}
    return _("State at ARGOS: unknown, not reported by ARGOS")
