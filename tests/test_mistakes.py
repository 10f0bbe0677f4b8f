"""Each kind of mistake, planted once against the sandbox: found by the expected finding, without using an attempt."""

import random
from pathlib import Path

import pytest

from bench.mistakes import KEY, Desk, judge
from tests.factories import make_project, make_user
from tests.mistakes import CATALOGUE, DATA, ID, SELFIE, Mistake, customer
from tests.sandbox import Sandbox

LIST = Path(__file__).resolve().parent.parent / "docs" / "mistakes.md"


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("mistake", CATALOGUE, ids=lambda mistake: f"{mistake.area}-{mistake.what}".replace(" ", "_"))
def test_a_planted_mistake_spends_no_try(mistake: Mistake, sandbox: Sandbox) -> None:
    project = make_project(base_url=sandbox.base_url)
    project.api_key = KEY
    project.save()
    desk = Desk(project, make_user(), sandbox.control)
    chance = random.Random(mistake.what)
    wrong = mistake.plant(customer(mistake.document, 1, chance), chance)
    outcome = judge(desk, mistake, wrong)
    assert (outcome.found, outcome.spent) == (True, 0), outcome


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("document", sorted({mistake.document for mistake in CATALOGUE}))
def test_without_a_mistake_nothing_stops_it(document: str, sandbox: Sandbox) -> None:
    project = make_project(base_url=sandbox.base_url)
    project.api_key = KEY
    project.save()
    desk = Desk(project, make_user(), sandbox.control)
    clean = customer(document, 1, random.Random(document))
    assert desk.file(clean) == []
    assert desk.tries(clean.email) == 1


def test_the_list_for_people_is_the_catalogue() -> None:
    rows = [line.split("|")[1:4] for line in LIST.read_text().splitlines() if line.startswith("| ") and "`" in line]
    listed = [tuple(cell.strip() for cell in row) for row in rows]
    expected = [(m.what, m.area, ", ".join(f"`{m.field}: {code}`" for code in m.expects)) for m in CATALOGUE]
    assert listed == expected


def test_there_are_enough_kinds_of_each_area() -> None:
    areas = [mistake.area for mistake in CATALOGUE]
    assert len(CATALOGUE) >= 25
    assert all(areas.count(area) >= 5 for area in (DATA, ID, SELFIE))
