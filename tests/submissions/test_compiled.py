"""Statements that are written once: the same rows as the queryset's own, with other arguments each time."""

import uuid
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.contrib.contenttypes.models import ContentType
from django.db import IntegrityError, NotSupportedError, ProgrammingError, connection, connections, transaction
from django.db.models.sql.compiler import SQLCompiler
from django.test.utils import CaptureQueriesContext

from submissions import clock, search
from submissions.compiled import MOMENT, ROW, TEXT, Compiled, insert_once, update
from submissions.models import Project, Role, Status, Submission, WebhookDelivery
from tests.factories import make_at, make_draft, make_project, make_user, reload

pytestmark = pytest.mark.django_db


def created_since() -> Compiled:
    return Compiled(
        lambda pk, since: Submission.objects.filter(pk=pk, created_at__gte=since).select_related("project"), ROW, MOMENT
    )


def test_rows_are_those_of_the_arguments_given() -> None:
    first, second = make_draft(), make_at(Status.CONFIRMING)
    statement, since = created_since(), clock.now() - timedelta(hours=1)
    assert [statement.rows(row.pk, since) for row in (first, second)] == [[first], [second]]
    assert statement.rows(first.pk, clock.now() + timedelta(hours=1)) == []
    assert statement.rows(uuid.uuid4(), since) == []


def test_row_is_whole_and_its_own() -> None:
    """Values, sealed columns and the joined row come as the queryset's own reading brings them."""
    made = make_at(Status.CONFIRMING)
    statement, since = created_since(), clock.now() - timedelta(hours=1)
    (one,), (other,) = statement.rows(made.pk, since), statement.rows(made.pk, since)
    assert one is not other
    usual = Submission.objects.select_related("project").get(pk=made.pk)
    for field in Submission._meta.concrete_fields:
        assert getattr(one, field.attname) == getattr(usual, field.attname), field.name
    assert one.values == usual.values
    with CaptureQueriesContext(connection) as asked:
        assert one.project.name == usual.project.name
    assert not asked.captured_queries


def test_statement_is_written_once(monkeypatch: pytest.MonkeyPatch) -> None:
    made, statement, written = make_draft(), created_since(), list[object]()
    write = SQLCompiler.as_sql
    monkeypatch.setattr(SQLCompiler, "as_sql", lambda *args, **named: written.append(1) or write(*args, **named))
    for _each in range(3):
        assert statement.rows(made.pk, made.created_at) == [made]
    assert len(written) == 1


def test_argument_that_is_not_in_the_statement_is_a_mistake() -> None:
    statement = Compiled(lambda pk, _since: Submission.objects.filter(pk=pk), ROW, MOMENT)
    with pytest.raises(AssertionError):
        statement.rows(uuid.uuid4(), clock.now())


def test_text_is_an_argument_too() -> None:
    project, _other = make_project(), make_project()
    assert Compiled(lambda name: Project.objects.filter(name=name), TEXT).rows(project.name) == [project]


def delivery_of(project: Project, digest: str) -> WebhookDelivery:
    row = WebhookDelivery(project=project, digest=digest, content_type="application/json", address="2001:db8::1")
    row.body = b"{}"
    return row


def test_row_is_inserted_once_and_as_it_is() -> None:
    project = make_project()
    first, double, other = (delivery_of(project, digest) for digest in ("a", "a", "b"))
    assert [insert_once(row) for row in (first, double, other)] == [True, False, True]
    assert {row.pk for row in WebhookDelivery.objects.all()} == {first.pk, other.pk}
    kept = WebhookDelivery.objects.get(pk=first.pk)
    for field in WebhookDelivery._meta.concrete_fields:
        assert getattr(kept, field.attname) == getattr(first, field.attname), field.name
    assert kept.body == b"{}"
    first.save(update_fields=["outcome"])


def test_row_that_breaks_another_constraint_is_not_swallowed() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        insert_once(Project(name="bad", base_url="https://vendor.test/v3", reviewer="nobody", created_at=clock.now()))


def test_update_is_guarded_by_what_was_seen() -> None:
    mine, other = make_at(Status.CONFIRMING), make_at(Status.CONFIRMING)
    when, sealed = clock.now() + timedelta(days=1), b"\x01 sealed"
    columns = {"callback_at": when, "vendor_codes": ["a", "b"], "ocr_sealed": sealed, "assigned_to": mine.created_by}
    seen = {"pk": mine.pk, "status": Status.CONFIRMING, "moves": mine.moves}
    assert update(Submission, {**seen, "moves": mine.moves + 1}, columns) == 0
    assert update(Submission, {**seen, "status": (Status.DRAFT, Status.INCOMPLETE)}, columns) == 0
    assert update(Submission, {**seen, "vendor_count": None}, columns) == 0, "nothing equals what is not there"
    assert reload(mine).callback_at is None
    assert update(Submission, {**seen, "status": (Status.DRAFT, Status.CONFIRMING)}, columns) == 1
    kept = reload(mine)
    assert (kept.callback_at, kept.vendor_codes, kept.assigned_to) == (when, ["a", "b"], mine.created_by)
    assert bytes(kept.ocr_sealed) == sealed
    assert reload(other).callback_at is None
    assert update(Submission, {"pk": mine.pk}, {"callback_at": None, "assigned_to": None}) == 1
    assert (reload(mine).callback_at, reload(mine).assigned_to) == (None, None)


def plans(like: str) -> list[tuple[str, int]]:
    """(statement, how often it ran by a plan that the values had no part in) of this connection."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT statement, generic_plans FROM pg_prepared_statements WHERE statement LIKE %s", [f"%{like}%"]
        )
        return list(cursor.fetchall())


def beside(act: Callable[[], list[int]]) -> list[int]:
    """On a connection of its own, outside this test's transaction."""

    def act_and_close() -> list[int]:
        try:
            return act()
        finally:
            connections["default"].close()

    with ThreadPoolExecutor(1) as pool:
        return pool.submit(act_and_close).result()


@pytest.mark.postgres
def test_threads_share_a_statement_and_not_its_rows() -> None:
    statement = Compiled(lambda name: ContentType.objects.filter(app_label="submissions", model=name), TEXT)
    models = ["call", "event", "submission", "project"]

    def read_all() -> list[int]:
        found = [statement.rows(model)[0].model for _turn in range(50) for model in models]
        return [found.count(model) for model in models]

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(lambda _thread: beside(read_all), range(8))) == [[50] * 4] * 8


@pytest.mark.postgres
def test_statement_that_cannot_be_planned_is_an_error_as_any_other() -> None:
    statement = Compiled(lambda: ContentType.objects.filter(app_label="submissions"))

    def lose_the_table() -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute("SET search_path TO pg_catalog")
        return [len(statement.rows())]

    with pytest.raises(ProgrammingError):
        beside(lose_the_table)


@pytest.mark.postgres
def test_plan_of_a_search_does_not_walk_the_submissions() -> None:
    """The index of vendor ids leaves out the empty ones, and the plan does not know which text it will be asked for."""
    officer, made = make_user(Role.OFFICER), make_at(Status.CONFIRMING)
    assert search.newest(officer, made.vendor_id, 5) == [made]
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL plan_cache_mode = force_generic_plan")
        cursor.execute("SET LOCAL enable_seqscan = off")
        plans = "SELECT name, cardinality(parameter_types) FROM pg_prepared_statements"
        cursor.execute(f"{plans} WHERE statement LIKE '%vendor_id = $%'")
        name, arguments = cursor.fetchall()[-1]
        cursor.execute(f"EXPLAIN EXECUTE {name} ({', '.join(['NULL'] * arguments)})")
        plan = "\n".join(line for (line,) in cursor.fetchall())
    assert "submission_vendor_id" in plan, plan
    assert "Seq Scan on submissions_submission" not in plan, plan


@pytest.mark.postgres
def test_plan_is_made_once_for_a_connection() -> None:
    made, statement = make_draft(), created_since()
    for _each in range(9):
        assert statement.rows(made.pk, made.created_at) == [made]
        update(Submission, {"pk": made.pk}, {"callback_at": clock.now()})
    ((_text, read_times),) = plans('"created_at" >= $2')
    ((_text, written_times),) = plans('SET "callback_at" = $1 WHERE')
    assert min(read_times, written_times) >= 3, "five are planned for their values, as PostgreSQL does it"


@pytest.mark.postgres
def test_constant_is_spelled_out_for_the_index_that_is_about_it() -> None:
    statement = Compiled(lambda since: Submission.objects.filter(status="second_review", target_at__lt=since), MOMENT)
    assert statement.rows(clock.now()) == []
    ((text, _times),) = plans("\"status\" = 'second_review'")
    assert "$1" in text


@pytest.mark.postgres
def test_percent_signs_of_a_constant_stay_as_they_are() -> None:
    project = make_project()
    Project.objects.filter(pk=project.pk).update(name="100 %% ours")
    doubled = Compiled(lambda pk: Project.objects.filter(pk=pk, name__contains="0 %% o"), ROW)
    single = Compiled(lambda pk: Project.objects.filter(pk=pk, name__contains="0 % o"), ROW)
    assert [statement.rows(project.pk) for statement in (doubled, single)] == [[project], []]


@pytest.mark.postgres
def test_column_that_changes_its_type_meanwhile_costs_nothing() -> None:
    """A migration beside traffic: the plan of before refuses to give the new type."""
    statement = Compiled(lambda: ContentType.objects.filter(app_label="submissions", model="call"))

    def change_between() -> list[int]:
        with connection.cursor() as cursor:
            cursor.execute("CREATE TEMPORARY TABLE django_content_type AS SELECT * FROM public.django_content_type")
        found = [len(statement.rows())]
        with connection.cursor() as cursor:
            cursor.execute("ALTER TABLE pg_temp.django_content_type ALTER COLUMN model TYPE varchar(300)")
        return [*found, len(statement.rows()), len(statement.rows())]

    assert beside(change_between) == [1, 1, 1]


@pytest.mark.postgres
def test_column_that_changes_its_type_inside_a_transaction_costs_one_try() -> None:
    project, statement = make_project(), Compiled(lambda pk: Project.objects.filter(pk=pk), ROW)
    assert statement.rows(project.pk) == [project]
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE submissions_project ALTER COLUMN name TYPE varchar(300)")
    with pytest.raises(NotSupportedError), transaction.atomic():
        statement.rows(project.pk)
    assert statement.rows(project.pk) == [project]


@pytest.mark.postgres
def test_new_connection_plans_anew() -> None:
    statement = Compiled(lambda: ContentType.objects.filter(app_label="submissions", model="call"))

    def lose_one_between() -> list[int]:
        found = [len(statement.rows())]
        connections["default"].close()
        return [*found, len(statement.rows())]

    assert beside(lose_one_between) == [1, 1]
