"""Store the signals of a record that was read from ARGOS."""

from collections.abc import Iterable
from dataclasses import asdict
from datetime import datetime
from typing import Any

from django.db import transaction

from argos import limits
from argos.replies import Step1Reply, ocr
from argos.replies.reading import moment
from argos.replies.signals import Signals
from argos.replies.signals import SkippedCheck as SkippedSignal
from submissions.audit import events
from submissions.audit.events import VENDOR
from submissions.core import clock
from submissions.models import SkippedCheck, Submission, VendorReport

ELSEWHERE = ("aml",)  # in a table of its own
READINGS = "ocr_readings"
SKIPPED = "skipped_checks"  # in rows too, for lists and reports


def store(submission: Submission, signals: Signals) -> bool:
    """Write the report and the skipped checks; return whether the report changed, so that its ids are indexed again.

    A record without signals changes nothing, and an equal one writes nothing.

    An absent member keeps the value of an earlier record: list items and partial reads have fewer members.
    """
    if submission.erased_at is not None:
        return False
    reported = contents(signals)
    with transaction.atomic():
        is_new = bool(reported) and _write_report(submission, reported)
        if signals.skipped_checks:
            _write_skipped_checks(submission, signals)
    return is_new


def store_step1(submission: Submission, reply: Step1Reply) -> None:
    """Keep which fields the ID carries, which were not read, and readings with coordinates, under Step 2's names."""
    told: dict[str, Any] = {}
    if reply.document_fields or reply.missing_fields:
        told["document_fields"] = _step2_names(reply.document_fields)
        told["missing_fields"] = _step2_names(reply.missing_fields)
    if any(reading.box for reading in reply.ocr_readings):
        told[READINGS] = _as_json([asdict(reading) for reading in reply.ocr_readings])
    if told:
        _write_report(submission, told)


def _step2_names(names: Iterable[str]) -> list[str]:
    known = (ocr.step2_name(name) or limits.cut(name, limits.CODE) for name in names)
    return list(dict.fromkeys(known))[: limits.LISTED]


def contents(signals: Signals) -> dict[str, Any]:
    """Return the members that are present, as JSON."""
    given = {name: value for name, value in asdict(signals).items() if name not in ELSEWHERE}
    return {name: _as_json(value) for name, value in given.items() if value not in ("", None, (), {})}


def skipped_checks_of(submission: Submission) -> list[SkippedSignal]:
    """Return the checks that ARGOS skipped from the sealed report, which a page has loaded with the submission."""
    entries = submission.vendor_signals.get(SKIPPED, [])
    return [SkippedSignal(each["code"], each["input"], each["engine"], moment(each["occurred_at"])) for each in entries]


def _with_earlier(report: VendorReport, reported: dict[str, Any]) -> dict[str, Any]:
    """A check that a later record does not list any more was skipped nevertheless."""
    earlier, merged = report.content, report.content | reported
    if SKIPPED in merged:
        entries = [*earlier.get(SKIPPED, []), *reported.get(SKIPPED, [])]
        once = {(each["code"], each["input"], each["engine"]): each for each in reversed(entries)}
        merged[SKIPPED] = list(once.values())[::-1][: limits.LISTED]
    if READINGS in reported:
        merged[READINGS] = _with_boxes(reported[READINGS], earlier.get(READINGS, []))
    return merged


def _with_boxes(readings: list[dict[str, Any]], earlier: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """A reading without coordinates keeps those of an earlier one: they are about the same image."""
    known = {reading["name"]: reading["box"] for reading in earlier if reading.get("box")}
    return [reading | {"box": reading.get("box") or known.get(reading["name"])} for reading in readings]


def _as_json(value: Any) -> Any:
    if isinstance(value, datetime):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return [_as_json(item) for item in value]
    return {key: _as_json(item) for key, item in value.items()} if isinstance(value, dict) else value


def _write_report(submission: Submission, reported: dict[str, Any]) -> bool:
    report = VendorReport.objects.select_for_update().filter(pk=submission.pk).first()
    if report is None:
        report = VendorReport(submission=submission)
    report.submission = submission
    merged = _with_earlier(report, reported)
    if merged == report.content:
        return False
    report.content, report.updated_at = merged, clock.now()
    report.save()
    submission.vendor_report = report
    return True


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
    if not rows and submission.has_skipped_check:
        return
    SkippedCheck.objects.bulk_create(rows, ignore_conflicts=True)
    Submission.objects.filter(pk=submission.pk).update(has_skipped_check=True)
    submission.has_skipped_check = True
    for row in rows:
        events.record("check_skipped", by=VENDOR, submission=submission, fields={"code": row.code, "input": row.input})
