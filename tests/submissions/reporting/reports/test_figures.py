"""Tiles, changes and files: the figures above the reports, and each report as CSV."""

import csv
import io
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.db import transaction

from submissions.audit import events
from submissions.models import Event, Status, Submission, User
from submissions.reporting.reports import decisions, key_figures, overrides, requests
from submissions.search import filters
from submissions.views.reporting.reports import REPORTS
from tests.factories import by, make_project
from tests.submissions.reporting.reports.week import browser, days, decided_here, texts

pytestmark = pytest.mark.django_db


def test_tiles_compare_with_the_days_before(busy: dict[str, User]) -> None:
    for took in (60, 62):
        decided_here(busy["one"], Status.APPROVED, took=timedelta(minutes=took), ago=timedelta(days=8))
    decided, rate, median, target, limit = key_figures.tiles(busy["manager"], days())
    assert (decided.value, decided.delta, decided.before) == ("9", "+350%", "vs 2")
    assert (rate.value, rate.delta, rate.before) == ("66.7%", "−33.3 pt", "vs 100%")
    assert (median.value, median.delta, median.tone) == ("3 h 0 min", "+1 h 59 min", "bad")
    assert (target.before, target.tone) == ("vs 100%", "bad")
    assert (limit.value, limit.delta, limit.tone) == ("2", "+2", "bad")
    for tile, many in ((decided, 9), (limit, 2)):
        assert filters.matching(busy["manager"], dict(parse_qsl(urlsplit(tile.link).query))).rows.count() == many


def test_every_report_is_a_file_and_its_download_an_event(busy: dict[str, User]) -> None:
    week, client = days(), browser(busy["manager"])
    query = f"from={week.first.isoformat()}&to={week.last.isoformat()}"
    for key, make in REPORTS.items():
        response = client.get(f"/reports/{key}.csv?{query}")
        assert response.status_code == 200, key
        assert response["Content-Disposition"].startswith(f'attachment; filename="{key}-{week.first.isoformat()}')
        lines = list(csv.reader(io.StringIO(response.content.decode("utf-8-sig"))))
        report = make(busy["manager"], week)
        assert lines[0] == next(iter(report.lines())), key
        assert [head.partition(" (")[0] for head in lines[0]] == report.heads, key
        assert len(lines) == len(report.rows) + 1, key
    events_of_files = Event.objects.filter(kind="report_downloaded").order_by("pk")
    assert [event.fields for event in events_of_files] == [{**week.query, "report": key} for key in REPORTS]


def test_project_filter_limits_figures_and_links_of_every_report(busy: dict[str, User]) -> None:
    nothing = replace(days(), project=str(make_project().pk))
    for key, make in REPORTS.items():
        report = make(busy["manager"], nothing)
        assert report.is_empty, key
        links = [cell.link for row in report.rows for cell in row if cell.link]
        assert all(f"project={nothing.project}" in link for link in links), key


def test_project_is_kept_in_links_files_and_events(busy: dict[str, User]) -> None:
    client, one = browser(busy["manager"]), Submission.objects.filter(status=Status.APPROVED)[0]
    of_one = f"project={one.project_id}"
    page = client.get(f"/reports/?days=7&{of_one}").content.decode()
    assert f"· {one.project.name}" in page
    assert f"?days=7&amp;{of_one}&amp;tab=team" in page
    assert f"?days=30&amp;tab=operations&amp;{of_one}" in page
    assert f'<input type="hidden" name="project" value="{one.project_id}">' in page
    assert Event.objects.get(kind="reports_opened").fields["project"] == str(one.project_id)
    week = days()
    query = f"from={week.first.isoformat()}&amp;to={week.last.isoformat()}&amp;{of_one}"
    assert f"decisions-per-day.csv?{query}" in page
    text = client.get(f"/reports/decisions-per-day.csv?{query.replace('amp;', '')}").content.decode("utf-8-sig")
    assert sum(int(line[1]) for line in list(csv.reader(io.StringIO(text)))[1:]) == 1
    assert Event.objects.get(kind="report_downloaded").fields["project"] == str(one.project_id)


def test_overrides_of_another_project_are_not_listed(busy: dict[str, User]) -> None:
    approved = Submission.objects.filter(status=Status.APPROVED)[0]
    with transaction.atomic():
        events.record(
            "finding_overruled", by=by(busy["manager"]), submission=approved, reason="Seen.", fields={"code": "blurred"}
        )
    mine, other = (replace(days(), project=str(pk)) for pk in (approved.project_id, make_project().pk))
    manager = busy["manager"]
    assert [row.submission.pk for row in overrides.overrides(manager, mine, by=by(manager))] == [approved.pk]
    assert overrides.overrides(manager, other, by=by(manager)) == []


def test_unknown_project_is_reported_and_ignored(busy: dict[str, User]) -> None:
    client = browser(busy["manager"])
    assert "has no such value" in client.get("/reports/?project=abc").content.decode()
    assert client.get("/reports/limits.csv?project=abc").status_code == 404


def test_file_holds_iso_days_and_minutes(busy: dict[str, User]) -> None:
    week = days(2)
    lines = [*decisions.time_per_day(busy["manager"], week).lines()]
    assert lines[2] == [week.days[1].isoformat(), 1, 300, 300, 300]


def test_requests_count_ends_and_time(busy: dict[str, User]) -> None:
    rows = {row[0]: row[1:] for row in texts(requests.report(busy["manager"], days()))}
    sent, answered = (int(text) for text in rows["Step 1"][:2])
    assert sent >= answered > 0
    assert rows["Step 1"][5].endswith(" s")
