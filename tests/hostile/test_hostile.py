"""A short set of the hostile inputs, in this process; the full run is `make hostile`."""

import random
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client

from submissions.api import tokens
from submissions.core import clock
from submissions.models import Project, Role, Scope, Status, User
from tests import factories, scale
from tests.hostile import grammars, judging
from tests.hostile.answers import problem_of
from tests.hostile.inputs import Hostile, Targets, api, make, some_id

pytestmark = [pytest.mark.slow, pytest.mark.django_db]

SEED, INPUTS = scale.SEED, scale.sized(60, 400)
ROLES = (Role.AGENT, Role.OFFICER, Role.MANAGER, Role.ADMINISTRATOR)


@pytest.fixture
def targets() -> Targets:
    agent = factories.make_user()
    draft, pending = factories.make_draft(agent), factories.make_at(Status.PENDING, agent)
    token = draft.project.new_webhook_token()
    draft.project.save()
    image = draft.images.first()
    assert image is not None
    admin = factories.make_user(Role.ADMINISTRATOR)
    _token, secret = tokens.create(
        "Core banking",
        draft.team,
        Project.objects.all(),
        scopes=Scope.values,
        networks=[],
        expires_at=clock.now() + timedelta(days=30),
        by=factories.by(admin),
    )
    return Targets(str(draft.pk), str(image.pk), str(pending.pk), token, secret)


def send(client: Client, hostile: Hostile) -> Any:
    for name, value in hostile.cookies.items():
        client.cookies[name] = value
    headers = dict(hostile.headers)
    content_type = headers.pop("Content-Type", "application/octet-stream")
    return client.generic(hostile.method, hostile.path, hostile.body, content_type=content_type, headers=headers)


def test_hostile_requests_to_the_api_are_answered_in_words(targets: Targets, settings: Any) -> None:
    settings.API_REQUESTS_PER_MINUTE = 1_000_000
    wrong, statuses, client = [], set(), Client(raise_request_exception=False)
    for number in range(INPUTS):
        hostile = api(random.Random(f"{SEED}:{number}"), targets)
        reply = send(client, hostile)
        statuses.add(reply.status_code)
        if problem := problem_in(reply):
            wrong.append(f"seed {SEED} input {number} ({hostile.method} {hostile.path[:80]}): {problem}")
    assert not wrong, "\n".join(wrong)
    assert 200 in statuses
    assert statuses & {400, 404, 415, 422}
    assert not any(judging.half_written().values()), judging.half_written()


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


def problem_in(reply: Any) -> str:
    return problem_of(reply.status_code, b"" if reply.streaming else reply.content)


@pytest.mark.timeout(900)
@pytest.mark.parametrize("part", range(6))
def test_every_address_answers_every_value_in_words(targets: Targets, part: int) -> None:
    """Send each value of each grammar to each URL, in all names together, in varying order; in a check a thirtieth."""
    clients = [Client(raise_request_exception=False) for _role in ROLES]
    for client, role in zip(clients, ROLES, strict=True):
        factories.sign_in(client, factories.make_user(role))
    wrong, names = [], grammars.names()
    for at, route in list(enumerate(grammars.routes()))[part::6]:
        dice = random.Random(f"{SEED}:{route}")
        for shift in scale.sample(list(range(0, len(grammars.VALUES), 3)), 30):
            path = grammars.filled(dice, route, lambda dice: some_id(dice, targets))
            sent = {name: grammars.VALUES[(shift + number) % len(grammars.VALUES)] for number, name in enumerate(names)}
            sent = {name: sent[name][:3000] for name in dice.sample(names, 60)}
            client = clients[(at + shift) % len(ROLES)]
            given = {name: value[:40] for name, value in sent.items()}
            replies = (client.post(path, sent), client.get(path, given))
            wrong += [f"{path[:90]} shift {shift}: {problem}" for reply in replies if (problem := problem_in(reply))]
    assert not wrong, "\n".join(wrong)
    assert not any(judging.half_written().values()), judging.half_written()


def test_names_and_addresses_are_read_from_the_source() -> None:
    for name in (
        "version",
        "consent",
        "was_name",
        "reason_name",
        "callback_at",
        "document_number",
        "assignee",
        "person",
    ):
        assert name in grammars.names()
    for route in ("/reports/access/<int:year>/<int:month>/", "/submissions/<uuid:pk>/values/", "/accounts/login/"):
        assert route in grammars.routes()
    assert ("/api/v1/submissions", ("GET", "POST")) in grammars.operations()
    assert {"issuing_country", "consent", "cursor"} <= set(grammars.api_names())


ANSWERED = [
    ("/submissions/{draft}/values/", {"version": "²"}),
    ("/submissions/{draft}/values/", {"version": "9" * 5000, "name": "Kim", "was_name": ""}),
    ("/submissions/{draft}/values/", {"was_consent": "", "consent": "abc"}),
    ("/submissions/{draft}/values/", {"was_consent": "", "consent": "1\x00"}),
    *(("/submissions/{draft}/values/", {"callback_at": text, "was_callback_at": ""}) for text in grammars.MOMENTS),
]


@pytest.mark.parametrize(("path", "data"), scale.sample(ANSWERED, 4))
@pytest.mark.parametrize("zone", ["Asia/Seoul", "UTC", "America/New_York"])
def test_odd_value_of_the_capture_page_is_answered_and_the_page_still_opens(
    targets: Targets, path: str, data: dict[str, str], zone: str, settings: Any
) -> None:
    settings.TIME_ZONE = zone
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.get(role=Role.AGENT))
    assert client.post(path.format(draft=targets.draft), data).status_code in (302, 404, 422)
    assert client.get(f"/submissions/{targets.draft}/").status_code == 200


@pytest.mark.parametrize("year", ["0", "1", "1999", "2101", "9999", "10000", "9" * 30])
@pytest.mark.parametrize("month", ["0", "1", "12", "13", "9" * 30])
def test_months_that_no_report_covers_are_not_found(year: str, month: str) -> None:
    client = factories.sign_in(Client(raise_request_exception=False), factories.make_user(Role.MANAGER))
    assert client.get(f"/reports/access/{year}/{month}/").status_code == 404
    assert client.post(f"/reports/access/{year}/{month}/sign/", {"remark": "looked through it"}).status_code == 404


@pytest.mark.parametrize("key", grammars.MOMENTS)
@pytest.mark.parametrize("name", ["after", "before"])
@pytest.mark.parametrize("page", ["/submissions/", "/review/"])
def test_page_keys_at_the_ends_of_the_calendar_open_the_first_page(page: str, name: str, key: str) -> None:
    client = factories.sign_in(Client(raise_request_exception=False), factories.make_user(Role.OFFICER))
    assert client.get(page, {name: key}).status_code == 200
