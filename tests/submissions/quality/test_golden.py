"""Golden cases: marked by managers, given to each officer once among their checks, and not to be told apart."""

import pytest

from submissions.core import clock
from submissions.models import Event, GoldenCase, QualityCheck, Role, Status, Submission, User, Verdict
from submissions.quality import checks, figures, golden
from submissions.reporting.reports.date_range import Window
from submissions.tasks import check_quality
from submissions.workflow.permissions import NotAllowed
from tests.clients import browser
from tests.factories import by, decided_by, make_at, make_user
from tests.submissions.quality.drawn import checking_project, draw, last_week

pytestmark = pytest.mark.django_db


@pytest.fixture
def manager() -> User:
    return make_user(Role.MANAGER, name="Mona Manager")


@pytest.fixture
def decider() -> User:
    return make_user(Role.OFFICER, name="Dora Decider")


@pytest.fixture
def second() -> User:
    return make_user(Role.OFFICER, name="Sami Second")


def sampled(decider: User, number: int, **settings: int) -> list[Submission]:
    """Return decisions of last week whose checks go to the other officer."""
    project = checking_project(**settings)
    return [last_week(decided_by(decider, project=project)) for _number in range(number)]


def given_to(user: User) -> list[QualityCheck]:
    return list(QualityCheck.objects.golden().filter(assigned_to=user))


def marked(like: Submission, manager: User, reviewer: User, verdict: Verdict = Verdict.REJECTED) -> Submission:
    """Return a golden case of this project: approved, and correct would be `verdict`."""
    submission = decided_by(reviewer, project=like.project)
    reason = "own_suspected_fraud" if verdict == Verdict.REJECTED else ""
    golden.mark(submission, verdict, by=by(manager), reason_code=reason)
    return submission


def test_officer_gets_a_case_per_so_many_checks_and_each_once(decider: User, second: User, manager: User) -> None:
    rows = sampled(decider, 4, golden_every=2)
    cases = [marked(rows[0], manager, decider) for _number in range(3)]
    check_quality()
    check_quality()
    check_quality()
    mine = given_to(second)
    assert len(mine) == 2, "four checks, one case for two"
    assert {check.submission_id for check in mine} < {case.pk for case in cases}
    assert {check.expected_reason for check in mine} == {"own_suspected_fraud"}
    assert given_to(decider) == [], "the officer decided the cases"


def test_no_case_before_enough_checks_or_without_the_setting(decider: User, second: User, manager: User) -> None:
    few, off = sampled(decider, 1, golden_every=2), sampled(decider, 2)
    for rows in (few, off):
        marked(rows[0], manager, decider)
    check_quality()
    assert given_to(second) == []


def test_case_looks_like_every_other_check(decider: User, second: User, manager: User) -> None:
    rows = sampled(decider, 1, golden_every=1)
    marked(rows[0], manager, decider)
    check_quality()
    [case], [plain] = given_to(second), QualityCheck.objects.sampled()
    assert case.drawn_at == plain.drawn_at
    client = browser(second)
    pages = [client.get(f"/quality/{check.pk}/").content.decode() for check in (case, plain)]
    listed = client.get("/quality/").content.decode()
    assert [text for text in ("olden case", "Mona Manager") for page in (*pages, listed) if text in page] == []
    events = Event.objects.filter(kind="quality_check_assigned")
    assert [event.fields for event in events] == [{"to": second.username}] * 2
    assert "Golden case" in browser(manager).get("/quality/").content.decode()
    assert "Golden case" not in client.get(f"/submissions/{case.submission_id}/").content.decode()


def test_missed_case_is_a_finding_of_the_checking_officer(decider: User, second: User, manager: User) -> None:
    rows = sampled(decider, 1, golden_every=1)
    marked(rows[0], manager, decider)
    check_quality()
    [case] = given_to(second)
    checks.record(case, Verdict.APPROVED, by=by(second))
    assert (case.is_finding, case.officer) == (True, second)
    page = browser(second).get(f"/quality/{case.pk}/").content.decode()
    assert "Correct decision of the golden case" in page
    assert "Suspected fraud" in page
    assert "Dora Decider" not in page
    today = Window(clock.today(), clock.today())
    [row] = figures.golden_cases(manager, today).rows
    assert [cell.text for cell in row[:4]] == ["Sami Second", "1", "0", "0%"]
    assert figures.by_officer(manager, today).rows == [], "the sample alone measures decisions"


def test_manager_marks_changes_and_withdraws_on_the_page(decider: User, second: User, manager: User) -> None:
    rows = sampled(decider, 1, golden_every=1)
    submission = decided_by(decider, Verdict.REJECTED, rows[0].project)
    client, url = browser(manager), f"/submissions/{submission.pk}/golden/"
    assert url in client.get(f"/submissions/{submission.pk}/").content.decode()
    page = client.get(url).content.decode()
    assert '<option value="own_policy" selected>' in page, "the decision is the first proposal"
    assert client.post(url, {"verdict": "rejected"}).status_code == 422
    assert client.post(url, {"verdict": "rejected", "reason_code": "expired_id"}).status_code == 302
    assert "Marked by Mona Manager" in client.get(url).content.decode()
    check_quality()
    assert client.post(url, {"verdict": "approved", "reason_code": "expired_id"}).status_code == 302
    [check] = given_to(second)
    assert (check.expected_verdict, check.expected_reason) == ("approved", "")
    assert client.post(url, {"withdraw": "1"}).status_code == 302
    assert given_to(second) == []
    assert golden.case_of(submission) is None
    check_quality()
    assert given_to(second) == [], "a withdrawn case is given to nobody"
    kinds = Event.objects.filter(kind__startswith="quality_case").order_by("pk").values_list("kind", flat=True)
    assert list(kinds) == ["quality_case_marked", "quality_case_marked", "quality_case_withdrawn"]


def test_only_managers_mark_and_only_decided_submissions(decider: User, manager: User) -> None:
    submission = decided_by(decider)
    with pytest.raises(NotAllowed):
        golden.mark(submission, Verdict.APPROVED, by=by(decider))
    with pytest.raises(NotAllowed, match="decided"):
        golden.mark(make_at(Status.PENDING), Verdict.APPROVED, by=by(manager))
    assert not GoldenCase.objects.exists()


def test_erased_case_is_given_to_nobody(decider: User, second: User, manager: User) -> None:
    rows = sampled(decider, 1, golden_every=1)
    case = marked(rows[0], manager, decider)
    Submission.objects.filter(pk=case.pk).update(erased_at=clock.now(), values_sealed=None)
    draw()
    check_quality()
    assert given_to(second) == []


def test_open_case_of_an_officer_who_left_is_dropped(decider: User, second: User, manager: User) -> None:
    rows = sampled(decider, 1, golden_every=1)
    marked(rows[0], manager, decider)
    check_quality()
    User.objects.filter(pk=second.pk).update(is_active=False)
    golden.mix_in()
    assert given_to(second) == []
