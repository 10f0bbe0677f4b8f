"""A check that ARGOS skipped is shown in words, acknowledged before approval, found in lists, and counted."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from argos.replies import parse_item
from submissions.core import clock
from submissions.models import Decision, Role, SkippedCheck, Status, Submission, User, Verdict
from submissions.reporting.evidence_pack import signals
from submissions.reporting.evidence_pack.content import gather
from submissions.reporting.reports import skipped_checks
from submissions.reporting.reports.date_range import Window
from submissions.review import decisions
from submissions.review.decisions import WarningsOpen
from submissions.review.warnings import warnings_of
from submissions.review.workload import claims
from submissions.signals import store, warning_texts
from tests.clients import browser, decide
from tests.factories import by, make_at, make_user, reload

pytestmark = pytest.mark.django_db

SCREEN = {"WarningOccurred": "id_liveness_screen_replay", "userDataType": "ID_card_uploaded", "relatedEngine": "x"}
KEY = "skipped:id-liveness-screen-replay-x-id-card-uploaded"


@pytest.fixture
def officer() -> User:
    return make_user(Role.OFFICER)


def report_of(submission: Submission, *warnings: Any) -> Submission:
    record = parse_item({"submission_id": submission.vendor_id, "warning": list(warnings)})
    assert record is not None
    store.store(submission, record.signals)
    return reload(submission)


@pytest.fixture
def pending(officer: User) -> Submission:
    submission = report_of(make_at(Status.PENDING), SCREEN)
    claims.claim(submission, by=by(officer))
    return reload(submission)


@pytest.mark.parametrize(
    ("warning", "label"),
    [
        (SCREEN, "ID shown on a screen"),
        ({"code": "id_liveness_paper_printed"}, "ID printed on paper"),
        ({"userDataType": "ID Card", "relatedEngine": "Replace Portraits"}, "Portrait on the ID replaced"),
        ({"relatedEngine": "Selfie Passive Liveness"}, "Liveness of the selfie"),
        ({"relatedEngine": "Korean government verification"}, "Authenticity with the Korean government"),
        ({"relatedEngine": "ID Liveness"}, "Copy check of the ID"),
        ({"code": "document_expired"}, "Expiry of the ID"),
        ({"code": "glare_detected"}, "Light is reflected on the ID and hides part of it."),
        ({"code": "new_thing"}, "ARGOS reports “new_thing”"),
        ({"userDataType": "User Input"}, "ARGOS reports “User Input”"),
    ],
)
def test_skipped_check_is_named_in_words(warning: dict[str, str], label: str) -> None:
    report_of(make_at(Status.PENDING), warning)
    text = warning_texts.text_of(SkippedCheck.objects.get())
    assert text.label == label
    assert all(part in text.received for part in warning.values())


def test_skipped_check_is_on_the_review_page_under_its_heading(officer: User, pending: Submission) -> None:
    page = browser(officer).get(reverse("review", args=[pending.pk])).content.decode()
    assert "Checks that ARGOS skipped" in page
    assert "ARGOS skipped a check: ID shown on a screen" in page
    assert "Input: ID_card_uploaded" in page
    assert f'value="{KEY}"' in page


def test_approval_without_acknowledgement_is_refused(officer: User, pending: Submission) -> None:
    others = [warning.code for warning in warnings_of(pending, officer) if warning.code != KEY]
    with pytest.raises(WarningsOpen, match=KEY):
        decisions.decide(pending, Verdict.APPROVED, by=by(officer), ticked=others)
    page = browser(officer).post(
        f"/review/{pending.pk}/decide/", {"verdict": "approved", "seen": f"{pending.status}:{pending.moves}"}
    )
    assert page.status_code == 422
    assert not Decision.objects.exists()


def test_acknowledged_check_is_kept_with_the_decision(officer: User, pending: Submission) -> None:
    decide(browser(officer), pending, "approved")
    assert KEY in Decision.objects.get().warnings


def test_odd_texts_make_keys_that_a_form_brings_back() -> None:
    odd = report_of(make_at(Status.PENDING), 'line\nbreak "quoted" <b>', {"userDataType": "한글"})
    keys = {text.key for text in warning_texts.texts_of(odd.skipped_checks.all())}
    assert keys == {"skipped:line-break-quoted-b", "skipped:-"}


@pytest.mark.parametrize("url", ["/review/", "/submissions/"])
@pytest.mark.parametrize(("value", "found"), [("any", 1), ("id_liveness_screen_replay", 1), ("none_such", 0)])
def test_lists_are_filtered_by_skipped_checks(
    officer: User, pending: Submission, url: str, value: str, found: int
) -> None:
    make_at(Status.PENDING)
    page = browser(officer).get(url, {"skipped": value})
    assert [row.reference for row in page.context["page"].rows] == [pending.reference] * found
    assert "ID shown on a screen (id_liveness_screen_replay)" in page.content.decode()


def test_queue_and_list_mark_the_row(officer: User, pending: Submission) -> None:
    for url in ("/review/", "/submissions/"):
        assert "Check skipped" in browser(officer).get(url).content.decode()


def test_agent_sees_neither_mark_nor_filter(client: Client) -> None:
    agent = make_user()
    submission = report_of(make_at(Status.PENDING, agent), SCREEN)
    client.force_login(agent)
    for url in ("/submissions/", reverse("submission", args=[submission.pk])):
        page = client.get(url).content.decode()
        assert "Skipped checks" not in page
        assert "Check skipped</b>" not in page
        assert 'id="skipped-checks"' not in page
    assert "was ignored" in client.get("/submissions/?skipped=any").content.decode()


def test_approval_by_argos_that_hides_a_check_is_marked(officer: User) -> None:
    submission = report_of(make_at(Status.APPROVED), SCREEN)
    assert submission.hides_skipped_check
    page = browser(officer).get(reverse("submission", args=[submission.pk])).content.decode()
    assert "Approved with a skipped check" in page
    assert "Not acknowledged" in page
    listed = browser(officer).get("/submissions/", {"skipped": "any", "status": "approved"}).content.decode()
    assert "Approved with a skipped check" in listed


def test_report_counts_each_check_and_who_approved(officer: User) -> None:
    manager = make_user(Role.MANAGER)
    report_of(make_at(Status.APPROVED), SCREEN, {"code": "new_thing"})
    report_of(make_at(Status.REJECTED), SCREEN)
    report_of(make_at(Status.PENDING), SCREEN)
    today = clock.local_today()
    report = skipped_checks.report(manager, Window(today, today))
    assert [[cell.text for cell in row] for row in report.rows] == [
        ["ID shown on a screen (id_liveness_screen_replay)", "2", "1", "1"],
        ["new_thing", "1", "1", "1"],
    ]
    link = report.rows[0][3].link
    assert len(browser(manager).get(link).context["page"].rows) == 1
    assert skipped_checks.report(officer, Window(today, today)).rows == []
    file = browser(manager).get(reverse("report_file", args=["skipped-checks"]))
    assert "id_liveness_screen_replay" in file.content.decode()


def test_evidence_pack_marks_an_approval_by_argos(officer: User) -> None:
    automatic = report_of(make_at(Status.APPROVED), SCREEN)
    pack = gather(automatic, [], by=by(officer), is_open=False)
    assert "Approved with a skipped check" in [text for _name, text in pack.facts]
    assert "Checks that ARGOS skipped" in [title for title, _table in pack.sections]


def test_evidence_pack_has_the_check_and_who_acknowledged_it(officer: User, pending: Submission) -> None:
    heads, rows = signals.skipped_checks(pending)
    assert rows[0][0] == "ID shown on a screen"
    assert rows[0][3] == "Not acknowledged"
    decide(browser(officer), pending, "approved")
    heads, rows = signals.skipped_checks(reload(pending))
    assert rows[0][3] == officer.name
    assert len(heads) == len(rows[0])
