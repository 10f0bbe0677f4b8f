"""Export files after a person in them is erased."""

from datetime import timedelta

import pytest
import time_machine

from submissions.audit import events
from submissions.audit.events import SYSTEM
from submissions.core import clock
from submissions.models import Export, ExportState, Role, Status
from submissions.privacy import erasure, retention
from submissions.reporting.exports import generate
from tests.factories import by, make_at, make_draft, make_user
from tests.submissions.reporting.exports.files import ask, made, table

pytestmark = pytest.mark.django_db


def test_erasing_somebody_expires_the_files_that_hold_them() -> None:
    officer = make_user(Role.OFFICER)
    erased = make_at(Status.ABANDONED)
    with_them, without = ask(officer), ask(officer, "status=draft")
    make_draft()
    with_them, without = made(with_them), Export.objects.get(pk=without.pk)
    erasure.erase(erased, by=by(make_user(Role.ADMINISTRATOR)), why="customer_request")
    with_them.refresh_from_db()
    without.refresh_from_db()
    assert (with_them.state, without.state) == (ExportState.EXPIRED, ExportState.DONE)


def test_file_expires_where_the_images_of_somebody_in_it_do_not_go(monkeypatch: pytest.MonkeyPatch) -> None:
    erased = make_at(Status.ABANDONED)
    export = made(ask(make_user(Role.OFFICER)))
    monkeypatch.setattr(erasure, "remove_images", lambda submission: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        erasure.erase(erased, by=SYSTEM, why="customer_request")
    assert reload_export(export).state == ExportState.EXPIRED


def test_file_that_a_crash_left_is_expired_by_the_sweep(monkeypatch: pytest.MonkeyPatch) -> None:
    erased = make_draft(images=False)
    export = made(ask(make_user(Role.OFFICER)))
    monkeypatch.setattr(erasure.expiry, "forget", lambda submission: 1 / 0)
    with pytest.raises(ZeroDivisionError):
        erasure.erase(erased, by=SYSTEM, why="customer_request")
    monkeypatch.undo()
    assert reload_export(export).is_ready
    retention.erase_due()
    assert reload_export(export).state == ExportState.EXPIRED


def test_file_made_after_the_erasure_is_left_alone_by_the_sweep() -> None:
    """One was being generated during the erasure, another was requested later: both have an empty row."""
    erased = make_draft()
    before = ask(make_user(Role.OFFICER))
    claimed = generate.start()
    assert claimed is not None
    fields = {"export": str(claimed.pk), "try": claimed.tries, "shown": [erased.reference]}
    events.record("exported", by=SYSTEM, fields=fields)
    erasure.erase(erased, by=SYSTEM, why="customer_request")
    assert reload_export(before).state == ExportState.WAITING
    with time_machine.travel(clock.now() + timedelta(minutes=1)):
        after = made(ask(make_user(Role.OFFICER)))
        retention.erase_due()
        assert [row["Reference"] for row in table(after)] == [erased.reference]
        assert (reload_export(before).state, reload_export(after).state) == (ExportState.DONE, ExportState.DONE)


def reload_export(export: Export) -> Export:
    return Export.objects.get(pk=export.pk)
