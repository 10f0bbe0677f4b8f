"""The list's filters: the rows that each returns, and the message about an invalid one."""

from datetime import timedelta
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from submissions.core import clock
from submissions.models import Event, Role, Status, Submission, User
from submissions.search import blind_index, columns, filter_engine, filters
from submissions.views.lists import submissions
from tests.factories import VALUES, make_at, make_draft, make_project, make_team, make_user, reload

pytestmark = pytest.mark.django_db


def today(days: int = 0) -> str:
    return (clock.now() + timedelta(days=days)).date().isoformat()


def found(user: User, **given: str) -> list[str]:
    return sorted(filters.matching(user, given).rows.values_list("reference", flat=True))


def sentences(response: Any) -> str:
    return " ".join(str(message) for message in response.context["messages"])


def reviewed(verdict: Status = Status.APPROVED, **columns: Any) -> Submission:
    """Return a submission that a reviewer here decided, with these columns changed."""
    submission = make_at(Status.REJECTED if verdict == Status.REJECTED else Status.APPROVED)
    Submission.objects.filter(pk=submission.pk).update(**columns)
    return reload(submission)


@pytest.mark.parametrize(
    ("given", "status"),
    [
        ({"status": "in_review"}, Status.PENDING),
        ({"status": "decided"}, Status.APPROVED),
        ({"status": "abandoned"}, Status.ABANDONED),
        ({"waited": "1h"}, Status.PENDING),
        ({"limit": "missed"}, Status.ABANDONED),
        ({"limit": "met"}, Status.APPROVED),
        ({"target": "met"}, Status.APPROVED),
        ({"source": "vendor"}, Status.APPROVED),
    ],
)
def test_filter_keeps_its_own(given: dict[str, str], status: Status) -> None:
    wanted = make_at(status)
    Submission.objects.filter(pk=wanted.pk, decided_at__isnull=False).update(target_at=clock.now())
    make_draft()
    others = {Status.PENDING: Status.APPROVED, Status.APPROVED: Status.PENDING, Status.ABANDONED: Status.PENDING}
    make_at(others[status])
    assert found(make_user(Role.OFFICER), **given) == [wanted.reference]


def test_days_are_inclusive_and_by_decision_where_that_is_asked() -> None:
    officer = make_user(Role.OFFICER)
    old, new = make_at(Status.APPROVED), make_at(Status.APPROVED)
    Submission.objects.filter(pk=old.pk).update(decided_at=clock.now() - timedelta(days=3))
    assert found(officer, decided_from=today(), decided_to=today()) == [new.reference]
    assert found(officer, decided_to=today(-1)) == [old.reference]
    assert found(officer, created_from=today(), created_to=today()) == sorted([old.reference, new.reference])
    assert found(officer, created_from=today(1)) == []


def test_people_tries_and_team() -> None:
    officer, agent = make_user(Role.OFFICER), make_user()
    theirs, other = make_at(Status.APPROVED, agent), make_draft()
    assert found(officer, captured_by=agent.username) == [theirs.reference]
    assert found(officer, tries="1") == [theirs.reference]
    assert found(officer, team=str(agent.team_id)) == sorted([theirs.reference, other.reference])
    assert found(agent, mine="1") == [theirs.reference]


def test_reject_code_is_ours_or_the_vendors_first() -> None:
    officer = make_user(Role.OFFICER)
    vendors = reviewed(Status.REJECTED, vendor_codes=["id_info_dataMismatch", "other"])
    make_at(Status.REJECTED)
    assert found(officer, code="id_info_dataMismatch") == [vendors.reference]
    assert found(officer, code="other") == []


def test_reject_code_of_a_reviewer() -> None:
    officer = make_user(Role.OFFICER)
    ours = reviewed(Status.REJECTED, source="reviewer", decided_by=officer, reason_code="own_policy")
    assert found(officer, code="own_policy", decided_by=officer.username) == [ours.reference]


def test_retry_code_is_found_after_the_retry_is_over() -> None:
    officer = make_user(Role.OFFICER)
    asked = make_at(Status.INCOMPLETE)
    make_at(Status.STEP1_RETRY)
    assert found(officer, retry="liveness_error") == [asked.reference]
    assert found(officer, retry="liveness_error", retry_from=today(-1), retry_to=today()) == [asked.reference]
    assert found(officer, retry="liveness_error", retry_from=today(1)) == []


def test_code_without_days_means_the_last_31_and_says_so() -> None:
    made = filters.matching(make_user(Role.OFFICER), {"code": "other"})
    assert "last 31 days" in made.messages[0]
    assert made.column == "decided_at"


@pytest.mark.parametrize(
    "query",
    [
        "created_from=2026-02-30",
        "created_to=99999-01-01",
        "decided_from=0001-01-01",
        "decided_to=yesterday",
        "decided_by=nobody-of-that-name",
        "captured_by=%00",
        "status=tomorrow",
        "team=99999999999999999999",
        "team=%C2%B2",
        "project=not-a-uuid",
        "tries=9",
        "target=maybe",
        "limit=maybe",
        "waited=forever",
        "mine=yes",
        "country=ZZZ",
        "source=oracle",
        "retry=x&retry_from=2026-13-01",
        "code=%00",
        "no_such_filter=1",
    ],
)
def test_filter_nobody_could_click_is_reported_and_left_out(query: str) -> None:
    client = Client()
    client.force_login(make_user(Role.OFFICER))
    response = client.get(f"/submissions/?{query}")
    assert response.status_code == 200
    assert "was ignored" in sentences(response)


def test_reversed_days_are_reported() -> None:
    client = Client()
    client.force_login(make_user(Role.MANAGER))
    response = client.get("/submissions/?decided_from=2026-05-02&decided_to=2026-05-01")
    assert "nothing can match" in sentences(response)
    assert response.context["page"].rows == []


def test_filters_of_a_link_are_shown_and_can_be_taken_off() -> None:
    client = Client()
    client.force_login(make_user(Role.MANAGER))
    page = client.get("/submissions/?status=approved&decided_from=2026-05-02").content.decode()
    assert page.count("2026-05-02") >= 2  # the filter's input and its chip
    assert 'href="?status=approved"' in page


def test_decided_pages_follow_each_other_without_gap() -> None:
    project = make_project()
    made = [make_at(Status.APPROVED, project=project) for _each in range(5)]
    for days, submission in enumerate(made):
        Submission.objects.filter(pk=submission.pk).update(decided_at=clock.now() - timedelta(days=days))
    from submissions.search import pagination

    rows = filters.matching(make_user(Role.OFFICER), {"status": "approved", "decided_to": today()}).rows
    shown, after = [], ""
    for _page in range(3):
        page = pagination.page_of(rows.for_row(), {"after": after}, 2, pagination.Order("decided_at"))
        shown += [row.reference for row in page.rows]
        after = page.next_key
    assert shown == [submission.reference for submission in made]


def test_agents_see_their_team_only_under_any_filter() -> None:
    outsider = make_user(team=None, role=Role.AGENT)
    User.objects.filter(pk=outsider.pk).update(team=make_team("Elsewhere"))
    outsider.refresh_from_db()
    make_at(Status.INCOMPLETE)
    for given in ({}, {"retry": "liveness_error"}, {"status": "incomplete"}, {"created_from": today()}):
        assert found(outsider, **given) == []
    assert Event.objects.filter(kind="try_not_accepted").exists()


def test_search_text_stands_sealed_in_the_address() -> None:
    client = Client()
    client.force_login(make_user(Role.OFFICER))
    found = make_draft(email="only.one@example.com")
    make_draft(email="other@example.com")
    sent = client.post("/submissions/show/", {"text": "only.one@example.com", "status": "", "project": ""})
    address = sent.headers["Location"]
    assert "only" not in address
    assert "status" not in address
    page = client.get(address)
    assert [row.pk for row in page.context["page"].rows] == [found.pk]
    assert "Search again" in sentences(client.get("/submissions/?q=only.one@example.com"))


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({"decided_by": "ada"}, ["Decided by", "Ada Officer"]),
        ({"source": "timeout"}, ["Decided by", "the 24-hour limit"]),
        ({"limit": "missed"}, ["24 hours", "missed"]),
        ({"waited": "4h"}, ["Has waited", "1 to 4 hours"]),
        ({"waited": "more"}, ["Has waited", "over 24 hours"]),
        ({"waited": "never"}, ["Has waited", "never"]),
        ({"code": filter_engine.NONE}, ["Reject reason", "none"]),
        ({"late": "1"}, ["Past its review target", "yes"]),
    ],
)
def test_filter_of_a_link_is_shown_in_words(given: dict[str, str], words: list[str]) -> None:
    User.objects.create(username="ada", name="Ada Officer", role=Role.OFFICER)
    reader = Client()
    reader.force_login(make_user(Role.OFFICER))
    response = reader.get("/submissions/", {**given, "status": "decided"})
    (chip,) = response.context["chips"]
    assert words[0] == chip.label
    assert words[1] in chip.shown
    assert chip.rest == "status=decided"
    assert f"<b>{chip.shown}</b>" in response.content.decode()
    assert '<option value="decided" selected>' in response.content.decode()


def test_every_filter_has_a_field_or_a_name() -> None:
    labelled = {name for name, definition in filters.FILTERS.items() if definition.label}
    assert set(filters.FILTERS) - set(submissions.FIELDS) == labelled


PERSON = {"name": "Only Onesuch", "email": "only@example.com", "customer_id": "C-77", "document_number": "X99887766"}
OF_ALL = (*PERSON.values(), "onesuch ONLY", "onesuch", "onlyonesuch")
OF_NOBODY = ("q", "%s", "nobody else", "\0")


def test_search_finds_what_the_looker_may_see_newest_first() -> None:
    here, there = make_user(), make_user(team=make_team("Elsewhere"))
    made = [make_at(Status.PENDING, agent, **PERSON) for agent in (here, there, here)]
    seen_by = {
        here: made[::2],
        there: made[1:2],
        make_user(team=make_team("Nowhere")): [],
        make_user(Role.OFFICER): made,
    }
    for looker, seen in seen_by.items():
        for text in OF_ALL:
            assert list(blind_index.find(looker, text).order_by("-created_at")) == seen[::-1], (text, looker.role)
        for text in OF_NOBODY:
            assert not blind_index.find(looker, text).exists(), text
        for wanted in made:
            for typed in (wanted.vendor_id, str(wanted.pk), wanted.reference):
                assert list(blind_index.find(looker, typed)) == [row for row in seen if row == wanted]


def test_pages_of_a_search_follow_each_other_without_gap(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "DEFAULT_SIZE", 2)
    made = [make_at(Status.PENDING).reference for _each in range(5)]
    client = Client()
    client.force_login(make_user(Role.OFFICER))
    query, shown = f"q={blind_index.encrypt_token(VALUES['email'])}", []
    for after in range(3):
        page = client.get(f"/submissions/?{query}").context["page"]
        shown += [row.reference for row in page.rows]
        query = f"{query.partition('&')[0]}&{urlencode({'after': page.next_key})}"
        assert bool(page.next_key) == (after < 2)
    assert shown == made[::-1]
