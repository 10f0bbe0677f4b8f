"""One form for every typed reason: dots are none, nothing is cut, and a refused text stays on the page."""

from collections.abc import Callable

import pytest
from django.test import Client
from django.urls import reverse

from argos import limits
from submissions.models import DifferenceKind, Event, ExportFormat, ExportSource, Role, Status, Switch, User
from submissions.reporting.exports import create
from submissions.review import questions
from submissions.review.workload import claims
from submissions.vendor_sync import discrepancies
from tests import scale
from tests.factories import by, make_at, make_draft, make_user, reload, sign_in

pytestmark = pytest.mark.django_db

Case = tuple[User, str, dict[str, str]]


def _of_submission(name: str, role: Role, status: Status = Status.PENDING) -> Callable[[], Case]:
    return lambda: (make_user(role), reverse(name, args=[make_at(status).pk]), {"open": "1"})


def _give_up() -> Case:
    draft = make_draft(images=False)
    return draft.created_by, reverse("give_up", args=[draft.pk]), {}


def _download() -> Case:
    officer = make_user(Role.OFFICER)
    export = create.request_export(
        ExportSource.LIST, ExportFormat.CSV, "", by=by(officer), reason="for the audit", is_open=False
    )
    return officer, reverse("export_download", args=[export.pk]), {}


def _export() -> Case:
    given = {"source": "list", "format": "csv", "query": "status=pending", "next": "/submissions/?status=pending"}
    return make_user(Role.OFFICER), reverse("export_ask"), given


def _seen() -> Case:
    submission = make_at(Status.APPROVED)
    discrepancies.add(submission, DifferenceKind.STATUS, ("approved", "rejected"))
    return make_user(Role.OFFICER), reverse("difference_seen", args=[submission.differences.get().pk]), {}


def _retention(action: str) -> Callable[[], Case]:
    def case() -> Case:
        given = {"action": action, "why": "customer_request", "is_sure": "on"}
        return make_user(Role.ADMINISTRATOR), reverse("retention_act", args=[make_at(Status.APPROVED).pk]), given

    return case


CASES: dict[str, Callable[[], Case]] = {
    "reveal": _of_submission("reveal", Role.OFFICER),
    "join": _of_submission("join_capture", Role.OFFICER, Status.CONFIRMING),
    "evidence": _of_submission("evidence_pack", Role.OFFICER),
    "give_up": _give_up,
    "export": _export,
    "download": _download,
    "stop": lambda: (make_user(Role.MANAGER), reverse("stop_switch"), {"stop": "1"}),
    "lift": lambda: (make_user(Role.ADMINISTRATOR), reverse("lift_hold"), {"anyway": "1"}),
    "seen": _seen,
    "hold": _retention("hold"),
    "erase": _retention("erase"),
    "subject": lambda: (
        make_user(Role.OFFICER),
        reverse("subject"),
        {"kind": "email", "identifier": "applicant@example.com"},
    ),
}
LOOKS = ("looked", "signed_in", "differences_opened", "sending_opened", "list_opened")


@pytest.mark.parametrize(
    "text", ["....", "\u3164\u3164\u3164\u3164", "r" * (limits.REASON + 1)], ids=["dots", "unseen", "long"]
)
@pytest.mark.parametrize("name", scale.sample([*CASES], 3))
def test_refused_reason_is_kept_on_the_page_and_nothing_is_done(name: str, text: str, client: Client) -> None:
    user, url, given = CASES[name]()
    before = list(Event.objects.values_list("pk", flat=True))
    response = sign_in(client, user).post(url, {**given, "reason": text})
    page = response.content.decode()
    assert response.status_code == 422
    assert text in page
    if len(text) > limits.REASON:
        assert f"Shorten this to {limits.REASON} characters. It has {limits.REASON + 1}." in page
    assert not Event.objects.exclude(pk__in=before).exclude(kind__in=LOOKS).exists()


def test_refused_export_keeps_the_rest_of_the_form(client: Client) -> None:
    user, url, given = _export()
    page = sign_in(client, user).post(url, {**given, "reason": ".."}).content.decode()
    assert 'name="query" value="status=pending"' in page
    assert 'href="/submissions/?status=pending"' in page
    assert "Enter a reason for the export." in page


def test_errors_of_the_new_form_are_named_by_their_fields(client: Client) -> None:
    page = sign_in(client, make_user()).post(reverse("submission_new"), {"email": "kim"}).content.decode()
    assert 'aria-invalid="true"' in page
    assert 'aria-describedby="id_email_helptext id_email_error"' in page
    assert 'id="id_email_error"' in page


@pytest.mark.parametrize("name", ["stop", "seen", "give_up"])
def test_reason_of_the_longest_length_is_stored_whole(name: str, client: Client) -> None:
    user, url, given = CASES[name]()
    text = ("because " * limits.REASON)[: limits.REASON - 1] + "."
    assert sign_in(client, user).post(url, {**given, "reason": text}).status_code == 302
    if name == "stop":
        assert Switch.read().stopped_why == text


def test_long_answer_is_refused_with_its_text_and_never_cut(client: Client) -> None:
    submission, officer = make_at(Status.PENDING), make_user(Role.OFFICER)
    claims.claim(submission, by=by(officer))
    questions.ask(reload(submission), "Which name is on the card?", by=by(officer))
    sign_in(client, submission.created_by)
    url, text = reverse("answer_question", args=[submission.pk]), "n" * (limits.NOTE + 1)
    response = client.post(url, {"answer": text})
    assert response.status_code == 422
    assert text in response.content.decode()
    assert f"Shorten this to {limits.NOTE} characters. It has {limits.NOTE + 1}." in response.content.decode()
    assert submission.questions.open().exists()
    lines = "\r\n".join(["n"] * (limits.NOTE // 2))
    assert client.post(url, {"answer": lines}).status_code == 302, "a line break is one letter, as in the browser"
