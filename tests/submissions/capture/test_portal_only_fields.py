"""Place of birth and further nationalities: asked for by a project's setting, and never sent to ARGOS."""

import pytest

from submissions.audit.events import SYSTEM
from submissions.capture.fields import form_fields
from submissions.models import Attempt, Project, Role, Status, Submission
from submissions.privacy import data_subject_export, erasure
from submissions.reporting.evidence_pack import content
from tests.clients import browser
from tests.factories import by, make_at, make_draft, make_project, make_user, reload

pytestmark = pytest.mark.django_db
TYPED = {"place_of_birth": "Porto Alegre", "other_nationalities": "PRT, ITA"}


def test_agent_enters_them_where_the_project_asks() -> None:
    agent = make_user()
    draft = make_draft(agent, make_project(asks_birthplace=True))
    client, url = browser(agent), f"/submissions/{draft.pk}/"
    page = client.get(url).content.decode()
    assert [name for name in TYPED if f'name="{name}"' not in page] == []
    client.post(f"{url}values/", {**TYPED, "version": draft.draft_version})
    values = reload(draft).values
    assert {name: values[name] for name in TYPED} == TYPED
    assert "Porto Alegre" in client.get(url).content.decode()


def test_other_projects_neither_ask_nor_store_them() -> None:
    agent = make_user()
    draft = make_draft(agent, make_project())
    client, url = browser(agent), f"/submissions/{draft.pk}/"
    page = client.get(url).content.decode()
    assert [name for name in TYPED if f'name="{name}"' in page] == []
    client.post(f"{url}values/", {**TYPED, "version": draft.draft_version})
    assert not reload(draft).values.keys() & TYPED.keys()


def asked() -> Submission:
    submission = make_at(Status.APPROVED, **TYPED)
    Project.objects.update(asks_birthplace=True)
    return reload(submission)


def test_no_request_contains_them() -> None:
    submission = asked()
    sent = [attempt.values for attempt in Attempt.objects.filter(submission=submission)]
    assert len(sent) == 2
    assert not any(TYPED.keys() & values.keys() for values in sent)
    assert not any(text in str(sent) for text in TYPED.values())


def test_data_subject_and_evidence_pack_receive_them_and_a_masked_pack_does_not() -> None:
    submission = asked()
    assert TYPED.items() <= data_subject_export.held_on(submission)["values"].items()
    officer = by(make_user(Role.OFFICER))
    for is_open, expected in ((True, list(TYPED.values())), (False, ["•••", "•••"])):
        _heads, rows = dict(content.gather(submission, [], by=officer, is_open=is_open).sections)["Data"]
        shown = {row[0]: row[2] for row in rows}
        assert [shown[form_fields.label_of(name)] for name in TYPED] == expected


def test_erasure_destroys_them() -> None:
    submission = asked()
    assert b"Porto" not in bytes(submission.values_sealed or b"")
    erasure.erase(submission, by=SYSTEM, why="mistake")
    assert reload(submission).values_sealed is None
