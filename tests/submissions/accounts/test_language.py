"""The language of a page, and the vendor package's sentences in it."""

import re
from datetime import UTC, datetime
from pathlib import Path

import polib
import pytest
from django.test import Client
from django.utils import formats, translation

from argos.codes import TABLES, advice_for
from kycportal import messages
from submissions.core import vendor_text
from submissions.models import Event, Role, Status
from submissions.views import status_messages
from tests import scale
from tests.factories import make_at, make_draft, make_user

KO = messages.LOCALE / "ko" / "LC_MESSAGES" / "django.po"
ADVICE = [row for rows in TABLES.values() for row in rows.values()]


@pytest.mark.parametrize("row", scale.sample(ADVICE, 4), ids=lambda row: row.code)
def test_every_code_has_korean(row: object) -> None:
    known = {entry.msgid: entry.msgstr for entry in polib.pofile(str(KO))}
    for english in (row.what_happened, row.say, row.do):  # type: ignore[attr-defined]
        assert known.get(english), english


def test_an_unknown_code_shows_the_vendors_text_in_any_language() -> None:
    advice = advice_for("forged", "Please retry with original ID", "step1_retry")
    with translation.override("ko"):
        words = vendor_text.advice_words(advice)
    assert "Please retry with original ID" in words.what_happened
    assert words.do == "ARGOS 안내에 따라 신분증을 다시 촬영하세요."


def test_compiles_only_what_changed(tmp_path: Path) -> None:
    folder = tmp_path / "ko" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_bytes(KO.read_bytes())
    assert messages.compile_all(tmp_path) == [folder / "django.mo"]
    assert messages.compile_all(tmp_path) == []


@pytest.mark.django_db
class TestPages:
    @pytest.mark.parametrize(("wish", "spoken"), [("ko-KR,ko;q=0.9,en;q=0.8", "ko"), ("en-GB", "en"), ("fr", "en")])
    def test_log_in_page_follows_the_browser(self, client: Client, wish: str, spoken: str) -> None:
        reply = client.get("/accounts/login/", headers={"Accept-Language": wish})
        assert reply["Content-Language"] == spoken
        assert f'<html lang="{spoken}">' in reply.content.decode()

    def test_choice_is_kept_and_wins_over_the_browser(self, client: Client) -> None:
        user = make_user()
        client.force_login(user)
        assert client.post("/language/", {"language": "ko", "next": "/submissions/"})["Location"] == "/submissions/"
        user.refresh_from_db()
        assert user.language == "ko"
        client.logout()
        client.force_login(user)
        page = client.get("/", headers={"Accept-Language": "en"})
        assert '<html lang="ko">' in page.content.decode()
        english = r'<button class="dropdown-item" name="language" value="en" lang="en">.*?English'
        assert re.search(english, page.content.decode(), re.DOTALL)
        assert Event.objects.get(kind="language_chosen").fields == {"language": "ko"}

    def test_who_has_not_logged_in_chooses_for_their_browser(self, client: Client) -> None:
        page = "/accounts/login/?next=/submissions/"
        assert 'value="ko" lang="ko">한국어</button>' in client.get(page).content.decode()
        assert client.post("/language/", {"language": "ko", "next": page})["Location"] == page
        assert '<html lang="ko">' in client.get(page).content.decode()
        assert client.post("/language/", {"language": "xx"}).status_code == 404

    def test_a_language_nobody_speaks_is_not_kept(self, client: Client) -> None:
        user = make_user()
        client.force_login(user)
        assert client.post("/language/", {"language": "xx"}).status_code == 404
        user.refresh_from_db()
        assert user.language == ""

    def test_retry_is_shown_in_the_readers_language(self) -> None:
        submission = make_at(Status.STEP1_RETRY)
        with translation.override("ko"):
            told = status_messages.about_retry(submission)
        assert told is not None
        assert told.title == "신분증에 빛이 반사되어 일부가 가려졌습니다."
        assert told.say.startswith("조명이나 창문 빛이")

    def test_what_is_wrong_is_shown_in_the_readers_language_with_its_numbers(self, client: Client) -> None:
        user = make_user(language="ko")
        client.force_login(user)
        submission = make_draft(user, date_of_birth="1890-01-01")
        page = client.get(f"/submissions/{submission.pk}/").content.decode()
        assert "연도를 확인하세요" in page

    def test_dates_follow_the_language(self) -> None:
        moment = datetime(2026, 3, 8, 14, 5, tzinfo=UTC)
        with translation.override("ko"):
            assert formats.date_format(moment, "DATETIME_FORMAT") == "2026-03-08 14:05"
        with translation.override("en"):
            assert formats.date_format(moment, "DATETIME_FORMAT") == "8 Mar 2026, 14:05"

    def test_administrators_switch_too(self, client: Client) -> None:
        client.force_login(make_user(Role.ADMINISTRATOR))
        assert client.post("/language/", {"language": "ko"}).status_code == 302
