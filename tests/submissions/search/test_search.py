"""Search results: spaces in names, identifiers that look like references, many customers of one name."""

import pytest

from argos import limits
from submissions.capture import drafts
from submissions.models import Role, Submission, User
from submissions.search import blind_index
from tests.factories import by, make_draft, make_project, make_team, make_user

pytestmark = pytest.mark.django_db


def found(user: User, text: str) -> list[str]:
    return [row.reference for row in blind_index.find(user, text).order_by("-created_at", "id")]


def named(name: str, user: User | None = None, number: int = 0, **values: str) -> Submission:
    own = {"email": f"applicant{number}@example.com", "customer_id": f"C-{number}", "document_number": f"M{number}"}
    return make_draft(user, make_project(), images=False, name=name, **{**own, **values})


def test_agent_finds_own_customers_among_many_others_of_the_name(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blind_index, "MAX_FOUND", 2)
    agent, other = make_user(), make_user(team=make_team("Elsewhere"))
    mine = named("Kim Minseo", agent)
    for number in range(1, 6):
        named("Kim Minseo", other, number)
    for text in ("kim", "kim minseo", "Minseo Kim", "kimminseo"):
        assert found(agent, text) == [mine.reference], text
    assert len(found(make_user(Role.OFFICER), "kim")) == 2


def test_newest_of_too_many_are_the_ones_found(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(blind_index, "MAX_FOUND", 2)
    made = [named("Kim Minseo", number=number).reference for number in range(4)]
    assert found(make_user(Role.OFFICER), "kim") == made[:1:-1]


# No reference has the letters O and I or the digits 0 and 1.
@pytest.mark.parametrize(
    "values", [{"email": "kp-lee@example.com"}, {"customer_id": "KP-1001"}, {"customer_id": "KP-10O1ABCD"}]
)
def test_identifier_that_begins_like_a_reference_is_found(values: dict[str, str]) -> None:
    (text,) = values.values()
    wanted = named("Lee Example", **values)
    named("Lee Example", number=1)
    assert found(make_user(Role.OFFICER), text) == [wanted.reference]
    assert found(make_user(Role.OFFICER), wanted.reference.lower()) == [wanted.reference]


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("홍길동", "홍 길동"),
        ("홍 길동", "홍길동"),
        ("홍 길동", "길동"),
        ("홍길동", "홍 길 동"),
        ("Hong Gil-dong", "hong gildong"),
        ("Hong Gil Dong", "HONG GILDONG"),
        ("ＨＯＮＧ Gildong", "honggildong"),
    ],
)
def test_name_is_found_whichever_way_its_words_are_parted(name: str, text: str) -> None:
    wanted = named(name)
    named("홍길순", number=1)
    assert found(make_user(Role.OFFICER), text) == [wanted.reference]


def test_name_makes_at_most_twelve_search_rows() -> None:
    submission = named(" ".join(f"word{number}" for number in range(25)))
    assert submission.search_hashes.filter(kind="name").count() == limits.INDEXED_NAME_WORDS
    drafts.save_values(submission, {"name": "Two Words"}, by=by(submission.created_by))
    assert submission.search_hashes.filter(kind="name").count() == 3
