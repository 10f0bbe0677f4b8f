"""List rows with some columns deferred."""

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from submissions.models import Project, Status, Submission
from tests.factories import make_at, reload

pytestmark = pytest.mark.django_db


def read_in_part() -> Submission:
    found: Submission = Submission.objects.for_review("claimed_by", "assigned_to").get()
    return found


def test_joined_rows_came_with_it() -> None:
    made = make_at(Status.PENDING)
    row = read_in_part()
    with CaptureQueriesContext(connection) as asked:
        assert (row.project.name, row.claimed_by, row.assigned_to) == (made.project.name, None, None)
    assert not asked.captured_queries
    assert isinstance(row.project, Project)


def test_column_that_was_not_read_is_fetched_when_asked_for() -> None:
    made = make_at(Status.PENDING)
    row = read_in_part()
    assert "vendor_id" not in row.__dict__
    assert row.vendor_id == made.vendor_id
    assert row.project.base_url == made.project.base_url


def test_saving_it_writes_what_was_read_and_nothing_else() -> None:
    made = make_at(Status.PENDING)
    row = read_in_part()
    Submission.objects.filter(pk=made.pk).update(vendor_id="written in the meantime")
    row.is_reserved = True
    row.save()
    assert (reload(made).vendor_id, reload(made).is_reserved) == ("written in the meantime", True)
