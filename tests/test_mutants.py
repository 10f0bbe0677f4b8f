"""The changes of the mutants' runner, and that a mutant which no test detects survives."""

from types import SimpleNamespace
from typing import Any

import pytest

from tests.mutants.changes import functions_at, mutants_of

SOURCE = '''
"""Said, not judged."""
LIMIT = 3

def may(count: int = 1, limit: int = LIMIT) -> bool:
    """Whether one more may go."""
    log.info("asked", extra={"count": 1})
    if count < limit and count != 2:
        note(count)
        return True
    return False

class Person:
    @property
    def is_old(self) -> bool:
        return self.age >= 65
'''


def built() -> Any:
    space: dict[str, Any] = {"log": SimpleNamespace(info=lambda text, extra: None), "note": lambda count: None}
    exec(SOURCE, space)
    return SimpleNamespace(**space)


def test_each_small_thing_is_turned_round_once() -> None:
    assert [(mutant.path[-1], mutant.was) for mutant in mutants_of("x.py", SOURCE)] == [
        ("may", "condition: if count < limit and count != 2:"),
        ("may", "operator: count < limit and count != 2"),
        ("may", "compare: count < limit"),
        ("may", "compare: count != 2"),
        ("may", "constant: 2"),
        ("may", "call: note(count)"),
        ("may", "return: return True"),
        ("may", "constant: True"),
        ("may", "return: return False"),
        ("may", "constant: False"),
        ("is_old", "return: return self.age >= 65"),
        ("is_old", "compare: self.age >= 65"),
        ("is_old", "constant: 65"),
    ]


@pytest.mark.parametrize(
    ("was", "count", "says"),
    [
        ("compare: count < limit", 3, True),
        ("compare: count != 2", 2, True),
        ("operator: count < limit and count != 2", 2, True),
        ("condition: if count < limit and count != 2:", 0, False),
        ("return: return True", 0, None),
    ],
)
def test_changed_code_takes_the_functions_place(was: str, count: int, says: bool | None) -> None:
    module = built()
    assert module.may(count) is not says
    mutant = next(mutant for mutant in mutants_of("x.py", SOURCE) if mutant.was == was)
    (function,) = functions_at(module, mutant.path)
    function.__code__ = mutant.code
    assert module.may(count) is says


def test_property_is_reached_and_what_is_gone_is_not() -> None:
    module = built()
    mutant = next(mutant for mutant in mutants_of("x.py", SOURCE) if mutant.was == "constant: 65")
    (function,) = functions_at(module, mutant.path)
    function.__code__ = mutant.code
    person = module.Person()
    person.age = 65
    assert not person.is_old
    assert functions_at(module, ("Person", "nothing")) == []
