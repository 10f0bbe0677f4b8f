"""Measure two databases in one process, in turns, by switching what "default" is."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections

_made: dict[str, Any] = {}


@contextmanager
def using(name: str) -> Iterator[None]:
    """Use the database of this name, on the same server, as "default" inside the block."""
    before = connections["default"]
    if name not in _made:
        made = connections.create_connection("default")
        made.settings_dict = {**made.settings_dict, "NAME": name}
        _made[name] = made
    connections["default"] = _made[name]
    try:
        yield
    finally:
        connections["default"] = before
