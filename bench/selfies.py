"""Measure the check before an attempt is used, on labelled pictures: bad ones caught, good ones stopped.

The thresholds were tuned on `TUNED_ON` only; the bounds are judged on `REPORTED_ON`, which nobody used for tuning.
Every picture goes through the product's intake, re-encoding and check. docs/checks.md says what this cannot show.
"""

import os
import statistics
import sys
import time
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field

import django

from bench import labelled_documents, labelled_selfies
from bench.labelled_selfies import Labelled
from bench.report import Report, table
from submissions.capture.imaging import quality
from submissions.capture.imaging.normalise import Kind, UnusableImage, prepare

TUNED_ON, REPORTED_ON = 1, 2
GOOD, BAD_OF_A_KIND = 120, 20
CAUGHT, STOPPED = 0.98, 0.02


@dataclass
class Tally:
    """Per kind: the number of pictures, of those with any finding, of those named correctly, and the codes."""

    seen: Counter[str] = field(default_factory=Counter)
    flagged: Counter[str] = field(default_factory=Counter)
    named: Counter[str] = field(default_factory=Counter)
    codes: dict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    milliseconds: list[float] = field(default_factory=list)

    def add(self, picture: Labelled, codes: tuple[str, ...], took: float) -> None:
        self.seen[picture.kind] += 1
        self.flagged[picture.kind] += bool(codes)
        self.named[picture.kind] += bool(set(codes) & set(picture.expects))
        self.codes[picture.kind].update(codes)
        self.milliseconds.append(took)

    def bad(self, counts: Counter[str]) -> int:
        return counts.total() - counts["good"]


def measure(pictures: Iterable[Labelled], kind: Kind, check: Callable[[bytes], tuple[quality.Finding, ...]]) -> Tally:
    tally = Tally()
    for picture in pictures:
        started = time.perf_counter()
        codes = _codes(picture.content, kind, check)
        tally.add(picture, codes, (time.perf_counter() - started) * 1000)
    return tally


def _codes(content: bytes, kind: Kind, check: Callable[[bytes], tuple[quality.Finding, ...]]) -> tuple[str, ...]:
    try:
        return tuple(finding.code for finding in check(prepare(content, kind).content))
    except UnusableImage as unusable:
        return (unusable.code,)


def report_figures(report: Report, name: str, tally: Tally, *, is_judged: bool) -> None:
    """Report the figures; with bounds if `is_judged`."""
    bad, good = tally.bad(tally.seen), tally.seen["good"]
    caught, stopped = tally.bad(tally.flagged), tally.flagged["good"]
    report.add(f"{name}: bad pictures", bad, "")
    report.add(f"{name}: good pictures", good, "")
    report.add(f"{name}: bad ones caught (recall)", caught / bad, "", at_least=CAUGHT if is_judged else None)
    report.add(f"{name}: good ones stopped", stopped / good, "", at_most=STOPPED if is_judged else None)
    report.add(f"{name}: precision", caught / max(1, caught + stopped), "")
    report.add(f"{name}: caught and named rightly", tally.bad(tally.named) / bad, "")
    report.add(f"{name}: taking in and checking, median", statistics.median(tally.milliseconds), "ms")


def show(name: str, tally: Tally) -> None:
    rows = [
        (kind, str(seen), str(tally.flagged[kind]), str(tally.named[kind] if kind != "good" else ""), _listed(codes))
        for kind, seen in tally.seen.items()
        for codes in [tally.codes[kind]]
    ]
    print(f"\n{name}\n")
    print(table(("kind", "pictures", "stopped", "named rightly", "findings"), rows))


def _listed(codes: Counter[str]) -> str:
    return ", ".join(f"{code} {count}" for code, count in codes.most_common())


SETS = (
    ("selfies", labelled_selfies.labelled, Kind.SELFIE, quality.check_selfie),
    ("ID pictures", labelled_documents.labelled, Kind.ID_FRONT, quality.check_id_front),
)


def main() -> int:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    django.setup()
    report = Report("The check before a try is spent")
    for name, labelled, kind, check in SETS:
        for seed, is_judged in ((TUNED_ON, False), (REPORTED_ON, True)):
            tally = measure(labelled(seed, GOOD, BAD_OF_A_KIND), kind, check)
            label = f"{name}, seed {seed}{'' if is_judged else ' (tuned on)'}"
            show(label, tally)
            report_figures(report, label, tally, is_judged=is_judged)
    return report.finish()


if __name__ == "__main__":
    sys.exit(main())
