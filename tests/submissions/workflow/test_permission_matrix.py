"""Each URL x user x method x state gives the response that `permission_matrix.ROWS` expects.

A NEW URL FAILS `test_every_address_has_a_row` until it has a line in ROWS; the docstring of `permission_matrix.py`
shows how to write it.
"""

from collections.abc import Iterator
from itertools import product
from typing import Any

import pytest
from django.core.cache import cache
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.urls import URLResolver, get_resolver, reverse

from submissions.models import Role
from tests import scale
from tests.submissions.workflow.matrix_data import (
    ALONE,
    HOLDER,
    NOBODY,
    PEOPLE,
    ROLES,
    STATES,
    TOKENS,
    MatrixData,
)
from tests.submissions.workflow.permission_matrix import BY_TOKEN, IN, LOGIN, ROWS, STATEFUL, Row, Rule, by_link


def addresses(resolver: Any = None, space: str = "") -> Iterator[tuple[str, str]]:
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            yield from addresses(pattern, space + (f"{pattern.namespace}:" if pattern.namespace else ""))
        else:
            yield f"{space}{pattern.name or ''}", str(pattern.pattern)


def test_every_address_has_a_row() -> None:
    named = {name for name, _pattern in addresses() if name and not name.endswith(":")}
    assert named - set(ROWS) == set(), "add one line each to ROWS in permission_matrix.py; its docstring says how"
    assert set(ROWS) - named == set(), "these addresses are gone: take their lines out of ROWS"
    nameless = [pattern for name, pattern in addresses() if not name or name.endswith(":")]
    assert all(pattern in ("<path:object_id>/", "(?P<url>.*)$") for pattern in nameless), nameless


def test_every_role_asks() -> None:
    assert set(ROLES.values()) == set(Role), "give the new role a person in matrix_data.py and say here what it gets"


def outcome(reply: Any, method: str, in_as: str) -> str:
    """Return "in" for a page or a redirect, for a POST whose form asks for more (422), and for the row's `in_as`.

    Any other status counts as itself, so that a right that always ends in a conflict does not look like a right.
    """
    if reply.status_code in (301, 302) and reply.headers["Location"].startswith(("/accounts/login/", "/admin/login/")):
        return LOGIN
    status = str(reply.status_code)
    return IN if status in ("200", "201", "204", "301", "302", in_as) or (method, status) == ("POST", "422") else status


Cell = tuple[str, str, str, str]  # URL, user, method, state


def cells(name: str, row: Row) -> list[Cell]:
    states = STATES if row.of in STATEFUL else (ALONE,)
    return list(product([name], PEOPLE, ("GET", "POST"), states))


def answer(cell: Cell, matrix: MatrixData) -> tuple[str, str]:
    """Return (expected, actual)."""
    name, person, method, state = cell
    row = ROWS[name]
    url = reverse(name, kwargs=matrix.arguments(row.of, state)) + row.query
    cache.clear()  # one address sends all of them, so the rate limit for guesses is off
    with transaction.atomic():
        client = matrix.client(person)
        reply = client.get(url) if method == "GET" else post(client, url, row)
        transaction.set_rollback(True)
    rule = row.get if method == "GET" else row.post
    return expected(rule, person, state), outcome(reply, method, row.in_as)


def post(client: Client, url: str, row: Row) -> Any:
    if row.is_json:
        return client.post(url, row.data, content_type="application/json", headers=row.headers)
    data = {
        name: SimpleUploadedFile(name, part) if isinstance(part, bytes) else part for name, part in row.data.items()
    }
    return client.post(url, data, headers=row.headers)


def expected(rule: Rule, person: str, state: str) -> str:
    """A phone link opens its own page, a token the API; everywhere else their holders are anonymous."""
    is_nobody = (person == HOLDER and rule is not by_link) or (person in TOKENS and rule not in BY_TOKEN)
    return rule(NOBODY if is_nobody else person, state)


PARTS = 6


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.django_db
@pytest.mark.parametrize("part", range(PARTS))
def test_every_cell_holds(part: int, capsys: pytest.CaptureFixture[str]) -> None:
    """A sixth of the URLs per test: creating the users and states costs as much as a hundred requests."""
    matrix, wrong, held = MatrixData(), [], 0
    of_each_url = [cells(name, row) for name, row in list(ROWS.items())[part::PARTS]]
    for cell in (cell for every in of_each_url for cell in scale.sample(every, 12)):
        wanted, came = answer(cell, matrix)
        held += came == wanted
        if came != wanted:
            wrong.append(f"{' | '.join(cell)}: expected {wanted}, came {came}")
    whole = sum(len(every) for every in of_each_url)
    with capsys.disabled():
        print(
            f"\npermission matrix {part + 1}/{PARTS}: {held} of {held + len(wrong)} cells hold ({whole} in a full run)"
        )
    assert not wrong, "\n" + "\n".join(wrong)
