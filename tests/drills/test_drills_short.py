"""The short drill of every check: one squall on the embedded database. `make drill` runs all drills."""

import pytest

from tests.drills import databases
from tests.drills.child import run

pytestmark = [pytest.mark.drill, pytest.mark.timeout(240)]


def test_nothing_is_lost_in_a_squall() -> None:
    counts = run("squall", seed=7, calls=30, environment=databases.sqlite())
    figures = {figure["name"]: figure for figure in counts["figures"]}
    assert figures["Step 2 calls in the weather"]["value"] >= 30
    assert {name: figure["wrong"] for name, figure in figures.items() if figure["wrong"]} == {}
