"""Each kind of mistake, planted once against the sandbox: found by the expected finding, without using an attempt."""

import random
from pathlib import Path

import pytest

from bench.mistakes import KEY, Desk, judge, judge_alone
from tests import scale
from tests.factories import make_project, make_user
from tests.mistakes import CATALOGUE, DATA, ID, SELFIE, Mistake, customer
from tests.sandbox import Sandbox

# The phone's page asks for what the ID type requires, and shows these values only if ARGOS has read them.
NOT_ASKED = {
    "gender against the resident number",
    "Aadhaar number with another digit, not read",
    "masked Aadhaar number, not read",
    "PAN a sign short, not read",
}
LIST = Path(__file__).resolve().parent.parent / "docs" / "mistakes.md"


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize(
    "mistake", scale.sample(CATALOGUE, 3), ids=lambda mistake: f"{mistake.area}-{mistake.what}".replace(" ", "_")
)
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
@pytest.mark.parametrize("mistake", scale.sample(CATALOGUE, 8), ids=lambda mistake: mistake.what.replace(" ", "_"))
def test_a_customer_alone_at_the_phone_spends_no_try_by_a_mistake(mistake: Mistake, sandbox: Sandbox) -> None:
    chance = random.Random(mistake.what)
    wrong = mistake.plant(customer(mistake.document, 1, chance), chance)
    outcome = judge_alone(_desk_of_clean_steps(sandbox), mistake, wrong)
    if mistake.what in NOT_ASKED:
        assert outcome is None
    else:
        assert outcome is not None
        assert (outcome.stopped, outcome.spent) == (True, 0), outcome


@pytest.mark.slow
@pytest.mark.django_db
@pytest.mark.parametrize("document", sorted({mistake.document for mistake in CATALOGUE}))
def test_what_a_customer_alone_does_without_a_mistake_is_sent(document: str, sandbox: Sandbox) -> None:
    desk = _desk_of_clean_steps(sandbox)
    clean = customer(document, 1, random.Random(document))
    assert desk.file_alone(clean) == []
    assert desk.tries(clean.email) == 1


def _desk_of_clean_steps(sandbox: Sandbox) -> Desk:
    project = make_project(base_url=sandbox.base_url, sends_clean_steps=True)
    project.api_key = KEY
    project.save()
    return Desk(project, make_user(), sandbox.control)


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
