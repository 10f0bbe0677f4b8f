"""Import of customers: reading files, checking rows, creating drafts once, expiry and erasure."""

import csv
import io
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
import time_machine
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.utils.translation import override

from submissions.audit import hash_chain
from submissions.core import clock
from submissions.imports import read, work
from submissions.invitations import links
from submissions.models import (
    CustomerImport,
    CustomerMessage,
    Event,
    ImportRow,
    ImportState,
    Invitation,
    Role,
    RowState,
    Status,
    Submission,
    SubmissionKey,
    User,
)
from submissions.privacy import erasure
from tests.clients import browser
from tests.factories import by, make_at, make_draft, make_project, make_team, make_user, sign_in

STATEMENTS_PER_CHECK = 7
STATEMENTS_PER_CHUNK = 14
HEADING = "E-mail,Customer number,Issuing country,ID type,Phone number"


def csv_of(*lines: str) -> bytes:
    return "\n".join([HEADING, *lines]).encode()


def uploaded(content: bytes, owner: User | None = None) -> CustomerImport:
    owner = owner or make_user(Role.AGENT)
    assert owner.team is not None
    batch = CustomerImport(owner=owner, project=make_project(), team=owner.team)
    work.request_import(batch, read.read(content), by=by(owner))
    return batch


def checked(content: bytes, owner: User | None = None) -> CustomerImport:
    batch = uploaded(content, owner)
    work.work()
    return reloaded(batch)


def reloaded(batch: CustomerImport) -> CustomerImport:
    return CustomerImport.objects.get(pk=batch.pk)


def states(batch: CustomerImport) -> list[str]:
    return list(batch.rows.order_by("number").values_list("state", flat=True))


ROW = {"email": "mina@example.com", "issuing_country": "대한민국", "id_type": "여권"}
KOREAN = "이메일;발급 국가;신분증 종류\nmina@example.com;대한민국;여권\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "cp949"])
def test_encodings_and_separators(encoding: str) -> None:
    for text in (KOREAN, KOREAN.replace(";", "\t"), KOREAN.replace(";", ",")):
        assert read.read(text.encode(encoding)) == [(2, ROW)]


def test_xlsx_is_read_with_numbers_as_typed() -> None:
    book = openpyxl.Workbook()
    book.active.append(["E-mail", "Customer number", "Country", "ID type"])
    book.active.append(["a@example.com", 1042.0, "KOR", "passport"])
    target = io.BytesIO()
    book.save(target)
    ((line, values),) = read.read(target.getvalue())
    assert (line, values["customer_id"]) == (2, "1042")


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "Missing: email"),
        (b"Name\nMina", "Missing: email, issuing_country, id_type"),
        (HEADING.encode(), "no rows"),
        (b"PK\x03\x04 no archive", "not a readable XLSX"),
        (b"\xff\xfe\x00", "characters are not readable"),
        (b"GIF89a\x01\x00\x01\x00", "characters are not readable"),
        (b"x" * (read.MAX_BYTES + 1), "larger than 5 MB"),
        (csv_of(*(f"a{n}@example.com,,KOR,passport," for n in range(read.MAX_ROWS + 1))), "more than 10,000 rows"),
    ],
)
def test_unreadable_file_says_what_to_change(content: bytes, told: str) -> None:
    with pytest.raises(read.UnreadableFile, match=told):
        read.read(content)


@pytest.mark.django_db
@pytest.mark.parametrize("language", ["en", "ko"])
def test_sample_file_is_ready_in_both_languages(language: str) -> None:
    user, client = make_user(Role.AGENT), Client()
    user.language = language
    user.save()
    sign_in(client, user)
    with override(language):
        content = client.get("/imports/sample/").content
    assert states(checked(content)) == [RowState.READY]


@pytest.mark.django_db
def test_each_row_is_ready_malformed_known_or_repeated() -> None:
    owner = make_user(Role.AGENT)
    known = make_draft(owner, email="known@example.com")
    batch = checked(
        csv_of(
            "new@example.com,C-1,KOR,passport,",
            "no address,,KOR,passport,",
            "x@example.com,,Atlantis,passport,",
            "y@example.com,,KOR,library card,",
            "KNOWN@example.com,,KOR,passport,",
            "NEW@example.com,,KOR,passport,",
            "z@example.com,C-1,KOR,passport,",
        ),
        owner,
    )
    assert batch.state == ImportState.READY
    bad, repeated = RowState.MALFORMED, RowState.REPEATED
    assert states(batch) == [RowState.READY, bad, bad, bad, RowState.KNOWN, repeated, repeated]
    assert batch.rows.get(number=6).submission == known
    assert list(batch.rows.filter(state=repeated).values_list("repeats", flat=True)) == [2, 2]
    shown = Event.objects.filter(kind="same_customer_shown").latest("id")
    assert shown.fields["shown"] == [known.reference]
    assert shown.actor_id == owner.pk


@pytest.mark.django_db
def test_customer_of_another_team_is_known_without_a_link() -> None:
    make_draft(make_user(Role.AGENT, team=make_team("Branch")), email="theirs@example.com")
    row = checked(csv_of("theirs@example.com,,KOR,passport,")).rows.get()
    assert (row.state, row.submission) == (RowState.KNOWN, None)


@pytest.mark.django_db
def test_ready_rows_become_drafts_once() -> None:
    batch = checked(
        csv_of("a@example.com,C-7,KOR,passport,010-1", "bad,,KOR,passport,", "b@example.com,,USA,passport,")
    )
    assert work.request_drafts(batch, by=by(batch.owner))
    assert not work.request_drafts(batch, by=by(batch.owner))
    work.work()
    work.work()
    assert states(batch) == [RowState.CREATED, RowState.MALFORMED, RowState.CREATED]
    drafts = Submission.objects.filter(created_by=batch.owner)
    assert {(one.status, one.team, one.issuing_country) for one in drafts} == {
        (Status.DRAFT, batch.team, "KOR"),
        (Status.DRAFT, batch.team, "USA"),
    }
    first = batch.rows.get(number=2).submission
    assert first is not None
    assert first.values == {"email": "a@example.com", "customer_id": "C-7", "contact_phone": "010-1"}
    assert reloaded(batch).state == ImportState.DONE


@pytest.mark.django_db
def test_each_draft_is_invited_once_where_that_is_chosen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "CHUNK", 2)
    batch = checked(csv_of(*(f"a{n}@example.com,,KOR,passport," for n in range(5))))
    work.request_drafts(batch, by=by(batch.owner), invites=True)
    leased = work._lease()
    assert leased is not None
    work._chunk(leased)  # and the worker dies here
    with time_machine.travel(clock.now() + work.LEASE + timedelta(seconds=1)):
        work.work()
    drafts = Submission.objects.filter(created_by=batch.owner)
    assert drafts.count() == 5
    for draft in drafts:
        assert Invitation.objects.filter(submission=draft).count() == 1
        message = CustomerMessage.objects.get(submission=draft)
        assert (message.occasion, message.channel, message.created_by) == ("invitation", "email", batch.owner)


@pytest.mark.django_db
def test_draft_without_a_usable_address_stays_and_the_page_says_so(client: Client) -> None:
    def refuse(*args: object) -> None:
        raise links.NotMailed

    batch = checked(csv_of("a@example.com,,KOR,passport,"))
    client.force_login(batch.owner)
    client.post(f"/imports/{batch.pk}/create/", {"invites": "1"})
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(links, "check_reachable", refuse)
        work.work()
    assert states(batch) == [RowState.CREATED]
    assert not CustomerMessage.objects.exists()
    assert "Not invited: the e-mail address is not usable" in client.get(f"/imports/{batch.pk}/").content.decode()


@pytest.mark.django_db
def test_without_the_choice_nobody_is_invited(client: Client) -> None:
    batch = checked(csv_of("a@example.com,,KOR,passport,"))
    client.force_login(batch.owner)
    client.post(f"/imports/{batch.pk}/create/")
    work.work()
    assert states(batch) == [RowState.CREATED]
    assert not Invitation.objects.exists()


@pytest.mark.django_db
def test_killed_worker_is_replaced_after_its_lease(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "CHUNK", 2)
    batch = checked(csv_of(*(f"a{n}@example.com,,KOR,passport," for n in range(5))))
    work.request_drafts(batch, by=by(batch.owner))
    leased = work._lease()
    assert leased is not None
    work._chunk(leased)  # and the worker dies here
    assert work.work() == 0
    with time_machine.travel(clock.now() + work.LEASE + timedelta(seconds=1)):
        work.work()
    assert states(batch) == [RowState.CREATED] * 5
    assert Submission.objects.filter(created_by=batch.owner).count() == 5


@pytest.mark.django_db
def test_slow_worker_whose_lease_another_has_creates_nothing() -> None:
    batch = checked(csv_of("a@example.com,,KOR,passport,"))
    work.request_drafts(batch, by=by(batch.owner))
    slow = work._lease()
    assert slow is not None
    rows = list(batch.rows.all())
    with time_machine.travel(clock.now() + work.LEASE + timedelta(seconds=1)):
        work.work()
        work._create_drafts(slow, rows)
    assert states(batch) == [RowState.CREATED]
    assert Submission.objects.filter(created_by=batch.owner).count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize("breaks", ["in the database", "before it"])
def test_failing_row_fails_alone(breaks: str) -> None:
    """Rows are created together; the one that fails undoes nothing of the others, and the chain holds their events."""
    batch = checked(csv_of(*(f"a{n}@example.com,C-{n},KOR,passport," for n in range(4))))
    work.request_drafts(batch, by=by(batch.owner))
    broken = batch.rows.get(number=3)
    if breaks == "before it":
        ImportRow.objects.filter(pk=broken.pk).update(values_sealed=b"altered")
    else:
        SubmissionKey.objects.create(submission_id=broken.pk, wrapped=b"taken")
    work.work()
    assert states(batch) == [RowState.CREATED, RowState.FAILED, RowState.CREATED, RowState.CREATED]
    drafts = Submission.objects.filter(created_by=batch.owner)
    assert {draft.values["customer_id"] for draft in drafts} == {"C-0", "C-2", "C-3"}
    for draft in drafts:
        assert Event.objects.filter(kind="draft_created", submission_id=draft.pk).count() == 1
        assert draft.capturers.get().user == batch.owner
        assert draft.search_hashes.count() == 2
    assert hash_chain.seal_due() is not None
    assert list(hash_chain.verify()) == []


@pytest.mark.django_db
def test_chunk_costs_the_same_statements_as_one_row(django_assert_num_queries: Any) -> None:
    for rows in (1, 5):  # SQLite splits longer statements
        batch = uploaded(csv_of(*(f"{rows}-{n}@example.com,,KOR,passport," for n in range(rows))))
        leased = work._lease()
        assert leased is not None
        with django_assert_num_queries(STATEMENTS_PER_CHECK):
            work._chunk(leased)
        CustomerImport.objects.filter(pk=batch.pk).update(state=ImportState.READY, lease_until=None)
        work.request_drafts(batch, by=by(batch.owner))
        leased = work._lease()
        assert leased is not None
        with django_assert_num_queries(STATEMENTS_PER_CHUNK):
            work._chunk(leased)
        work.work()


@pytest.mark.django_db
def test_cancelled_import_creates_nothing_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(work, "CHUNK", 1)
    batch = checked(csv_of("a@example.com,,KOR,passport,", "b@example.com,,KOR,passport,"))
    work.request_drafts(batch, by=by(batch.owner))
    leased = work._lease()
    assert leased is not None
    rows = list(batch.rows.all())
    assert work.cancel(batch, by=by(batch.owner))
    work._create_drafts(leased, rows)
    assert states(batch) == [RowState.READY, RowState.READY]
    assert not Submission.objects.filter(created_by=batch.owner).exists()


@pytest.mark.django_db
def test_user_who_left_creates_nothing() -> None:
    batch = checked(csv_of("a@example.com,,KOR,passport,"))
    work.request_drafts(batch, by=by(batch.owner))
    User.objects.filter(pk=batch.owner_id).update(is_active=False)
    work.work()
    assert reloaded(batch).state == ImportState.CANCELLED
    assert not Submission.objects.filter(created_by=batch.owner).exists()


@pytest.mark.django_db
def test_rows_are_encrypted_expire_and_are_erased_with_the_submission() -> None:
    batch = checked(csv_of("secret-customer@example.com,,KOR,passport,"))
    with connection.cursor() as cursor:
        cursor.execute("SELECT values_sealed FROM submissions_importrow")
        assert b"secret-customer" not in bytes(cursor.fetchone()[0])
    work.request_drafts(batch, by=by(batch.owner))
    work.work()
    submission = batch.rows.get().submission
    assert submission is not None
    erasure.erase(submission, by=by(batch.owner), why="mistake")
    assert not batch.rows.exists()
    assert work.expire(clock.now() + work.KEPT_FOR) == 1
    assert (reloaded(batch).state, reloaded(batch).key_wrapped) == (ImportState.EXPIRED, None)
    assert not ImportRow.objects.exists()


@pytest.mark.django_db
def test_pages_from_upload_to_the_file_of_errors() -> None:
    user, client = make_user(Role.AGENT), Client()
    sign_in(client, user)
    file = SimpleUploadedFile("c.csv", csv_of("a@example.com,,KOR,passport,", "=bad,,KOR,passport,"))
    given = {"project": str(make_project().pk), "team": str(user.team_id)}
    refused = client.post("/imports/", {**given, "file": SimpleUploadedFile("c.csv", b"Name")})
    assert refused.status_code == 422
    assert "Download the sample file" in refused.content.decode()
    page = client.post("/imports/", {**given, "file": file}, follow=True)
    assert "Checking" in page.content.decode()
    work.work()
    url = page.redirect_chain[-1][0]
    assert "Create 1 draft" in client.get(url).content.decode()
    malformed = client.get(f"{url}?show=malformed").content.decode()
    assert "E-mail: Enter an e-mail address, for example name@example.com." in malformed
    assert "a@example.com" not in malformed
    client.post(f"{url}create/")
    work.work()
    assert Submission.objects.get(created_by=user).values["email"] == "a@example.com"
    assert "Every ready row has a draft now." in client.get(url).content.decode()
    lines = list(csv.reader(client.post(f"{url}not-created/").content.decode("utf-8-sig").splitlines()))
    assert lines[1][0] == "'=bad"
    assert lines[1][-2:] == ["3", "E-mail: Enter an e-mail address, for example name@example.com."]
    assert Event.objects.filter(kind="import_downloaded", actor_id=user.pk).exists()


@pytest.mark.django_db
def test_import_with_a_known_customer_links_its_submission() -> None:
    user, client = make_user(Role.OFFICER), Client()
    sign_in(client, user)
    known = make_at(Status.PENDING)
    batch = checked(csv_of(f"{known.values['email']},,KOR,passport,"), owner=make_user(Role.AGENT))
    CustomerImport.objects.filter(pk=batch.pk).update(owner=user)
    batch.rows.update(submission=known)
    assert f"/submissions/{known.pk}/" in client.get(f"/imports/{batch.pk}/").content.decode()


@pytest.mark.django_db
def test_project_of_the_last_submission_is_offered_first() -> None:
    agent = make_user(Role.AGENT)
    make_project(name="Another one")
    draft = make_draft(agent)
    assert draft.project.name > "Another one"
    form = browser(agent).get("/imports/").context["form"]
    assert form["project"].value() == draft.project_id
