"""Rules of reports that need few submissions: who sees them, empty periods, odd addresses, overrides."""

from datetime import timedelta

import pytest
from django.db import transaction
from django.http import QueryDict

from submissions.core import clock
from submissions.models import CallKind, Decision, Event, Role, Status, Submission, User, Verdict
from submissions.outbox import ledger
from submissions.reporting.reports import (
    key_figures,
    overrides,
    reasons,
)
from submissions.reporting.reports.date_range import MAX_LENGTH, window_of
from submissions.reporting.reports.percentiles import percentile
from submissions.reporting.reports.table import (
    Chart,
    Report,
    change,
    day_name,
    duration,
    name,
    number,
    share,
    shortened,
    span,
    time_chart,
)
from submissions.review import decisions as review_decisions
from submissions.review.warnings import warnings_of
from submissions.review.workload import claims
from submissions.vendor_sync import reconcile
from tests.factories import by, claim_call, make_at, make_user, reload
from tests.submissions.reporting.reports.week import browser, days, texts

pytestmark = pytest.mark.django_db


def test_tiles_without_any_decision_have_no_change() -> None:
    tiles = key_figures.tiles(make_user(Role.MANAGER), days())
    assert [tile.value for tile in tiles] == ["0", "–", "–", "–", "0"]
    assert [tile.tone for tile in tiles] == ["muted"] * 5


def test_changes_say_whether_they_are_for_the_better() -> None:
    found = [change(5, 3, is_better="fewer"), change(3, 5, is_better="fewer"), change(3, 3), change(None, 3)]
    assert [(cell.text, cell.tone) for cell in found] == [("+2", "bad"), ("−2", "ok"), ("0", "muted"), ("–", "")]


def test_short_times_are_drawn_in_minutes() -> None:
    rows = [[name("a"), duration(timedelta(minutes=42))]]
    assert (time_chart("line", {1: "accent"}, rows).unit, time_chart("line", {1: "accent"}, rows).divisor) == (
        " min",
        1,
    )
    rows.append([name("b"), duration(timedelta(minutes=60))])
    assert time_chart("line", {1: "accent"}, rows).divisor == 60


def test_empty_report_has_no_chart() -> None:
    report = Report(
        "x", "X", ["Day", "Approved"], [[day_name(clock.today()), number(0)]], chart=Chart("bar", {1: "ok"})
    )
    assert report.is_empty
    page = browser(make_user(Role.MANAGER)).get("/reports/").content.decode()
    assert "No data in this period." in page
    assert "<canvas" not in page


def test_durations_in_a_file_say_their_unit() -> None:
    rows = [[day_name(clock.today()), duration(timedelta(hours=2))], [day_name(clock.today()), duration(None)]]
    heads, first, second = Report("x", "X", ["Day", "Median"], rows).lines()
    assert heads == ["Day", "Median (min)"]
    assert (first[1], second[1]) == (120, None)


@pytest.mark.parametrize("address", ["nothing.csv", "requests.csv", "limits.csv?days=abc"])
def test_unknown_report_or_period_is_not_found(address: str) -> None:
    assert browser(make_user(Role.OFFICER)).get(f"/reports/{address}").status_code == 404
    assert not Event.objects.filter(kind="report_downloaded").exists()


def test_long_table_is_short_until_all_of_it_is_asked_for() -> None:
    report = Report("rejected-agent", "Reasons", ["Agent"], [[name(f"a{at}"), number(1, "/x")] for at in range(130)])
    short = shortened(report, 100, "?whole=rejected-agent#rejected-agent")
    assert len(short.rows) == 101
    assert short.rows[-1][0].text == "Show all 130 rows"
    assert short.rows[-1][0].link.endswith("#rejected-agent")
    assert shortened(report, 130, "") is report


def test_one_submission_asked_twice_for_the_same_counts_once() -> None:
    submission = make_at(Status.INCOMPLETE)
    seen = Event.objects.get(kind="try_not_accepted", submission_id=submission.pk)
    with transaction.atomic():
        Event.objects.create(kind=seen.kind, actor_name="vendor", submission_id=submission.pk, fields=seen.fields)
    rows = texts(reasons.retried_per_agent(make_user(Role.MANAGER), days()))
    assert [row[2] for row in rows] == ["1"]


@pytest.mark.parametrize("role", [Role.AGENT, Role.ADMINISTRATOR])
def test_reports_are_for_reviewers(role: Role) -> None:
    response = browser(make_user(role)).get("/reports/")
    assert response.status_code == 403
    assert "Reports are for managers" in response.content.decode()


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
    window, preset, told = window_of(QueryDict("from=2026-01-01&to=2026-12-31"), User())
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
