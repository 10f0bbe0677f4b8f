"""Encrypted columns of personal data, and a descriptor that reads and writes such a column as JSON."""

from collections.abc import Callable
from typing import Any, Generic, Protocol, Self, TypeVar, overload

from django.db import models
from django.utils.translation import gettext as _

from argos import limits
from submissions.core import encryption

T = TypeVar("T")


class EncryptedField(models.BinaryField):  # type: ignore[type-arg]
    """Personal data encrypted with the submission's data key. Erasure empties each such column, so it is nullable.

    Migrations record it as a plain BinaryField.
    """

    def deconstruct(self) -> tuple[str, str, list[Any], dict[str, Any]]:
        name, _path, args, kwargs = super().deconstruct()
        return name, "django.db.models.BinaryField", [*args], kwargs


class EncryptedRow(Protocol):
    pk: Any

    def data_key(self) -> bytes: ...


class EncryptedJSON(Generic[T]):
    """`values = EncryptedJSON[dict[str, str]]("values_sealed", "submission.values", dict)`.

    Reading an empty column returns `empty()`. Assigning a value encrypts it; the caller saves the row.
    `check` refuses texts longer than `argos.limits` allows; a column whose size is bounded elsewhere has none.
    The label is a literal, not derived from the class, so that rows stay readable after a class is renamed.
    """

    def __init__(
        self, column: str, label: str, empty: type[T], check: Callable[[object], None] | None = limits.check_texts
    ) -> None:
        self.column, self.label, self.empty, self.check = column, label, empty, check

    @overload
    def __get__(self, row: None, owner: type) -> Self: ...
    @overload
    def __get__(self, row: EncryptedRow, owner: type) -> T: ...
    def __get__(self, row: EncryptedRow | None, owner: type) -> T | Self:
        if row is None:
            return self
        stored = getattr(row, self.column)
        if not stored:
            return self.empty()
        opened: T = encryption.decrypt_json(row.data_key(), self._label_of(row), bytes(stored))
        return opened

    def __set__(self, row: EncryptedRow, value: T) -> None:
        if self.check and value:
            self.check(value)
        encrypted = encryption.encrypt_json(row.data_key(), self._label_of(row), value) if value else None
        setattr(row, self.column, encrypted)

    def _label_of(self, row: EncryptedRow) -> str:
        return f"{self.label}:{row.pk}"


def decrypted_text(row: object, name: str) -> str:
    """Return a decrypted text for a list; a notice instead if it cannot be decrypted, so that the other rows appear."""
    try:
        return str(getattr(row, name))
    except encryption.CannotOpen:
        return _("cannot be opened")
