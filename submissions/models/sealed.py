"""Encrypted columns of a person's values, and the attribute that reads and writes one of them as JSON."""

from collections.abc import Callable
from typing import Any, Generic, Protocol, Self, TypeVar, overload

from django.db import models
from django.utils.translation import gettext as _

from argos import limits
from submissions.core import encryption

T = TypeVar("T")


class EncryptedField(models.BinaryField):  # type: ignore[type-arg]
    """A person's values under the submission's data key. Erasure empties every column of this type, so it is nullable.

    Migrations know it as the BinaryField that it is in the database.
    """

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.BinaryField", [*args], kwargs


class SealedRow(Protocol):
    pk: Any

    def data_key(self) -> bytes: ...


class Sealed(Generic[T]):
    """`values = Sealed[dict[str, str]]("values_sealed", "submission.values", dict)`.

    Reading an empty column gives `empty()`. Assigning seals at once; saving the column stays the caller's.
    `check` refuses what is longer than the column takes (`argos.limits`); whose own bytes are bounded has none.
    The label is fixed here and not derived from the class, so that renaming a class does not lock its rows.
    """

    def __init__(
        self, column: str, label: str, empty: type[T], check: Callable[[object], None] | None = limits.check_texts
    ) -> None:
        self.column, self.label, self.empty, self.check = column, label, empty, check

    @overload
    def __get__(self, row: None, owner: type) -> Self: ...
    @overload
    def __get__(self, row: SealedRow, owner: type) -> T: ...
    def __get__(self, row: SealedRow | None, owner: type) -> T | Self:
        if row is None:
            return self
        stored = getattr(row, self.column)
        if not stored:
            return self.empty()
        opened: T = encryption.decrypt_json(row.data_key(), self._label_of(row), bytes(stored))
        return opened

    def __set__(self, row: SealedRow, value: T) -> None:
        if self.check and value:
            self.check(value)
        sealed = encryption.encrypt_json(row.data_key(), self._label_of(row), value) if value else None
        setattr(row, self.column, sealed)

    def _label_of(self, row: SealedRow) -> str:
        return f"{self.label}:{row.pk}"


def opened(row: object, name: str) -> str:
    """A sealed text for a list: one that cannot be opened says so and does not take the others along."""
    try:
        return str(getattr(row, name))
    except encryption.CannotOpen:
        return _("cannot be opened")
