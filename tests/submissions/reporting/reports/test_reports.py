"""The reports: each number is the length of the list behind it, on SQLite and PostgreSQL."""

from datetime import timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
from django.db import transaction
from django.http import QueryDict

from submissions.models import CallKind, Decision, Event, Role, Status, Submission, User, Verdict
from submissions.outbox import ledger
from submissions.reporting.reports import (
    attempts,
    backlog,
    deadlines,
    decisions,
    overrides,
    reasons,
)
from submissions.reporting.reports.date_range import MAX_LENGTH, window_of
from submissions.reporting.reports.percentiles import percentile
from submissions.reporting.reports.table import (
    Report,
    name,
    number,
    share,
    shortened,
    span,
)
from submissions.review import claims
from submissions.review import decisions as review_decisions
from submissions.review.warnings import warnings_of
from submissions.search import filters
from submissions.vendor_sync import reconcile
from submissions.views.reporting.reports import REPORTS
from tests.factories import by, claim_call, make_at, make_user, reload
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


def test_long_table_is_short_until_all_of_it_is_asked_for() -> None:
    report = Report("rejected-agent", "Reasons", ["Agent"], [[name(f"a{at}"), number(1, "/x")] for at in range(130)])
    short = shortened(report, 100, "?whole=rejected-agent#rejected-agent")
    assert len(short.rows) == 101
    assert short.rows[-1][0].text == "Show all 130 rows"
    assert short.rows[-1][0].link.endswith("#rejected-agent")
    assert shortened(report, 130, "") is report


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


def test_one_submission_asked_twice_for_the_same_counts_once() -> None:
    submission = make_at(Status.INCOMPLETE)
    seen = Event.objects.get(kind="try_not_accepted", submission_id=submission.pk)
    with transaction.atomic():
        Event.objects.create(kind=seen.kind, actor_name="vendor", submission_id=submission.pk, fields=seen.fields)
    rows = texts(reasons.retried_per_agent(make_user(Role.MANAGER), days()))
    assert [row[2] for row in rows] == ["1"]


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


@pytest.mark.parametrize("role", [Role.AGENT, Role.ADMINISTRATOR])
def test_reports_are_for_reviewers(role: Role) -> None:
    response = browser(make_user(role)).get("/reports/")
    assert response.status_code == 403
    assert "Reports are for managers" in response.content.decode()


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


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("from=2026-02-30&to=2026-03-01", "Enter both days"),
        ("from=&to=x", "Enter both days"),
        ("days=1000000", "no period of"),
        ("days=%00", "no period of"),
        ("from=2026-03-02&to=2026-03-01", "exchanged"),
        ("from=2020-01-01&to=2026-03-01", "at most 92 days"),
        ("from=0001-01-01&to=9999-12-31", "Enter both days"),
    ],
)
def test_impossible_ranges_are_answered_in_words(query: str, said: str) -> None:
    response = browser(make_user(Role.MANAGER)).get(f"/reports/?{query}")
    assert response.status_code == 200
    assert said in response.content.decode()


def test_window_is_never_longer_than_a_quarter() -> None:
    window, preset, told = window_of(QueryDict("from=2026-01-01&to=2026-12-31"))
    assert (len(window.days), preset, len(told)) == (MAX_LENGTH, "", 1)


@pytest.mark.parametrize("values", [[5], [1, 2], [1, 2, 3], [4, 9, 30, 31]])
def test_percentile_lies_between_neighbours(values: list[int]) -> None:
    ordered = [timedelta(minutes=value) for value in values]
    assert percentile(ordered, 0) == ordered[0]
    assert percentile(ordered, 1) == ordered[-1]
    middle = percentile(ordered, 0.5)
    assert middle is not None
    assert ordered[0] <= middle <= ordered[-1]
    assert percentile([], 0.5) is None


def test_shares_and_spans_in_words() -> None:
    assert (share(1, 3).text, share(0, 0).text) == ("33%", "–")
    assert (span(timedelta(minutes=59)), span(timedelta(minutes=61)), span(None)) == ("59 min", "1 h 1 min", "–")


def approve_with_warnings(officer: User) -> Submission:
    pending = make_at(Status.PENDING)
    claims.claim(pending, by=by(officer))
    ticked = [warning.code for warning in warnings_of(pending, officer)]
    Submission.objects.filter(pk=pending.pk).update(face_similarity=20)
    pending = reload(pending)
    ticked = [warning.code for warning in warnings_of(pending, officer)]
    review_decisions.decide(pending, Verdict.APPROVED, by=by(officer), ticked=ticked, comment="Compared by hand.")
    return pending


def test_overrides_with_reasons_for_managers_only() -> None:
    officer, manager = make_user(Role.OFFICER), make_user(Role.MANAGER)
    stuck = make_at(Status.STEP2_SENDING)
    call = claim_call(stuck, CallKind.STEP2)
    assert ledger.mark_unknown(call, error="timeout")
    approved = approve_with_warnings(officer)
    call.refresh_from_db()
    reconcile.release(call, by=by(manager), reason="The vendor's desk says no.")
    found = overrides.overrides(manager, days(), by=by(manager))
    assert {row.submission.pk for row in found} == {approved.pk, stuck.pk}
    assert {row.reason for row in found} == {"Compared by hand.", "The vendor's desk says no."}
    assert Event.objects.filter(kind="override_reasons_shown").count() == 1
    own = overrides.overrides(officer, days(), by=by(officer))
    assert [(row.submission.pk, row.reason) for row in own] == [(approved.pk, "")]
    assert own[0].what == "warnings acknowledged: face similarity too low, same person elsewhere"


def test_first_verdict_is_no_override_before_the_second_is_given() -> None:
    first, manager = make_user(Role.OFFICER), make_user(Role.MANAGER)
    submission = make_at(Status.SECOND_REVIEW, reviewer=first, name="Somebody Else")
    assert Decision.objects.get().warnings == ["edited:name"]
    assert overrides.overrides(manager, days(), by=by(manager)) == []
    second = make_user(Role.OFFICER)
    claims.claim(submission, by=by(second))
    review_decisions.decide(submission, Verdict.APPROVED, by=by(second), ticked=["edited:name"])
    assert overrides.overrides(manager, days(), by=by(manager)) == [], "the second may still take theirs back"
    claim_call(submission, CallKind.REVIEW)
    assert len(overrides.overrides(manager, days(), by=by(manager))) == 2


def test_taken_back_verdict_is_no_override() -> None:
    officer = make_user(Role.OFFICER)
    approved = approve_with_warnings(officer)
    review_decisions.undo(reload(approved), by=by(officer))
    assert overrides.overrides(officer, days(), by=by(officer)) == []


def test_reports_without_the_charts_library_say_so(monkeypatch: pytest.MonkeyPatch) -> None:
    from submissions.views.reporting import reports as view

    monkeypatch.setattr(view, "CHART_LIBRARY", "vendor/not-there.js")
    page = browser(make_user(Role.MANAGER)).get("/reports/").content.decode()
    assert "make frontend" in page
    assert "<canvas" not in page
