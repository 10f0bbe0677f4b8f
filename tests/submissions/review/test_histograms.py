"""The distribution of recent scores: counted by a task from a bounded number, shown beside each score."""

import math

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from submissions.models import Histogram, Project, Role, Status, Submission
from submissions.review.page import score_distribution
from submissions.review.workload import claims
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


def test_share_near_a_score_counts_its_bin_and_the_two_beside_it() -> None:
    project = make_project()
    approved = [0, 4, 3, 2, 1, *[0] * 15]
    bins = {"face": {"approved": approved, "rejected": [1, 5, *[0] * 18]}, "liveness": {}}
    Histogram.objects.create(project=project, bins=bins, computed_at="2026-01-01T00:00:00Z")
    near = score_distribution.near
    assert (near(project, "face", 7), near(project, "face", 14.9), near(project, "face", 0)) == (
        (7, 13),
        (9, 14),
        (4, 10),
    )
    assert near(project, "face", 60) is None
    assert near(project, "face", None) is None
    assert near(project, "liveness", 50) is None


def test_project_without_decisions_has_no_share_and_no_reasons() -> None:
    assert score_distribution.near(make_project(), "liveness", 50) is None
    assert score_distribution.most_used_reasons(make_project()) == []


def test_reasons_are_ordered_by_use() -> None:
    project = make_project()
    for code in ("own_policy", "expired_id", "expired_id", ""):
        rejected = make_at(Status.REJECTED, project=project)
        Submission.objects.filter(pk=rejected.pk).update(reason_code=code)
    score_distribution.refresh()
    assert score_distribution.most_used_reasons(Project.objects.get(pk=project.pk)) == ["expired_id", "own_policy"]


def test_console_tells_the_share_and_reads_no_verdicts_for_it() -> None:
    project, officer = make_project(), make_user(Role.OFFICER)
    for _each in range(2):
        make_at(Status.APPROVED, project=project)
    score_distribution.refresh()
    submission = make_at(Status.PENDING, project=project)
    claims.claim(submission, by=by(officer))
    with CaptureQueriesContext(connection) as queries:
        page = browser(officer).get(f"/review/{submission.pk}/").content.decode()
    assert "2 of 2 near this score approved" in page
    assert "style=" not in page
    others = [
        query for query in queries if '"decided_at" DESC' in query["sql"] and submission.pk.hex not in query["sql"]
    ]
    assert not [query for query in others if str(submission.pk) not in query["sql"]]
