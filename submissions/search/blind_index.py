"""Finding a person without storing them readable: keyed hashes of normalised values.

A search text is personal, so a page's URL carries it sealed, and for a working day only.
"""

import base64
import binascii
import json
import re
import uuid
from collections.abc import Iterable, Mapping
from contextlib import suppress
from datetime import timedelta
from typing import Any

from django.db import transaction
from django.db.models import QuerySet

from argos import limits
from argos.characters import normalise
from submissions.core import clock, encryption
from submissions.models import SearchHash, Status, Submission, User
from submissions.models.submission import FINAL, REFERENCE_ALPHABET, SubmissionQuerySet
from submissions.workflow.permissions import visible_to
from submissions.workflow.role_permissions import is_limited_to_team

MIN_NAME_WORD = 2
MAX_WORDS = 6
MAX_FOUND = 2000
MAX_TEXT = 200
NUMBERS = (SearchHash.DOCUMENT, SearchHash.IDENTITY)
IDENTIFIERS = (SearchHash.EMAIL, SearchHash.CUSTOMER, *NUMBERS)
SEALED_FOR = timedelta(hours=8)
LABEL = "search.text"
REFERENCE = re.compile(rf"KP-[{REFERENCE_ALPHABET}]{{8}}")
Ids = QuerySet[Any, tuple[uuid.UUID]]  # of submissions


def hashable(values: dict[str, str]) -> set[tuple[str, str]]:
    """(kind, normalised value) of everything in `values` that can be searched for."""
    found = {(SearchHash.EMAIL, encryption.normalise(values.get("email", "")))}
    found.add((SearchHash.CUSTOMER, encryption.normalise(values.get("customer_id", ""))))
    for name in ("document_number", "license_number"):
        found.add((SearchHash.DOCUMENT, encryption.normalise_number(values.get(name, ""))))
    found.add((SearchHash.IDENTITY, encryption.normalise_number(values.get("identity_number", ""))))
    found |= {(SearchHash.NAME_WORD, word) for word in _name_words(values.get("name", ""))}
    return {(kind, text) for kind, text in found if text}


def _name_words(name: str) -> list[str]:
    """The words of a name, and the whole of it as one: 홍 길동 and 홍길동 are one name, Gil-dong and Gil Dong too."""
    words = _long_enough(encryption.normalise(name).split())[: limits.INDEXED_NAME_WORDS - 1]
    return list(dict.fromkeys(_long_enough([*words, encryption.normalise_number(name)])))


def _long_enough(words: Iterable[str]) -> list[str]:
    return [word for word in words if len(word) >= MIN_NAME_WORD]


def index(submission: Submission) -> bool:
    """Bring the submission's hashes in line with its values; return whether any was written or deleted."""
    wanted = {(kind, encryption.search_digest(kind, text)) for kind, text in hashable(submission.values)}
    stored = {(row.kind, bytes(row.digest)): row.pk for row in submission.search_hashes.all()}
    with transaction.atomic():
        SearchHash.objects.filter(pk__in=[pk for key, pk in stored.items() if key not in wanted]).delete()
        SearchHash.objects.bulk_create(
            [SearchHash(submission=submission, kind=kind, digest=digest) for kind, digest in wanted - stored.keys()],
            ignore_conflicts=True,
        )
    return wanted != stored.keys()


def sealed(text: str) -> str:
    """The search text as it may stand in a URL: nobody reads it from a log, and it opens for eight hours."""
    content = json.dumps({"text": text[:MAX_TEXT], "until": (clock.now() + SEALED_FOR).timestamp()})
    return base64.urlsafe_b64encode(encryption.wrap(LABEL, content.encode())).decode().rstrip("=")


def opened(token: str) -> str | None:
    """The text of a sealed one; None when it is not one of ours or too old."""
    try:
        content = json.loads(encryption.unwrap(LABEL, base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))))
    except (encryption.CannotOpen, binascii.Error, ValueError):
        return None
    return str(content["text"]) if content["until"] >= clock.now().timestamp() else None


def asked_in(params: Mapping[str, str]) -> str | None:
    """What an address searches for, opened. "" where it searches for nothing; None where it does not open."""
    token = params.get("q", "")
    return opened(token) if token else ""


def sought(user: User, text: str | None) -> SubmissionQuerySet:
    """What the person may see of what `asked_in` told: everything where nothing is searched for, nothing where the
    search does not open, since an export of everything in place of one person would be a leak.
    """
    if text is None:
        return visible_to(user).none()
    return find(user, text) if text else visible_to(user)


def find(user: User, text: str) -> SubmissionQuerySet:
    """What the person may see that matches exactly: a reference or id, e-mail, customer id, number, all name words."""
    found = visible_to(user)
    if "\0" in text:  # which PostgreSQL does not take, so nothing holds it
        return found.none()
    return found.filter(pk__in=_any_of(user, text))


def find_by_identifier(user: User, kind: str, text: str) -> SubmissionQuerySet:
    """As `find`, but by one kind of what belongs to one person (`IDENTIFIERS`) alone."""
    return visible_to(user).filter(pk__in=_holding(_identifiers(text, (kind,))))


def _any_of(user: User, text: str) -> Ids:
    """A union, since each part has an index; an OR would walk the table."""
    parts = [_holding(_identifiers(text))]
    if "@" not in text:
        words = _long_enough(encryption.normalise(text).split())[:MAX_WORDS]
        whole = [word for word in _long_enough([encryption.normalise_number(text)]) if [word] != words]
        parts += [*_with_all(user, words), *_with_all(user, whole), *_by_id(normalise(text))]
    return parts[0].union(*parts[1:])


def _identifiers(text: str, kinds: Iterable[str] = IDENTIFIERS) -> list[bytes]:
    plain, number = encryption.normalise(text), encryption.normalise_number(text)
    return _digests((kind, number if kind in NUMBERS else plain) for kind in kinds)


def _by_id(text: str) -> list[Ids]:
    """By our reference, by the vendor's submission id, or by the one in our pages' addresses. None has a space."""
    if not text or " " in text:
        return []
    if REFERENCE.fullmatch(reference := encryption.normalise(text).upper()):
        return [Submission.objects.filter(reference=reference).values_list("pk")]
    found = [Submission.objects.filter(vendor_id=text).values_list("pk")]
    with suppress(ValueError):
        found.append(Submission.objects.filter(pk=uuid.UUID(text)).values_list("pk"))
    return found


def _with_all(user: User, words: list[str]) -> list[Ids]:
    """A family name has thousands: a second word and the team are looked up for those alone, the newest are kept."""
    if not words:
        return []
    first, *others = (_holding(_digests([(SearchHash.NAME_WORD, word)])) for word in words)
    for other in others:
        first = first.filter(submission__in=other)
    if is_limited_to_team(user):  # before the bound: other teams' customers of this name must not use it up
        first = first.filter(submission__team=user.team_id)
    # The bound is in a subquery, because SQLite takes no LIMIT inside a union.
    return [Submission.objects.filter(pk__in=first.order_by("-id")[:MAX_FOUND]).values_list("pk")]


def _holding(digests: list[bytes]) -> Ids:
    return SearchHash.objects.filter(digest__in=digests).values_list("submission_id")


def _digests(values: Iterable[tuple[str, str]]) -> list[bytes]:
    return [digest for kind, text in values if text for digest in encryption.search_digests(kind, text)]


def that_counts(user: User, submission: Submission) -> Submission | None:
    """The customer's latest approved submission, whatever came after it; by customer id, else by e-mail."""
    values = submission.values
    kind = SearchHash.CUSTOMER if values.get("customer_id") else SearchHash.EMAIL
    digests = _digests([(k, text) for k, text in hashable(values) if k == kind])
    rows = SearchHash.objects.filter(kind=kind, digest__in=digests).values("submission_id")
    approved = visible_to(user).filter(pk__in=rows, status=Status.APPROVED)
    found: Submission | None = approved.order_by("-decided_at").first()
    return found


def same_person(user: User, submission: Submission) -> SubmissionQuerySet:
    """Other open or approved submissions with the same e-mail, customer id or document, for the warning."""
    found: SubmissionQuerySet = visible_to(user).filter(pk__in=_same(submission.values)).exclude(pk=submission.pk)
    return found


def same_values(user: User, values: dict[str, str]) -> tuple[SubmissionQuerySet, int]:
    """As `same_person`, before there is a submission: (those the person may see, how many they may not)."""
    same = _same(values)
    found: SubmissionQuerySet = visible_to(user).filter(pk__in=same)
    return found, same.count() - found.count()


def _same(values: dict[str, str]) -> SubmissionQuerySet:
    digests = _digests((kind, text) for kind, text in hashable(values) if kind in IDENTIFIERS)
    rows = SearchHash.objects.filter(digest__in=digests).values("submission_id")
    same: SubmissionQuerySet = Submission.objects.filter(pk__in=rows)
    return same.exclude(status__in=[status for status in FINAL if status != Status.APPROVED])
