"""The spread of recent scores: counted by the task, drawn from a bounded number, shown beside each score."""

import math

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from submissions.models import Histogram, Role, Status, Submission
from submissions.review import claims, score_distribution
from submissions.tasks import refresh_histograms
from tests.clients import browser
from tests.factories import by, make_at, make_project, make_user

pytestmark = pytest.mark.django_db


def test_counted_puts_every_score_into_its_bin() -> None:
    bins = score_distribution.counted([0, 4.9, 5, 99.9, 100, None, 101, -1, 1e308, -1e308, math.inf])
    assert (bins[0], bins[1], bins[19], sum(bins)) == (4, 1, 5, 10)


def test_refresh_counts_by_verdict_and_leaves_the_time_limit_out() -> None:
    project = make_project()
    make_at(Status.APPROVED, project=project)
    for source in ("vendor", "timeout"):
        rejected = make_at(Status.REJECTED, project=project)
        Submission.objects.filter(pk=rejected.pk).update(face_similarity=31.0, source=source)
    assert refresh_histograms() == 1
    bins = Histogram.objects.get(project=project).bins
    assert (bins["face"]["approved"][18], sum(bins["face"]["rejected"]), bins["face"]["rejected"][6]) == (1, 1, 1)


def test_drawn_bars_are_shares_of_the_highest() -> None:
    project = make_project()
    bins = {"face": {"approved": [0, 4, *[0] * 18], "rejected": [1, *[0] * 19]}, "liveness": {}}
    Histogram.objects.create(project=project, bins=bins, computed_at="2026-01-01T00:00:00Z")
    drawn = score_distribution.chart_data(project)["face"]
    assert (drawn["approved"], drawn["rejected"]) == ([(1, 1.0)], [(0, 0.25)])
    assert (drawn["approvals"], drawn["rejections"]) == (4, 1)


def test_project_without_verdicts_draws_nothing() -> None:
    drawn = score_distribution.chart_data(make_project())
    assert drawn["liveness"] == {"approved": [], "rejected": [], "approvals": 0, "rejections": 0}


def test_console_draws_the_spread_and_reads_no_verdicts_for_it() -> None:
    project, officer = make_project(), make_user(Role.OFFICER)
    for _each in range(2):
        make_at(Status.APPROVED, project=project)
    score_distribution.refresh()
    submission = make_at(Status.PENDING, project=project)
    claims.claim(submission, by=by(officer))
    with CaptureQueriesContext(connection) as queries:
        page = browser(officer).get(f"/review/{submission.pk}/").content.decode()
    assert 'class="up"' in page
    assert "2 recent approvals" in page
    assert "style=" not in page
    others = [
        query for query in queries if '"decided_at" DESC' in query["sql"] and submission.pk.hex not in query["sql"]
    ]
    assert not [query for query in others if str(submission.pk) not in query["sql"]]
