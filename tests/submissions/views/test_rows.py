"""Lists fetch the columns that their rows show: a deferred column would be one more query per row."""

from datetime import timedelta
from typing import Any

import pytest
from django.db.models import Model
from django.urls import reverse
from django.utils import translation

from submissions.core import clock
from submissions.models import Project, Role, Status, Submission, User
from submissions.review import questions
from submissions.templatetags import kyc
from tests.clients import browser
from tests.factories import by, make_at, make_user

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)
REVIEWERS = ("/review/?view=all", "/differences/")
PAGES = ("/", "/submissions/", "/review/?view=all", "/handover/", "/unread/", "/differences/")


def forbid_later_fetches(monkeypatch: pytest.MonkeyPatch) -> None:
    """Raise where Django would fetch a deferred column."""

    def fetch(row: Model, using: Any = None, fields: Any = None, **more: Any) -> None:
        raise AssertionError(f"{type(row).__name__}.{fields} is shown in a row and was not fetched with it")

    monkeypatch.setattr(Model, "refresh_from_db", fetch)


def fill(officer: User) -> User:
    """Create rows of every kind in lists; return the agent who captured them."""
    claimed, reserved, assigned, asked, *_others = [make_at(Status.PENDING) for _each in range(5)]
    until = clock.now() + HOUR
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


def test_the_queue_asks_at_most_six_times_whatever_its_rows_hold(django_assert_max_num_queries: Any) -> None:
    officer = make_user(Role.OFFICER)
    fill(officer)
    client = browser(officer)
    client.get("/review/?view=all")
    with django_assert_max_num_queries(6):
        client.get("/review/?view=all")


@pytest.mark.parametrize(
    ("address", "shows_project"), [("/", False), ("/submissions/", True), ("/review/?view=all", True)]
)
def test_what_people_typed_is_text_in_a_row(address: str, shows_project: bool) -> None:
    officer = make_user(Role.OFFICER)
    submission = make_at(Status.PENDING)
    submission.values = {**submission.values, "name": "<b>Ann & Co</b>"}
    submission.save(update_fields=["values_sealed"])
    Submission.objects.filter(pk=submission.pk).update(claimed_by=officer, claimed_until=clock.now() + HOUR)
    Project.objects.update(name="'><i>north")
    User.objects.filter(pk=officer.pk).update(name='"><u>Kim')
    page = browser(officer).get(address).content.decode()
    assert "&lt;b&gt;Ann &amp; Co&lt;/b&gt;" in page
    assert ("&lt;i&gt;north" in page) is shows_project
    assert not [tag for tag in ("<b>Ann", "<i>north", "<u>Kim") if tag in page]


def test_rows_lead_to_the_page_of_their_submission() -> None:
    pending, draft = make_at(Status.PENDING), make_at(Status.DRAFT)
    client = browser(make_user(Role.OFFICER))
    assert f'href="{reverse("review", args=[pending.pk])}"' in client.get("/review/?view=all").content.decode()
    listed = client.get("/submissions/").content.decode()
    assert all(f'href="{reverse("submission", args=[row.pk])}"' in listed for row in (pending, draft))


def test_time_left_is_shown_in_each_language_automatically() -> None:
    left = timedelta(minutes=125)
    told = []
    for code in ("en", "ko", "en"):
        with translation.override(code):
            told.append((kyc.in_words(left), kyc.in_words(-left), kyc.span(125)))
    assert told[0] == ("in 2 h 5 min", "Overdue by 2 h 5 min", "2 h 5 min")
    assert told[2] == told[0] != told[1]
