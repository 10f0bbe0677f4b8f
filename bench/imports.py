"""Measure an import of 10,000 customers: from the uploaded file to a draft for each row, and the memory it adds."""

import io
import resource
import time

from openpyxl import Workbook

from bench.report import Report
from bench.size import IS_SMALL
from submissions.audit import events
from submissions.imports import read, work
from submissions.models import CustomerImport, ImportState, Project, Submission, User

ROWS = 500 if IS_SMALL else read.MAX_ROWS
WARM_UP = ROWS // 10
MAX_SECONDS = 60
MAX_MEMORY = 64  # MB above the warm-up's


def measure() -> int:
    report = Report("Import of customers")
    _import(WARM_UP, "w")
    before, drafts = _peak_memory(), Submission.objects.count()
    seconds = _import(ROWS, "m")
    assert Submission.objects.count() - drafts == ROWS
    for step, value in seconds.items():
        report.add(f"imports: {step}", value, "s")
    report.add(f"imports: {ROWS} rows to drafts", sum(seconds.values()), "s", at_most=MAX_SECONDS)
    report.add("imports: memory added", _peak_memory() - before, "MB", at_most=MAX_MEMORY)
    return report.finish()


def _import(rows: int, prefix: str) -> dict[str, float]:
    """Import a new XLSX; return the seconds of each step."""
    owner = User.objects.filter(role="agent", is_active=True, team__isnull=False)[0]
    by = events.actor_for(owner)
    batch = CustomerImport(owner=owner, team=owner.team, project=Project.objects.order_by("name")[0])
    content, seconds, began = _file(rows, prefix), {}, time.perf_counter()

    def ended(step: str) -> None:
        nonlocal began
        seconds[step] = time.perf_counter() - began
        began = time.perf_counter()

    began = time.perf_counter()
    parsed = read.read(content)
    ended("read the file")
    work.request_import(batch, parsed, by=by)
    ended("store the rows")
    _work_until(batch, ImportState.READY)
    ended("check the rows")
    work.request_drafts(batch, by=by)
    _work_until(batch, ImportState.DONE)
    ended("create the drafts")
    return seconds


def _work_until(batch: CustomerImport, state: ImportState) -> None:
    while CustomerImport.objects.get(pk=batch.pk).state != state:
        work.work()


def _file(rows: int, prefix: str) -> bytes:
    book = Workbook(write_only=True)
    sheet = book.create_sheet()
    sheet.append(["email", "customer number", "country", "ID type", "phone"])
    for number in range(rows):
        name = f"{prefix}{number}"
        sheet.append([f"{name}@customers.example", f"C-{name}", "KOR", "passport", f"+82 10 {number:08}"])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _peak_memory() -> float:
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
