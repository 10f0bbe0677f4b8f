"""Re-wrap every stored key under the first of `KYC_FIELD_KEYS`, while the portal serves.

Values and images are encrypted with data keys of their own, so only the small wrapped keys are written again. Every
batch is a transaction, so a run that was stopped continues where it ended.
"""

import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from allauth.mfa.models import Authenticator
from django.conf import settings
from django.db import models, transaction
from django.db.models.functions import Substr

from submissions.accounts.mfa import secrets as mfa_secrets
from submissions.core import encryption
from submissions.models import (
    AccessReview,
    CustomerImport,
    Difference,
    Endpoint,
    Export,
    Project,
    SubmissionKey,
    WebhookDelivery,
)
from submissions.models.customer_import import key_label as import_key_label
from submissions.models.export import file_key_label, key_label

BATCH = 500


@dataclass(frozen=True)
class Wrapped:
    """One column that is encrypted with the master key itself, and its label (associated data)."""

    model: type[models.Model]
    column: str
    label: Callable[[Any], str]


WRAPPED = (
    Wrapped(SubmissionKey, "wrapped", SubmissionKey.label_of),
    Wrapped(Project, "api_key_sealed", lambda pk: f"project.api_key:{pk}"),
    Wrapped(Project, "webhook_token_sealed", Project.webhook_label_of),
    Wrapped(Project, "gateway_secret_sealed", Project.gateway_label_of),
    Wrapped(AccessReview, "remark_sealed", AccessReview.label_of),
    Wrapped(Export, "key_wrapped", key_label),
    Wrapped(CustomerImport, "key_wrapped", import_key_label),
    Wrapped(Export, "file_key_wrapped", file_key_label),
    Wrapped(WebhookDelivery, "body_sealed", lambda pk: f"webhook.body:{pk}"),
    Wrapped(Difference, "note_wrapped", Difference.note_label),
    *(
        Wrapped(Endpoint, f"{name}_sealed", partial(Endpoint.label_of, name))
        for name in ("url", "secret", "former_secret")
    ),
)


@dataclass(frozen=True)
class Progress:
    table: str
    seen: int
    changed: int
    of: int


def rewrap_all(batch: int = BATCH) -> Iterator[Progress]:
    """Re-wrap everything with the newest master key; yield the progress after each batch.

    Raises:
        encryption.CannotOpen: the key that wrapped a row is not listed any more; earlier batches stay done.
    """
    for wrapped in WRAPPED:
        yield from _rewrap(wrapped, batch)
    yield _rewrap_second_factors()


def _rewrap(wrapped: Wrapped, batch: int) -> Iterator[Progress]:
    rows = wrapped.model._default_manager.exclude(**{f"{wrapped.column}__isnull": True})
    total, processed, changed = rows.count(), 0, 0
    for part in _parts(rows, wrapped.column, batch):
        changed += _rewrap_part(wrapped, part)
        processed += len(part)
        yield Progress(wrapped.model._meta.model_name or "", processed, changed, total)


def _parts(rows: Any, column: str, batch: int) -> Iterator[list[tuple[uuid.UUID, bytes]]]:
    """Yield (pk, value) of all rows in batches by primary key, so that no cursor stays open over commits."""
    after = None
    while True:
        part = list((rows.filter(pk__gt=after) if after else rows).order_by("pk").values_list("pk", column)[:batch])
        if not part:
            return
        yield part
        after = part[-1][0]


def _rewrap_part(wrapped: Wrapped, part: list[tuple[Any, bytes]]) -> int:
    """Re-wrap one batch; return how many rows were written. A guarded UPDATE keeps values that changed since then."""
    rows = wrapped.model._default_manager
    fresh = [(pk, old, encryption.rewrap(wrapped.label(pk), bytes(old))) for pk, old in part]
    with transaction.atomic():
        return sum(
            rows.filter(**{"pk": pk, wrapped.column: old}).update(**{wrapped.column: new})
            for pk, old, new in fresh
            if new is not None
        )


def _rewrap_second_factors() -> Progress:
    """Re-wrap the secrets of authenticator apps and recovery codes in allauth's rows."""
    pks = list(Authenticator.objects.order_by("pk").values_list("pk", flat=True))
    changed = sum(_rewrap_second_factor(pk) for pk in pks)
    return Progress("authenticator", len(pks), changed, len(pks))


def _rewrap_second_factor(pk: int) -> bool:
    """Re-wrap one row under a lock, so that a recovery code used in the meantime is not restored."""
    with transaction.atomic():
        row = Authenticator.objects.select_for_update().filter(pk=pk).first()
        old = {kind: row.data[kind] for kind in mfa_secrets.KINDS if row.data.get(kind)} if row else {}
        fresh = {kind: new for kind, stored in old.items() if (new := mfa_secrets.rewrap(stored))}
        if row and fresh:
            row.data |= fresh
            row.save(update_fields=["data"])
        return bool(fresh)


def remaining() -> int:
    """Return how many values an older master key wraps; processes with the old list of keys still write such values."""
    newest = encryption.master_key_id(settings.FIELD_KEYS[0])
    count = 0
    for wrapped in WRAPPED:
        key = Substr(wrapped.column, 1, encryption.KEY_ID_BYTES, output_field=models.BinaryField())
        rows = wrapped.model._default_manager.exclude(**{f"{wrapped.column}__isnull": True})
        count += rows.annotate(under=key).exclude(under=newest).count()
    rows_of_factors = Authenticator.objects.values_list("data", flat=True)
    secrets = [data[kind] for data in rows_of_factors for kind in mfa_secrets.KINDS if data.get(kind)]
    return count + sum(mfa_secrets.rewrap(stored) is not None for stored in secrets)
