"""The structure of a report: a table whose numbers are links, and the same numbers for its chart."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta

from django.utils.translation import gettext as _


@dataclass(frozen=True)
class Cell:
    text: str
    link: str = ""
    is_number: bool = False


@dataclass(frozen=True)
class Chart:
    """`kind`: bar, stacked or line; one list of values per series, with None for a missing value."""

    kind: str
    labels: Sequence[str]
    series: Sequence[tuple[str, Sequence[float | None]]]
    unit: str = ""

    def as_json(self) -> str:
        series = [{"label": label, "data": list(values)} for label, values in self.series]
        return json.dumps({"kind": self.kind, "labels": list(self.labels), "series": series, "unit": self.unit})


@dataclass
class Report:
    key: str
    title: str
    heads: list[str]
    rows: list[list[Cell]] = field(default_factory=list)
    note: str = ""
    chart: Chart | None = None


def shortened(report: Report, most: int, link: str) -> Report:
    """Return the first `most` rows and a last one that links to all of them."""
    if len(report.rows) <= most:
        return report
    more = Cell(_("Show all %(rows)d rows") % {"rows": len(report.rows)}, link)
    return replace(report, rows=[*report.rows[:most], [more]])


def name(text: str) -> Cell:
    return Cell(text)


def number(value: int, link: str = "") -> Cell:
    """Return a number as a link; 0 has no link, because its list is empty."""
    return Cell(f"{value:,}", link if value else "", is_number=True)


def share(part: int, whole: int, link: str = "") -> Cell:
    """Return a percentage; `link`: the list of the whole."""
    return Cell(f"{100 * part / whole:.0f} %", link, is_number=True) if whole else Cell("–", is_number=True)


def duration(value: timedelta | None, link: str = "") -> Cell:
    return Cell(span(value), link if value is not None else "", is_number=True)


def span(value: timedelta | None) -> str:
    """Return a duration to the minute, such as "3 h 12 min"."""
    if value is None:
        return "–"
    minutes = round(value.total_seconds() / 60)
    if minutes >= 60:
        return _("%(hours)d h %(minutes)d min") % {"hours": minutes // 60, "minutes": minutes % 60}
    return _("%(minutes)d min") % {"minutes": minutes}


def hours(value: timedelta | None) -> float | None:
    return None if value is None else round(value.total_seconds() / 3600, 2)
