"""A lost data key: reported wherever it matters, without breaking other pages."""

from pathlib import Path
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client

from kycportal.doctor import Grade, config
from submissions.audit.events import SYSTEM
from submissions.capture import callbacks
from submissions.core import clock
from submissions.models import Role, Status, Submission, SubmissionKey, User
from submissions.models.difference import DifferenceKind
from submissions.models.submission_key import load_keys
from submissions.privacy import erasure
from submissions.privacy.keys import backup
from submissions.reporting.exports import rows
from submissions.review import decisions, questions
from submissions.review.workload import claims
from submissions.vendor_sync import discrepancies
from tests.factories import by, make_at, make_draft, make_user, reload, sign_in

pytestmark = pytest.mark.django_db
SAID = "cannot be opened"


def lose_key(submission: Submission) -> Submission:
    SubmissionKey.objects.filter(pk=submission.pk).delete()
    return reload(submission)


def page(user: User, path: str, status: int = 200) -> str:
    reply = sign_in(Client(), user).get(path)
    assert reply.status_code == status, path
    return reply.content.decode()


@pytest.mark.parametrize(
    ("path", "kept_text"),
    [
        ("/", "look at the stamp"),
        ("/submissions/", "Kept Example"),
        ("/review/?view=all", "Kept Example"),
        ("/handover/", "Kept Example"),
        ("/unread/", "look at the stamp"),
    ],
)
def test_list_shows_the_others_and_says_which_cannot_be_opened(path: str, kept_text: str) -> None:
    officer = make_user(Role.OFFICER)
    lost, kept = make_at(Status.PENDING), make_at(Status.PENDING, name="Kept Example")
    for submission in (lost, kept):
        claims.claim(submission, by=by(officer))
        decisions.add_note(submission, f"@{officer.username} look at the stamp", by=by(make_user(Role.MANAGER)))
        questions.ask(reload(submission), "Is the stamp on the back?", by=by(officer))
    lose_key(lost)
    shown = page(officer, path)
    assert lost.reference in shown
    assert SAID in shown
    assert kept_text in shown


def test_agents_start_page_shows_whom_to_call() -> None:
    agent = make_user()
    due, told = make_draft(agent), make_at(Status.APPROVED, agent)
    Submission.objects.filter(pk=due.pk).update(callback_at=clock.now())
    assert Submission.objects.get(callbacks.is_due()) == due
    lose_key(due), lose_key(told)
    shown = page(agent, "/")
    assert due.reference in shown
    assert shown.count(SAID) >= 2


def test_differences_show_the_note_that_cannot_be_opened() -> None:
    manager, submission = make_user(Role.MANAGER), make_at(Status.PENDING)
    discrepancies.add(submission, DifferenceKind.STATUS, ("pending", "approved"))
    discrepancies.mark_seen(submission.differences.get(), by=by(manager), note="asked the vendor")
    lose_key(submission)
    assert SAID in page(manager, "/differences/?seen=1")


@pytest.mark.parametrize("path", ["/submissions/{}/", "/review/{}/"])
def test_own_page_says_so_and_is_no_error(path: str) -> None:
    officer, submission = make_user(Role.OFFICER), make_at(Status.PENDING)
    claims.claim(submission, by=by(officer))
    lose_key(submission)
    assert "encryption key is missing" in page(officer, path.format(submission.pk), 410)


def test_list_reads_its_keys_with_its_rows_also_a_lost_one(django_assert_num_queries: Any) -> None:
    found = [make_draft(images=False) for _each in range(3)]
    lose_key(found[1])
    with django_assert_num_queries(1):
        listed = list(Submission.objects.for_row())
        load_keys(listed)
        assert [row.shown_name for row in listed].count(SAID) == 1


def test_key_under_a_foreign_master_takes_nobody_along(settings: Any) -> None:
    foreign, kept = make_draft(images=False), make_draft(images=False)
    wrapped = SubmissionKey.objects.get(pk=foreign.pk).wrapped
    SubmissionKey.objects.filter(pk=foreign.pk).update(wrapped=b"else" + bytes(wrapped)[4:])
    listed = [reload(foreign), reload(kept)]
    load_keys(listed)
    assert [row.shown_name for row in listed] == [SAID, kept.shown_name]


def test_export_says_it_where_a_key_is_lost() -> None:
    submission = lose_key(make_draft(images=False))
    found = rows._personal(submission.pk, submission.values_sealed, None, rows._as_it_is)
    assert set(found) == {SAID}


def test_keys_from_before_the_dump_are_too_old_and_that_is_reported(tmp_path: Path, settings: Any) -> None:
    make_draft(images=False)
    path, _count = backup.write(tmp_path)
    late = make_draft(images=False)
    SubmissionKey.objects.all().delete()
    with pytest.raises(CommandError, match=f"1 submissions have no data key: {late.reference}.*newer than"):
        call_command("restore_keys", str(path))
    said = [finding.state for finding in config.master_keys() if finding.grade == Grade.BAD]
    assert f"1 submissions have no data key: {late.reference}" in said


def test_who_was_erased_has_no_key_and_is_not_missed() -> None:
    gone, again = make_at(Status.REJECTED), make_at(Status.REJECTED)
    for submission in (gone, again):
        erasure.erase(submission, by=SYSTEM, why="customer_request")
    Submission.objects.filter(pk=again.pk).update(erased_at=None)  # as in an older dump
    assert backup.lost() == []


def test_many_are_counted_and_some_named() -> None:
    assert backup.describe_lost([f"KP-{number}" for number in range(12)]).endswith("KP-9, ...")
    assert backup.describe_lost(["KP-1"]).endswith("key: KP-1")
