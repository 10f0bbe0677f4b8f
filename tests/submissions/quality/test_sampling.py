"""The weekly sample: stratified, repeatable by its seed, at least one decision of each officer."""

import uuid
from collections import Counter
from datetime import timedelta

import pytest
from django.core.management import CommandError, call_command
from hypothesis import given
from hypothesis import strategies as st

from submissions.models import Event, QualityCheck, QualitySample, Role, Submission, Verdict
from submissions.quality import assigning, sampling
from submissions.quality.sampling import Decided, draw, population
from submissions.tasks import check_quality
from tests.factories import decided_by, make_project, make_user
from tests.submissions.quality.drawn import checking_project, last_week
from tests.submissions.quality.drawn import draw as draw_all

rows = st.lists(
    st.builds(Decided, st.uuids(), st.integers(1, 4), st.sampled_from(["approved", "rejected"])),
    unique_by=lambda r: r.pk,
)


@given(rows, st.integers(1, 100), st.text("0123456789abcdef", min_size=4, max_size=4))
def test_draw_takes_the_share_of_each_stratum_and_at_least_one_of_each_officer(
    rows: list[Decided], share: int, seed: str
) -> None:
    drawn = draw(rows, share, seed)
    assert drawn == draw(reversed(rows), share, seed), "the order of the rows does not matter"
    strata = Counter((row.officer, row.verdict) for row in rows)
    taken = Counter((row.officer, row.verdict) for row in rows if row.pk in drawn)
    for officer in {row.officer for row in rows}:
        wanted = {key: int(many * share / 100 + 0.5) for key, many in strata.items() if key[0] == officer}
        if sum(wanted.values()):
            assert {key: taken[key] for key in wanted} == wanted
        else:
            assert sum(taken[key] for key in wanted) == 1


def test_another_seed_draws_others() -> None:
    rows = [Decided(uuid.UUID(int=number), 1, "approved") for number in range(100)]
    assert draw(rows, 10, "a") != draw(rows, 10, "b")


@pytest.mark.django_db
def test_task_draws_last_week_once_and_the_sample_can_be_repeated() -> None:
    one, two = make_user(Role.OFFICER), make_user(Role.OFFICER)
    project = make_project(quality_share=50)
    of_one = [last_week(decided_by(one, project=project)) for _number in range(4)]
    of_two = last_week(decided_by(two, Verdict.REJECTED, project), day=6)
    decided_by(two, project=project)  # this week
    last_week(decided_by(two, project=make_project()))  # its project checks nothing
    check_quality()
    check_quality()
    sample = QualitySample.objects.get()
    assert (sample.project, sample.week, sample.share, sample.population) == (project, sampling.last_week(), 50, 5)
    drawn = {check.submission_id for check in QualityCheck.objects.all()}
    assert len(drawn & {row.pk for row in of_one}) == 2
    assert drawn & {of_two.pk} == {of_two.pk}
    assert drawn == draw(population(project, sample.week), sample.share, sample.seed)
    expected = set(QualityCheck.objects.values_list("officer", "expected_verdict", "expected_reason"))
    assert expected == {(one.pk, "approved", ""), (two.pk, "rejected", "own_policy")}
    event = Event.objects.get(kind="quality_sample_drawn")
    assert (event.fields["seed"], event.fields["of"], event.fields["drawn"]) == (sample.seed, 5, 3)
    assert Event.objects.filter(kind="quality_check_drawn").count() == 3


@pytest.mark.django_db
def test_erased_submission_leaves_the_sample_and_the_draw_can_still_be_repeated() -> None:
    officer, project = make_user(Role.OFFICER), checking_project()
    erased, kept = (last_week(decided_by(officer, project=project)) for _number in range(2))
    Submission.objects.filter(pk=erased.pk).update(erased_at=erased.decided_at, values_sealed=None)
    check_quality()
    assert [check.submission_id for check in QualityCheck.objects.all()] == [kept.pk]
    sample = QualitySample.objects.get()
    assert draw(population(project, sample.week), 100, sample.seed) == {erased.pk, kept.pk}


@pytest.mark.django_db
def test_check_goes_to_an_officer_who_neither_captured_nor_decided_it() -> None:
    decider, manager = make_user(Role.OFFICER), make_user(Role.MANAGER)
    project = checking_project()
    submission = last_week(decided_by(decider, project=project))
    [check] = draw_all()
    assert check.assigned_to == manager, "managers check where no officer may"
    assert Event.objects.get(kind="quality_check_assigned").fields == {"to": manager.username}
    officer = make_user(Role.OFFICER)
    manager.is_active = False
    manager.save()
    assert assigning.assign_open() == 1
    assert QualityCheck.objects.get().assigned_to == officer
    submission.capturers.create(user=officer)
    assert assigning.assign_open() == 1
    assert QualityCheck.objects.get().assigned_to is None
    assert assigning.assign_open() == 0


@pytest.mark.django_db
def test_checks_are_divided_among_the_officers() -> None:
    decider, one, two = (make_user(Role.OFFICER) for _number in range(3))
    project = checking_project()
    for _number in range(4):
        last_week(decided_by(decider, project=project))
    assert Counter(check.assigned_to for check in draw_all()) == {one: 2, two: 2}


@pytest.mark.django_db
def test_broken_project_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    officer = make_user(Role.OFFICER)
    for project in (checking_project(), checking_project()):
        last_week(decided_by(officer, project=project))
    original, calls = sampling.population, []

    def broken_once(*args: object) -> list[Decided]:
        calls.append(args)
        if len(calls) == 1:
            raise RuntimeError
        return original(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(sampling, "population", broken_once)
    assert sampling.draw_due() == 1
    assert sampling.draw_due() == 1


@pytest.mark.django_db
def test_auditor_repeats_the_samples_by_a_command(capsys: pytest.CaptureFixture[str]) -> None:
    submission = last_week(decided_by(make_user(Role.OFFICER), project=checking_project()))
    check_quality()
    call_command("repeat_quality_sample")
    assert "repeated, 1 of 1 drawn from 1, 100 %" in capsys.readouterr().out
    Submission.objects.filter(pk=submission.pk).update(decided_at=submission.decided_at - timedelta(days=7))
    with pytest.raises(CommandError, match="1 samples differ"):
        call_command("repeat_quality_sample")
