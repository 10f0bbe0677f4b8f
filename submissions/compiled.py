"""Statements whose SQL is written once, and planned once for each connection: those that every page and call runs.

Django writes a statement anew each time and PostgreSQL plans it anew; with the four tables of a claim either took
longer than running it (docs/performance.md).
"""

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from datetime import UTC, datetime
from functools import cache
from itertools import count
from typing import Any, cast
from uuid import UUID
from weakref import WeakKeyDictionary

from django.db import DEFAULT_DB_ALIAS, NotSupportedError, connections
from django.db.models import Field, Model, QuerySet

# Stand for an argument while the statement is written; no row has them.
MOMENT = datetime(1, 1, 2, tzinfo=UTC)
ROW, OTHER = UUID(int=1), UUID(int=2)
TEXT, NUMBER = "a text that no row has", -1
Argument = datetime | UUID | str | bytes | int


class Compiled:
    """`build(*stand_ins)` makes the queryset; `rows(*arguments)` reads it with these in the places of those.

    An argument is a moment, an id, a number, a text or bytes, and goes in as it is: what is computed from another one
    is one of its own.
    """

    def __init__(self, build: Callable[..., "QuerySet[Any, Any]"], *stand_ins: Argument) -> None:
        self._build, self._stand_ins = build, stand_ins
        self._statement: _Statement | None = None

    def rows(self, *arguments: Argument) -> list[Any]:
        if self._statement is None:
            self._statement = _Statement(self._build(*self._stand_ins), self._stand_ins)
        return self._statement.rows(arguments)


class _Statement:
    """The queryset's own compiler reads the rows; it is given its text and converters instead of making them."""

    def __init__(self, queryset: "QuerySet[Any, Any]", stand_ins: tuple[Any, ...]) -> None:
        connection, self.queryset = connections[DEFAULT_DB_ALIAS], queryset
        self.compiler: Any = queryset.query.get_compiler(using=DEFAULT_DB_ALIAS)
        self.sql, self.params = self.compiler.as_sql()
        stored = [_as_told(connection, stand_in) for stand_in in stand_ins]
        self.places = {at: stored.index(param) for at, param in enumerate(self.params) if param in stored}
        assert set(self.places.values()) == set(range(len(stand_ins))), "an argument that the statement does not have"
        self.text = _with_constants(connection, self.sql, self.params, self.places) if _plans_once(connection) else None
        converters = self.compiler.get_converters([column for column, _sql, _alias in self.compiler.select])
        self.compiler.get_converters = lambda _expressions: converters
        self.compiler.connection = None  # a copy has the one of the thread that reads

    def rows(self, arguments: tuple[Any, ...]) -> list[Any]:
        connection = connections[DEFAULT_DB_ALIAS]
        given = [_as_told(connection, argument) for argument in arguments]
        if self.text is None:
            return self._read(connection, self.sql, self._in_place(given))
        try:
            return self._read(connection, _planned(connection, self.text, len(given)), given)
        except NotSupportedError:
            # A migration beside traffic gave a column another type: the plan of before is of no more use.
            _PLANS[connection.connection].pop(self.text, None)
            if connection.in_atomic_block:
                raise
            return self._read(connection, _planned(connection, self.text, len(given)), given)

    def _in_place(self, given: Sequence[Any]) -> tuple[Any, ...]:
        return tuple(given[self.places[at]] if at in self.places else param for at, param in enumerate(self.params))

    def _read(self, connection: Any, sql: str, params: Sequence[Any]) -> list[Any]:
        compiler, queryset = copy(self.compiler), self.queryset.all()
        compiler.connection, compiler.as_sql = connection, lambda: (sql, params)
        query, iterable = cast(Any, queryset.query), cast(Any, queryset._iterable_class)
        query.get_compiler = lambda *_args, **_named: compiler
        return [*iterable(queryset)]


def _as_told(connection: Any, argument: Argument) -> Any:
    """As this database is told it."""
    if isinstance(argument, datetime):
        return connection.ops.adapt_datetimefield_value(argument)
    if isinstance(argument, UUID) and not connection.features.has_native_uuid_field:
        return argument.hex
    return argument


# The name of each text that a connection has a plan for.
_PLANS: "WeakKeyDictionary[Any, dict[str, str]]" = WeakKeyDictionary()
_NAMES = count(1)


def _plans_once(connection: Any) -> bool:
    return bool(connection.vendor == "postgresql")


def _with_constants(connection: Any, sql: str, params: Sequence[Any], places: Mapping[int, int]) -> str:
    """What is the same each time is spelled out, so that the one plan can use an index that is about it alone."""
    from psycopg.sql import Literal

    connection.ensure_connection()
    before, *pieces = (piece.replace("%%", "%") for piece in sql.split("%s"))
    told = (
        f"${places[at] + 1}" if at in places else Literal(param).as_string(connection.connection)
        for at, param in enumerate(params)
    )
    return before + "".join(one + piece for one, piece in zip(told, pieces, strict=True))


def _planned(connection: Any, text: str, arguments: int) -> str:
    """The statement that executes this text by its plan."""
    with connection.cursor():  # where the connection is looked at, and made anew if it has gone
        plans = _PLANS.setdefault(connection.connection, {})
    if text not in plans:
        name = f"planned_{next(_NAMES)}"
        with connection.wrap_database_errors:
            connection.connection.execute(f"PREPARE {name} AS {text}")
        plans[text] = name
    return f"EXECUTE {plans[text]}" + (f" ({', '.join(['%s'] * arguments)})" if arguments else "")


def execute(cursor: Any, text: str, params: Sequence[Any]) -> None:
    """A text that is always the same, with a value for each of its %s."""
    if _plans_once(cursor.db):
        text = _planned(cursor.db, _numbered(text), len(params))
    cursor.execute(text, params)


@cache
def _numbered(text: str) -> str:
    before, *pieces = text.split("%s")
    return before + "".join(f"${at}{piece}" for at, piece in enumerate(pieces, 1))


def run(statement: str, *arguments: Argument) -> int:
    """Execute a statement that is spelled out; returns how many rows it wrote."""
    connection = connections[DEFAULT_DB_ALIAS]
    with connection.cursor() as cursor:
        execute(cursor, statement, [_as_told(connection, argument) for argument in arguments])
        return int(cursor.rowcount)


def insert_once(row: Model) -> bool:
    """Insert a new row; False where a unique constraint has the same already: then nothing was written."""
    connection, fields = connections[DEFAULT_DB_ALIAS], row._meta.concrete_fields
    values = [field.get_db_prep_save(field.pre_save(row, add=True), connection) for field in fields]
    with connection.cursor() as cursor:
        execute(cursor, _insert_text(type(row)), values)
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
        execute(cursor, _update_text(model, tuple(columns), shape), params)
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
