"""The number of database round trips of one Step 2 call: each costs 1 to 2 ms on a network."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection

from submissions.capture import images, submit
from submissions.core import redis_client
from submissions.models import ImageKind, Project, Status, Submission
from submissions.outbox import metrics as outbox_metrics
from submissions.vendor_sync import worker
from tests.broker import redis
from tests.factories import by, explain, make_draft, make_project, reload
from tests.pictures import id_card_jpeg, selfie_jpeg
from tests.sandbox import Sandbox

__all__ = ["redis"]

pytestmark = pytest.mark.django_db

MAX_STATEMENTS = 13  # the last one asks for endpoints that receive messages
MAX_COMMANDS = 5  # docs/performance.md explains why not 4


@pytest.fixture
def project(sandbox: Sandbox) -> Project:
    project = make_project(base_url=sandbox.base_url, read_timeout=10, connect_timeout=2)
    project.api_key = "sandbox-key-standard"
    project.save()
    return project


def confirming(project: Project) -> Submission:
    draft = make_draft(project=project, images=False)
    images.add_image(draft, ImageKind.ID_FRONT, id_card_jpeg(), by=by(draft.created_by))
    images.add_image(draft, ImageKind.SELFIE, selfie_jpeg(), by=by(draft.created_by))
    submit.send_step1(draft, by=by(draft.created_by))
    assert worker.send_next()
    submission = reload(draft)
    explain(submission)
    return submission


def statements_of(act: Callable[[], object]) -> list[str]:
    """Return all statements. The savepoints among them are begin and commit outside a test."""
    seen: list[str] = []

    def note(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        seen.append(sql)
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        act()
    return seen


def prepare_step2(project: Project) -> Submission:
    submission = confirming(project)
    submit.send_step2(submission, by=by(submission.created_by))
    return submission


def test_step2_call_keeps_to_its_round_trips(redis: str, project: Project, monkeypatch: pytest.MonkeyPatch) -> None:
    submission = prepare_step2(project)
    scripts: list[str] = []
    run = redis_client.run_script

    def note(script: str, keys: list[str], args: list[Any]) -> Any:
        scripts.append(script)
        return run(script, keys, args)

    monkeypatch.setattr(redis_client, "run_script", note)
    monkeypatch.setattr(outbox_metrics.transaction, "on_commit", lambda act: act())  # a test never commits
    statements = [sql for sql in statements_of(worker.send_next) if "SAVEPOINT" not in sql]
    assert reload(submission).status == Status.PENDING
    assert len(statements) <= MAX_STATEMENTS, "\n".join(statements)
    assert len(scripts) <= MAX_COMMANDS, "\n".join(scripts)


def test_tick_is_no_part_of_the_claims_transaction(redis: str, project: Project) -> None:
    """All threads update its one row: in the claim, its lock would last until the commit and they would queue there."""
    prepare_step2(project)
    open_blocks = 0
    for sql in statements_of(worker.send_next):
        open_blocks += sql.startswith("SAVEPOINT") - sql.startswith("RELEASE SAVEPOINT")
        if sql.startswith('UPDATE "submissions_switch"'):
            assert open_blocks == 0
            return
    pytest.fail("the call raised no tick")
