"""Version N serves while the migrations of N+1 run, so a migration only adds, or explains why it does more.

Expand and contract: what N+1 needs is added in a way that lets N write; what is no longer used is removed in a later
version. A migration that does more than add has `contracts = "which version stopped using it"` in its class.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import models
from django.db.migrations import operations as does
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.operations.base import Operation
from django.db.models import NOT_PROVIDED

from submissions.models.indexes import AddIndexBesideTraffic

# The first versions never ran in production beside each other.
FROM = "0011_phone_links"
RULES = ("indexes", "constraints")
HARMLESS = (does.CreateModel, does.AddIndex, does.RemoveIndex, does.RemoveConstraint, does.AlterModelOptions)


def what_more(operation: Operation, before: Any) -> str:
    """Return the effect of this operation on the previous version; "" if it only adds."""
    if isinstance(operation, HARMLESS):
        return ""
    if isinstance(operation, does.AddField):
        return _new_column(operation.field, operation.name)
    if isinstance(operation, does.AlterField):
        was = before.models["submissions", operation.model_name_lower].fields[operation.name]
        return _changed_column(was, operation.field, operation.name)
    return f"{type(operation).__name__} may break a version that does not know of it"


def _new_column(field: "models.Field[Any, Any]", name: str) -> str:
    if field.null or field.many_to_many or field.db_default is not NOT_PROVIDED:
        return ""
    return f"{name} has neither null=True nor db_default: the old version's inserts fail"


def _changed_column(was: "models.Field[Any, Any]", now: "models.Field[Any, Any]", name: str) -> str:
    narrower = (was.null and not now.null) or (now.max_length or 0) < (was.max_length or 0)
    if narrower or was.get_internal_type() != now.get_internal_type():
        return f"{name} is narrower or of another type than the old version writes"
    return ""


def migrations_since(name: str) -> Iterator[tuple[Any, Any]]:
    """Return each later migration of the portal with the state before it."""
    loader = MigrationLoader(None, ignore_no_migrations=True, replace_migrations=False)
    for app, label in loader.graph.forwards_plan(loader.graph.leaf_nodes("submissions")[-1]):
        if app == "submissions" and label > name:
            migration = loader.graph.nodes[app, label]
            yield migration, loader.project_state(migration.dependencies, at_end=True)


def test_migrations_only_add_or_say_why() -> None:
    wrong = []
    for migration, before in migrations_since(FROM):
        for operation in migration.operations:
            problem = what_more(operation, before)
            operation.state_forwards(migration.app_label, before)
            if problem and not getattr(migration, "contracts", ""):
                wrong.append(f"{migration.name}: {problem}")
    assert wrong == [], "add it so that the version before can go on, or say in `contracts` since when nobody uses it"


def models_after(*, is_new: bool) -> dict[str, Any]:
    """Return each model of the portal as its columns, indexes and constraints, after all migrations."""
    loader = MigrationLoader(None, ignore_no_migrations=True, replace_migrations=is_new)
    last = [node for node in loader.graph.leaf_nodes("submissions") if is_new or "squashed" not in node[1]]
    models_of_it = loader.project_state(last).models
    return {
        name: {
            "columns": {column: field.deconstruct()[1:] for column, field in model.fields.items()},
            **{kind: {one.name: one.deconstruct() for one in model.options.get(kind, [])} for kind in RULES},
        }
        for (app, name), model in models_of_it.items()
        if app == "submissions"
    }


def test_new_installations_get_the_tables_of_upgraded_ones() -> None:
    assert models_after(is_new=True) == models_after(is_new=False)


def test_indexes_are_built_beside_the_traffic() -> None:
    """A plain CREATE INDEX blocks all writers of its table until it is done."""
    for migration, _before in migrations_since("0014_latest_verdicts_of_a_reviewer"):
        made = {operation.name_lower for operation in migration.operations if isinstance(operation, does.CreateModel)}
        for operation in migration.operations:
            if isinstance(operation, does.AddIndex) and operation.model_name_lower not in made:
                assert isinstance(operation, AddIndexBesideTraffic), f"{migration.name}: use AddIndexBesideTraffic"
                assert not migration.atomic, f"{migration.name}: say atomic = False"


@pytest.mark.parametrize(
    ("operation", "is_harmless"),
    [
        (does.AddField("x", "y", models.CharField(max_length=5, null=True)), True),
        (does.AddField("x", "y", models.CharField(max_length=5, db_default="")), True),
        (does.AddField("x", "y", models.CharField(max_length=5, default="")), False),
        (does.RemoveField("x", "y"), False),
        (does.RenameField("x", "y", "z"), False),
        (does.DeleteModel("x"), False),
        (does.RunSQL("ALTER TABLE x DROP COLUMN y"), False),
        (does.CreateModel("x", [("id", models.AutoField(primary_key=True))]), True),
    ],
)
def test_rule_tells_adding_from_more(operation: Operation, is_harmless: bool) -> None:
    assert (what_more(operation, None) == "") is is_harmless


@pytest.mark.parametrize(
    ("was", "now", "is_harmless"),
    [
        (models.CharField(max_length=5), models.CharField(max_length=9), True),
        (models.CharField(max_length=9), models.CharField(max_length=5), False),
        (models.CharField(max_length=9, null=True), models.CharField(max_length=9), False),
        (models.CharField(max_length=9), models.TextField(), False),
    ],
)
def test_rule_tells_wider_from_narrower(was: Any, now: Any, is_harmless: bool) -> None:
    assert (_changed_column(was, now, "y") == "") is is_harmless
