"""A limited reviewer's pages: no page names a submission outside the review area, and no figure counts one."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.urls import reverse
from django.utils import timezone

from argos.replies.signals import AmlResult
from submissions.aml import results
from submissions.audit import access_report, events
from submissions.core import clock
from submissions.models import (
    AmlReview,
    AmlSource,
    Difference,
    Image,
    Note,
    Project,
    Role,
    Status,
    Submission,
    Team,
    User,
    WebhookDelivery,
)
from submissions.models.submission import IN_REVIEW
from submissions.privacy import resident_numbers
from submissions.reporting import handover, next_checks, overview, own_work
from submissions.reporting.reports import key_figures, overrides
from submissions.reporting.reports.date_range import projects, window_of
from submissions.review import mentions, queue, queue_tabs
from submissions.search import counting, filters
from submissions.vendor_sync import discrepancies, webhooks
from submissions.views.frame import counters
from submissions.views.reporting.reports import OF_THE_DESK, REPORTS, TABS
from submissions.workflow import alerts
from tests.clients import browser
from tests.factories import by, limit, make_at, make_project, make_team, make_user, reload
from tests.submissions.workflow.matrix_data import FOREIGN_MANAGER, FOREIGN_OFFICER, PEOPLE
from tests.submissions.workflow.permission_matrix import IN, ROWS

pytestmark = pytest.mark.django_db

HIT = AmlResult("Red Flag", "HIGH", 1, 0, 0, 0, "", ())
LIMITED = [(Role.OFFICER, FOREIGN_OFFICER), (Role.MANAGER, FOREIGN_MANAGER)]
STATUSES = (
    *(Status.DRAFT, Status.STEP1_RETRY, Status.CONFIRMING, Status.INCOMPLETE, Status.OVERDUE, Status.PENDING),
    *(Status.APPROVED, Status.REJECTED, Status.ABANDONED, Status.SECOND_REVIEW),
)
NO_LIST = ("api:", "account_", "mfa_", "socialaccount_", "healthz", "readyz", "admin:log")
FURTHER = (
    *(f"/review/aml/?show={show}" for show in ("open", "mine", "overdue", "decided")),
    *(f"/review/?{query}" for query in ("mine=1", "snoozed=1", "status=second_review", "left=over", "asked=open")),
    *(f"/reports/?tab={tab}" for tab in TABS),
    *(f"/reports/{key}.csv" for key in REPORTS),
    *("/differences/?seen=1", "/webhook-deliveries/?seen=1", "/re-verification/?month=passed"),
    *("/submissions/?status=decided", "/submissions/?report=missing", "/submissions/?aml=hit"),
    "/admin/submissions/submission/",
)


def fill(project: Project, team: Team, person: User, email: str) -> list[Submission]:
    """Create submissions of every kind that a page lists, as far as possible claimed by and addressed to `person`."""
    agent, officer, now = make_user(team=team), make_user(Role.OFFICER), clock.now()
    made = [make_at(status, agent, project, officer, email=email) for status in STATUSES]
    Project.objects.filter(pk=project.pk).update(second_review="none")
    rows = Submission.objects.filter(pk__in=[row.pk for row in made])
    rows.filter(status=Status.PENDING).update(assigned_to=person, claimed_by=person, claimed_until=now + overview.HOUR)
    rows.filter(status__in=(Status.APPROVED, Status.REJECTED)).update(
        source="reviewer", decided_by=person, decided_at=now, pending_at=now - overview.HOUR, target_at=now
    )
    for row in map(reload, made):
        if row.status in (Status.APPROVED, Status.PENDING):
            results.apply(row, HIT, AmlSource.RECORD)
        note = Note(submission=row, author=officer)
        note.text = f"@{person.username} look"
        note.save()
        mentions.record(note, note.text)
        alerts.notify(row, "target_60", now, [person])
        Difference.objects.create(project=project, submission=row, kind="tries", vendor_id=str(row.pk))
        events.record("looked", by=by(person), submission=row)
        events.record("revealed", by=by(officer), submission=row, reason="the customer asked")
    rows.filter(status=Status.PENDING).update(has_difference=True)
    AmlReview.objects.filter(submission__status=Status.PENDING).update(target_at=now - overview.HOUR)
    Image.objects.filter(submission__in=made, kind="id_front").update(redaction="no_area")
    discrepancies.unknown_here(project, f"vendor-{project.pk}", f"KP-{project.pk.hex[:8].upper()}-1", "pending")
    webhooks.store(project, f"no json {project.pk}".encode(), "application/json", None)
    WebhookDelivery.objects.update(outcome="unreadable", handled_at=now)
    return made


def figures(user: User) -> dict[str, Any]:
    """Return every figure and list of the pages of a reviewer."""
    window = window_of({}, user)[0]  # type: ignore[arg-type]
    waiting = overview.queue(queue.mine_of(user, filters.matching(user, {}).rows))
    numbers = resident_numbers.waiting_for(user)
    found = handover.gather(user, clock.now() + overview.HOUR)
    return {
        "menu": {name: count for name, count in counters.read(user).items() if not name.endswith("_name")},
        "own": counting.read(user, own_work.reviewer_figures(user)),
        "last": [row.pk for row in own_work.last_decisions(user)],
        "mine": waiting,
        "days": overview.decisions(user),
        "load": [
            (row.claimed, row.assigned, row.today) for row in overview.load(user, waiting) if row.reviewer == user
        ],
        "exceptions": counting.read(user, overview.figures(user, numbers)),
        "tabs": counting.read(user, {**queue_tabs.counts_for(user, [])}),
        "tiles": key_figures.tiles(user, window),
        "reports": {key: list(make(user, window).lines()) for key, make in REPORTS.items()},
        "overrides": [row.submission.pk for row in overrides.overrides(user, window, by=by(user))],
        "forecast": next_checks.forecast(user),
        "handover": sorted(row.reference for row in found.submissions),
        "mentions": len(mentions.unread(user)),
        "alerts": len(alerts.unseen(user)),
    }


def _pages(person: str) -> Iterator[str]:
    """Yield the addresses without an object that this user of the permission matrix opens."""
    for name, row in ROWS.items():
        if row.of == "" and row.get(person, "-") == IN and not name.startswith(NO_LIST):
            yield reverse(name)
    of_managers = ("webhook", *(f"{key}.csv" for key in OF_THE_DESK))
    yield from (path for path in FURTHER if person == FOREIGN_MANAGER or not any(part in path for part in of_managers))


@pytest.fixture
def worlds() -> Callable[[Role], tuple[User, list[Submission], dict[str, Any], list[Submission]]]:
    def make(role: Role) -> tuple[User, list[Submission], dict[str, Any], list[Submission]]:
        """Return a limited person, what they may see, their figures while nothing else exists, and the rest."""
        person, project, team = make_user(role), make_project(), make_team()
        inside = fill(project, team, person, "inside@example.com")
        if role == Role.MANAGER:  # a webhook without a submission has no team, so this person does not see it
            limit(person, projects=[project], teams=[team])
        before = figures(person)
        elsewhere = make_team("Another desk")
        outside = [
            *fill(make_project(), team, person, "outside@example.org"),
            *fill(make_project(), elsewhere, person, "outside@example.org"),
        ]
        if role == Role.MANAGER:  # also of the same project
            outside += fill(project, elsewhere, person, "outside@example.org")
        else:
            limit(person, projects=[project])
        return person, inside, before, outside

    return make


@pytest.mark.timeout(300)
@pytest.mark.parametrize(("role", "of_matrix"), LIMITED)
def test_no_page_names_a_hidden_submission_and_no_figure_counts_one(role: Role, of_matrix: str, worlds: Any) -> None:
    assert of_matrix in PEOPLE
    person, inside, before, outside = worlds(role)
    assert figures(person) == before
    rows = [row for row in Submission.objects.all() if row in inside]
    assert before["menu"]["queue"] == sum(row.status in IN_REVIEW for row in rows) > 0
    assert before["days"].today == sum(row.status in (Status.APPROVED, Status.REJECTED) for row in rows) > 0
    client, seen = browser(person), ""
    pages = list(_pages(of_matrix))
    for path in pages:
        response = client.get(path)
        page = b"".join(response).decode(errors="replace")  # also of a file
        assert response.status_code in (200, 302), path
        named = [row.reference for row in outside if row.reference in page]
        assert (path, named, "outside@example.org" in page) == (path, [], False)
        seen += page
    assert len(pages) > 25
    assert {row.reference for row in inside} <= set(seen.replace("<", " ").replace('"', " ").split())


@pytest.mark.parametrize("role", [Role.OFFICER, Role.MANAGER])
def test_every_address_of_a_hidden_submission_is_not_found(role: Role) -> None:
    inside, outside = make_at(Status.PENDING), make_at(Status.PENDING)
    client = browser(limit(make_user(role), projects=[inside.project]))
    for prefix in ("/submissions/", "/review/"):
        assert client.get(f"{prefix}{inside.pk}/").status_code == 200
        assert client.get(f"{prefix}{outside.pk}/").status_code == 404
    assert client.get(f"/images/{outside.images.all()[0].pk}/").status_code == 404


def test_search_finds_nothing_outside_also_behind_many_of_the_same_name() -> None:
    inside, outside = make_at(Status.PENDING), make_at(Status.PENDING)
    officer = limit(make_user(Role.OFFICER), projects=[inside.project])
    for text in (outside.reference, "applicant@example.com", "Minseo", "M12345678", str(outside.pk), "C-1001"):
        found = browser(officer).post("/submissions/show/", {"text": text}, follow=True)
        references = [row.reference for row in found.context["page"].rows]
        assert references == ([] if text in (outside.reference, str(outside.pk)) else [inside.reference]), text


def test_filters_and_forms_offer_only_the_area() -> None:
    project, other, team = make_project(), make_project(), make_team()
    elsewhere = make_team("Another desk")
    manager = limit(make_user(Role.MANAGER), projects=[project], teams=[elsewhere])
    assert [name for _pk, name in projects(manager)] == [project.name]
    assert filters.offered(manager)[:2] == ([(str(project.pk), project.name)], [(str(elsewhere.pk), elsewhere.name)])
    assert [name for _pk, name in queue.offered(manager).projects] == [project.name]
    window, _preset, sentences = window_of({"project": str(other.pk)}, manager)  # type: ignore[arg-type]
    assert (window.project, len(sentences)) == ("", 1)
    client = browser(manager)
    for path in ("/submissions/new/", "/imports/"):
        form = client.get(path).context["form"]
        assert list(form.fields["project"].queryset) == [project]
        assert list(form.fields["team"].queryset) == [elsewhere] != [team]


def test_access_report_lists_the_area_and_keeps_its_totals() -> None:
    inside, outside = make_at(Status.PENDING), make_at(Status.PENDING)
    looker, manager = make_user(Role.OFFICER), make_user(Role.MANAGER)
    for row in (inside, outside):
        events.record("looked", by=by(looker), submission=row)
        events.record("revealed", by=by(looker), submission=row, reason=f"reason {row.reference}")
    month = timezone.localtime(clock.now()).date().replace(day=1)
    path = f"/reports/access/{month:%Y/%m}/?person={looker.username}"
    everything = browser(manager).get(path).content.decode()
    assert inside.reference in everything
    assert outside.reference in everything
    limited = browser(limit(manager, projects=[inside.project])).get(path).content.decode()
    assert inside.reference in limited
    assert outside.reference not in limited
    row = next(row for row in access_report.rows(month) if row.who == looker.username)
    assert row.people == 2
