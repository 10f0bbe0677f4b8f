"""Keyset pages with a signed cursor. A cursor fits the list and the filters that it was made for, and no other."""

import hashlib
import json
from collections.abc import Mapping
from typing import Any

from django.core import signing
from django.utils.translation import gettext as _

from submissions.api.problems import ApiError, FieldError

SALT = "submissions.api.cursor"


def cursor_of(key: str, within: Mapping[str, Any]) -> str:
    """Return the cursor of the page after `key`; "" for no key. `within`: the list and its filters."""
    return signing.dumps([_digest(within), key], salt=SALT) if key else ""


def key_of(cursor: str, within: Mapping[str, Any]) -> str:
    """Return the key of a cursor; "" for the first page.

    Raises:
        ApiError: the portal did not make the cursor, or made it for other filters.
    """
    if not cursor:
        return ""
    try:
        digest, key = signing.loads(cursor, salt=SALT)
    except signing.BadSignature:
        digest, key = "", ""
    if digest != _digest(within):
        message = _("Use the cursor of the previous page with the same filters.")
        raise ApiError("invalid", errors=[FieldError("cursor", "cursor", message, "query")])
    return str(key)


def _digest(within: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(within, sort_keys=True, default=str).encode()).hexdigest()[:16]
