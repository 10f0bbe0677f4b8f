"""Report reject and retry reasons: in total with the change, per capturing agent and per officer."""

from collections import Counter
from collections.abc import Callable, Iterable
from typing import Any

from django.db.models import Count, F, OuterRef, QuerySet, Subquery, TextField, Value
from django.db.models.fields.json import KeyTextTransform
from django.db.models.functions import Coalesce, NullIf
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from argos import codes
from submissions.core.vendor_text import named
from submissions.models import Status, Submission, User
from submissions.reporting.reports.date_range import Window
from submissions.reporting.reports.decisions import names_of
from submissions.reporting.reports.scope import closed_in, own
from submissions.reporting.reports.table import Cell, Report, change, name, number, share
from submissions.review import reject_reasons
from submissions.search.filter_engine import NONE
from submissions.search.filters import RETRIES
from submissions.workflow.role_permissions import user_can_see_all_figures

Counted = list[tuple[str | None, str, int]]  # (username, code, number)
Link = Callable[[str, str], str]


def rejected(user: User, window: Window) -> Report:
    now, before = (_by_code(_rejected(user, days, "source")) for days in (window, window.previous))
    link = _rejected_link(user, window, "")
    return _summary("rejected", _("Reject reasons"), _("Rejected"), (now, before), "reject", link, window.vendor_name)


def retried(user: User, window: Window) -> Report:
    """Report submissions for which ARGOS asked for another image."""
    now, before = (_by_code(_retried(user, days, "source")) for days in (window, window.previous))

    def link(_username: str, code: str) -> str:
        return window.asked_again(retry=code, **own(user))

    return _summary("retried", _("Retry reasons"), _("Submissions"), (now, before), "", link, window.vendor_name)


def _by_code(counted: Counted) -> dict[str, int]:
    totals: Counter[str] = Counter()
    for _who, code, many in counted:
        totals[code] += many
    return dict(totals.most_common())


def _summary(
    key: str,
    title: str,
    what: str,
    counted: tuple[dict[str, int], dict[str, int]],
    surface: str,
    link: Link,
    argos: str,
) -> Report:
    """Summarize reasons. `counted`: by code, in the period and in the one before."""
    now, before = counted
    total = sum(now.values())
    rows = [
        [
            name(_in_words(code, surface, argos)),
            number(many, link("", code)),
            share(many, total),
            change(many, before.get(code, 0), is_better="fewer"),
        ]
        for code, many in now.items()
    ]
    return Report(
        key,
        title,
        [_("Reason"), what, _("Share"), pgettext("since the period before", "Change")],
        rows,
        meter=1,
        count=total,
    )


def rejected_per_reviewer(user: User, window: Window) -> Report:
    counted = _rejected(user, window, "decided_by__username")
    title = _("Reject reasons by officer")
    who = pgettext("person who decides", "Officer")
    return _report(
        "rejected-reviewer", title, who, counted, "reject", _rejected_link(user, window, "by"), window.vendor_name
    )


def rejected_per_agent(user: User, window: Window) -> Report:
    counted = _rejected(user, window, "created_by__username")
    title = _("Reject reasons by agent")
    return _report(
        "rejected-agent", title, _("Agent"), counted, "reject", _rejected_link(user, window, "of"), window.vendor_name
    )


def _rejected(user: User, window: Window, column: str) -> Counted:
    """Return our reason if a user rejected, else the first of the vendor's codes."""
    first = KeyTextTransform("0", "vendor_codes")
    rows = closed_in(user, window).filter(status=Status.REJECTED)
    code = Coalesce(NullIf(F("reason_code"), Value("")), first, Value(""), output_field=TextField())
    grouped = rows.annotate(code=code).order_by().values_list(column, "code").annotate(many=Count("id"))
    return _ordered(grouped)


def _rejected_link(user: User, window: Window, side: str) -> Link:
    def link(username: str, code: str) -> str:
        sides = {"by": {"decided_by": username or NONE}, "of": {**own(user), "captured_by": username}}
        who = sides.get(side, {**own(user), "status": Status.REJECTED})
        return window.decided(**{**who, "code": code or NONE})

    return link


def retried_per_agent(user: User, window: Window) -> Report:
    counted = _retried(user, window, "created_by__username")
    title = _("Retry reasons by agent")

    def link(username: str, code: str) -> str:
        return window.asked_again(retry=code, captured_by=username, **own(user))

    return _report("retried-agent", title, _("Agent"), counted, "", link, window.vendor_name)


def retried_per_reviewer(user: User, window: Window) -> Report:
    counted = [row for row in _retried(user, window, "decided_by__username") if row[0]]
    title = _("Retry reasons by deciding officer")

    def link(username: str, code: str) -> str:
        return window.asked_again(retry=code, decided_by=username)

    return _report(
        "retried-reviewer", title, pgettext("person who decides", "Officer"), counted, "", link, window.vendor_name
    )


def _retried(user: User, window: Window, column: str) -> Counted:
    """Count submissions, not attempts: three retries for the same reason count once, as in the linked list."""
    of: QuerySet[Submission] = Submission.objects.filter(pk=OuterRef("submission_id"))
    asked = window.events(user).filter(kind__in=RETRIES)
    rows: Any = asked.annotate(who=Subquery(of.values(column)[:1]), code=KeyTextTransform("retry_code", "fields"))
    if not user_can_see_all_figures(user):
        rows = rows.annotate(decider=Subquery(of.values("decided_by")[:1])).filter(decider=user.pk)
    grouped = rows.order_by().values_list("who", "code").annotate(many=Count("submission_id", distinct=True))
    return _ordered((who, code, many) for who, code, many in grouped if code)


def _ordered(rows: Iterable[tuple[str | None, str | None, int]]) -> Counted:
    return sorted(
        ((who, code or "", many) for who, code, many in rows), key=lambda row: (-row[2], row[0] or "", row[1])
    )


def _report(key: str, title: str, who: str, counted: Counted, surface: str, link: Link, argos: str) -> Report:
    names = names_of([username for username, _code, _many in counted if username])
    rows = [_row(row, names, surface, link, argos) for row in counted]
    return Report(key, title, [who, _("Reason"), _("Submissions")], rows)


def _row(row: tuple[str | None, str, int], names: dict[str, str], surface: str, link: Link, argos: str) -> list[Cell]:
    username, code, many = row
    shown = names.get(username, username) if username else _("Automatic")
    return [name(shown), name(_in_words(code, surface, argos)), number(many, link(username or "", code))]


def _in_words(code: str, surface: str, argos: str) -> str:
    """Return the short label of a reject reason, or the meaning of a retry code; an unknown code unchanged."""
    if not code:
        return _("No code")
    if surface == "reject" and code in reject_reasons.REASONS:
        return reject_reasons.label_of(code)
    tables = [codes.TABLES[surface]] if surface else [codes.TABLES["step1_retry"], codes.TABLES["step2_retry"]]
    known = next((table[code] for table in tables if code in table), None)
    return f"{named(_(known.what_happened), argos)} ({code})" if known else code
