"""Search encrypted personal values by keyed hashes of their normal forms.

A search text is personal data, so the URL of a page contains it encrypted, valid for one working day.
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
from django.db.models import Q, QuerySet

from argos import limits
from argos.characters import normalise
from submissions.core import clock, encryption
from submissions.models import SearchHash, Status, Submission, User
from submissions.models.submission import FINAL, REFERENCE_ALPHABET, SubmissionQuerySet
from submissions.workflow import review_area
from submissions.workflow.permissions import visible_to
from submissions.workflow.role_permissions import is_limited_to_team

MIN_NAME_WORD = 2
MAX_WORDS = 6
MAX_FOUND = 2000
MAX_TEXT = 200
NUMBERS = (SearchHash.DOCUMENT, SearchHash.IDENTITY)
IDENTIFIERS = (SearchHash.EMAIL, SearchHash.CUSTOMER, *NUMBERS)
VENDOR_IDS = {SearchHash.APPLICANT: "applicant_id", SearchHash.PERSON: "duplicated_information"}
MAX_RELATED = 80  # rows: a submission has up to six
ENDED = [status for status in FINAL if status != Status.APPROVED]
TOKEN_LIFETIME = timedelta(hours=8)
LABEL = "search.text"
REFERENCE = re.compile(rf"KP-[{REFERENCE_ALPHABET}]{{8}}")
Ids = QuerySet[Any, tuple[uuid.UUID]]  # of submissions


def hashable(values: dict[str, str]) -> set[tuple[str, str]]:
    """Return (kind, normalised value) of all searchable values."""
    pairs = {(SearchHash.EMAIL, encryption.normalise(values.get("email", "")))}
    pairs.add((SearchHash.CUSTOMER, encryption.normalise(values.get("customer_id", ""))))
    for name in ("document_number", "license_number"):
        pairs.add((SearchHash.DOCUMENT, encryption.normalise_number(values.get(name, ""))))
    pairs.add((SearchHash.IDENTITY, encryption.normalise_number(values.get("identity_number", ""))))
    pairs |= {(SearchHash.NAME_WORD, word) for word in _name_words(values.get("name", ""))}
    return {(kind, text) for kind, text in pairs if text}


def hashable_ids(reported: Mapping[str, Any]) -> set[tuple[str, str]]:
    """Return (kind, id) of the ids that ARGOS reports. Ids are compared as they are."""
    return {(kind, str(reported[name])) for kind, name in VENDOR_IDS.items() if reported.get(name)}


def _name_words(name: str) -> list[str]:
    """Return the words of a name and the name as one word: 홍 길동 equals 홍길동, Gil-dong equals Gil Dong."""
    words = _long_enough(encryption.normalise(name).split())[: limits.INDEXED_NAME_WORDS - 1]
    return list(dict.fromkeys(_long_enough([*words, encryption.normalise_number(name)])))


def _long_enough(words: Iterable[str]) -> list[str]:
    return [word for word in words if len(word) >= MIN_NAME_WORD]


def index(submission: Submission) -> bool:
    """Bring the submission's hashes in line with its values; return whether any was written or deleted."""
    digests = _hashes(hashable(submission.values) | hashable_ids(submission.vendor_signals))
    stored = {(row.kind, bytes(row.digest)): row.pk for row in submission.search_hashes.all()}
    with transaction.atomic():
        SearchHash.objects.filter(pk__in=[pk for key, pk in stored.items() if key not in digests]).delete()
        _write(_rows(submission, digests - stored.keys()))
    return digests != stored.keys()


def index_new(submissions: Iterable[Submission]) -> None:
    """Write the hashes of submissions that have none; ARGOS has reported nothing about them."""
    _write(row for submission in submissions for row in _rows(submission, _hashes(hashable(submission.values))))


def _hashes(texts: set[tuple[str, str]]) -> set[tuple[str, bytes]]:
    return {(kind, encryption.search_digest(kind, text)) for kind, text in texts}


def _rows(submission: Submission, digests: set[tuple[str, bytes]]) -> list[SearchHash]:
    return [SearchHash(submission=submission, kind=kind, digest=digest) for kind, digest in digests]


def _write(rows: Iterable[SearchHash]) -> None:
    SearchHash.objects.bulk_create(rows, ignore_conflicts=True)


def encrypt_token(text: str) -> str:
    """Return the search text encrypted for a URL, so that logs do not reveal it; it is valid for eight hours."""
    content = json.dumps({"text": text[:MAX_TEXT], "until": (clock.now() + TOKEN_LIFETIME).timestamp()})
    return base64.urlsafe_b64encode(encryption.wrap(LABEL, content.encode())).decode().rstrip("=")


def decrypt_token(token: str) -> str | None:
    """Return the text of an encrypted one; None if it is invalid or expired."""
    try:
        content = json.loads(encryption.unwrap(LABEL, base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))))
    except (encryption.CannotOpen, binascii.Error, ValueError):
        return None
    return str(content["text"]) if content["until"] >= clock.now().timestamp() else None


def asked_in(params: Mapping[str, str]) -> str | None:
    """Return the decrypted search text of a URL; "" if it has none, None if it is invalid or expired."""
    token = params.get("q", "")
    return decrypt_token(token) if token else ""


def sought(user: User, text: str | None) -> SubmissionQuerySet:
    """Return the visible submissions for a result of `asked_in`.

    All for "", and none for None, because an export of everything in place of one applicant would be a leak.
    """
    if text is None:
        return visible_to(user).none()
    return find(user, text) if text else visible_to(user)


def find(user: User, text: str) -> SubmissionQuerySet:
    """Return visible submissions that match exactly: a reference, id, e-mail, customer id, number or all name words."""
    visible = visible_to(user)
    if "\0" in text:  # PostgreSQL refuses NUL, so no row contains it
        return visible.none()
    return visible.filter(pk__in=_any_of(user, text))


def find_by_identifier(user: User, kind: str, text: str) -> SubmissionQuerySet:
    """Do the same as `find` for one kind of identifier (`IDENTIFIERS`)."""
    return visible_to(user).filter(pk__in=_holding(_identifiers(text, (kind,))))


def _any_of(user: User, text: str) -> Ids:
    """Return a union, because each part uses an index; an OR would scan the table."""
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
    """Search by our reference, the vendor's submission id, or the id in our URLs. None of them contains a space."""
    if not text or " " in text:
        return []
    if REFERENCE.fullmatch(reference := encryption.normalise(text).upper()):
        return [Submission.objects.filter(reference=reference).values_list("pk")]
    matches = [Submission.objects.filter(vendor_id=text).values_list("pk")]
    with suppress(ValueError):
        matches.append(Submission.objects.filter(pk=uuid.UUID(text)).values_list("pk"))
    return matches


def _with_all(user: User, words: list[str]) -> list[Ids]:
    """Return the newest submissions with all words.

    A family name has thousands, so other words and the team are looked up among these only.
    """
    if not words:
        return []
    first, *others = (_holding(_digests([(SearchHash.NAME_WORD, word)])) for word in words)
    for other in others:
        first = first.filter(submission__in=other)
    # Before the limit, so that hidden customers with this name do not use it up.
    if is_limited_to_team(user):
        first = first.filter(submission__team=user.team_id)
    first = first.filter(review_area.condition(user, "submission__"))
    # The limit is in a subquery, because SQLite allows no LIMIT inside a union.
    return [Submission.objects.filter(pk__in=first.order_by("-id")[:MAX_FOUND]).values_list("pk")]


def _holding(digests: list[bytes]) -> Ids:
    return SearchHash.objects.filter(digest__in=digests).values_list("submission_id")


def _digests(values: Iterable[tuple[str, str]]) -> list[bytes]:
    return [digest for kind, text in values if text for digest in encryption.search_digests(kind, text)]


def holders(pairs: Iterable[tuple[str, str]]) -> dict[tuple[str, str], uuid.UUID]:
    """Return an open or approved submission, visible or not, for each (kind, normalised value) that one has."""
    digests = {digest: pair for pair in pairs for digest in encryption.search_digests(*pair)}
    rows = SearchHash.objects.filter(digest__in=list(digests)).exclude(submission__status__in=ENDED)
    return {digests[bytes(digest)]: pk for digest, pk in rows.values_list("digest", "submission_id")}


def that_counts(user: User, submission: Submission) -> Submission | None:
    """Return the customer's latest approved submission, also if later ones exist; by customer id, else by e-mail."""
    values = submission.values
    kind = SearchHash.CUSTOMER if values.get("customer_id") else SearchHash.EMAIL
    digests = _digests([(k, text) for k, text in hashable(values) if k == kind])
    rows = SearchHash.objects.filter(kind=kind, digest__in=digests).values("submission_id")
    approved = visible_to(user).filter(pk__in=rows, status=Status.APPROVED)
    latest: Submission | None = approved.order_by("-decided_at").first()
    return latest


def same_person(user: User, submission: Submission) -> SubmissionQuerySet:
    """Return other open or approved submissions with the same e-mail, customer id or document, for the warning.

    Without the submission that this one verifies again: it is no duplicate.
    """
    others: SubmissionQuerySet = visible_to(user).filter(pk__in=_same(submission.values)).exclude(pk=submission.pk)
    return others.exclude(pk=submission.previous_id) if submission.previous_id else others


def related(user: User, submission: Submission) -> list[tuple[str, Submission]]:
    """Return (kind, other) of the newest visible submissions of the same person or the same id at ARGOS; one query.

    The same person as `same_person` has it; a rejected one counts for the vendor's ids.
    """
    values = {(kind, text) for kind, text in hashable(submission.values) if kind in IDENTIFIERS}
    digests = _digests(values | hashable_ids(submission.vendor_signals))
    counts = Q(kind__in=VENDOR_IDS) | ~Q(submission__status__in=ENDED)
    rows = SearchHash.objects.filter(counts, digest__in=digests, submission__in=visible_to(user))
    rows = rows.exclude(submission=submission).select_related("submission__project").order_by("-submission__created_at")
    return [(row.kind, row.submission) for row in rows[:MAX_RELATED]]


def same_values(user: User, values: dict[str, str]) -> tuple[SubmissionQuerySet, int]:
    """Do the same as `same_person` for values without a submission; return (visible ones, number of hidden ones)."""
    same = _same(values)
    visible: SubmissionQuerySet = visible_to(user).filter(pk__in=same)
    return visible, same.count() - visible.count()


def _same(values: dict[str, str]) -> SubmissionQuerySet:
    digests = _digests((kind, text) for kind, text in hashable(values) if kind in IDENTIFIERS)
    rows = SearchHash.objects.filter(digest__in=digests).values("submission_id")
    same: SubmissionQuerySet = Submission.objects.filter(pk__in=rows)
    return same.exclude(status__in=ENDED)
