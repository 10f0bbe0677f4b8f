"""Lists fetch what their rows show: a column that was left out would be one more query a row."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Model

from submissions import clock, questions
from submissions.models import Role, Status, Submission, User
from tests.factories import by, make_at, make_user
from tests.submissions.test_queue import browser

pytestmark = pytest.mark.django_db
REVIEWERS = ("/review/?view=all", "/differences/")
PAGES = ("/", "/submissions/", "/review/?view=all", "/handover/", "/unread/", "/differences/")


def forbid_later_fetches(monkeypatch: pytest.MonkeyPatch) -> None:
    """What Django does when somebody reads a column that was left out."""

    def fetch(row: Model, using: Any = None, fields: Any = None, **more: Any) -> None:
        raise AssertionError(f"{type(row).__name__}.{fields} is shown in a row and was not fetched with it")

    monkeypatch.setattr(Model, "refresh_from_db", fetch)


def fill(officer: User) -> User:
    """Rows of every kind that lists tell apart; the agent who captured them."""
    claimed, reserved, assigned, asked, *_others = [make_at(Status.PENDING) for _each in range(5)]
    until = clock.now() + timedelta(hours=1)
    rows = Submission.objects
    rows.filter(pk__in=[claimed.pk, reserved.pk, asked.pk]).update(claimed_by=officer, claimed_until=until)
    rows.filter(pk=reserved.pk).update(
        is_reserved=True, has_difference=True, edited_count=2, retry_code="face_not_found"
    )
    rows.filter(pk=assigned.pk).update(assigned_to=officer, given_by=make_user(Role.MANAGER))
    asked.refresh_from_db()
    questions.ask(asked, "Which of the two addresses?", by=by(officer))
    for status in (Status.DRAFT, Status.CONFIRMING, Status.INCOMPLETE, Status.OVERDUE, Status.APPROVED):
        make_at(status)
    return asked.created_by


@pytest.mark.parametrize("role", [Role.AGENT, Role.OFFICER, Role.MANAGER])
def test_lists_fetch_what_their_rows_show(role: Role, monkeypatch: pytest.MonkeyPatch) -> None:
    officer = make_user(Role.OFFICER)
    agent = fill(officer)
    person = {Role.AGENT: agent, Role.OFFICER: officer}.get(role) or make_user(role)
    client = browser(person)
    forbid_later_fetches(monkeypatch)
    for address in PAGES:
        is_refused = role == Role.AGENT and address in REVIEWERS
        assert client.get(address).status_code == (403 if is_refused else 200), address


def test_a_column_left_out_would_be_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    make_at(Status.PENDING)
    row = Submission.objects.only("reference").get()
    forbid_later_fetches(monkeypatch)
    with pytest.raises(AssertionError, match="retry_code"):
        row.retry_code  # noqa: B018


def test_the_queue_asks_at_most_seven_times_whatever_its_rows_hold(django_assert_max_num_queries: Any) -> None:
    officer = make_user(Role.OFFICER)
    fill(officer)
    client = browser(officer)
    client.get("/review/?view=all")
    with django_assert_max_num_queries(7):
        client.get("/review/?view=all")
