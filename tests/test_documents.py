"""The generated documents and the lists in documents are complete and match the code."""

import re

import pytest

from submissions.management.commands import step2_parameters
from tests.stack import ROOT
from tests.variables import variables

README = (ROOT / "README.md").read_text()
DOCUMENTS = [
    str(path.relative_to(ROOT)) for path in (*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md")))
]


def test_readme_lists_every_environment_variable_and_no_other() -> None:
    table = README.partition("## Environment")[2].partition("## Where")[0]
    told = set(re.findall(r"^\| `([A-Z_]+)` \|", table, re.M))
    assert told == variables()


def test_only_settings_and_run_read_the_environment() -> None:
    allowed = {"kycportal/env.py", "kycportal/run.py", "kycportal/celery.py", "kycportal/wsgi.py"}
    readers = {
        str(path.relative_to(ROOT))
        for package in ("argos", "submissions", "kycportal")
        for path in (ROOT / package).rglob("*.py")
        if "os.environ" in path.read_text()
    }
    assert readers <= allowed


def test_parameter_table_is_as_generated() -> None:
    written = (ROOT / "docs" / "step2-parameters.md").read_text()
    assert written == step2_parameters.document(), "Run: python manage.py step2_parameters > docs/step2-parameters.md"


def test_parameter_tables_tests_exist() -> None:
    tests = (ROOT / "tests" / "argos" / "test_matrix_parameters.py").read_text()
    for name in (step2_parameters.SHOWN, step2_parameters.TYPED):
        assert f"def {name}(parameter" in tests


@pytest.mark.parametrize("name", DOCUMENTS)
def test_links_lead_somewhere(name: str) -> None:
    path = ROOT / name
    for link in re.findall(r"\]\(([^)#:]+)\)", path.read_text()):
        assert (path.parent / link).exists(), link


def test_make_says_what_each_target_is_for() -> None:
    makefile = (ROOT / "Makefile").read_text()
    targets = re.search(r"^\.PHONY: (.*)$", makefile, re.M)
    told = dict(re.findall(r"^([a-z-]+):.*## (.+)$", makefile, re.M))
    assert targets
    assert set(targets[1].split()) == set(told)


def test_pictures_are_small() -> None:
    found = list((ROOT / "docs" / "pictures").glob("*.png"))
    assert found
    assert all(picture.stat().st_size < 300_000 for picture in found)


def test_sandbox_page_lists_every_knob_and_fault() -> None:
    from dataclasses import fields

    from argos.sandbox import control, fault_injection
    from argos.sandbox.knobs import Knobs

    page = (ROOT / "docs" / "sandbox.md").read_text()
    named = {knob.name for knob in fields(Knobs)} | fault_injection.KINDS | set(control.READS) | set(control.CHANGES)
    assert {name for name in named if f"`{name}`" not in page} == set()
