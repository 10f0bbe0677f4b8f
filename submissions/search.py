"""Finding a person without storing them readable: keyed hashes of normalised values."""

from collections.abc import Iterable

from django.db import transaction
from django.db.models import QuerySet

from submissions import vault
from submissions.models import SearchHash, Status, Submission, User
from submissions.models.submission import FINAL
from submissions.permissions import visible_to

MIN_NAME_WORD = 2


def hashable(values: dict[str, str]) -> set[tuple[str, str]]:
    """(kind, normalised value) of everything in `values` that can be searched for."""
    found = {(SearchHash.EMAIL, vault.normalise(values.get("email", "")))}
    found.add((SearchHash.CUSTOMER, vault.normalise(values.get("customer_id", ""))))
    for name in ("document_number", "license_number"):
        found.add((SearchHash.DOCUMENT, vault.normalise_number(values.get(name, ""))))
    found.add((SearchHash.IDENTITY, vault.normalise_number(values.get("identity_number", ""))))
    words = vault.normalise(values.get("name", "")).split()
    found |= {(SearchHash.NAME_WORD, word) for word in words if len(word) >= MIN_NAME_WORD}
    return {(kind, text) for kind, text in found if text}


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


def find(user: User, text: str) -> "QuerySet[Submission]":
    """What the person may see that matches `text` exactly: a reference, e-mail, customer id, number or all name words."""
    found = visible_to(user)
    if text.strip().upper().startswith("KP-"):
        return found.filter(reference=text.strip().upper())
    whole = _digests([(SearchHash.EMAIL, vault.normalise(text)), (SearchHash.CUSTOMER, vault.normalise(text))])
    number = vault.normalise_number(text)
    whole += _digests([(SearchHash.DOCUMENT, number), (SearchHash.IDENTITY, number)])
    by_value = found.filter(pk__in=SearchHash.objects.filter(digest__in=whole).values("submission_id"))
    by_name = found
    for word in vault.normalise(text).split():
        rows = SearchHash.objects.filter(digest__in=_digests([(SearchHash.NAME_WORD, word)]))
        by_name = by_name.filter(pk__in=rows.values("submission_id"))
    return by_value | by_name


def _digests(values: Iterable[tuple[str, str]]) -> list[bytes]:
    return [digest for kind, text in values if text for digest in vault.search_digests(kind, text)]


def same_person(user: User, submission: Submission) -> "QuerySet[Submission]":
    """Other open or approved submissions with the same e-mail, customer id or document, for the warning."""
    kinds = (SearchHash.EMAIL, SearchHash.CUSTOMER, SearchHash.DOCUMENT, SearchHash.IDENTITY)
    values = [(kind, text) for kind, text in hashable(submission.values) if kind in kinds]
    rows = SearchHash.objects.filter(digest__in=_digests(values)).values("submission_id")
    others = visible_to(user).filter(pk__in=rows).exclude(pk=submission.pk)
    return others.exclude(status__in=[status for status in FINAL if status != Status.APPROVED])
