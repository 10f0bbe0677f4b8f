"""The actions that require recent authentication.

Every URL gets a POST with an authentication of eleven minutes ago.
"""

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
from submissions.models import Submission, Switch
from tests import factories, scale
from tests.submissions.workflow.matrix_data import ADMIN, AGENT, CAPTURING, MANAGER, MatrixData
from tests.submissions.workflow.permission_matrix import ROWS

pytestmark = pytest.mark.django_db
# URLs and posted data, written from the design and not read from the code's table.
ASKED: dict[str, tuple[dict[str, str], ...]] = {
    "reveal": ({},),
    "redaction_mark": ({},),
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
    "settings_person_new": ({},),
    "settings_person": ({},),
    "settings_person_password": ({},),
    "settings_person_factors": ({},),
    "settings_person_sessions": ({},),
    "settings_project_new": ({},),
    "settings_project": ({},),
    "settings_project_resume": ({},),
    "settings_address_try": ({"address": "1 Street"},),
    "settings_webhook_rotate": ({},),
    "settings_webhook_end": ({},),
    "settings_consent_text_new": ({},),
    "settings_customer_text": ({}, {"preview": "1"}, {"reset": "1"}),
    "settings_api_token_new": ({},),
    "settings_api_token_revoke": ({},),
    "settings_endpoint_new": ({},),
    "settings_endpoint": ({},),
    "settings_endpoint_secret": ({},),
    "settings_endpoint_switch": ({}, {"enable": "1"}),
    "settings_endpoint_test": ({},),
    "settings_endpoint_replay": ({},),
    "settings_delivery_resend": ({},),
    "settings_team_new": ({},),
    "settings_team": ({},),
}
# They have a rule of their own (allauth's), or authenticate the user.
OWN_RULE = ("mfa_", "account_", "openid_connect_", "socialaccount_")


@pytest.fixture
def later() -> Iterator[MatrixData]:
    """Return the data of the permission matrix, with every user signed in eleven minutes ago."""
    matrix = MatrixData()
    with time_machine.travel(clock.now() + timedelta(minutes=11)):
        yield matrix


def post(matrix: MatrixData, person: str, name: str, data: dict[str, str]) -> Any:
    cache.clear()
    with transaction.atomic():
        arguments = matrix.arguments(ROWS[name].of, CAPTURING)
        reply = matrix.client(person).post(reverse(name, kwargs=arguments), data)
        transaction.set_rollback(True)
    return reply


def is_asked(reply: Any) -> bool:
    return reply.status_code == 403 and b"step_up_password" in reply.content


def test_table_is_the_designs() -> None:
    assert set(ACTIONS) == set(ASKED)


@pytest.mark.slow
def test_every_address_asks_for_a_recent_proof_or_does_not(later: MatrixData) -> None:
    others = scale.sample([name for name in ROWS if name not in ASKED and not name.startswith(OWN_RULE)], 4)
    for name in (*ASKED, *others):
        wanted, data = ASKED.get(name, ()), ROWS[name].data
        for person in (AGENT, MANAGER, ADMIN):
            for form in wanted:
                assert is_asked(post(later, person, name, {**data, **form})), (name, person, form)
            if not wanted or name == "export_ask":
                assert not is_asked(post(later, person, name, data)), (name, person)


def test_records_of_the_administration_have_no_actions() -> None:
    """An action on a list is posted to the list's own URL, so it would need a line in the table."""
    assert {model.__name__: list(page.actions) for model, page in site._registry.items()} == {"Submission": []}


def test_with_the_proof_the_act_is_done_and_what_was_typed_is_kept(later: MatrixData) -> None:
    submission = later.submissions[CAPTURING]
    url = reverse("retention_act", args=[submission.pk])
    form = {"action": "hold", "reason": "a court <asks>"}
    asked = later.client(ADMIN).post(url, form)
    assert b'value="a court &lt;asks&gt;"' in asked.content
    assert Submission.objects.get(pk=submission.pk).legal_hold_at is None
    later.client(ADMIN).post(url, {**form, "step_up_password": factories.PASSWORD})
    assert Submission.objects.get(pk=submission.pk).legal_hold_at is not None


def test_stop_switch_waits_for_the_proof(later: MatrixData) -> None:
    form = {"stop": "1", "reason": "the vendor asks"}
    assert is_asked(later.client(MANAGER).post("/sending/stop/", form))
    assert Switch.read().may_send
    later.client(MANAGER).post("/sending/stop/", {**form, "step_up_password": factories.PASSWORD})
    assert not Switch.read().may_send
