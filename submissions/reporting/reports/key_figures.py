"""The tiles above the reports: five figures of the period, each with its change from the period before."""

from dataclasses import dataclass
from datetime import timedelta

from django.db.models import Count, Q
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from submissions.models import Source, Status, User
from submissions.reporting.reports import deadlines
from submissions.reporting.reports.date_range import Window
from submissions.reporting.reports.decisions import timed
from submissions.reporting.reports.scope import closed_in, own
from submissions.reporting.reports.table import UNSET, minutes_of, percent, signed, span


@dataclass(frozen=True)
class Tile:
    label: str
    value: str
    link: str
    delta: str = ""
    before: str = ""
    tone: str = "muted"


@dataclass(frozen=True)
class _Figures:
    approved: int
    rejected: int
    median: timedelta | None
    target: float | None
    past_limit: int

    @property
    def decided(self) -> int:
        return self.approved + self.rejected


def _figures(user: User, window: Window) -> _Figures:
    closed = closed_in(user, window)
    counts = closed.aggregate(
        yes=Count("id", filter=Q(status=Status.APPROVED)), no=Count("id", filter=Q(status=Status.REJECTED))
    )
    limits = deadlines.counted(user, window)
    many, times = timed(closed, "source").get(Source.REVIEWER, (0, [None]))
    target = percent(limits["target_met"], limits["target_met"] + limits["target_missed"])
    return _Figures(counts["yes"], counts["no"], times[0] if many else None, target, limits["limit_missed"])


def tiles(user: User, window: Window) -> list[Tile]:
    now, before = _figures(user, window), _figures(user, window.previous)
    mine = own(user)
    decided = window.decided(status="decided", **mine)
    return [
        _decided(now, before, decided),
        _rate(
            _("Approval rate"),
            percent(now.approved, now.decided),
            percent(before.approved, before.decided),
            window.decided(status=Status.APPROVED, **mine),
        ),
        _median(now.median, before.median, window.decided(source=Source.REVIEWER, **mine)),
        _rate(
            _("Within review target"), now.target, before.target, window.decided(target="met", **mine), better="more"
        ),
        _past_limit(now.past_limit, before.past_limit, window.decided(limit="missed", **mine)),
    ]


def _versus(text: str) -> str:
    return _("vs %(before)s") % {"before": text}


def _decided(now: _Figures, before: _Figures, link: str) -> Tile:
    delta = signed(round(100 * (now.decided - before.decided) / before.decided, 1), "%") if before.decided else ""
    return Tile(
        pgettext("number of decisions", "Decided"), f"{now.decided:,}", link, delta, _versus(f"{before.decided:,}")
    )


def _rate(label: str, now: float | None, before: float | None, link: str, better: str = "") -> Tile:
    value, was = (UNSET if rate is None else f"{rate:.1f}%".replace(".0%", "%") for rate in (now, before))
    if now is None or before is None:
        return Tile(label, value, link, "", _versus(was))
    difference = round(now - before, 1)
    tone = ("ok" if difference > 0 else "bad") if better and difference else "muted"
    return Tile(label, value, link, signed(difference, _(" pt")), _versus(was), tone)


def _median(now: timedelta | None, before: timedelta | None, link: str) -> Tile:
    label = _("Median time to decision")
    one, two = minutes_of(now), minutes_of(before)
    if one is None or two is None:
        return Tile(label, span(now), link, "", _versus(span(before)))
    difference = round(one) - round(two)
    sign = "" if not difference else "+" if difference > 0 else "−"
    tone = "muted" if not difference else "ok" if difference < 0 else "bad"
    return Tile(label, span(now), link, sign + span(timedelta(minutes=abs(difference))), _versus(span(before)), tone)


def _past_limit(now: int, before: int, link: str) -> Tile:
    tone = "muted" if now == before else "bad" if now > before else "ok"
    return Tile(_("Past 24-hour limit"), f"{now:,}", link, signed(now - before), _versus(f"{before:,}"), tone)
