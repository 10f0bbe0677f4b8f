"""Store the signals of a record that was read from ARGOS."""

from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction

from argos import limits
from argos.replies.signals import Signals
from submissions.audit import events
from submissions.audit.events import VENDOR
from submissions.core import clock
from submissions.models import SkippedCheck, Submission, VendorReport

ELSEWHERE = ("skipped_checks", "aml")  # rows and tables of their own


def store(submission: Submission, signals: Signals) -> None:
    """Write the report and the skipped checks; a record without any changes nothing, and an equal one writes nothing.

    An absent member keeps the value of an earlier record: list items and partial reads have fewer members.
    """
    if submission.erased_at is not None:
        return
    reported = contents(signals)
    with transaction.atomic():
        if reported:
            _write_report(submission, reported)
        if signals.skipped_checks:
            _write_skipped_checks(submission, signals)


def contents(signals: Signals) -> dict[str, Any]:
    """Return the members that are present, as JSON."""
    given = {name: value for name, value in asdict(signals).items() if name not in ELSEWHERE}
    return {name: _as_json(value) for name, value in given.items() if value not in ("", None, (), {})}


def _as_json(value: Any) -> Any:
    if isinstance(value, (list, tuple)):
        return [_as_json(item) for item in value]
    return {key: _as_json(item) for key, item in value.items()} if isinstance(value, dict) else value


def _write_report(submission: Submission, reported: dict[str, Any]) -> None:
    report = VendorReport.objects.select_for_update().filter(pk=submission.pk).first()
    if report is None:
        report = VendorReport(submission=submission)
    report.submission = submission
    merged = report.content | reported
    if merged != report.content:
        report.content, report.updated_at = merged, clock.now()
        report.save()


def _write_skipped_checks(submission: Submission, signals: Signals) -> None:
    known = set(submission.skipped_checks.values_list("code", "input", "engine"))
    first: dict[tuple[str, str, str], datetime | None] = {}
    for check in signals.skipped_checks[: limits.LISTED]:
        first.setdefault((check.code, check.input, check.engine), check.occurred_at)
    new = {key: occurred_at for key, occurred_at in first.items() if key not in known}
    rows = [
        SkippedCheck(submission=submission, code=code, input=given, engine=engine, occurred_at=occurred_at)
        for (code, given, engine), occurred_at in new.items()
    ]
    SkippedCheck.objects.bulk_create(rows, ignore_conflicts=True)
    for row in rows:
        events.record("check_skipped", by=VENDOR, submission=submission, fields={"code": row.code, "input": row.input})
