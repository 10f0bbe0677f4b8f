"""Which actions require recent authentication: every address is posted to with a proof that is eleven minutes old."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
import time_machine
from django.core.cache import cache
from django.db import transaction
from django.urls import reverse

from submissions.accounts.sensitive_actions import ACTIONS
from submissions.admin import site
from submissions.core import clock
from submissions.models import Event, Submission, Switch
from tests import factories
from tests.submissions.workflow.matrix_world import ADMIN, AGENT, CAPTURING, MANAGER, World
from tests.submissions.workflow.permission_matrix import ROWS

pytestmark = pytest.mark.django_db
# What is asked of the design, not read from the table of the code: address, what is posted.
ASKED: dict[str, tuple[dict[str, str], ...]] = {
    "reveal": ({},),
    "join_capture": ({},),
    "subject": ({},),
    "evidence_pack": ({}, {"open": "1"}),
    "export_ask": ({"open": "1"},),
    "export_download": ({},),
    "retention_act": ({"action": "end"}, {"action": "hold"}, {"action": "lift"}, {"action": "erase"}),
    "stop_switch": ({"stop": "1"}, {"stop": "0"}),
    "lift_hold": ({},),
    "session_end": ({},),
    "sessions_end": ({},),
    "admin:submissions_user_add": ({},),
    "admin:submissions_user_change": ({},),
    "admin:submissions_user_changelist": (
        {"action": "give_password"},
        {"action": "forget_second_factors"},
        {"action": "end_sessions"},
    ),
    "admin:submissions_project_add": ({},),
    "admin:submissions_project_change": ({},),
    "admin:submissions_project_changelist": ({"action": "replace_webhook_token"}, {"action": "resume_sending"}),
    "admin:submissions_consenttext_add": ({},),
    "admin:submissions_team_add": ({},),
    "admin:submissions_team_change": ({},),
}
# They ask by a rule of their own (allauth's), or prove who is there.
OWN_RULE = ("mfa_", "account_", "openid_connect_", "socialaccount_")


@pytest.fixture
def later() -> Iterator[World]:
    """The world of the permission matrix, where everybody signed in eleven minutes ago."""
    world = World()
    with time_machine.travel(clock.now() + timedelta(minutes=11)):
        yield world


def post(world: World, person: str, name: str, data: dict[str, str]) -> Any:
    cache.clear()
    with transaction.atomic():
        arguments = world.arguments(ROWS[name].of, CAPTURING)
        reply = world.client(person).post(reverse(name, kwargs=arguments), data)
        transaction.set_rollback(True)
    return reply


def is_asked(reply: Any) -> bool:
    return reply.status_code == 403 and b"step_up_password" in reply.content


def test_table_is_the_designs() -> None:
    assert set(ACTIONS) == set(ASKED)


@pytest.mark.slow
def test_every_address_asks_for_a_recent_proof_or_does_not(later: World) -> None:
    for name in ROWS:
        if name.startswith(OWN_RULE):
            continue
        wanted, data = ASKED.get(name, ()), ROWS[name].data
        for person in (AGENT, MANAGER, ADMIN):
            for form in wanted:
                assert is_asked(post(later, person, name, {**data, **form})), (name, person, form)
            if not wanted or name in ("export_ask", *(name for name in wanted_by_action())):
                assert not is_asked(post(later, person, name, data)), (name, person)


def wanted_by_action() -> list[str]:
    return [name for name in ASKED if name.endswith("_changelist")]


def test_every_action_of_the_administration_is_asked_for(later: World) -> None:
    """An action on a list that is new needs a line in the table, or in neither place a right to exist."""
    for model, page in site._registry.items():
        listed = {form["action"] for form in ASKED.get(f"admin:submissions_{model._meta.model_name}_changelist", ())}
        assert {str(action) for action in page.actions} == listed, model


def test_second_action_of_one_form_is_looked_at_too(later: World) -> None:
    """Django takes the action at `index`; the other one must not hide it."""
    form: dict[str, Any] = {"action": ["end_sessions", "nothing"], "index": "0", "_selected_action": [later.other.pk]}
    reply = later.client(ADMIN).post("/admin/submissions/user/", form)
    assert is_asked(reply)
    assert not Event.objects.filter(kind="sessions_ended").exists()


def test_with_the_proof_the_act_is_done_and_what_was_typed_is_kept(later: World) -> None:
    submission = later.submissions[CAPTURING]
    url = reverse("retention_act", args=[submission.pk])
    form = {"action": "hold", "reason": "a court <asks>"}
    asked = later.client(ADMIN).post(url, form)
    assert b'value="a court &lt;asks&gt;"' in asked.content
    assert Submission.objects.get(pk=submission.pk).legal_hold_at is None
    later.client(ADMIN).post(url, {**form, "step_up_password": factories.PASSWORD})
    assert Submission.objects.get(pk=submission.pk).legal_hold_at is not None


def test_stop_switch_waits_for_the_proof(later: World) -> None:
    form = {"stop": "1", "reason": "the vendor asks"}
    assert is_asked(later.client(MANAGER).post("/sending/stop/", form))
    assert Switch.read().may_send
    later.client(MANAGER).post("/sending/stop/", {**form, "step_up_password": factories.PASSWORD})
    assert not Switch.read().may_send
