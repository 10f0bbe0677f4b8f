"""The main menu: each role's pages, where the person is, and what they have not read."""

import re

import pytest
from django.template.loader import render_to_string
from django.test import RequestFactory
from django.urls import resolve
from django.utils.translation import override

from submissions.models import Role, User
from submissions.views.navigation import entries_for
from tests.clients import browser
from tests.factories import make_user

WORK = ["/submissions/", "/submissions/new/"]
DESK = ["/review/", "/reports/"]
MENUS = {
    Role.AGENT: [*WORK, "/handover/", "/unread/"],
    Role.OFFICER: [*WORK, *DESK, "/handover/", "/unread/", "/differences/", "/admin/"],
    Role.MANAGER: [*WORK, *DESK, "/handover/", "/unread/", "/differences/", "/sending/", "/admin/"],
    Role.ADMINISTRATOR: ["/retention/", "/sending/", "/admin/"],
}


def menu_of(role: Role, path: str, unread: int = 0) -> str:
    request = RequestFactory().get(path)
    entries = entries_for(User(role=role, username="someone"))
    return render_to_string("_menu.html", {"menu": entries, "unread": unread, "request": request})


@pytest.mark.parametrize("role", list(Role))
def test_menu_has_the_pages_of_the_role(role: Role) -> None:
    found = re.findall(r'href="([^"]+)"', menu_of(role, "/"))
    assert found == MENUS[role]
    assert all(resolve(address) for address in found)


def test_only_the_page_that_one_is_on_is_marked() -> None:
    marked = re.findall(r"<a [^>]*aria-current[^>]*>.*?</a>", menu_of(Role.OFFICER, "/review/"))
    assert marked == ['<a href="/review/" aria-current="page">Review</a>']
    assert "aria-current" not in menu_of(Role.OFFICER, "/review/something/")


def test_what_is_unread_is_counted() -> None:
    assert '<a href="/unread/">Unread <b class="count">3</b></a>' in menu_of(Role.AGENT, "/", 3)
    assert "count" not in menu_of(Role.AGENT, "/", 0)


def test_menu_is_in_the_language_of_who_reads_it() -> None:
    with override("ko"):
        korean = menu_of(Role.AGENT, "/")
    assert ">Submissions<" not in korean
    assert ">Submissions<" in menu_of(Role.AGENT, "/")


@pytest.mark.django_db
def test_page_shows_it_and_marks_itself() -> None:
    page = browser(make_user(Role.OFFICER)).get("/submissions/").content.decode()
    assert '<a href="/submissions/" aria-current="page">Submissions</a>' in page
    assert '<a href="/submissions/new/">New</a>' in page
