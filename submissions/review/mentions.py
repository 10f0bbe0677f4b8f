"""People named in notes with @username: who can be named, what is unread, what was seen."""

import re
from collections.abc import Collection, Iterable
from itertools import islice

from django.db.models import Q

from submissions.core import clock
from submissions.models import Mention, Note, Role, Submission, User
from submissions.workflow.permissions import can

# An @ at the start of a word; an e-mail address in a note names nobody.
NAMED = re.compile(r"(?<![\w@.+-])@([\w.+-]{1,80})")
LIMIT = 20
SHOWN = 30


def named_in(text: str) -> list[str]:
    """User names after an @, without the full stop that ends a sentence."""
    names = [name.rstrip(".-+") for name in NAMED.findall(text)]
    return list(dict.fromkeys(name for name in names if name))[:LIMIT]


def may_read(submission: Submission) -> Iterable[User]:
    """Everybody who may see this submission's notes: reviewers, and agents of its team."""
    team = Q(role=Role.AGENT, team=submission.team_id)
    people = User.objects.filter(Q(role__in=(Role.OFFICER, Role.MANAGER)) | team, is_active=True)
    return [person for person in people.order_by("username") if can(person, submission, "note")]


def suggested(submission: Submission, start: str) -> list[User]:
    """Up to eight whose user name or name begins with `start`; user names first, because Enter takes the first."""
    wanted = start.casefold()
    people = list(may_read(submission))
    by_username = [person for person in people if person.username.casefold().startswith(wanted)]
    by_name = [person for person in people if any(word.casefold().startswith(wanted) for word in person.name.split())]
    return list(dict.fromkeys([*by_username, *by_name]))[:8]


def record(note: Note, text: str) -> list[User]:
    """One unread item for each person who is named, may see the submission and is not the author."""
    names = {name.casefold() for name in named_in(text)}
    if not names:
        return []
    people = may_read(note.submission)
    named = [person for person in people if person.username.casefold() in names and person != note.author]
    Mention.objects.bulk_create([Mention(note=note, person=person) for person in named], ignore_conflicts=True)
    return named


def unmatched(submission: Submission, text: str) -> list[str]:
    """Names after an @ that nobody has who may see the submission: nobody is notified."""
    names = named_in(text)
    known = {person.username.casefold() for person in may_read(submission)} if names else set()
    return [name for name in names if name.casefold() not in known]


def unread(person: User) -> list[Mention]:
    """The newest first. One of a submission the person may not see any more is left out."""
    rows = Mention.objects.filter(person=person, seen_at=None).select_related(
        "note__author", "note__submission__project", "note__submission__team"
    )
    readable = (row for row in rows.order_by("-created_at") if can(person, row.note.submission, "note"))
    return list(islice(readable, SHOWN))


def mark_seen(person: User, visible: Collection[str]) -> None:
    """Of the person's mentions those that a page showed, by the ids it posts."""
    mine = Mention.objects.filter(person=person, seen_at=None)
    seen = [pk for pk in mine.values_list("pk", flat=True) if str(pk) in visible]
    Mention.objects.filter(pk__in=seen, seen_at=None).update(seen_at=clock.now())
