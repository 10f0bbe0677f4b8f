"""Documents and code agree on facts that both state: states, codes, limits, knobs, defaults.

The client's tables and the sandbox's are two readings of one contract on purpose; here they are compared.
"""

import ast
import re
from dataclasses import fields
from datetime import timedelta

import pytest

from argos.codes import TABLES
from argos.matrix import ID_TYPES, ISSUER_ROWS, PARAMETERS, STEP1_PARAMETERS, Form, Parameter
from argos.sandbox import cases, contract
from argos.sandbox.knobs import Knobs
from submissions.capture.fields.form_fields import CHOICES, LABELS, OFFICE
from submissions.capture.imaging import quality
from submissions.core import masking
from submissions.models import CallState, Project
from submissions.outbox import ledger
from submissions.review.decisions import OWN_REASONS
from tests.stack import ROOT

DOCS = ROOT / "docs"


def rows(document: str, heading: str) -> list[list[str]]:
    """Return the cells of the first table below a heading, without its header row."""
    part = (DOCS / document).read_text().partition(heading)[2]
    table = re.search(r"^\|(?:.*\n\|)*.*", part, re.M)
    assert table, heading
    return [[cell.strip() for cell in line.strip("|").split("|")] for line in table[0].splitlines()[2:]]


def sent(parameters: tuple[Parameter, ...], *, files: bool) -> set[str]:
    return {parameter.name for parameter in parameters if parameter.is_file == files}


def test_client_and_sandbox_read_the_same_rows_of_the_contract() -> None:
    ours = {(country, row.id_type): frozenset(row.required) for row in ISSUER_ROWS for country in row.countries}
    assert ours == contract.AUTHENTICATION, "argos/matrix/rules.py and argos/sandbox/contract.py"


def test_client_and_sandbox_read_the_same_parameters() -> None:
    assert sent(STEP1_PARAMETERS, files=False) == contract.STEP1_PARAMETERS
    assert sent(STEP1_PARAMETERS, files=True) == contract.STEP1_FILES
    assert sent(PARAMETERS, files=False) == contract.STEP2_PARAMETERS
    assert sent(PARAMETERS, files=True) == contract.STEP2_FILES
    assert set(ID_TYPES) == contract.STEP1_ID_TYPES


def test_every_code_that_the_sandbox_gives_has_its_advice() -> None:
    assert set(cases.STEP1_CODES) == set(TABLES["step1_retry"])
    assert {cases.FACE[0], cases.BORDER[0], cases.SMALL[0]} == set(TABLES["step2_retry"])
    assert set(cases.REJECT_CODES) <= set(TABLES["reject"])


@pytest.mark.parametrize("name", [*(p.name for p in PARAMETERS if p.form not in (Form.FILE, Form.REFERENCE)), *OFFICE])
def test_every_field_that_is_typed_has_a_label(name: str) -> None:
    assert name in LABELS, "submissions/capture/fields/form_fields.py says what people call it"


@pytest.mark.parametrize("choice", sorted({choice for p in PARAMETERS for choice in p.choices} | set(ID_TYPES)))
def test_every_choice_has_a_label(choice: str) -> None:
    assert choice in CHOICES


def test_terms_page_has_our_reject_reasons() -> None:
    told = re.findall(r"^\| own `(\w+)`", (DOCS / "terms.md").read_text(), re.M)
    assert sorted(told) == sorted(OWN_REASONS), "docs/terms.md, section 6, and OWN_REASONS in review/decisions.py"


def test_what_is_masked_is_a_parameter() -> None:
    assert set(masking.SECRET) <= {parameter.name for parameter in PARAMETERS}


def test_ledger_page_has_every_state_of_a_call() -> None:
    assert {row[0] for row in rows("ledger.md", "## States")} == set(CallState.values)


def test_ledger_page_has_the_codes_times() -> None:
    page = (DOCS / "ledger.md").read_text()
    assert f"`settle_minutes` (default {Project().settle_minutes})" in page
    assert f"longest call + {ledger.LEASE_SLACK // timedelta(seconds=1)} s" in page


def test_knobs_page_has_the_knobs_defaults() -> None:
    """Rows with one knob; the few with two document more than a default."""
    told = {row[0].strip("`"): row[1] for row in rows("sandbox.md", "### Knobs") if row[0].count("`") == 2}
    held = {knob.name: str(knob.default).lower() for knob in fields(Knobs) if knob.name in told}
    assert told == held


def test_checks_page_has_the_thresholds() -> None:
    table = {row[0]: row[1] for row in rows("checks.md", "# The check")}
    bounds = quality.DEFAULT
    for row, numbers in {
        "size of the face": (bounds.face_share, bounds.face_share_most, bounds.face_pixels),
        "distance from the border": (bounds.border_distance,),
        "exposure": (f"{bounds.face_dark_level:g}", f"{bounds.face_clipped_share:.0%}".replace("%", " %")),
        "sharpness": (bounds.face_sharpness,),
        "document": (bounds.id_sharpness, f"{bounds.id_glare_share:.1%}".replace("%", " %"), bounds.id_long_side),
    }.items():
        assert [number for number in numbers if str(number) not in table[row]] == [], row


def defaults() -> dict[str, str]:
    """Return the default of a variable in kycportal/settings.py."""
    tree = ast.parse((ROOT / "kycportal" / "settings.py").read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and len(node.args) == 2]
    read = [call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == "number"]
    return {ast.literal_eval(call.args[0]): str(ast.literal_eval(call.args[1])) for call in read}


def flags() -> dict[str, str]:
    """Return options that are off unless their variable is 1."""
    tree = ast.parse((ROOT / "kycportal" / "settings.py").read_text())
    calls = [node for node in ast.walk(tree) if isinstance(node, ast.Call) and len(node.args) == 1]
    read = [call for call in calls if isinstance(call.func, ast.Attribute) and call.func.attr == "flag"]
    return {ast.literal_eval(call.args[0]): "0" for call in read}


def test_readme_has_the_settings_defaults() -> None:
    lines = re.findall(r"^\| `([A-Z_]+)` \| (\d+)", (ROOT / "README.md").read_text(), re.M)
    assert dict(lines) == defaults() | {"DEBUG": "0"} | flags()
