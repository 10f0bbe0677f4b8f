"""Finding a person without storing them readable: keyed hashes of normalised values.

A search text is personal, so a page's URL carries it sealed, and for a working day only.
"""

import base64
import binascii
import json
import re
import uuid
from collections.abc import Iterable, Mapping
from datetime import timedelta
from functools import lru_cache
from typing import Any

from django.db import DEFAULT_DB_ALIAS, connections, transaction
from django.db.models.expressions import RawSQL

from argos import limits
from argos.characters import normalise
from submissions import clock, vault
from submissions.compiled import NUMBER, TEXT, Compiled
from submissions.models import Role, SearchHash, Status, Submission, User
from submissions.models.submission import FINAL, REFERENCE_ALPHABET, SubmissionQuerySet
from submissions.permissions import visible_to

MIN_NAME_WORD = 2
MOST_WORDS = 6
MOST_FOUND = 2000
LONGEST_TEXT = 200
NUMBERS = (SearchHash.DOCUMENT, SearchHash.IDENTITY)
IDENTIFIERS = (SearchHash.EMAIL, SearchHash.CUSTOMER, *NUMBERS)
SEALED_FOR = timedelta(hours=8)
LABEL = "search.text"
REFERENCE = re.compile(rf"KP-[{REFERENCE_ALPHABET}]{{8}}")
# Texts and not querysets: Django took longer to write their union than the database takes to run it.
HOLDING = f"SELECT submission_id FROM {SearchHash._meta.db_table} WHERE digest IN "  # noqa: S608  # nosec B608  the model's name
FILED = f"SELECT id FROM {Submission._meta.db_table} WHERE "  # noqa: S608  # nosec B608  the model's name
Part = tuple[str, list[Any]]  # a statement of submissions' ids, and what it is given


def hashable(values: dict[str, str]) -> set[tuple[str, str]]:
    """(kind, normalised value) of everything in `values` that can be searched for."""
    found = {(SearchHash.EMAIL, vault.normalise(values.get("email", "")))}
    found.add((SearchHash.CUSTOMER, vault.normalise(values.get("customer_id", ""))))
    for name in ("document_number", "license_number"):
        found.add((SearchHash.DOCUMENT, vault.normalise_number(values.get(name, ""))))
    found.add((SearchHash.IDENTITY, vault.normalise_number(values.get("identity_number", ""))))
    found |= {(SearchHash.NAME_WORD, word) for word in _name_words(values.get("name", ""))}
    return {(kind, text) for kind, text in found if text}


def _name_words(name: str) -> list[str]:
    """The words of a name, and the whole of it as one: 홍 길동 and 홍길동 are one name, Gil-dong and Gil Dong too."""
    words = _long_enough(vault.normalise(name).split())[: limits.INDEXED_NAME_WORDS - 1]
    return list(dict.fromkeys(_long_enough([*words, vault.normalise_number(name)])))


def _long_enough(words: Iterable[str]) -> list[str]:
    return [word for word in words if len(word) >= MIN_NAME_WORD]


def index(submission: Submission) -> None:
    """Bring the submission's hashes in line with its values; writes only what changed."""
    wanted = {(kind, vault.search_digest(kind, text)) for kind, text in hashable(submission.values)}
    stored = {(row.kind, bytes(row.digest)): row.pk for row in submission.search_hashes.all()}
    with transaction.atomic():
        SearchHash.objects.filter(pk__in=[pk for key, pk in stored.items() if key not in wanted]).delete()
        SearchHash.objects.bulk_create(
            [SearchHash(submission=submission, kind=kind, digest=digest) for kind, digest in wanted - stored.keys()],
            ignore_conflicts=True,
        )


def sealed(text: str) -> str:
    """The search text as it may stand in a URL: nobody reads it from a log, and it opens for eight hours."""
    told = json.dumps({"text": text[:LONGEST_TEXT], "until": (clock.now() + SEALED_FOR).timestamp()})
    return base64.urlsafe_b64encode(vault.wrap(LABEL, told.encode())).decode().rstrip("=")


def opened(token: str) -> str | None:
    """The text of a sealed one; None when it is not one of ours or too old."""
    try:
        told = json.loads(vault.unwrap(LABEL, base64.urlsafe_b64decode(token + "=" * (-len(token) % 4))))
    except (vault.CannotOpen, binascii.Error, ValueError):
        return None
    return str(told["text"]) if told["until"] >= clock.now().timestamp() else None


def asked_in(given: Mapping[str, str]) -> str | None:
    """What an address searches for, opened. "" where it searches for nothing; None where it does not open."""
    token = given.get("q", "")
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
    return found.filter(pk__in=_raw(_any_of(text, _team_of(user))))


def _team_of(user: User) -> int | None:
    """The team whose submissions alone this person sees; None for a reviewer, who sees all."""
    return (user.team_id or NUMBER) if user.role == Role.AGENT else None


def newest(user: User, text: str, many: int) -> list[Submission] | None:
    """So many of what `find` finds, newest first, as `for_row`; None where it has to be asked.

    Searches differ in what is looked for and hardly in how, so the statement is written and planned once for each way.
    """
    if "\0" in text:
        return None
    team = _team_of(user)
    asked, params = _any_of(text, team)
    given = [param for param in params if type(param) is not int]  # the team is in each place that asks for it
    kinds = tuple(type(param) for param in params)
    return _newest(asked, kinds, user.role, many).rows(*given, *([] if team is None else [team]))


@lru_cache(maxsize=128)
def _newest(asked: str, kinds: tuple[type, ...], role: str, many: int) -> Compiled:
    stand_ins = [_stand_in(kind, at) for at, kind in enumerate(kinds)]
    given = [stand_in for stand_in in stand_ins if stand_in != NUMBER]
    team = [NUMBER] if role == Role.AGENT else []

    def build(*_stand_ins: Any) -> SubmissionQuerySet:
        found = visible_to(User(role=role, team_id=NUMBER)).filter(pk__in=_raw((asked, stand_ins)))
        rows: SubmissionQuerySet = found.for_row().order_by("-created_at", "id")[:many]
        return rows

    return Compiled(build, *given, *team)


def _stand_in(kind: type, at: int) -> Any:
    if kind is uuid.UUID:
        return uuid.UUID(int=at)
    if kind is int:
        return NUMBER
    return f"{TEXT} {at}" if kind is str else f"{TEXT} {at}".encode()


def find_by_identifier(user: User, kind: str, text: str) -> SubmissionQuerySet:
    """As `find`, but by one kind of what belongs to one person (`IDENTIFIERS`) alone."""
    return visible_to(user).filter(pk__in=_raw(_holding(_identifiers(text, (kind,)))))


def _any_of(text: str, team: int | None) -> Part:
    """Part of the statement that fetches the rows: each of it is an index's, and none walks the table."""
    parts = [_holding(_identifiers(text))]
    if "@" not in text:
        words = _long_enough(vault.normalise(text).split())[:MOST_WORDS]
        whole = [word for word in _long_enough([vault.normalise_number(text)]) if [word] != words]
        parts += [*_with_all(words, team), *_with_all(whole, team), *_by_id(normalise(text))]
    return " UNION ".join(asked for asked, _params in parts), [param for _asked, params in parts for param in params]


def _raw(part: Part) -> RawSQL:
    return RawSQL(*part)  # noqa: S611  # nosec B611  the model's names; every value is a parameter


def _identifiers(text: str, kinds: Iterable[str] = IDENTIFIERS) -> list[bytes]:
    plain, number = vault.normalise(text), vault.normalise_number(text)
    return _digests((kind, number if kind in NUMBERS else plain) for kind in kinds)


def _by_id(text: str) -> list[Part]:
    """By our reference, by the vendor's submission id, or by the one in our pages' addresses. None has a space."""
    if not text or " " in text:
        return []
    if REFERENCE.fullmatch(reference := vault.normalise(text).upper()):
        return [(FILED + "reference = %s", [reference])]
    # Without its second half a plan that does not know the text cannot use the index, which leaves the empty ones out.
    given: Part = (FILED + "vendor_id = %s AND vendor_id <> ''", [text])
    try:
        pk = Submission._meta.pk.get_db_prep_value(uuid.UUID(text), connections[DEFAULT_DB_ALIAS])
    except ValueError:
        return [given]
    return [given, (FILED + "id = %s", [pk])]


def _with_all(words: list[str], team: int | None) -> list[Part]:
    """A family name has thousands: a second word and the team are looked up for those alone, the newest are kept."""
    if not words:
        return []
    (first, params), *others = (_holding(_digests([(SearchHash.NAME_WORD, word)])) for word in words)
    for other, of_it in others:
        first, params = f"{first} AND submission_id IN ({other})", params + of_it
    if team is not None:  # before the bound: other teams' customers of this name must not use it up
        first, params = f"{first} AND submission_id IN ({FILED}team_id = %s)", [*params, team]
    # Around the bound, which no database takes inside a union.
    bounded = f"{first} ORDER BY id DESC LIMIT {MOST_FOUND}"
    return [(f"SELECT submission_id FROM ({bounded}) AS bounded", params)]  # noqa: S608  # nosec B608


def _holding(digests: list[bytes]) -> Part:
    return f"{HOLDING}({', '.join(['%s'] * len(digests)) or 'NULL'})", digests


def _digests(values: Iterable[tuple[str, str]]) -> list[bytes]:
    return [digest for kind, text in values if text for digest in vault.search_digests(kind, text)]


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
