"""Exports from request to expiry: permissions, content, two workers, dead workers, broken storage."""

import io
import re
from datetime import timedelta
from typing import Any

import openpyxl
import pytest
import time_machine
from django.core.files.storage import default_storage
from django.test import Client

from submissions.audit import events
from submissions.core import clock
from submissions.core.encryption import CannotOpen, new_data_key
from submissions.models import Event, Export, ExportState, Role, Status, Submission, User
from submissions.privacy.keys import rotation
from submissions.reporting.exports import expiry, generate, rows, writers
from submissions.reporting.exports.encrypted_file import PIECE, EncryptedWriter, read_encrypted
from submissions.search import blind_index
from tests.factories import VALUES, make_at, make_draft, make_user, reload, sign_in
from tests.submissions.reporting.exports.files import ask, content, made, table

pytestmark = pytest.mark.django_db


def browser(user: User) -> Client:
    client = Client()
    sign_in(client, user)
    return client


@pytest.mark.parametrize("role", [Role.AGENT, Role.ADMINISTRATOR])
def test_only_reviewers_export(role: Role) -> None:
    client = browser(make_user(role))
    for response in (client.get("/exports/"), client.post("/exports/ask/", {"source": "list", "format": "csv"})):
        assert response.status_code == 403
        assert "Only compliance officers and managers export" in response.content.decode()
    assert not Export.objects.exists()


def test_file_holds_exactly_what_the_filter_shows() -> None:
    officer = make_user(Role.OFFICER)
    kept = [make_at(Status.PENDING) for _each in range(3)]
    make_draft()
    export = made(ask(officer, "status=pending&after=2020-01-01"))
    assert (export.state, export.rows, export.total) == (ExportState.DONE, 3, 3)
    assert [row["Reference"] for row in table(export)] == [submission.reference for submission in reversed(kept)]


def test_queue_is_exported_in_its_order() -> None:
    first, second = make_at(Status.PENDING), make_at(Status.PENDING)
    Submission.objects.filter(pk=second.pk).update(target_at=clock.now())
    make_at(Status.APPROVED)
    export = made(ask(make_user(Role.MANAGER), source="queue"))
    assert [row["Reference"] for row in table(export)] == [second.reference, first.reference]


def test_masked_unless_asked_for_openly() -> None:
    officer = make_user(Role.OFFICER)
    make_draft(email="someone@example.org")
    row = table(made(ask(officer)))[0]
    assert row["Full name"] == "M. E."
    assert row["E-mail"] == "•••@example.org"
    assert row["Date of birth"] == "1990"
    assert row["Document number"] == "•••••••78"
    masked = content(Export.objects.get()).decode()
    assert not any(VALUES[name] in masked for name in ("name", "document_number", "date_of_birth", "customer_id"))
    row = table(made(ask(officer, is_open=True)))[0]
    assert (row["Full name"], row["Document number"]) == (VALUES["name"], VALUES["document_number"])


def test_file_is_sealed_where_it_lies() -> None:
    make_draft()
    export = made(ask(make_user(Role.OFFICER), is_open=True))
    with default_storage.open(export.name) as stored:
        lying = stored.read()
    assert b"Reference" not in lying
    assert VALUES["name"].encode() not in lying


@pytest.mark.parametrize("start", sorted(writers.FORMULA_STARTS))
def test_formula_starts_are_neutralised(start: str) -> None:
    assert writers.harmless(f"{start}1+1") == f"'{start}1+1"
    assert writers.harmless(f"a{start}") == f"a{start}"


@pytest.mark.parametrize("separator", [";", ",", "\t", "|", "\n", "\r\n", '"', ";  ", '";', ";'"])
@pytest.mark.parametrize("start", "=+-@＝＋－＠")
def test_no_formula_follows_a_separator_in_csv(separator: str, start: str) -> None:
    told = str(writers.harmless_in_csv(f"x{separator}{start}1+1"))
    assert not re.search(rf"""[;,\t|\n\r"]\s*[{re.escape(start)}]""", told)
    assert told.startswith("x")


def test_csv_of_a_customer_number_with_a_separator_holds_no_formula() -> None:
    make_draft(customer_id="x;=1+1")
    lines = content(made(ask(make_user(Role.OFFICER), format="csv", is_open=True))).decode("utf-8-sig")
    cells = [cell for line in lines.splitlines() for cell in line.split(";")]
    assert not any(cell.strip().startswith("=") for cell in cells)
    assert "x;'=1+1" in lines


@pytest.mark.parametrize("text", ["Kim-Lee", "a@example.com", "2026-01-02", "1 + 1", "서울-12", "-", "KP-1001; 12"])
def test_harmless_text_stays_as_it_is_after_its_first_letter(text: str) -> None:
    assert str(writers.harmless_in_csv(f"a{text}")) == f"a{text}"


def test_numbers_stay_numbers() -> None:
    assert (writers.harmless(-3), writers.harmless(-1.5), writers.harmless(None)) == (-3, -1.5, None)


@pytest.mark.parametrize("format", ["csv", "xlsx"])
def test_formula_in_a_name_is_text_in_the_file(format: str) -> None:
    make_draft(name='=HYPERLINK("http://evil.example","x")', email="+1@example.com")
    export = made(ask(make_user(Role.OFFICER), format=format, is_open=True))
    if format == "csv":
        assert table(export)[0]["Full name"].startswith("'=HYPERLINK")
        return
    sheet = openpyxl.load_workbook(io.BytesIO(content(export))).active
    cells = [cell for row in sheet.iter_rows() for cell in row]
    assert any(cell.value == '\'=HYPERLINK("http://evil.example","x")' for cell in cells)
    assert all(cell.data_type != "f" for cell in cells)


def test_xlsx_opens_with_heading_numbers_and_odd_letters() -> None:
    submission = make_draft(name="김민서 \x0b<&>")
    Submission.objects.update(face_similarity=91)
    export = made(ask(make_user(Role.OFFICER), format="xlsx", is_open=True))
    lines = list(openpyxl.load_workbook(io.BytesIO(content(export))).active.iter_rows(values_only=True))
    row = dict(zip(lines[0], lines[1], strict=True))
    assert row["Reference"] == submission.reference
    assert row["Face similarity"] == 91
    assert row["Full name"] == "김민서 <&>"


def test_chunks_follow_each_other_without_gap_or_double() -> None:
    user = make_user(Role.OFFICER)
    made_at = [make_draft(images=False) for _each in range(7)]
    Submission.objects.update(created_at=clock.now())  # equal times: the id breaks the tie
    found, column, oldest_first = rows.matching_rows("list", user, "")
    read = [
        reference
        for references, _lines in rows.chunks(found, column, oldest_first=oldest_first, is_open=False, size=3)
        for reference in references
    ]
    assert sorted(read) == sorted(submission.reference for submission in made_at)


def test_erased_person_is_blank_and_a_foreign_value_is_reported() -> None:
    erased, moved = make_draft(), make_draft()
    Submission.objects.filter(pk=erased.pk).update(values_sealed=None)
    Submission.objects.filter(pk=moved.pk).update(values_sealed=reload(make_draft()).values_sealed)
    by_reference = {row["Reference"]: row["Full name"] for row in table(made(ask(make_user(Role.OFFICER))))}
    assert by_reference[erased.reference] == ""
    assert by_reference[moved.reference] == "cannot be opened"


def test_every_step_is_an_event_and_none_holds_a_value() -> None:
    officer = make_user(Role.OFFICER)
    submission = make_draft()
    export = made(ask(officer, f"q={blind_index.encrypt_token('applicant@example.com')}", is_open=True))
    browser(officer).post(f"/exports/{export.pk}/download/", {"reason": "sent to the auditor"})
    kinds = list(Event.objects.filter(kind__startswith="export").order_by("id").values_list("kind", flat=True))
    assert kinds == ["export_asked", "exported", "export_made", "export_downloaded"]
    assert Event.objects.get(kind="exported").fields["shown"] == [submission.reference]
    assert events.reason_of(Event.objects.get(kind="export_downloaded"), key=export.data_key()) == "sent to the auditor"
    stored = str(list(Event.objects.values("fields"))) + str(bytes(export.told_sealed))
    assert "applicant@example.com" not in stored


@pytest.mark.parametrize("source", ["list", "queue"])
def test_page_older_than_its_search_exports_nothing(source: str) -> None:
    officer = make_user(Role.OFFICER)
    make_at(Status.PENDING)
    query = f"q={blind_index.encrypt_token('applicant@example.com')}"
    waiting = ask(officer, query, source=source)
    with time_machine.travel(clock.now() + timedelta(hours=7), tick=False):
        assert len(table(made(waiting))) == 1, "asked in time, however late it is made"
        late = ask(officer, query, source=source)
    with time_machine.travel(clock.now() + timedelta(hours=9), tick=False):
        assert len(table(made(late))) == 1
        given = {"source": source, "format": "csv", "query": query, "reason": "for the audit", "next": f"/?{query}"}
        response = browser(officer).post("/exports/ask/", given)
        assert response.headers["Location"] == f"/?{query}"
        assert not Export.objects.exclude(pk__in=(waiting.pk, late.pk)).exists()
        assert list(rows.matching_rows(source, officer, query)[0]) == []


def test_download_wants_a_reason_and_gives_the_file() -> None:
    officer = make_user(Role.OFFICER)
    submission = make_draft()
    export = made(ask(officer))
    client = browser(officer)
    assert client.post(f"/exports/{export.pk}/download/", {"reason": " "}).status_code == 422
    assert not Event.objects.filter(kind="export_downloaded").exists()
    response: Any = client.post(f"/exports/{export.pk}/download/", {"reason": "weekly check"})
    assert submission.reference.encode() in b"".join(response.streaming_content)
    assert "attachment" in response["Content-Disposition"]
    assert client.get(f"/exports/{export.pk}/download/").status_code == 405


def test_somebody_elses_export_is_not_there() -> None:
    export = made(ask(make_user(Role.OFFICER)))
    client = browser(make_user(Role.MANAGER))
    for response in (
        client.get(f"/exports/{export.pk}/"),
        client.post(f"/exports/{export.pk}/download/", {"reason": "curious"}),
    ):
        assert response.status_code == 404
        assert "you do not have access to this page" in response.content.decode()


def test_expired_file_is_gone_with_its_key_and_the_page_says_so() -> None:
    officer = make_user(Role.OFFICER)
    make_draft()
    export = made(ask(officer))
    name = export.name
    Export.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    client = browser(officer)
    response = client.post(f"/exports/{export.pk}/download/", {"reason": "too late"}, follow=True)
    assert "kept for 24 hours" in response.content.decode()
    assert expiry.expire() == 1
    export.refresh_from_db()
    assert (export.state, export.name, export.file_key_wrapped) == (ExportState.EXPIRED, "", None)
    assert not default_storage.exists(name)
    assert "query" not in export.told
    assert "Expired" in client.get(f"/exports/{export.pk}/").content.decode()


def test_file_lost_from_the_storage_is_reported() -> None:
    officer = make_user(Role.OFFICER)
    export = made(ask(officer))
    default_storage.delete(export.name)
    response = browser(officer).post(f"/exports/{export.pk}/download/", {"reason": "look"}, follow=True)
    assert "has expired" in response.content.decode()


def test_bad_wishes_are_answered_in_words() -> None:
    officer = make_user(Role.OFFICER)
    client = browser(officer)
    for given, said in (
        ({"source": "list", "format": "pdf", "reason": "good one"}, "Select CSV or Excel"),
        ({"source": "attic", "format": "csv", "reason": "good one"}, "Select CSV or Excel"),
        ({"source": "list", "format": "csv", "reason": "x"}, "Enter a reason"),
    ):
        assert said in client.post("/exports/ask/", given, follow=True).content.decode()
    assert not Export.objects.exists()


def test_at_most_three_under_way() -> None:
    officer = make_user(Role.OFFICER)
    for _each in range(3):
        ask(officer)
    given = {"source": "list", "format": "csv", "reason": "one more"}
    assert "Three of your exports" in browser(officer).post("/exports/ask/", given, follow=True).content.decode()


def test_two_workers_do_not_make_it_twice() -> None:
    ask(make_user(Role.OFFICER))
    first, second = generate.start(), generate.start()
    assert first is not None
    assert second is None


def test_worker_that_read_the_same_row_a_moment_later_gets_none(monkeypatch: pytest.MonkeyPatch) -> None:
    ask(make_user(Role.OFFICER))
    taken: list[Any] = []
    new_lease = generate.uuid.uuid4

    def other_worker_is_quicker() -> Any:
        monkeypatch.setattr(generate.uuid, "uuid4", new_lease)
        taken.append(generate.start())
        return new_lease()

    monkeypatch.setattr(generate.uuid, "uuid4", other_worker_is_quicker)
    taken.append(generate.start())
    assert [export is not None for export in taken] == [True, False]


def test_dead_workers_export_is_taken_up_again_then_given_up_in_words() -> None:
    officer = make_user(Role.OFFICER)
    export = ask(officer)
    for _time in range(generate.MAX_TRIES):
        assert generate.start() is not None
        assert generate.start() is None
        Export.objects.update(lease_until=clock.now() - timedelta(seconds=1))
    assert generate.start() is None
    export.refresh_from_db()
    assert (export.state, export.failure) == (ExportState.FAILED, "interrupted")
    assert "interrupted three times" in browser(officer).get(f"/exports/{export.pk}/").content.decode()


def test_worker_that_lost_its_lease_leaves_no_file() -> None:
    make_draft()
    ask(make_user(Role.OFFICER))
    slow = generate.start()
    assert slow is not None
    Export.objects.update(lease_until=clock.now() - timedelta(seconds=1))
    quick = generate.start()
    assert quick is not None
    generate.make(slow)
    assert Export.objects.get().state == ExportState.RUNNING
    generate.make(quick)
    export = Export.objects.get()
    assert (export.state, export.lease) == (ExportState.DONE, None)
    assert len(table(export)) == 1


def test_role_that_was_taken_away() -> None:
    officer = make_user(Role.OFFICER)
    export = ask(officer)
    User.objects.filter(pk=officer.pk).update(is_active=False)
    export = made(export)
    assert (export.state, export.failure) == (ExportState.FAILED, "not_allowed")


def test_page_reloads_itself_only_while_it_is_made() -> None:
    officer = make_user(Role.OFFICER)
    export = ask(officer)
    client = browser(officer)
    part = client.get(f"/exports/{export.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert "hx-trigger" in part
    assert "<html" not in part
    made(export)
    assert "hx-trigger" not in client.get(f"/exports/{export.pk}/", headers={"HX-Request": "true"}).content.decode()
    assert "Ready" in client.get("/exports/").content.decode()


def encrypted(content: bytes, key: bytes) -> bytes:
    file = io.BytesIO()
    writer = EncryptedWriter(file, key, "x")
    writer.write(content)
    writer.finish()
    return file.getvalue()


@pytest.mark.parametrize("size", [0, 1, PIECE, PIECE + 1, 3 * PIECE])
def test_sealed_file_comes_back(size: int) -> None:
    key, plain = new_data_key(), b"x" * size
    assert b"".join(read_encrypted(io.BytesIO(encrypted(plain, key)), key, "x")) == plain


@pytest.mark.parametrize("cut", ["half", "last piece", "everything", "altered"])
def test_sealed_file_that_was_cut_does_not_open(cut: str) -> None:
    key = new_data_key()
    whole = encrypted(b"x" * (PIECE + 5), key)
    first = 4 + int.from_bytes(whole[:4], "big")
    broken = {"half": whole[: first // 2], "last piece": whole[:first], "everything": b""}.get(cut)
    broken = whole[:50] + bytes([whole[50] ^ 1]) + whole[51:] if broken is None else broken
    with pytest.raises(CannotOpen):
        list(read_encrypted(io.BytesIO(broken), key, "x"))


def test_file_made_under_an_older_master_key_opens_after_rotation(settings: Any) -> None:
    """Two keys of an export are wrapped by the master key: that of its filters and reasons, and the file's own."""
    export = made(ask(make_user(Role.OFFICER)))
    before, old = content(export), settings.FIELD_KEYS
    settings.FIELD_KEYS = [new_data_key(), *old]
    assert sum(progress.changed for progress in rotation.rewrap_all() if progress.table == "export") == 2
    settings.FIELD_KEYS = settings.FIELD_KEYS[:1]
    export = Export.objects.get(pk=export.pk)
    assert content(export) == before
    assert export.told["reason"] == "for the audit"
