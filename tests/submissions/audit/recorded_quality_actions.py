"""The actions of quality checks that record an event."""

from collections import Counter

from submissions.models import FindingAnswer, Project, QualityCheck, Verdict
from submissions.quality import assigning, checks, findings, golden, sampling
from tests import factories
from tests.factories import by
from tests.submissions.audit.recorded_actions import Act, action, manager, officer
from tests.submissions.quality.drawn import checking_project, disagreed, drawn_check, last_week


@action
def draw_sample() -> Act:
    last_week(factories.decided_by(officer(), project=checking_project()))
    project = Project.objects.get(quality_share=100)
    return lambda: sampling._draw(project)


@action
def assign_check() -> Act:
    last_week(factories.decided_by(officer(), project=checking_project()))
    sampling.draw_due()
    [check], people = QualityCheck.objects.all(), [officer()]
    return lambda: assigning._assign(check, people, Counter())


@action
def record_check() -> Act:
    decider, second = officer(), officer()
    check = drawn_check(decider)
    return lambda: checks.record(check, Verdict.APPROVED, by=by(second))


@action
def answer_finding() -> Act:
    decider, _second = officer(), officer()
    check = disagreed(decider)
    return lambda: findings.answer(check, FindingAnswer.ACCEPTED, "I overlooked it.", by=by(decider))


@action
def close_finding() -> Act:
    decider, who = officer(), manager()
    check = disagreed(decider)
    findings.answer(check, FindingAnswer.ACCEPTED, "I overlooked it.", by=by(decider))
    return lambda: findings.close(check, by=by(who))


@action
def mark_golden_case() -> Act:
    submission, who = factories.decided_by(officer()), manager()
    return lambda: golden.mark(submission, Verdict.APPROVED, by=by(who))


@action
def withdraw_golden_case() -> Act:
    submission, who = factories.decided_by(officer()), manager()
    golden.mark(submission, Verdict.APPROVED, by=by(who))
    return lambda: golden.withdraw(submission, by=by(who))
