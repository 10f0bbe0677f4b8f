"""Every page in Korean: no English remains, and the choice of language is stored."""

import re
import unicodedata
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.core import mail
from django.test import Client
from django.urls import reverse
from django.utils import translation

from submissions.models import Alert, ConsentText, Event, Project, Role, SavedView, Status, Team, User
from submissions.reporting import event_text
from submissions.review import warnings
from submissions.workflow import alerts
from submissions.workflow.transitions import MOVES
from tests import scale, unmarked
from tests.factories import PASSWORD, make_at, make_team, make_user
from tests.submissions.workflow import matrix_data, permission_matrix

WORD = re.compile(r"[A-Za-z][A-Za-z'’]+")
# Time zones, references, numbers of quality checks, placeholders of messages, a language's own name, URLs, the start of
# an API token, user names, the vendor's text, codes, and country codes, KYC, PDF and the like.
DATA = re.compile(
    r"[A-Z][A-Za-z]+(/[A-Za-z_+-]+)+|KP-[A-Z0-9]{8}(-\d+)?|\b[0-9A-F]{8}\b|\{[a-z]+\}|Tiếng Việt"
    r"|\S+@\S+|https?://\S+|kyc_[\w-]+|[a-z]+\.example\.com|“Please retry.”|[a-z]+(_[A-Za-z]+)+|[a-z]+[A-Z][A-Za-z]+"
    r"|(?<![A-Za-z])([a-z]+-?\d+|[A-Z]{2,4})(?![A-Za-z])"
)
SAME = {
    "ARGOS",
    "Liveform",  # ARGOS's name of its own page
    *("Slack", "Microsoft", "Teams", "Mattermost"),
    *("Red", "Flag"),  # a status as ARGOS reports it
    *("Ara", "Kim", "Omar", "Haddad", "Mina", "Choi", "Adrian", "Cole"),  # the demo users on the sign-in page
    *("Excel", "JPEG", "JavaScript", "XLSX", "https", "localhost", "make", "frontend", "null"),
    *("Enter", "Space", "Esc", "Ctrl"),
    *("Aadhaar", "Plus", "Code", "Holy", "See", "Washington", "YYYY"),
    *("Minseo", "Example", "English"),  # an applicant, and the language's own name
    *("incomplete", "pending", "approved", "rejected", "success", "passport"),  # the vendor's text, shown as such
    *("True", "False", "Search"),  # Django's admin writes these untranslated as the `alt` of its icons
}
ROLES = (matrix_data.NOBODY, matrix_data.AGENT, matrix_data.CLAIMER, matrix_data.MANAGER, matrix_data.ADMIN)


def english_on(html: str) -> list[str]:
    page = unmarked.Spoken()
    page.feed(html)
    found = [unicodedata.normalize("NFC", text) for text in page.found]
    return [text for text in found if set(WORD.findall(DATA.sub(" ", text))) - SAME]


def speak_korean() -> None:
    """Set every user to Korean, and give Korean texts to what users have written."""
    User.objects.update(language="ko", name="김직원")
    for model in (Team, Project, SavedView):
        for number, row in enumerate(model.objects.all()):
            model.objects.filter(pk=row.pk).update(name=f"이름 {number}")


def open_pages(matrix: matrix_data.MatrixData) -> Iterator[tuple[str, str]]:
    """Yield (place, HTML) of every URL that opens by GET, for one user of each role, in each state."""
    shown = {name: row for name, row in permission_matrix.ROWS.items() if row.get is not permission_matrix.NEVER}
    for name, row in shown.items():
        for state in matrix_data.STATES if row.of in permission_matrix.STATEFUL else (matrix_data.ALONE,):
            url = reverse(name, kwargs=matrix.arguments(row.of, state)) + row.query
            for person in (person for person in ROLES if row.get(person, state) == permission_matrix.IN):
                reply = matrix.client(person).get(url, headers={"Accept-Language": "ko"})
                if "text/html" in reply.get("Content-Type", "") and reply.content:
                    yield f"{name} {state} {person}", reply.content.decode()


@pytest.mark.slow
@pytest.mark.timeout(600)
@pytest.mark.django_db
def test_no_page_of_any_role_holds_english() -> None:
    matrix = matrix_data.MatrixData()
    speak_korean()
    ConsentText.objects.filter(pk=matrix.consent.pk).delete()
    matrix.consent = ConsentText.objects.create(project=matrix.project, version="2", text="동의합니다.")
    pages = list(open_pages(matrix))
    assert len(pages) > 150
    found = {text: where for where, html in pages for text in english_on(html)}
    assert not found, "English on Korean pages:\n" + "\n".join(f"{where}: {text}" for text, where in found.items())


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("status", scale.sample(list(Status), 3))
def test_no_status_is_shown_in_english(client: Client, status: Status) -> None:
    """The agent's page and the home page, in every status of a submission."""
    agent = make_user()
    submission = make_at(status, agent)
    speak_korean()
    client.force_login(agent)
    urls = (f"/submissions/{submission.pk}/", f"/submissions/{submission.pk}/status/", "/", "/submissions/")
    assert [text for url in urls for text in english_on(client.get(url).content.decode())] == []


@pytest.mark.django_db
def test_finds_what_is_left() -> None:
    assert english_on("<p>신청 <b>Send it again</b></p>") == ["Send it again"]
    assert english_on('<a title="Save the file">열기</a>') == ["Save the file"]


def test_every_move_is_documented() -> None:
    with translation.override("ko"):
        untold = [kind for kind in MOVES.values() if event_text.event_title(Event(kind=kind)) == kind.replace("_", " ")]
    assert untold == []


def test_an_events_details_are_shown_by_name() -> None:
    event = Event(kind="image_added", fields={"image_kind": "selfie", "changed": ["name"], "codes": ["expired_id"]})
    with translation.override("ko"):
        assert event_text.event_details(event) == "성명, 셀피, expired_id"


def test_a_ticked_warning_is_shown_in_words() -> None:
    """Each code of `warnings_of` has a label; the records store only the code."""
    codes = re.findall(r'ReviewWarning\(\s*f?"(\w+)', Path(warnings.__file__).read_text())
    assert len(codes) == len(set(codes)) == 10
    with translation.override("ko"):
        assert [
            code for code in codes if code in event_text.warning_label(f"{code}:name" if code == "edited" else code)
        ] == []


@pytest.mark.django_db
@pytest.mark.parametrize("status", [Status.CONFIRMING, Status.PENDING])
def test_gender_is_shown_by_its_name(client: Client, status: Status) -> None:
    """As read on the ID beside the field, and as confirmed after it was sent."""
    agent = make_user(language="ko")
    submission = make_at(status, agent, gender="female")
    submission.ocr = {**submission.ocr, "gender": "female"}
    submission.save()
    client.force_login(agent)
    page = client.get(f"/submissions/{submission.pk}/").content.decode()
    assert re.search(r"(selected[^>]*>\s*여성|>\s*여성</(span|dd)>)", page)
    assert not re.search(r">\s*female\s*<", page)


@pytest.mark.slow
@pytest.mark.django_db
def test_choice_is_kept_over_signing_out_and_in(client: Client) -> None:
    """Through the real sign-in page, and with a browser that prefers English."""
    user = make_user(Role.AGENT)
    headers = {"Accept-Language": "en"}

    def log_in() -> str:
        client.post("/accounts/login/", {"username": user.username, "password": PASSWORD}, headers=headers)
        return client.get("/", headers=headers).content.decode()

    assert '<html lang="en">' in log_in()
    client.post("/language/", {"language": "ko", "next": "/"}, headers=headers)
    client.post("/accounts/logout/", headers=headers)
    assert '<html lang="en">' in client.get("/accounts/login/", headers=headers).content.decode()
    assert '<html lang="ko">' in log_in()


@pytest.mark.slow
@pytest.mark.django_db
def test_alert_mails_are_in_the_receivers_language() -> None:
    """A task without a language writes them: the agent reads Korean, the manager English."""
    team = make_team()
    manager = make_user(Role.MANAGER, email="manager@example.com")
    agent = make_user(team=team, language="ko", email="agent@example.com")
    submission = make_at(Status.CONFIRMING, agent)
    for person in (agent, manager):
        Alert.objects.create(submission=submission, person=person, kind="deadline_60", due_at=submission.deadline_at)
    assert alerts.send_mails() == 2
    said = {message.to[0]: message.subject for message in mail.outbox}
    assert said["agent@example.com"].startswith(f"[KYC 포털] {submission.reference}: ")
    assert said["manager@example.com"].startswith(f"[KYC Portal] {submission.reference}: 24-hour limit in 1 hour (")
