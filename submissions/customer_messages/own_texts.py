"""The company's own texts: an administrator replaces a default text, and resets it."""

import hashlib

from django.db import transaction

from submissions.audit import events
from submissions.audit.events import Actor
from submissions.core import clock
from submissions.customer_messages.default_texts import Template
from submissions.customer_messages.texts import template_of
from submissions.models import CustomerText, Project


def own_of(project: Project) -> set[tuple[str, str]]:
    """Return the occasion and language of each own text."""
    rows = CustomerText.objects.filter(project=project).values_list("occasion", "language")
    return {(occasion, language) for occasion, language in rows}


def save(project: Project, occasion: str, language: str, template: Template, *, by: Actor) -> None:
    with transaction.atomic():
        before = template_of(project, occasion, language)
        columns = {**template._asdict(), "changed_at": clock.now(), "changed_by": by.user}
        CustomerText.objects.update_or_create(project=project, occasion=occasion, language=language, defaults=columns)
        _record("customer_text_changed", project, occasion, language, before, by=by)


def reset(project: Project, occasion: str, language: str, *, by: Actor) -> bool:
    """Delete the own text, so that the default text is sent; return whether there was one."""
    with transaction.atomic():
        before = template_of(project, occasion, language)
        rows = CustomerText.objects.filter(project=project, occasion=occasion, language=language)
        if not rows.delete()[0]:
            return False
        _record("customer_text_reset", project, occasion, language, before, by=by)
    return True


def _record(kind: str, project: Project, occasion: str, language: str, before: Template, *, by: Actor) -> None:
    """Record the change with the SHA-256 of the subject and text before and after it."""
    fields = {"project": project.name, "occasion": occasion, "language": language}
    hashes = {"before": digest(before), "after": digest(template_of(project, occasion, language))}
    events.record(kind, by=by, fields=fields | hashes)


def digest(template: Template) -> str:
    return hashlib.sha256(f"{template.subject}\n{template.text}".encode()).hexdigest()
