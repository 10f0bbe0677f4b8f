"""The text of a message: the company's own or the default one, with its placeholders filled."""

import re
from collections.abc import Mapping
from datetime import datetime

from django.core.exceptions import ValidationError
from django.utils import translation
from django.utils.translation import gettext as _

from submissions.core import letters
from submissions.customer_messages.default_texts import Template, default
from submissions.models import CustomerText, Project

PLACEHOLDERS = ("company", "link", "deadline", "contact", "complaints", "reference")
IN_SUBJECT = ("company", "reference")
NAMED = re.compile(r"\{([^{}\n]*)\}")
TAG = re.compile(r"</?[a-zA-Z!]")


def check(text: str, allowed: tuple[str, ...] = PLACEHOLDERS) -> None:
    """Raise `ValidationError` for an unknown placeholder, which it names, or for HTML."""
    unknown = [name for name in NAMED.findall(text) if name not in allowed]
    if unknown:
        known = ", ".join(f"{{{name}}}" for name in allowed)
        raise ValidationError(
            _("{%(name)s} is no placeholder here. Use %(known)s."), params={"name": unknown[0], "known": known}
        )
    if TAG.search(text):
        raise ValidationError(_("Enter plain text. Customers would see HTML tags as they are typed."))


def template_of(project: Project, occasion: str, language: str) -> Template:
    own = CustomerText.objects.filter(project=project, occasion=occasion, language=language).first()
    return Template(own.subject, own.text) if own else default(occasion, language)


def values_of(
    project: Project, language: str, *, reference: str, link: str = "", deadline: datetime | None = None
) -> dict[str, str]:
    """Return the value of each placeholder; "" for one without a value."""
    with translation.override(language):
        until = letters.local_time(deadline, project.zone) if deadline else ""
    return {
        "company": project.company_name,
        "link": link,
        "deadline": until,
        "contact": project.company_contact,
        "complaints": project.complaints_contact or project.company_contact,
        "reference": reference,
    }


def fill(text: str, values: Mapping[str, str]) -> str:
    """Replace the placeholders; omit each line of which a placeholder has no value."""
    lines = (line for line in text.splitlines() if all(values.get(name) for name in NAMED.findall(line)))
    return NAMED.sub(lambda found: values[found[1]], "\n".join(lines)).strip()


def compose(template: Template, occasion: str, language: str, values: Mapping[str, str]) -> Template:
    """Return the filled template. A subject whose placeholder has no value is replaced by the default one."""
    subject = fill(template.subject, values) or default(occasion, language).subject
    return Template(subject, fill(template.text, values))
