"""Two databases measured in one process, turn by turn: what "default" is changes between the turns."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django.db import connections

_made: dict[str, Any] = {}


@contextmanager
def using(name: str) -> Iterator[None]:
    """Everything inside works on the database of this name, on the server of the first one."""
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
