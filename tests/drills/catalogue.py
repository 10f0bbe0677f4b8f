"""The drills by name. This module imports no Django, because listing and counting need none."""

import importlib
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from tests.drills.scene import Scene

Act = Callable[["Scene"], None]


@dataclass(frozen=True)
class Drill:
    """`knobs`: of the sandbox from the start. `cases`: the kinds of customers, else the usual mix."""

    name: str
    act: Act
    knobs: dict[str, Any] = field(default_factory=dict)
    cases: dict[str, int] | None = None
    workers: int = 2
    threads: int = 8
    agents: int = 4

    @property
    def what(self) -> str:
        return (self.act.__doc__ or "").strip().splitlines()[0]


MODULES = ("vendor", "host", "restoring", "hosts", "backup", "network", "receivers", "auditing")
DRILLS: dict[str, Drill] = {}


def drill(**options: Any) -> Callable[[Act], Act]:
    """Register the decorated function under its own name."""

    def enter(act: Act) -> Act:
        DRILLS[act.__name__] = Drill(act.__name__, act, **options)
        return act

    return enter


def known() -> dict[str, Drill]:
    """Return all drills in the order in which they run."""
    for module in MODULES:
        importlib.import_module(f"tests.drills.{module}")
    return DRILLS
