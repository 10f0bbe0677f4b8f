"""Measure Step 2 calls through one, two and four workers on one database, at a vendor of one second.

At 300 ms one worker occupies more than one core, so that two cores are the limit of two workers; the CPU time shows it.
"""

from contextlib import ExitStack

import psutil

from bench import calls, vendor
from bench.report import Report
from bench.size import IS_SMALL

EACH = 20 if IS_SMALL else 400  # calls of each worker
WORKERS = {1: None, 2: 1.8, 4: 3.2}  # how many, and at least how many times the rate of one
TAKES = 1.0


def measure() -> int:
    report = Report(f"Step 2 calls through several workers, ARGOS replies after {TAKES:g} s")
    alone = 0.0
    with vendor.running(TAKES) as url:
        for place, (workers, at_least) in enumerate(WORKERS.items()):
            many = EACH * workers
            calls.prepare(many, url, 70 + place)
            with ExitStack() as stack:
                processes = [stack.enter_context(calls.worker()) for _each in range(workers)]
                rate, seconds = calls.rate(many, processes, [])
            alone = alone or rate
            report.add(f"workers: {workers}", rate, "1/s", against="one", reference=alone, at_least=at_least)
            report.add(f"workers: {workers}, cores occupied", sum(seconds.values()) * rate / many, "")
    report.add("workers: cores of this machine", psutil.cpu_count(), "")
    return report.finish()
