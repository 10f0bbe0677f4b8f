"""The figures of the report against the raw rows, with any checks and any scores."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
import time_machine
from django.db import transaction
from hypothesis import given, settings
from hypothesis import strategies as st

from submissions.core import clock
from submissions.models import MonthlyScores, Project, QualityCheck, Role, Source, Status, Submission, User
from submissions.quality import drift, figures
from submissions.quality.figures import Z, wilson
from submissions.reporting.reports.date_range import Window
from submissions.reporting.reports.table import Report
from submissions.tasks import check_quality
from tests.clients import browser
from tests.factories import make_draft, make_project, make_team, make_user
from tests.submissions.quality.drawn import drawn_check

NOW = datetime(2026, 5, 15, 12, tzinfo=UTC)
WINDOW = Window(date(2026, 5, 1), date(2026, 5, 15))
REASONS = ("own_policy", "expired_id")
numbers = count()
decisions = st.one_of(st.just(("approved", "")), st.tuples(st.just("rejected"), st.sampled_from(REASONS)))
checks = st.lists(
    st.tuples(st.integers(0, 2), decisions, decisions, st.integers(0, 30), st.integers(0, 1)), min_size=1, max_size=12
)
scores = st.one_of(st.none(), st.floats(0, 100, allow_nan=False))
decided = st.lists(
    st.tuples(st.sampled_from(["approved", "rejected"]), scores, scores, st.integers(0, 400), st.integers(0, 1)),
    max_size=12,
)


@given(st.integers(1, 5000).flatmap(lambda of: st.tuples(st.integers(0, of), st.just(of))))
def test_interval_solves_the_equation_of_wilson(pair: tuple[int, int]) -> None:
    """Each end p satisfies (share - p)^2 = z^2 p (1 - p) / n, and the share lies between them."""
    agreed, of = pair
    share, (low, high) = agreed / of, wilson(agreed, of)
    assert 0 <= low <= share <= high <= 1
    for end in (low, high):
        assert (share - end) ** 2 == pytest.approx(Z * Z * end * (1 - end) / of, abs=1e-9)


def test_interval_of_known_values() -> None:
    assert wilson(8, 10) == pytest.approx((0.4902, 0.9433), abs=1e-4)
    assert wilson(0, 5) == pytest.approx((0.0, 0.4345), abs=1e-4)


def raw(report: Report) -> dict[str, list[Any]]:
    return {row[0].text: [cell.in_file for cell in row[1:]] for row in report.rows}


def submission_at(project: Project, **columns: Any) -> Submission:
    draft = make_draft(project=project, images=False, email=f"c{next(numbers)}@example.com")
    Submission.objects.filter(pk=draft.pk).update(**columns)
    return draft


def expected(rows: list[tuple[Any, ...]]) -> dict[str, list[Any]]:
    """Count by hand: (label, decision, second verdict)."""
    found: dict[str, list[Any]] = {}
    for label in {row[0] for row in rows}:
        pairs = [(first, second) for name, first, second in rows if name == label]
        agreed = sum(first[0] == second[0] for first, second in pairs)
        other = sum(first[0] == second[0] and first[1] != second[1] for first, second in pairs)
        low, high = wilson(agreed, len(pairs))
        share = round(100 * agreed / len(pairs), 1)
        found[label] = [len(pairs), agreed, share, round(100 * low, 1), round(100 * high, 1), other]
    return found


@pytest.mark.django_db
@settings(max_examples=15)
@given(checks)
def test_agreement_equals_a_count_over_the_raw_rows(rows: list[tuple[Any, ...]]) -> None:
    with transaction.atomic(), time_machine.travel(NOW, tick=False):
        people = [make_user(Role.OFFICER, name=f"Officer {place}") for place in range(3)]
        manager, projects = make_user(Role.MANAGER), [make_project(), make_project()]
        for officer, first, second, days_ago, project in rows:
            QualityCheck.objects.create(
                submission=submission_at(projects[project]),
                officer=people[officer],
                expected_verdict=first[0],
                expected_reason=first[1],
                assigned_to=people[(officer + 1) % 3],
                verdict=second[0],
                reason_code=second[1],
                is_agreed=first[0] == second[0],
                checked_at=NOW - timedelta(days=days_ago),
            )
        labels = {"": "Approved", "own_policy": "Company policy", "expired_id": "Expired ID"}
        in_days = [row for row in rows if row[3] <= 14]
        of_officers = [(people[row[0]].name, row[1], row[2]) for row in in_days]
        assert raw(figures.by_officer(manager, WINDOW)) == expected(of_officers)
        of_reasons = [(labels[row[1][1]], row[1], row[2]) for row in in_days]
        assert raw(figures.by_reason(manager, WINDOW)) == expected(of_reasons)
        of_one = Window(WINDOW.first, WINDOW.last, str(projects[1].pk))
        assert raw(figures.by_officer(manager, of_one)) == expected(
            [(people[row[0]].name, row[1], row[2]) for row in in_days if row[4] == 1]
        )
        own = [row for row in of_officers if row[0] == people[0].name]
        assert raw(figures.by_officer(people[0], WINDOW)) == expected(own)
        transaction.set_rollback(True)


@pytest.mark.django_db
@settings(max_examples=15)
@given(decided)
def test_drift_equals_the_means_of_the_raw_rows(rows: list[tuple[Any, ...]]) -> None:
    with transaction.atomic(), time_machine.travel(NOW, tick=False):
        manager, projects = make_user(Role.MANAGER), [make_project(), make_project()]
        found: dict[tuple[str, str], list[float | None]] = {}
        for verdict, face, liveness, days_ago, project in rows:
            at = NOW - timedelta(days=days_ago)
            columns = {"status": verdict, "source": Source.VENDOR, "decided_at": at}
            submission_at(projects[project], **columns, face_similarity=face, liveness=liveness)
            found.setdefault((f"{at:%Y-%m}", verdict), []).append(face)
        late = {"status": Status.REJECTED, "source": Source.TIMEOUT, "decided_at": NOW, "face_similarity": 1.0}
        submission_at(projects[0], **late)
        drift.refresh()
        report = figures.face_drift(manager, WINDOW)
        assert len(report.rows) == 12
        for row in report.rows:
            month, *cells = [cell.in_file for cell in row]
            for place, verdict in enumerate(("approved", "rejected")):
                values = [face for face in found.get((str(month), verdict), []) if face is not None]
                assert cells[2 * place] == len(values)
                if values:
                    assert cells[2 * place + 1] == pytest.approx(sum(values) / len(values), abs=0.051)
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_drift_is_computed_once_a_day_and_says_when() -> None:
    manager, project = make_user(Role.MANAGER), make_project()
    assert "Not computed yet" in figures.face_drift(manager, Window(clock.today(), clock.today())).note
    columns = {"status": Status.APPROVED, "source": Source.VENDOR, "decided_at": clock.now(), "liveness": 80.0}
    submission_at(project, **columns)
    check_quality()
    submission_at(project, **columns)
    check_quality()
    assert MonthlyScores.objects.get().liveness_count == 1
    MonthlyScores.objects.update(computed_at=clock.now() - timedelta(days=1))
    check_quality()
    assert MonthlyScores.objects.get().liveness_count == 2
    report = figures.liveness_drift(manager, Window(clock.today(), clock.today()))
    assert "Computed" in report.note
    assert [cell.text for cell in report.rows[-1][1:]] == ["2", "80.0", "0", "–"]


@pytest.mark.django_db
def test_officers_see_their_own_agreement_and_no_drift() -> None:
    decider, second = make_user(Role.OFFICER, name="Dora Decider"), make_user(Role.OFFICER, name="Sami Second")
    check = drawn_check(decider)
    QualityCheck.objects.filter(pk=check.pk).update(
        verdict="rejected", is_agreed=False, checked_at=clock.now(), reason_code="own_policy"
    )
    page = browser(decider).get("/reports/?tab=checks").content.decode()
    assert "Agreement by officer" in page
    assert "Dora Decider</" in page.partition("Agreement by officer")[2]
    assert "Face similarity by month" not in page
    assert browser(decider).get("/reports/drift-face.csv").status_code == 404
    assert not figures.by_officer(second, Window(clock.today(), clock.today())).rows
    page = browser(make_user(Role.MANAGER)).get("/reports/?tab=checks").content.decode()
    assert "Face similarity by month" in page


@pytest.mark.django_db
def test_figures_of_an_erased_submission_stay(django_assert_max_num_queries: Any) -> None:
    decider, _second = make_user(Role.OFFICER), make_user(Role.OFFICER)
    check = drawn_check(decider)
    QualityCheck.objects.filter(pk=check.pk).update(verdict="approved", is_agreed=True, checked_at=clock.now())
    Submission.objects.filter(pk=check.submission_id).update(erased_at=clock.now(), values_sealed=None)
    manager: User = make_user(Role.MANAGER, team=make_team())
    with django_assert_max_num_queries(1):
        [row] = figures.by_officer(manager, Window(clock.today(), clock.today())).rows
    assert row[1].text == "1"
