"""@names in notes: who is notified, what is unread, the suggestions while typing."""

import re
from collections.abc import Callable

import pytest
from django.core import mail
from django.test import Client

from submissions.models import Event, Mention, Role, Status, Submission, User
from submissions.review import decisions, mentions
from submissions.review.workload import claims
from tests.factories import by, make_at, make_draft, make_team, make_user

pytestmark = pytest.mark.django_db


PATHS = {"note": "note", "release": "release", "hand_over": "hand-over"}


def browser(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def note(submission: Submission, text: str, author: User) -> None:
    decisions.add_note(submission, text, by=by(author))


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("@officer1 look", ["officer1"]),
        ("Ask @officer1, @agent2.", ["officer1", "agent2"]),
        ("(@officer1)", ["officer1"]),
        ("write to someone@officer1.example", []),
        ("officer1 @ @", []),
        ("@officer1 @officer1", ["officer1"]),
        ("@김민서 확인", ["김민서"]),
    ],
)
def test_names_are_found_and_addresses_are_not(text: str, names: list[str]) -> None:
    assert mentions.named_in(text) == names


def test_person_named_has_it_unread_until_it_is_opened() -> None:
    officer, manager = make_user(Role.OFFICER), make_user(Role.MANAGER)
    pending = make_at(Status.PENDING)
    note(pending, f"@{officer.username} is the stamp right?", manager)
    client = browser(officer)
    for path in ("/", "/unread/"):
        page = client.get(path).content.decode()
        assert pending.reference in page
        assert "is the stamp right?" in page
    assert 'class="bell-count" aria-hidden="true">1<' in client.get("/submissions/").content.decode()
    opened = client.get(f"/unread/{Mention.objects.get().pk}/")
    assert opened["Location"].startswith(f"/review/{pending.pk}/")
    assert mentions.unread(officer) == []


@pytest.mark.parametrize(("path", "kind"), [("/", "start_opened"), ("/unread/", "unread_opened")])
def test_showing_what_a_note_says_is_a_look(path: str, kind: str) -> None:
    officer, manager = make_user(Role.OFFICER), make_user(Role.MANAGER)
    done = make_at(Status.APPROVED)
    client = browser(officer)
    for text in ("is the stamp right?", "and the date?"):
        note(done, f"@{officer.username} {text}", manager)
    client.get(path)
    assert Event.objects.filter(kind=kind).latest("id").fields["shown"] == [done.reference]


def test_unread_without_a_note_is_no_look() -> None:
    browser(make_user()).get("/unread/")
    assert not Event.objects.filter(kind="unread_opened").exists()


def test_only_users_who_may_see_it_are_notified() -> None:
    submission = make_draft()
    stranger = make_user(team=make_team("Elsewhere"))
    admin, gone = make_user(Role.ADMINISTRATOR), make_user(Role.OFFICER, is_active=False)
    author, mate = submission.created_by, make_user()
    everybody = " ".join(f"@{person.username}" for person in (stranger, admin, gone, author, mate))
    note(submission, f"{everybody} @nobody", author)
    assert [mention.person for mention in Mention.objects.all()] == [mate]


def test_who_may_not_see_it_any_more_does_not_read_it() -> None:
    submission, mate = make_draft(), make_user()
    note(submission, f"@{mate.username} call them", submission.created_by)
    User.objects.filter(pk=mate.pk).update(team=make_team("Elsewhere"))
    mate.refresh_from_db()
    assert mentions.unread(mate) == []


def test_no_mail_leaves_for_a_mention() -> None:
    submission, mate = make_draft(), make_user()
    note(submission, f"@{mate.username} Minseo Example wants a call", submission.created_by)
    assert mail.outbox == []


def test_suggestions_are_of_those_who_may_see_it() -> None:
    submission = make_draft()
    make_user(Role.OFFICER, name="Zoe Zander")
    make_user(team=make_team("Elsewhere"), name="Zed Zander")
    offered = browser(submission.created_by).get(f"/submissions/{submission.pk}/people/?q=zan").json()["people"]
    assert [each["name"] for each in offered] == ["Zoe Zander"]


def test_somebody_elses_mention_is_not_there() -> None:
    submission, mate = make_draft(), make_user()
    note(submission, f"@{mate.username}", submission.created_by)
    assert browser(submission.created_by).get(f"/unread/{Mention.objects.get().pk}/").status_code == 404
    assert mentions.unread(mate)


def test_all_that_is_shown_can_be_marked_as_seen() -> None:
    submission, mate = make_draft(), make_user()
    note(submission, f"@{mate.username}", submission.created_by)
    client = browser(mate)
    shown = re.findall('name="mention" value="([0-9]+)"', client.get("/unread/").content.decode())
    note(submission, f"@{mate.username} and one more", submission.created_by)
    client.post("/unread/seen/", {"mention": shown})
    assert [mention.note.text for mention in mentions.unread(mate)] == [f"@{mate.username} and one more"]


def test_agents_read_and_write_notes_on_the_submissions_page() -> None:
    submission = make_draft()
    client = browser(submission.created_by)
    client.post(f"/submissions/{submission.pk}/people/")
    client.post(f"/review/{submission.pk}/note/", {"text": "Customer calls back at four."})
    assert "Customer calls back at four." in client.get(f"/submissions/{submission.pk}/").content.decode()


@pytest.mark.parametrize("write", [str.upper, str.lower, str.title])
def test_name_tells_its_person_in_any_case(write: Callable[[str], str]) -> None:
    officer, manager = make_user(Role.OFFICER), make_user(Role.MANAGER)
    pending = make_at(Status.PENDING)
    note(pending, f"Look, @{write(officer.username)}!", manager)
    assert [mention.person for mention in Mention.objects.all()] == [officer]
    assert mentions.unmatched(pending, f"@{write(officer.username)}") == []


@pytest.mark.parametrize("way", ["note", "release", "hand_over"])
def test_writer_learns_that_a_name_matches_nobody_and_the_text_is_kept(way: str) -> None:
    officer, colleague = make_user(Role.OFFICER), make_user(Role.OFFICER)
    pending = make_at(Status.PENDING)
    claims.claim(pending, by=by(officer))
    text = f"Score is low, @ma, @{colleague.username.upper()}"
    field = "text" if way == "note" else "note"
    typed = {field: text, "to": colleague.username}
    page = browser(officer).post(f"/review/{pending.pk}/{PATHS[way]}/", typed, follow=True).content.decode()
    assert "No user named @ma has access to this submission" in page
    assert f"named @{colleague.username.upper()}" not in page
    kept = pending.notes.get()
    assert kept.text == text
    assert [mention.person for mention in Mention.objects.all()] == [colleague]


def test_many_unread_of_a_team_left_do_not_hide_what_can_be_read(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(mentions, "SHOWN", 2)
    manager, agent = make_user(Role.MANAGER), make_user()
    here = make_draft(make_user())
    note(here, f"@{agent.username} first", manager)
    there = make_draft(make_user(team=make_team("Elsewhere")))
    User.objects.filter(pk=agent.pk).update(team=make_team("Elsewhere"))
    for _time in range(3):
        note(there, f"@{agent.username} there", manager)
    User.objects.filter(pk=agent.pk).update(team=make_team())
    assert [mention.note.text for mention in mentions.unread(User.objects.get(pk=agent.pk))] == [
        f"@{agent.username} first"
    ]
