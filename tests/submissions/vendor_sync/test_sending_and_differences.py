"""The pages of outgoing requests and of mismatches: visibility, content, actions."""

from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from submissions.audit import erasure_journal
from submissions.capture import submit
from submissions.core import clock
from submissions.models import Difference, DifferenceKind, Event, Project, Role, Status, Submission, Switch, User
from submissions.outbox import gate, ledger, restore_hold
from submissions.privacy import erasure
from submissions.vendor_sync import discrepancies
from tests.factories import by, make_at, make_project, make_user, reload, sign_in

pytestmark = pytest.mark.django_db


def browser(role: Role, **fields: Any) -> Client:
    client = Client()
    sign_in(client, make_user(role, **fields))
    return client


def differing() -> Submission:
    submission = make_at(Status.APPROVED)
    discrepancies.add(submission, DifferenceKind.STATUS, ("approved", "rejected"))
    return reload(submission)


@pytest.mark.parametrize(
    ("role", "code"), [(Role.AGENT, 403), (Role.OFFICER, 403), (Role.MANAGER, 200), (Role.ADMINISTRATOR, 200)]
)
def test_sending_is_for_managers_and_administrators(role: Role, code: int) -> None:
    assert browser(role).get("/sending/").status_code == code


def test_stop_wants_a_reason_and_everybody_reads_it() -> None:
    make_at(Status.STEP2_SENDING)
    manager = browser(Role.MANAGER)
    manager.post("/sending/stop/", {"stop": "1", "reason": ""})
    assert Switch.read().may_send
    manager.post("/sending/stop/", {"stop": "1", "reason": "Vendor maintenance"})
    assert ledger.take_lease() is None
    assert "Vendor maintenance" in browser(Role.AGENT).get("/").content.decode()
    assert "Vendor maintenance" in manager.get("/sending/").content.decode()
    manager.post("/sending/stop/", {"stop": "0"})
    assert ledger.take_lease() is not None
    assert (
        list(Event.objects.filter(kind__startswith="sending_").values_list("kind", flat=True))[-1] == "sending_resumed"
    )


@pytest.mark.parametrize("role", [Role.AGENT, Role.OFFICER, Role.ADMINISTRATOR])
def test_only_managers_stop(role: Role) -> None:
    assert browser(role).post("/sending/stop/", {"stop": "1", "reason": "because"}).status_code == 403
    assert Switch.read().may_send


def test_sending_lists_started_ones_by_time_left_without_personal_data() -> None:
    first, second = make_at(Status.CONFIRMING), make_at(Status.INCOMPLETE)
    page = browser(Role.ADMINISTRATOR).get("/sending/").content.decode()
    assert page.index(first.reference) < page.index(second.reference)
    assert first.values["name"] not in page


def test_hold_is_shown_and_lifted_by_an_administrator_with_a_reason() -> None:
    make_project()
    restore_hold.begin(restore_hold.BY_HAND)
    assert "Restore lock is on" in browser(Role.AGENT).get("/").content.decode()
    assert browser(Role.MANAGER).post("/sending/lift-hold/", {"reason": "looked"}).status_code == 403
    admin = browser(Role.ADMINISTRATOR)
    assert "Being read" in admin.get("/sending/").content.decode()
    for given in ({"reason": ""}, {"reason": "looked at all"}):
        admin.post("/sending/lift-hold/", given)
        assert not Switch.read().may_send
    admin.post("/sending/lift-hold/", {"reason": "looked at all", "anyway": "1"})
    assert Switch.read().may_send
    assert Event.objects.get(kind="hold_lifted").fields["why"] == "looked at all"


def test_hold_is_not_lifted_while_erased_people_are_back() -> None:
    submission = make_at(Status.REJECTED)
    erasure_journal.write(submission, "customer_request")
    restore_hold.begin(restore_hold.BY_HAND)
    admin = browser(Role.ADMINISTRATOR)
    given = {"reason": "looked at all", "anyway": "1"}
    page = admin.post("/sending/lift-hold/", given, follow=True).content.decode()
    assert "replay_erasures" in page
    assert not Switch.read().may_send
    assert erasure.replay().erased == 1
    admin.post("/sending/lift-hold/", given)
    assert Switch.read().may_send


def test_hold_command_begins_shows_and_lifts(capsys: pytest.CaptureFixture[str]) -> None:
    call_command("hold")
    call_command("hold", "--begin")
    assert not Switch.read().may_send
    with pytest.raises(CommandError, match="--reason"):
        call_command("hold", "--lift")
    call_command("hold", "--lift", "--reason", "compared with the vendor")
    assert Switch.read().may_send
    shown = capsys.readouterr().out.splitlines()
    assert shown[0] == shown[-1] == "not on hold"
    assert any("by_hand" in line for line in shown)


def test_down_vendor_is_said_on_every_page_and_takes_no_new_step1() -> None:
    project = make_project()
    started = make_at(Status.STEP2_SENDING, project=project)
    make_at(Status.STEP1_SENDING, project=project)
    Project.objects.filter(pk=project.pk).update(undelivered_in_row=gate.DOWN_AFTER)
    assert "is unavailable" in browser(Role.AGENT).get("/").content.decode()
    call = ledger.take_lease()
    assert call is not None
    assert call.submission_id == started.pk
    assert ledger.take_lease() is None
    Project.objects.filter(pk=project.pk).update(undelivered_in_row=0)
    assert ledger.take_lease() is not None


def test_down_vendor_still_takes_new_id_images_of_a_started_submission() -> None:
    """Its 24 hours run, so that its Step 1 does not wait as one of a draft does."""
    started = make_at(Status.STEP1_RETRY)
    submit.send_step1(started, by=by(started.created_by))
    Project.objects.filter(pk=started.project_id).update(undelivered_in_row=gate.DOWN_AFTER)
    call = ledger.take_lease()
    assert call is not None
    assert call.submission_id == started.pk


@pytest.mark.parametrize("role", [Role.AGENT, Role.ADMINISTRATOR])
def test_differences_are_for_reviewers(role: Role) -> None:
    row = differing().differences.get()
    client = browser(role)
    assert client.get("/differences/").status_code == 403
    assert client.post(f"/differences/{row.pk}/seen/", {"reason": "looked"}).status_code == 403
    assert client.post(f"/differences/{row.pk}/ask/").status_code == 403


def test_difference_shows_both_sides_and_what_was_done() -> None:
    submission = differing()
    page = browser(Role.OFFICER).get("/differences/").content.decode()
    assert submission.reference in page
    assert "keeps its final status" in page
    assert "No events since it was found" in page


def test_seen_wants_a_note_and_leaves_the_list_of_unseen() -> None:
    submission = differing()
    row = submission.differences.get()
    officer = browser(Role.OFFICER)
    officer.post(f"/differences/{row.pk}/seen/", {"reason": " "})
    assert submission.reference in officer.get("/differences/").content.decode()
    officer.post(f"/differences/{row.pk}/seen/", {"reason": "Vendor mends it on Monday"})
    assert submission.reference not in officer.get("/differences/").content.decode()
    assert "Vendor mends it on Monday" in officer.get("/differences/?seen=1").content.decode()
    assert reload(submission).has_difference
    row.refresh_from_db()
    assert b"Monday" not in bytes(row.note_sealed)


def test_asking_a_vendor_that_does_not_answer_changes_nothing() -> None:
    row = differing().differences.get()
    response = browser(Role.OFFICER).post(f"/differences/{row.pk}/ask/", follow=True)
    assert "ARGOS is unavailable" in response.content.decode()
    row.refresh_from_db()
    assert row.gone_at is None


def test_stranger_at_the_vendor_is_listed_and_its_note_sealed() -> None:
    project = make_project()
    discrepancies.unknown_here(project, "v-lost", "KP-ABCDEFGH-1", "pending")
    discrepancies.unknown_here(project, "v-lost", "KP-ABCDEFGH-1", "pending")
    officer = browser(Role.OFFICER)
    page = officer.get("/differences/").content.decode()
    assert page.count("v-lost") == 1
    row = project.difference_set.get()
    officer.post(f"/differences/{row.pk}/seen/", {"reason": "filed again"})
    row.refresh_from_db()
    assert row.note == "filed again"
    assert b"filed" not in bytes(row.note_wrapped)


def test_submission_page_says_which_one_counts() -> None:
    agent: User = make_user(Role.AGENT)
    approved = make_at(Status.APPROVED, agent)
    later = make_at(Status.REJECTED, agent)
    client = Client()
    client.force_login(agent)
    assert "it is the one that counts" in client.get(f"/submissions/{approved.pk}/").content.decode()
    page = client.get(f"/submissions/{later.pk}/").content.decode()
    assert f"For this customer {approved.reference} counts" in page


def test_differences_ask_the_database_as_often_for_sixty_rows_as_for_one() -> None:
    officer = browser(Role.OFFICER)
    manager = by(make_user(Role.MANAGER))

    def asked_for() -> list[str]:
        with CaptureQueriesContext(connection) as asked:
            page = officer.get("/differences/?seen=1")
        assert page.content.decode().count("Seen by") == Difference.objects.count()
        return [query["sql"].partition(" (")[0][:80] for query in asked]

    for number in range(60):
        submission = differing()
        discrepancies.mark_seen(Difference.objects.get(submission=submission), by=manager, note=f"asked them {number}")
        if number == 0:
            one = asked_for()
    assert asked_for() == one


def test_difference_shows_only_what_was_done_since_it_was_found() -> None:
    differing()
    readable = "difference_seen"
    for _time in range(6):
        discrepancies.mark_seen(Difference.objects.get(), by=by(make_user(Role.MANAGER)), note="asked them")
    rows = browser(Role.OFFICER).get("/differences/?seen=1").context["rows"]
    ((_row, _told, done),) = rows
    newest = Event.objects.filter(kind=readable).order_by("-id").values_list("pk", flat=True)[:4]
    assert [one.event.pk for one in done] == list(newest)
    Difference.objects.update(found_at=clock.now())
    ((_row, _told, done),) = browser(Role.OFFICER).get("/differences/?seen=1").context["rows"]
    assert done == []
