"""Rows of which a list reads some columns only."""

from collections.abc import Collection
from typing import Any, Self

from django.db import models
from django.db.models.base import ModelState


class ReadPartly(models.Model):
    """Built from the columns that were read.

    Django goes through all that a table has, to say of each for each row that it was not read: a seventh of a page of
    forty rows.
    """

    class Meta:
        abstract = True

    @classmethod
    def from_db(cls, db: str | None, field_names: Collection[str], values: Collection[Any], **more: Any) -> Self:
        """As Django's. A column that is not there is fetched when it is asked for."""
        if len(values) == len(cls._meta.concrete_fields):
            return super().from_db(db, field_names, values, **more)
        row = cls.__new__(cls)
        row._state = ModelState()
        row._state.adding, row._state.db = False, db
        row.__dict__.update(zip(field_names, values, strict=True))
        return row
