"""A project's new API key is tested before it is used, and a failed test is explained."""

from typing import Any

import pytest
from django.test import Client

from submissions.models import Project, Role
from submissions.outbox.rate_budget import Budget
from tests.clients import save_tab
from tests.factories import make_project, make_user, sign_in

pytestmark = pytest.mark.django_db


def typed(project: Project, **changes: Any) -> dict[str, Any]:
    """Return the project's form unchanged except for these values."""
    reply = save_tab(sign_in(Client(), make_user(Role.ADMINISTRATOR)), project, "connection", **changes)
    return dict(reply.context["form"].errors) if reply.status_code == 422 else {}


def test_key_that_could_not_be_tried_for_want_of_calls_says_that(monkeypatch: pytest.MonkeyPatch) -> None:
    asked: list[Budget] = []
    monkeypatch.setattr(Budget, "_wait", lambda budget, *given, **named: asked.append(budget) or 4000)
    errors = typed(make_project(calls_per_day=400_000), new_key="another-key")
    assert "limit reached; ARGOS was not asked" in str(errors["new_key"])
    assert asked[-1].per_day == 400_000
