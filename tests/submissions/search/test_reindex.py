"""`manage.py reindex_search`: older submissions are indexed by the current rules, in interruptible batches."""

from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from submissions.core import encryption
from submissions.models import SearchHash, Submission, SubmissionKey
from submissions.search import blind_index, reindex
from tests.factories import make_draft, make_project, make_user

pytestmark = pytest.mark.django_db


def older_rows(count: int, name: str = "홍 길동") -> list[Submission]:
    """Return drafts whose name was indexed by single words only, as in an earlier version."""
    user, project = make_user(), make_project()
    rows = [make_draft(user, project, images=False, name=name) for _each in range(count)]
    for row in rows:
        row.search_hashes.filter(kind=SearchHash.NAME_WORD).delete()
        for word in name.split():
            digest = encryption.search_digest(SearchHash.NAME_WORD, word)
            SearchHash.objects.create(submission=row, kind=SearchHash.NAME_WORD, digest=digest)
    return rows


def found(row: Submission, text: str) -> bool:
    return row in blind_index.find(row.created_by, text)


def run(*options: str) -> str:
    said = StringIO()
    call_command("reindex_search", *options, stdout=said)
    return said.getvalue()


def test_older_name_is_found_after_the_run_and_a_second_run_changes_nothing() -> None:
    (row,) = older_rows(1)
    assert not found(row, "홍길동")
    assert "1 of 1, 1 changed" in run()
    assert found(row, "홍길동")
    assert found(row, "홍 길동")
    assert "1 of 1, 0 changed" in run()


def test_stopped_run_says_where_to_continue(monkeypatch: pytest.MonkeyPatch) -> None:
    rows = sorted(older_rows(3), key=lambda row: row.pk)
    whole = blind_index.index

    def interrupted(submission: Submission) -> bool:
        if submission.pk == rows[1].pk:
            raise KeyboardInterrupt
        return whole(submission)

    monkeypatch.setattr(blind_index, "index", interrupted)
    with pytest.raises(CommandError, match=f"--after {rows[0].pk}"):
        run("--batch", "1")
    assert [found(row, "홍길동") for row in rows] == [True, False, False]
    monkeypatch.setattr(blind_index, "index", whole)
    assert "2 of 2, 2 changed" in run("--batch", "1", "--after", str(rows[0].pk))
    assert [found(row, "홍길동") for row in rows] == [True, True, True]


def test_submission_without_its_key_is_named_and_the_others_are_done() -> None:
    first, second = older_rows(2)
    SubmissionKey.objects.filter(pk=first.pk).delete()
    with pytest.raises(CommandError, match=first.reference):
        run("--batch", "1")
    assert found(second, "홍길동")


def test_batches_bound_the_rows_of_a_transaction() -> None:
    older_rows(4)
    seen = [progress.seen for progress in reindex.reindex(batch=3)]
    assert seen == [3, 4]
