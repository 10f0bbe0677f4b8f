"""Filling the form from a passport's two lines: the portal asks about a likely misread filler before it saves."""

import pytest

from submissions.capture.fields import mrz
from tests.argos.mrz_lines import passport as lines_of
from tests.factories import by, make_draft, reload

pytestmark = pytest.mark.django_db


def test_a_likely_filler_is_asked_about_once_and_then_written() -> None:
    draft = make_draft(name="Typed Before")
    text = lines_of().replace("<<<<<<<<<<<<<<<<<<<\n", "<<<<<KK<<K<<<<<<<<<\n")
    asked = mrz.fill(draft, text, by=by(draft.created_by))
    assert [problem.code for problem in asked] == ["mrz_filler"]
    assert reload(draft).values["name"] == "Typed Before"
    assert mrz.fill(draft, text, by=by(draft.created_by), is_compared=True) == []
    assert reload(draft).values["name"].startswith("MINSEO EUN")


def test_lines_without_doubt_are_written_at_once() -> None:
    draft = make_draft(name="Typed Before")
    assert mrz.fill(draft, lines_of(), by=by(draft.created_by)) == []
    assert reload(draft).values["name"] == "MINSEO EUN TESTCASE"
