"""Statements whose SQL is written once: for the few that every call and every webhook runs.

Django writes a statement anew each time; with the four tables of a claim that took longer than running it
(docs/performance.md).
"""

import threading
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from functools import cache
from typing import Any
from uuid import UUID

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.models import Field, Model, QuerySet

# Stand for an argument while the statement is written; no row has them.
MOMENT = datetime(1, 1, 2, tzinfo=UTC)
ROW, OTHER = UUID(int=1), UUID(int=2)
TEXT, NUMBER = "a text that no row has", -1
Argument = datetime | UUID | str | int


class Compiled:
    """`build(*stand_ins)` makes the queryset; `rows(*arguments)` reads it with these in the places of those.

    An argument is a moment, an id, a number or a text, and goes in as it is: what is computed from another one is one
    of its own.
    """

    def __init__(self, build: Callable[..., "QuerySet[Any, Any]"], *stand_ins: Argument) -> None:
        self._build, self._stand_ins = build, stand_ins
        self._here = threading.local()

    def rows(self, *arguments: Argument) -> list[Any]:
        connection = connections[DEFAULT_DB_ALIAS]
        written: _Statement | None = getattr(self._here, "written", None)
        if written is None or written.connection is not connection:
            written = self._here.written = _Statement(self._build(*self._stand_ins), self._stand_ins, connection)
        return written.rows(arguments)


class _Statement:
    """The queryset's own compiler reads the rows; it is given its text and converters instead of making them."""

    def __init__(self, queryset: "QuerySet[Any, Any]", stand_ins: tuple[Any, ...], connection: Any) -> None:
        self.connection, self.queryset = connection, queryset
        self.read: Any = queryset._iterable_class
        compiler: Any = queryset.query.get_compiler(using=DEFAULT_DB_ALIAS)
        self.sql, self.params = compiler.as_sql()
        stored = self._stored(stand_ins)
        self.places = {at: stored.index(param) for at, param in enumerate(self.params) if param in stored}
        assert set(self.places.values()) == set(range(len(stand_ins))), "an argument that the statement does not have"
        converters = compiler.get_converters([column for column, _sql, _alias in compiler.select])
        compiler.get_converters = lambda _expressions: converters
        query: Any = queryset.query
        query.get_compiler = lambda *_args, **_named: compiler
        self.compiler = compiler

    def rows(self, arguments: tuple[Any, ...]) -> list[Any]:
        given = self._stored(arguments)
        params = tuple(given[self.places[at]] if at in self.places else param for at, param in enumerate(self.params))
        self.compiler.as_sql = lambda: (self.sql, params)
        return list(self.read(self.queryset))

    def _stored(self, arguments: tuple[Argument, ...]) -> list[Any]:
        return [_as_told(self.connection, argument) for argument in arguments]


def _as_told(connection: Any, argument: Argument) -> Any:
    """As this database is told it."""
    if isinstance(argument, datetime):
        return connection.ops.adapt_datetimefield_value(argument)
    if isinstance(argument, UUID) and not connection.features.has_native_uuid_field:
        return argument.hex
    return argument


def run(statement: str, *arguments: Argument) -> int:
    """Execute a statement that is spelled out; returns how many rows it wrote."""
    connection = connections[DEFAULT_DB_ALIAS]
    with connection.cursor() as cursor:
        cursor.execute(statement, [_as_told(connection, argument) for argument in arguments])
        return int(cursor.rowcount)


def insert_once(row: Model) -> bool:
    """Insert a new row; False where a unique constraint has the same already: then nothing was written."""
    connection, fields = connections[DEFAULT_DB_ALIAS], row._meta.concrete_fields
    values = [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields]
    with connection.cursor() as cursor:
        cursor.execute(_insert_text(type(row)), values)
        is_new = cursor.fetchone() is not None
    row._state.adding, row._state.db = not is_new, connection.alias
    return is_new


@cache
def _insert_text(model: type[Model]) -> str:
    quote = connections[DEFAULT_DB_ALIAS].ops.quote_name
    columns = [quote(str(field.column)) for field in model._meta.concrete_fields]
    into = f"INSERT INTO {quote(model._meta.db_table)} ({', '.join(columns)})"  # nosec B608  the model's names
    return f"{into} VALUES ({', '.join(['%s'] * len(columns))}) ON CONFLICT DO NOTHING RETURNING 1"


def update(model: type[Model], where: Mapping[str, Any], columns: Mapping[str, Any]) -> int:
    """How many rows took `columns`: those whose columns equal `where`, or one of its values where that is a tuple."""
    connection = connections[DEFAULT_DB_ALIAS]
    shape = tuple((name, len(value) if isinstance(value, tuple) else 1) for name, value in where.items())
    asked = ((name, one) for name, value in where.items() for one in (value if isinstance(value, tuple) else (value,)))
    params = [_as_saved(connection, model, name, value) for name, value in (*columns.items(), *asked)]
    with connection.cursor() as cursor:
        cursor.execute(_update_text(model, tuple(columns), shape), params)
        return int(cursor.rowcount)


def _as_saved(connection: Any, model: type[Model], name: str, value: Any) -> Any:
    return _field(model, name).get_db_prep_save(value.pk if isinstance(value, Model) else value, connection)


def _field(model: type[Model], name: str) -> "Field[Any, Any]":
    found = model._meta.pk if name == "pk" else model._meta.get_field(name)
    assert isinstance(found, Field), name
    return found


@cache
def _update_text(model: type[Model], names: tuple[str, ...], shape: tuple[tuple[str, int], ...]) -> str:
    quote = connections[DEFAULT_DB_ALIAS].ops.quote_name
    column_of = {name: quote(str(_field(model, name).column)) for name in (*names, *dict(shape))}
    given = ", ".join(f"{column_of[name]} = %s" for name in names)
    where = " AND ".join(f"{column_of[name]} IN ({', '.join(['%s'] * many)})" for name, many in shape)
    return f"UPDATE {quote(model._meta.db_table)} SET {given} WHERE {where}"  # noqa: S608  # nosec B608  the model's names
