"""No project occupies all threads, and the calls of a project without a free thread are skipped."""

import itertools
import json
import subprocess
import sys
import uuid
from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from submissions import tasks
from submissions.capture import submit
from submissions.core import clock, task_queue
from submissions.models import Call, CallKind, CallState, Project, Status, Submission
from submissions.outbox import ledger, vendor_client
from submissions.outbox.rate_budget import ALL
from submissions.vendor_sync import concurrency, reconcile, replies, worker
from tests import fairness, postgres
from tests.factories import by, explain, make_at, make_project, make_user, step2_reply
from tests.stack import ROOT


@pytest.fixture(autouse=True)
def threads(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Use a worker of 24 threads without calls, before and after."""
    monkeypatch.setattr(concurrency, "_threads", 24)
    yield
    assert concurrency._held.total() == 0


def take(project: uuid.UUID, at_most: int = 50) -> list[concurrency.ThreadSlot]:
    taken = []
    for _each in range(at_most):
        slot = concurrency.ThreadSlot()
        if not slot.enter(project):
            break
        taken.append(slot)
    return taken


def test_project_alone_comes_to_two_thirds_of_the_threads() -> None:
    held = take(uuid.uuid4())
    assert len(held) == 16
    for slot in held:
        slot.leave()


@pytest.mark.parametrize("many", [2, 3, 5])
def test_many_slow_projects_leave_threads_free(many: int) -> None:
    held = [take(uuid.uuid4()) for _project in range(many)]
    assert sum(map(len, held)) < 24
    assert min(map(len, held)) >= 1
    for slot in itertools.chain(*held):
        slot.leave()


def test_thread_that_enters_another_project_leaves_the_first() -> None:
    first, second = uuid.uuid4(), uuid.uuid4()
    with concurrency.thread_slot() as slot:
        assert slot.enter(first)
        assert slot.enter(second)
        assert (concurrency._held[first], concurrency._held[second]) == (0, 1)


@pytest.mark.django_db
def test_thread_is_the_projects_only_while_it_waits_for_the_vendor(monkeypatch: pytest.MonkeyPatch) -> None:
    """The thread is free for another call while this one writes its reply."""
    (submission,) = prepare(make_project())
    held = list[int]()

    def note(result: object) -> object:
        held.append(concurrency._held[submission.project.pk])
        return result

    monkeypatch.setitem(worker.ASKS, CallKind.STEP2, lambda call, client, files: note(step2_reply()))
    monkeypatch.setitem(worker.TAKES, CallKind.STEP2, lambda call, reply: note(replies.step2_answered(call, reply)))
    monkeypatch.setattr(worker, "_ready", lambda call: {})
    assert worker.send_next()
    assert held == [1, 0]
    assert submission.calls.latest("prepared_at").state == CallState.ANSWERED


def prepare(*projects: Project) -> list[Submission]:
    """Prepare a Step 2 in each submission."""
    agent = make_user()
    made = [make_at(Status.CONFIRMING, agent, project) for project in projects]
    for submission in made:
        explain(submission)
        submit.send_step2(submission, by=by(agent))
    return made


def in_doubt(*projects: Project) -> list[Submission]:
    """Create a Step 2 of unknown outcome in each submission, due to be read."""
    made = prepare(*projects)
    while call := ledger.take_lease():
        ledger.mark_unknown(call, error="timeout")
    Call.objects.filter(state=CallState.UNKNOWN).update(next_read_at=clock.now() - timedelta(seconds=1))
    return made


@pytest.mark.django_db
def test_calls_of_a_project_that_may_not_be_sent_hide_nobody_elses() -> None:
    slow, quick = make_project(), make_project()
    prepare(slow, slow, slow, quick)
    Call.objects.filter(submission__project=slow).update(urgency_at=clock.now())
    call = ledger.take_lease(admit=lambda project: project != slow.pk)
    assert call is not None
    assert call.submission.project_id == quick.pk
    assert ledger.take_lease(admit=lambda project: project != slow.pk) is None


@pytest.mark.django_db
def test_spent_key_hides_nobody_elses_calls() -> None:
    spent, other = make_project(), make_project()
    prepare(spent, spent, spent, other)
    Call.objects.filter(submission__project=spent).update(urgency_at=clock.now())
    for project in (spent, other):  # keys whose budget no other test has used
        project.api_key = f"a key of its own {uuid.uuid4()}"
        project.save()
    Project.objects.filter(pk=spent.pk).update(calls_per_day=1, calls_per_second=1)
    spent.refresh_from_db()
    vendor_client.budget_of(spent).spend(ALL)
    call = ledger.take_lease()
    assert call is not None
    assert call.submission.project_id == other.pk


@pytest.mark.django_db
def test_idle_threads_search_a_backlog_once_and_find_what_becomes_due(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(worker, "NONE_HOLDS_FOR", timedelta(hours=1))
    slow, quick = make_project(), make_project()
    prepare(slow, quick)
    others = Call.objects.filter(submission__project=quick)
    others.update(not_before=clock.now() + timedelta(minutes=1))
    assert not worker._is_waiting_besides([slow.pk])
    with CaptureQueriesContext(connection) as asked:
        assert not worker._is_waiting_besides([slow.pk])
    assert [query["sql"].count("submissions_submission") for query in asked] == [0]
    others.update(not_before=clock.now())
    assert worker._is_waiting_besides([slow.pk])


@pytest.mark.django_db
def test_thread_for_which_only_a_full_project_has_calls_stands_back(monkeypatch: pytest.MonkeyPatch) -> None:
    slow, quick = make_project(), make_project()
    prepare(slow, quick)
    others = Call.objects.filter(submission__project=quick)
    others.update(not_before=clock.now() + timedelta(minutes=1))
    looks: list[object] = []
    monkeypatch.setattr(worker.ledger, "take_lease", lambda **how: looks.append(how))
    monkeypatch.setattr(worker.time, "sleep", looks.append)
    held = take(slow.pk)
    assert concurrency.busy_projects() == [slow.pk]
    assert not worker.send_next()
    assert looks == [worker.STANDS_BACK], "no look for the most urgent one, which is none of its"
    others.update(not_before=clock.now())
    assert not worker.send_next()
    assert len(looks) == 2, "another's call is looked for at once"
    assert isinstance(looks[1], dict)
    for slot in held:
        slot.leave()
    assert concurrency.busy_projects() == []


@pytest.mark.django_db
def test_project_that_another_thread_asks_is_left_out_of_the_round(monkeypatch: pytest.MonkeyPatch) -> None:
    busy, free = in_doubt(make_project(), make_project())
    asked: list[uuid.UUID] = []
    monkeypatch.setattr(reconcile, "_settle_safely", lambda call: asked.append(call.submission_id) or True)
    with concurrency._alone("settle", busy.project_id):
        assert reconcile.settle_due() == 1
    assert asked == [free.pk]


@pytest.mark.django_db
def test_round_ends_after_a_while_and_goes_on_in_the_next(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(concurrency, "ROUND_LASTS", -1.0)
    project = make_project()
    in_doubt(project, project)
    monkeypatch.setattr(reconcile, "_settle_safely", lambda call: True)
    assert reconcile.settle_due() == 1
    assert reconcile.settle_due() == 1


@pytest.mark.parametrize(("limit", "woken"), [(2, 1), (9, 0)])
def test_wake_up_that_ends_with_work_left_wakes_the_next(
    monkeypatch: pytest.MonkeyPatch, limit: int, woken: int
) -> None:
    """Otherwise a rush would end after the calls of its first wake-ups, until the next beat."""
    prepared, asked = iter([True, True, True]), []
    monkeypatch.setattr(tasks, "CALLS_PER_WAKE", limit)
    monkeypatch.setattr(tasks.worker, "send_next", lambda: next(prepared, False))
    monkeypatch.setattr(tasks.task_queue, "again", asked.append)
    assert tasks.send_prepared_calls() == min(limit, 3)
    assert asked == [task_queue.SEND] * woken


@pytest.mark.slow
def test_slow_project_does_not_hold_up_anothers_calls(tmp_path: Path) -> None:
    """Twelve threads, thirty calls of a vendor that takes half a minute, and eight less urgent ones of another."""
    with postgres.running() as url:
        environment = {**postgres.environment(url), "DATA_DIR": str(tmp_path)}
        command = [sys.executable, "-m", "tests.fairness"]
        environment["DJANGO_SETTINGS_MODULE"] = "tests.settings"
        done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, timeout=200)
    assert done.returncode == 0, done.stderr[-3000:]
    told = json.loads(done.stdout.splitlines()[-1])
    assert (told["quick"], told["slow"]) == (fairness.QUICK_CALLS, 0)
    assert told["slow_under_way"] >= 4
