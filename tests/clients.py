"""Signed-in clients, requests and replies that several test modules share."""

import re
from typing import Any

from django.test import Client

from submissions.models import Project, Submission, User
from submissions.review import page_context
from submissions.review.warnings import warnings_of


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def shown(response: Any) -> list[str]:
    return [row.reference for row in response.context["page"].rows]


def given(page: str) -> list[str]:
    """Return the decisions that a review page shows, as "name approved"."""
    shown = re.findall(r'class="msg given.*?<b>(.*?)</b>\s*<span class="\w+ strong">(\w+)<', page, re.DOTALL)
    return [f"{name} {decision}" for name, decision in shown]


def decide(client: Client, submission: Submission, verdict: str, **data: Any) -> Any:
    warned = [warning.code for warning in warnings_of(submission, submission.claimed_by or submission.created_by)]
    seen = page_context.seen_of(submission)
    return client.post(
        f"/review/{submission.pk}/decide/", {"verdict": verdict, "seen": seen, "warning": warned, **data}
    )


def save_tab(client: Client, project: Project, tab: str, **changed: str) -> Any:
    """Post a settings tab of a project unchanged except for these values."""
    return client.post(f"/settings/projects/{project.pk}/{tab}/", {**tab_values(client, project, tab), **changed})


def tab_values(client: Client, project: Project, tab: str) -> dict[str, Any]:
    """Return what a browser would post for an unchanged settings tab."""
    page = client.get(f"/settings/projects/{project.pk}/{tab}/").context
    forms = [page["form"]]
    for _editor, rows in page["lists"]:
        forms += [rows.management_form, *rows.forms]
    values = {form.add_prefix(name): form[name].value() for form in forms for name in form.fields}
    kept = {name: value for name, value in values.items() if value is not None and value is not False}
    return kept | {name: "on" for name, value in kept.items() if value is True}
