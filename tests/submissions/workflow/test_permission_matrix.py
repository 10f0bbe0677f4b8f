"""Each URL x user x method x state gives the response that `permission_matrix.ROWS` expects.

A NEW URL FAILS `test_every_address_has_a_row` until it has a line in ROWS; the docstring of `permission_matrix.py`
shows how to write it.
"""

from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.db import transaction
from django.urls import URLResolver, get_resolver, reverse

from submissions.models import Role
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
    return IN if status in ("200", "204", "301", "302", in_as) or (method, status) == ("POST", "422") else status


def cells(name: str, row: Row, matrix: MatrixData) -> Iterator[tuple[tuple[str, str, str, str], str, str]]:
    """Yield ((URL, user, method, state), expected, actual)."""
    for state in STATES if row.of in STATEFUL else (ALONE,):
        url = reverse(name, kwargs=matrix.arguments(row.of, state)) + row.query
        for person in PEOPLE:
            for method, rule in (("GET", row.get), ("POST", row.post)):
                cache.clear()  # one address sends all of them, so the rate limit for guesses is off
                with transaction.atomic():
                    client = matrix.client(person)
                    reply = client.get(url) if method == "GET" else client.post(url, row.data)
                    transaction.set_rollback(True)
                yield (name, person, method, state), expected(rule, person, state), outcome(reply, method, row.in_as)


def expected(rule: Rule, person: str, state: str) -> str:
    """A phone link opens its own page, a token the API; everywhere else their holders are anonymous."""
    is_nobody = (person == HOLDER and rule is not by_link) or (person in TOKENS and rule not in BY_TOKEN)
    return rule(NOBODY if is_nobody else person, state)


def count(row: Row) -> int:
    return len(PEOPLE) * 2 * (len(STATES) if row.of in STATEFUL else 1)


PARTS = 6


@pytest.mark.slow
@pytest.mark.timeout(900)
@pytest.mark.django_db
@pytest.mark.parametrize("part", range(PARTS))
def test_every_cell_holds(part: int, capsys: pytest.CaptureFixture[str]) -> None:
    """A sixth of the URLs per test: creating the users and states costs as much as a hundred requests."""
    matrix, wrong, held = MatrixData(), [], 0
    rows = dict(list(ROWS.items())[part::PARTS])
    for name, row in rows.items():
        for cell, wanted, came in cells(name, row, matrix):
            held += came == wanted
            if came != wanted:
                wrong.append(f"{' | '.join(cell)}: expected {wanted}, came {came}")
    assert held + len(wrong) == sum(count(row) for row in rows.values())
    whole = sum(count(row) for row in ROWS.values())
    with capsys.disabled():
        print(f"\npermission matrix {part + 1}/{PARTS}: {held} of {held + len(wrong)} cells hold ({whole} in all)")
    assert not wrong, "\n" + "\n".join(wrong)
