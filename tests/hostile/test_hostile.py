"""A short set of the hostile inputs, in this process; the full run is `make hostile`."""

from typing import Any

import pytest
from django.test import Client

from submissions.models import Role, Status
from tests import factories
from tests.hostile import judging
from tests.hostile.answers import problem_of
from tests.hostile.inputs import Hostile, Targets, make

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

SEED, INPUTS = 20_260, 400


@pytest.fixture
def targets() -> Targets:
    agent = factories.make_user()
    draft, pending = factories.make_draft(agent), factories.make_at(Status.PENDING, agent)
    token = draft.project.new_webhook_token()
    draft.project.save()
    image = draft.images.first()
    assert image is not None
    return Targets(str(draft.pk), str(image.pk), str(pending.pk), token)


def send(client: Client, hostile: Hostile) -> Any:
    for name, value in hostile.cookies.items():
        client.cookies[name] = value
    headers = dict(hostile.headers)
    content_type = headers.pop("Content-Type", "application/octet-stream")
    return client.generic(hostile.method, hostile.path, hostile.body, content_type=content_type, headers=headers)


@pytest.mark.parametrize("part", range(4))
def test_hostile_inputs_are_answered_in_words(targets: Targets, part: int) -> None:
    users = [factories.make_user(role) for role in (Role.OFFICER, Role.MANAGER, Role.ADMINISTRATOR)]
    agent = factories.make_user()
    wrong = []
    for number in range(part, INPUTS, 4):
        hostile = make(SEED, number, targets)
        client = Client(raise_request_exception=False)
        client.force_login(agent if hostile.kind == "upload" else users[number % 3])
        reply = send(client, hostile)
        if problem := problem_of(reply.status_code, b"" if reply.streaming else reply.content):
            wrong.append(f"seed {SEED} input {number} ({hostile.kind} {hostile.path[:80]}): {problem}")
    assert not wrong, "\n".join(wrong)
    assert not any(judging.half_written().values()), judging.half_written()
