"""The portal's e-mails: subject, text and HTML, times in the receiver's zone, no header injection."""

from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest
from django.core import mail
from django.core.exceptions import ValidationError
from django.utils.translation import override

from submissions.capture import phone_links
from submissions.core import letters
from submissions.models import Alert, ImageKind, Role, Status, Submission, User
from submissions.review.workload import claims
from submissions.workflow import alerts
from tests.factories import by, make_at, make_draft, make_user

DUE = datetime(2026, 11, 29, 9, 40, tzinfo=UTC)


def mailed(person: User, kind: str = "target_60", status: Status = Status.PENDING) -> tuple[Submission, str, str, str]:
    """Return (submission, subject, text, HTML) of the e-mail about one alert."""
    submission = make_at(status)
    Alert.objects.create(submission=submission, person=person, kind=kind, due_at=DUE)
    mail.outbox.clear()
    assert alerts.send_mails() == 1
    (sent,) = mail.outbox
    ((html, kind_of),) = sent.alternatives
    assert kind_of == "text/html"
    return submission, sent.subject, str(sent.body), str(html)


@pytest.mark.django_db
def test_alert_names_product_event_and_local_time() -> None:
    officer = make_user(Role.OFFICER, email="odile@example.com", time_zone="Asia/Seoul")
    submission, subject, text, html = mailed(officer)
    assert subject == f"[KYC Portal] {submission.reference}: Due in 1 hour (18:40 KST)"
    for body in (text, html):
        assert "must be decided by 29 Nov 2026, 18:40 KST." in body
        assert "You receive this because you can decide the submission." in body
        assert f"/submissions/{submission.pk}/" in body
    assert "Open submission</strong></a>" in html


@pytest.mark.django_db
def test_alert_is_in_the_receivers_language() -> None:
    officer = make_user(Role.OFFICER, email="odile@example.com", time_zone="Asia/Seoul", language="ko")
    _submission, subject, text, html = mailed(officer)
    assert subject.startswith("[KYC 포털] KP-")
    assert subject.endswith("(18:40 KST)")
    assert "2026-11-29 18:40 KST" in text
    assert '<html lang="ko">' in html


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("role", "why"),
    [
        (Role.AGENT, "because you captured the submission"),
        (Role.MANAGER, "because you manage the team of the submission"),
        (Role.ADMINISTRATOR, "because you are an administrator of the portal"),
    ],
)
def test_mail_says_why_it_came(role: Role, why: str) -> None:
    assert why in mailed(make_user(role, email="one@example.com"))[2]


@pytest.mark.django_db
def test_assignee_is_told_so() -> None:
    officer = make_user(Role.OFFICER, email="odile@example.com")
    submission = make_at(Status.PENDING)
    claims.claim(submission, by=by(officer))
    Alert.objects.create(submission=submission, person=officer, kind="target_60", due_at=DUE)
    alerts.send_mails()
    assert "because you are the assignee" in str(mail.outbox[-1].body)


@pytest.mark.django_db
@pytest.mark.parametrize("kind", alerts.SENTENCES)
def test_every_alert_says_what_to_do(kind: str) -> None:
    _submission, subject, text, html = mailed(make_user(Role.MANAGER, email="one@example.com"), kind)
    assert "%(" not in subject + text + html
    assert len(text.splitlines()) > 5


@pytest.mark.django_db
def test_mails_load_nothing_and_have_no_style() -> None:
    html = mailed(make_user(Role.MANAGER, email="one@example.com"))[3]
    for word in ("<img", "<script", "style", "src="):
        assert word not in html


@pytest.mark.django_db
def test_customers_mail_names_company_and_contact_in_both_languages() -> None:
    submission = make_draft(email="minseo@customer.example")
    project = submission.project
    project.company_name, project.company_contact = "Hanbit Securities", "02-1234-5678"
    project.save()
    submission.refresh_from_db()
    link, url = phone_links.make(submission, ImageKind.SELFIE, by=by(submission.created_by))
    phone_links.mail(link, url, by=by(submission.created_by))
    (sent,) = mail.outbox
    ((html, _kind),) = sent.alternatives
    assert sent.subject.startswith("Hanbit Securities: photo for your identity check")
    for body in (sent.body, html):
        assert "02-1234-5678" in body
        assert "Hanbit Securities is checking your identity" in body
        assert url in body
    assert 'lang="en"' in html
    assert 'lang="ko"' in html


@pytest.mark.parametrize("text", ["a\nBcc: c@d.com", "a\r\nX: y", "a\x00b", "a\u2028b"])
def test_second_header_is_refused(text: str) -> None:
    with pytest.raises(ValidationError, match="one line"):
        letters.validate_one_line(text)
    with pytest.raises(ValueError, match="more than one line"):
        letters.compose("a@b.com", text, [], sender="x")


@pytest.mark.django_db
def test_company_name_with_a_line_break_is_refused_and_the_mail_stays() -> None:
    submission = make_draft(email="minseo@customer.example")
    project = submission.project
    project.company_name = "Hanbit\nBcc: c@d.com"
    with pytest.raises(ValidationError, match="one line"):
        project.clean_fields()
    project.save()
    submission.refresh_from_db()
    link, url = phone_links.make(submission, ImageKind.SELFIE, by=by(submission.created_by))
    with pytest.raises(phone_links.NotMailed):
        phone_links.mail(link, url, by=by(submission.created_by))
    assert mail.outbox == []


@pytest.mark.parametrize(("language", "text"), [("en", "29 Nov 2026, 18:40 KST"), ("ko", "2026-11-29 18:40 KST")])
def test_local_time_follows_language_and_zone(language: str, text: str) -> None:
    with override(language):
        assert letters.local_time(DUE, ZoneInfo("Asia/Seoul")) == text
