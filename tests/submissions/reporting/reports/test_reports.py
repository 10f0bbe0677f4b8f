"""The reports: each number is the length of the list behind it, on SQLite and PostgreSQL."""

from urllib.parse import parse_qsl, urlsplit

import pytest

from submissions.models import Event, User
from submissions.reporting.reports import (
    attempts,
    backlog,
    deadlines,
    decisions,
    reasons,
)
from submissions.search import filters
from submissions.views.reporting.reports import REPORTS
from tests.submissions.reporting.reports.week import browser, days, texts

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("who", ["manager", "one", "two"])
def test_every_number_is_the_length_of_the_list_behind_it(busy: dict[str, User], who: str) -> None:
    user = busy[who]
    checked = 0
    for make in REPORTS.values():
        for row in make(user, days()).rows:
            for cell in row:
                if cell.link and cell.text.isdigit():
                    given = dict(parse_qsl(urlsplit(cell.link).query))
                    found = filters.matching(user, given)
                    assert found.messages == [], (make.__module__, cell)
                    assert found.rows.count() == int(cell.text), (make.__module__, cell)
                    checked += 1
    assert checked > 5


@pytest.mark.parametrize("who", ["manager", "one"])
def test_every_rate_opens_the_list_of_the_whole(busy: dict[str, User], who: str) -> None:
    user = busy[who]
    for make, parts, rate in ((decisions.per_person, slice(1, 3), 3), (attempts.report, slice(1, 2), 2)):
        rows = make(user, days()).rows
        assert rows
        for row in rows:
            found = filters.matching(user, dict(parse_qsl(urlsplit(row[rate].link).query)))
            counts = [int(cell.text) for cell in row[parts]]
            whole = sum(counts) if make is decisions.per_person else sum(int(each[1].text) for each in rows)
            assert found.rows.count() == whole
            assert row[rate].text == f"{100 * counts[0] / whole:.0f}%"


def test_waiting_by_age(busy: dict[str, User]) -> None:
    report = backlog.report(busy["manager"], days())
    assert [row[1] for row in texts(report)] == ["1", "1", "0", "0", "1"]
    assert [row[2] for row in texts(report)] == ["0", "0", "0", "0", "1"]


def test_time_to_decision_per_person(busy: dict[str, User]) -> None:
    report = decisions.time_per_person(busy["manager"], days())
    first = texts(report)[0]
    # 1, 2, 3, 10 and 30 hours
    assert first == [busy["one"].name, "5", "3 h 0 min", "10 h 0 min", "26 h 0 min"]


def test_time_to_decision_per_day_has_every_day(busy: dict[str, User]) -> None:
    report = decisions.time_per_day(busy["manager"], days(2))
    assert [row[1] for row in texts(report)] == ["0", "1", "6"]
    assert texts(report)[1][2:] == ["5 h 0 min"] * 3
    assert report.chart is not None
    assert (report.chart.divisor, report.chart.unit) == (60, " h")
    assert report.rows[0][2].drawn == ""
    assert report.rows[1][2].drawn == "300"


def test_approval_rate_tells_people_vendor_and_clock_apart(busy: dict[str, User]) -> None:
    rows = {row[0]: row[1:] for row in texts(decisions.per_person(busy["manager"], days()))}
    assert rows[busy["one"].name] == ["5", "0", "100%"]
    assert rows[busy["two"].name] == ["1", "1", "50%"]
    assert len(rows) == 2
    sources = {row[0]: row[1:] for row in texts(decisions.per_source(busy["manager"], days()))}
    assert sources["ARGOS"] == ["0", "1", "0%"]
    assert sources["24-hour limit"] == ["0", "1", "0%"]


def test_reject_reasons_in_words(busy: dict[str, User]) -> None:
    rows = texts(reasons.rejected_per_reviewer(busy["manager"], days()))
    assert [busy["two"].name, "Company policy", "1"] in rows
    assert ["Automatic", "Details differ from ID", "1"] in rows


def test_retry_reasons_per_agent(busy: dict[str, User]) -> None:
    rows = texts(reasons.retried_per_agent(busy["manager"], days()))
    assert {row[1].rpartition("(")[2].rstrip(")") for row in rows} == {"glare_detected", "liveness_error"}


def test_tries_per_approval(busy: dict[str, User]) -> None:
    rows = {row[0]: row[1] for row in texts(attempts.report(busy["manager"], days()))}
    assert rows == {"1 attempt": "5", "2 attempts": "0", "3 attempts": "1"}


def test_limits_met_and_missed(busy: dict[str, User]) -> None:
    target, limit = texts(deadlines.report(busy["manager"], days()))
    assert target[2] == "1"
    assert limit[2] == "2"


def test_officer_sees_own_figures_only(busy: dict[str, User]) -> None:
    for make in (decisions.time_per_person, decisions.per_person):
        assert [row[0] for row in texts(make(busy["two"], days()))] == [busy["two"].name]
    page = browser(busy["two"]).get("/reports/?tab=team").content.decode()
    assert "My figures" in page
    assert busy["one"].name not in page


def test_page_shows_all_and_is_an_event(busy: dict[str, User]) -> None:
    for tab, titles in {
        "operations": ("Review queue by age", "Approval rate", "Limits", "Decisions per day"),
        "quality": ("Reject reasons", "Attempts per approval", "Overrides"),
        "team": ("Time to decision by officer", "Retry reasons by agent"),
        "argos": ("Decisions by source", "ARGOS requests"),
    }.items():
        page = browser(busy["manager"]).get(f"/reports/?days=30&tab={tab}").content.decode()
        for title in titles:
            assert f">{title}" in page
    assert Event.objects.filter(kind="reports_opened", actor_id=busy["manager"].pk).exists()
