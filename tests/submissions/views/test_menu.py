"""The main menu: the pages of each role, the current page, and unread counts."""

import re

import pytest
from django.urls import resolve
from django.utils.translation import override

from submissions.models import Role, Status, Submission, User
from submissions.search import counting
from submissions.search.counting import Counted
from submissions.views.frame import counters
from submissions.views.frame.navigation import Link, groups_for
from tests.clients import browser
from tests.factories import make_at, make_user

WORK = ["/", "/submissions/new/", "/submissions/"]
DESK = ["/review/", "/quality/", "/reports/"]
MENUS = {
    Role.AGENT: [*WORK, "/redactions/", "/re-verification/", "/handover/"],
    Role.OFFICER: [
        *WORK,
        *DESK,
        "/differences/",
        "/redactions/",
        "/re-verification/",
        "/duty/",
        "/handover/",
        "/exports/",
        "/subject/",
        "/admin/",
    ],
    Role.MANAGER: [
        *WORK,
        *DESK,
        "/sending/",
        "/differences/",
        "/webhook-deliveries/",
        "/redactions/",
        "/re-verification/",
        "/duty/",
        "/handover/",
        "/training/",
        "/exports/",
        "/reports/access/",
        "/subject/",
        "/admin/",
    ],
    Role.ADMINISTRATOR: [
        "/",
        "/sending/",
        "/duty/",
        "/settings/projects/",
        "/settings/people/",
        "/settings/teams/",
        "/settings/consent-texts/",
        "/settings/customer-texts/",
        "/settings/api-tokens/",
        "/settings/integrations/",
        "/training/",
        "/retention/",
        "/admin/",
    ],
}


def links_of(role: Role, path: str, **counts: int) -> list[Link]:
    groups = groups_for(User(role=role, username="someone"), path, counts)
    return [link for _label, links in groups for link in links]


@pytest.mark.parametrize("role", [role for role in Role if role != Role.INTEGRATION])  # a token sees no page
def test_menu_has_the_pages_of_the_role(role: Role) -> None:
    urls = [link.url for link in links_of(role, "/")]
    assert urls == MENUS[role]
    assert all(resolve(url) for url in urls)


@pytest.mark.parametrize(
    ("path", "current"),
    [
        ("/", "/"),
        ("/review/", "/review/"),
        ("/review/something/", "/review/"),
        ("/submissions/new/", "/submissions/new/"),
        ("/submissions/something/", "/submissions/"),
        ("/reports/access/2026/11/", "/reports/access/"),
        ("/somewhere/", None),
    ],
)
def test_only_the_page_or_section_that_one_is_on_is_marked(path: str, current: str | None) -> None:
    marked = [link.url for link in links_of(Role.MANAGER, path) if link.is_current]
    assert marked == ([current] if current else [])


def test_count_beside_a_link_alarms_where_somebody_is_needed() -> None:
    links = {link.page: link for link in links_of(Role.MANAGER, "/", queue=27, mismatches=2, unknown_calls=0)}
    assert (links["review_queue"].count, links["review_queue"].is_alarm) == (27, False)
    assert (links["differences"].count, links["differences"].is_alarm) == (2, True)
    assert (links["sending"].count, links["sending"].is_alarm) == (0, False)


def test_menu_is_in_the_language_of_who_reads_it() -> None:
    with override("ko"):
        korean = [str(link.label) for link in links_of(Role.AGENT, "/")]
    assert "Submissions" not in korean
    assert "Submissions" in [str(link.label) for link in links_of(Role.AGENT, "/")]


@pytest.mark.django_db
def test_page_shows_the_menu_with_what_waits_and_marks_itself() -> None:
    make_at(Status.PENDING)
    page = browser(make_user(Role.OFFICER)).get("/review/").content.decode()
    link = re.search(r'<a\s+class="side-link"\s+href="/review/".*?</a>', page, re.DOTALL)
    assert link
    assert 'aria-current="page"' in link.group()
    assert ">1</span>" in link.group()


@pytest.mark.django_db
def test_long_queue_is_counted_up_to_a_bound() -> None:
    for _each in range(3):
        make_at(Status.PENDING)
    waiting = Counted(Submission.objects.awaiting_review(), most=2)
    assert counting.read(make_user(Role.OFFICER), {"queue": waiting}) == {"queue": 2}
    assert (counting.shown(2, most=2), counting.shown(1, most=2)) == ("1+", "1")


@pytest.mark.django_db
def test_agent_is_told_no_figure_of_the_queue() -> None:
    make_at(Status.PENDING)
    assert counters.read(make_user(Role.AGENT))["queue"] == 0
