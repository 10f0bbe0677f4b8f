"""Sorted lists: every column in both directions, in pages that contain each row once."""

import pytest
from django.http import QueryDict
from django.urls import reverse

from submissions.models import Role, Status, Submission
from submissions.review import queue
from submissions.search import columns, pagination, sorting
from tests import scale
from tests.clients import browser, shown
from tests.factories import make_at, make_user, set_target

pytestmark = pytest.mark.django_db
SCORES = (58.3, None, 91.0, 72.4, None)


def fill() -> list[Submission]:
    made = [make_at(Status.PENDING) for _score in SCORES]
    for hours, (submission, score) in enumerate(zip(made, SCORES, strict=True), start=1):
        set_target(submission, hours=hours)
        Submission.objects.filter(pk=submission.pk).update(face_similarity=score, liveness=score)
    return made


@pytest.mark.parametrize("name", scale.sample(sorted(sorting.QUEUE), 2))
@pytest.mark.parametrize("sign", ["", "-"])
def test_each_column_of_the_queue_sorts_and_its_pages_hold_each_row_once(
    monkeypatch: pytest.MonkeyPatch, name: str, sign: str
) -> None:
    made = fill()
    monkeypatch.setattr(columns, "DEFAULT_SIZE", 2)
    client, pages, after, before = browser(make_user(Role.OFFICER)), [], "", ""
    for _page in range(3):
        response = client.get("/review/", {"sort": sign + name, "after": after})
        pages.append(shown(response))
        after, before = response.context["page"].next_key, response.context["page"].previous_key
    found = [reference for page in pages for reference in page]
    assert sorted(found) == sorted(row.reference for row in made)
    assert after == ""
    for expected in (pages[1], pages[0]):
        response = client.get("/review/", {"sort": sign + name, "before": before})
        assert shown(response) == expected
        before = response.context["page"].previous_key


def test_scores_sort_with_missing_ones_below_every_score() -> None:
    made = fill()
    client = browser(make_user(Role.OFFICER))
    rising = shown(client.get("/review/?sort=face"))
    assert set(rising[:2]) == {made[1].reference, made[4].reference}
    assert rising[2:] == [made[0].reference, made[3].reference, made[2].reference]
    assert shown(client.get("/review/?sort=-face")) == rising[::-1]


def test_unknown_column_falls_back_to_the_due_time() -> None:
    made = fill()
    response = browser(make_user(Role.OFFICER)).get("/review/?sort=shoes")
    assert shown(response) == [row.reference for row in made]


@pytest.mark.parametrize("cursor", ["nan~{pk}", "inf~{pk}", "high~{pk}", "\0~{pk}", "~{pk}"])
@pytest.mark.parametrize("name", ["face", "reference", "due"])
def test_cursor_of_another_kind_falls_back_to_the_first_page(name: str, cursor: str) -> None:
    pending = make_at(Status.PENDING)
    after = cursor.format(pk=pending.pk)
    if name == "reference" and after.startswith(("nan", "inf", "high")):
        after = f"{'x' * 40}~{pending.pk}"
    assert shown(browser(make_user(Role.OFFICER)).get("/review/", {"sort": name, "after": after})) == [
        pending.reference
    ]


def test_reversed_due_time_reads_the_same_index_from_its_end() -> None:
    order = sorting.sorting_of(QueryDict("sort=-due"), sorting.QUEUE).order
    rows, _messages = queue.waiting(make_user(Role.OFFICER), QueryDict())
    assert order.sorted(rows).query.order_by == ("-target_at", "-id")
    assert pagination.BY_TARGET.sorted(rows).query.order_by == ("target_at", "id")


def test_list_sorts_by_date_and_reference() -> None:
    made = [make_at(Status.PENDING).reference for _each in range(3)]
    client = browser(make_user(Role.OFFICER))
    assert shown(client.get("/submissions/")) == made[::-1]
    assert shown(client.get("/submissions/?sort=-date")) == made
    assert shown(client.get("/submissions/?sort=reference")) == sorted(made)
    assert shown(client.get("/submissions/?sort=-reference")) == sorted(made, reverse=True)


def test_columns_and_page_size_are_the_persons_own() -> None:
    officer, colleague = make_user(Role.OFFICER), make_user(Role.OFFICER)
    make_at(Status.PENDING)
    client = browser(officer)
    assert "Liveness" in client.get("/review/?view=all").content.decode().partition("<tbody")[0].rpartition("<thead")[2]
    kept = {"column": ["customer", "assignee", "shoes"], "size": "20", "next": "/review/?view=all"}
    assert client.post(reverse("queue_columns"), kept).headers["Location"] == "/review/?view=all"
    officer.refresh_from_db()
    settings = columns.settings_of(officer, "queue")
    assert (settings.shown, settings.size) == (["customer", "assignee"], 20)
    head = client.get("/review/?view=all").content.decode().partition("<tbody")[0].rpartition("<thead")[2]
    assert "Customer" in head
    assert "Liveness" not in head
    assert columns.settings_of(colleague, "queue").hidden == frozenset(columns.HIDDEN_AT_FIRST["queue"])


@pytest.mark.parametrize("size", ["", "7", "-1", "1e9", "²"])
def test_page_size_that_is_not_offered_is_the_default(size: str) -> None:
    officer = make_user(Role.OFFICER)
    browser(officer).post(reverse("list_columns"), {"column": ["status"], "size": size})
    officer.refresh_from_db()
    assert columns.settings_of(officer, "list").size == columns.DEFAULT_SIZE
