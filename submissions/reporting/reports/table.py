"""The structure of a report: a table whose numbers are links. Its chart is drawn from the same table."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta

from django.utils import formats
from django.utils.translation import gettext as _

UNSET = "–"
HOUR = 60


@dataclass(frozen=True)
class Cell:
    """`value`: the number for a chart and a file. `raw`: the text in a file if it differs."""

    text: str
    link: str = ""
    is_number: bool = False
    value: float | None = None
    raw: str = ""
    tone: str = ""  # "ok" or "bad": whether the change is an improvement
    unit: str = ""  # of the number in a file

    @property
    def in_file(self) -> str | int | float | None:
        """Return the cell as in CSV: ISO days, plain numbers, minutes."""
        if not self.is_number:
            return self.raw or self.text
        if self.value is None:
            return None
        return int(self.value) if self.value == int(self.value) else self.value

    @property
    def drawn(self) -> str:
        """Return the number as a script reads it, without localisation."""
        return "" if self.value is None else f"{self.value:g}"


@dataclass(frozen=True)
class Chart:
    """`series`: the column's number and its colour, the name of a `.dot-*` in core/shell.css."""

    kind: str  # bar, hbar or line
    series: dict[int, str]
    unit: str = ""
    divisor: int = 1
    is_stacked: bool = False
    is_whole: bool = True  # counts: the axis has no fractions
    ends: tuple[int, int] | None = None


@dataclass
class Report:
    """`meter`: the column whose share is a bar beside its name; a report has a meter, a chart, or neither."""

    key: str
    title: str
    heads: list[str]
    rows: list[list[Cell]] = field(default_factory=list)
    note: str = ""
    chart: Chart | None = None
    meter: int | None = None
    count: int | None = None  # beside the title
    is_wide: bool = False

    @property
    def is_empty(self) -> bool:
        """Return whether there are no rows, or only zeros: its chart would be empty."""
        return not any(cell.value for row in self.rows for cell in row if cell.is_number and not cell.tone)

    @property
    def columns(self) -> list[tuple[str, str, str]]:
        """Return (head, colour of its series or "", "num" for a column of numbers)."""
        numbers = {at for row in self.rows for at, cell in enumerate(row) if cell.is_number}
        series = self.chart.series if self.chart else {}
        return [(head, series.get(at, ""), "num" if at in numbers else "") for at, head in enumerate(self.heads)]

    @property
    def legend(self) -> list[tuple[str, str]]:
        """Return names and colours of the series if there are several."""
        named = [(head, colour) for head, colour, _side in self.columns if colour]
        return named if len(named) > 1 else []

    @property
    def metered(self) -> list[tuple[list[tuple[str, Cell]], int]]:
        """Return the rows with their heads, and the length of each bar in percent of the longest."""
        most = max((self._measure(row) for row in self.rows), default=0) or 1
        return [(list(zip(self.heads, row, strict=False)), round(100 * self._measure(row) / most)) for row in self.rows]

    def _measure(self, row: Sequence[Cell]) -> float:
        return (row[self.meter].value or 0) if self.meter is not None and self.meter < len(row) else 0

    def lines(self) -> Iterable[list[str | int | float | None]]:
        """Yield the rows of a file, the heads first."""
        units = [{row[at].unit for row in self.rows if at < len(row)} - {""} for at in range(len(self.heads))]
        yield [f"{head} ({', '.join(unit)})" if unit else head for head, unit in zip(self.heads, units, strict=True)]
        for row in self.rows:
            yield [cell.in_file for cell in row]


def shortened(report: Report, most: int, link: str) -> Report:
    """Return the first rows, and a last one that links to all of them."""
    if len(report.rows) <= most:
        return report
    more = Cell(_("Show all %(rows)d rows") % {"rows": len(report.rows)}, link)
    return replace(report, rows=[*report.rows[:most], [more]])


def name(text: str, link: str = "") -> Cell:
    return Cell(text, link)


def day_name(day: date) -> Cell:
    return Cell(formats.date_format(day, "MONTH_DAY_FORMAT"), raw=day.isoformat())


def number(value: int, link: str = "") -> Cell:
    """Return the number; a zero has no link."""
    return Cell(f"{value:,}", link if value else "", is_number=True, value=value)


def percent(part: int, whole: int) -> float | None:
    return 100 * part / whole if whole else None


def share(part: int, whole: int, link: str = "") -> Cell:
    """Return a share. `link`: the list of the whole."""
    value = percent(part, whole)
    if value is None:
        return Cell(UNSET, is_number=True)
    return Cell(f"{value:.0f}%", link, is_number=True, value=round(value, 1))


def change(now: float | None, before: float | None, *, unit: str = "", is_better: str = "") -> Cell:
    """Return the change from the period before; `is_better`: "more" or "fewer", or "" if neither is."""
    if now is None or before is None:
        return Cell(UNSET, is_number=True)
    difference = round(now) - round(before)
    tone = ""
    if difference and is_better:
        tone = "ok" if (difference > 0) == (is_better == "more") else "bad"
    return Cell(signed(difference, unit), is_number=True, value=difference, tone=tone or "muted")


def signed(difference: float, unit: str = "") -> str:
    """Return the number with a real minus sign: "+3", "−1.2 pt", "0"."""
    text = f"{abs(difference):,.1f}".removesuffix(".0")
    sign = "" if text == "0" else "+" if difference > 0 else "−"
    return f"{sign}{text}{unit}"


def minutes_of(value: timedelta | None) -> float | None:
    return None if value is None else round(value.total_seconds() / 60, 1)


def duration(value: timedelta | None, link: str = "") -> Cell:
    """Return a duration in words on a page, in minutes in a file."""
    return Cell(span(value), link if value is not None else "", is_number=True, value=minutes_of(value), unit=_("min"))


def span(value: timedelta | None) -> str:
    """Return the duration to the minute: "3 h 12 min"."""
    if value is None:
        return UNSET
    minutes = round(value.total_seconds() / 60)
    if minutes >= HOUR:
        return _("%(hours)d h %(minutes)d min") % {"hours": minutes // 60, "minutes": minutes % 60}
    return _("%(minutes)d min") % {"minutes": minutes}


def time_chart(kind: str, series: dict[int, str], rows: Iterable[Sequence[Cell]]) -> Chart:
    """Return a chart of durations, with an axis in minutes below one hour, else in hours."""
    most = max((row[at].value or 0 for row in rows for at in series), default=0)
    if most < HOUR:
        return Chart(kind, series, unit=f" {_('min')}", is_whole=False)
    return Chart(kind, series, unit=f" {_('h')}", divisor=HOUR, is_whole=False)


def duration_in_seconds(value: timedelta | None) -> Cell:
    """Return a machine's response time, in seconds also in a file."""
    if value is None:
        return Cell(UNSET, is_number=True)
    seconds = max(0.0, round(value.total_seconds(), 1))  # a host clock was set back between the two times
    return Cell(_("%(seconds)s s") % {"seconds": f"{seconds:g}"}, is_number=True, value=seconds, unit=_("s"))
