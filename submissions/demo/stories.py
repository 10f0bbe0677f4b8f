"""The stories of the sample submissions. A story acts, yields the time until its next act, and acts again."""

from collections.abc import Generator
from datetime import timedelta

from submissions.demo.case import Case
from submissions.models import Project, User
from submissions.models.project_choices import SecondReview
from submissions.outbox import deadline_sweep

Story = Generator[timedelta, None, None]
LIVENESS, FACE, GLARE = "liveness_error", "face_compare_underscore", "glare_detected"


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def hours(number: float) -> timedelta:
    return timedelta(hours=number)


def to_review(case: Case, scores: tuple[float, float] = (91.2, 94.0), refused: tuple[str, ...] = ()) -> Story:
    """Capture it until it is pending. `refused`: why ARGOS refuses a first image of the ID, then selfies."""
    yield from to_confirming(case, GLARE in refused)
    yield minutes(3)
    for code in refused:
        if code != GLARE:
            case.step2(refused=code)
            yield minutes(4)
            case.new_selfie()
            yield minutes(1)
    case.step2(scores=scores)


def to_confirming(case: Case, has_glare: bool = False) -> Story:
    case.draft()
    yield minutes(2)
    if has_glare:
        case.step1(refused=GLARE)
        yield minutes(3)
        case.new_card()
        yield minutes(1)
    case.step1()


def decided(
    case: Case,
    reviewer: User,
    after: timedelta,
    reason: tuple[str, str] = ("", ""),
    scores: tuple[float, float] = (91.2, 94.0),
    refused: tuple[str, ...] = (),
) -> Story:
    """Approve, or reject with a reason (code, comment); then the agent informs the customer."""
    yield from to_review(case, scores, refused)
    yield after
    case.decide(reviewer, *reason)
    yield minutes(50)
    case.pass_on()


def decided_now(case: Case, reviewer: User, after: timedelta, reason: tuple[str, str] = ("", "")) -> Story:
    """Do the same as `decided`; the customer still waits for the result."""
    yield from to_review(case)
    yield after
    case.decide(reviewer, *reason)


def matched(case: Case, reviewer: User, risk: str, deciding: tuple[User, ...] = ()) -> Story:
    """Approve; then the AML screening reports a match, which `deciding` decide as a false positive."""
    yield from to_review(case)
    yield hours(1)
    case.decide(reviewer)
    yield minutes(4)
    case.screen(risk)
    for person in deciding:
        yield minutes(25)
        case.decide_match(person, "The listed person was born in another year.")


def decided_by_argos(case: Case, status: str) -> Story:
    yield from to_confirming(case)
    yield minutes(3)
    case.step2(status, (31.0, 88.0) if status == "rejected" else (96.2, 98.0))
    yield minutes(30)
    case.pass_on()


def failed_three_times(case: Case) -> Story:
    yield from to_confirming(case)
    for number in range(3):
        yield minutes(5)
        if number:
            case.new_selfie()
        case.step2(refused=FACE if number == 2 else LIVENESS)


def given_up(case: Case) -> Story:
    case.draft()
    yield minutes(25)
    case.give_up("The customer will come back with another ID.")


def ran_out(case: Case, has_tried: bool) -> Story:
    """Let 24 hours pass: overdue if ARGOS has a selfie, else closed."""
    yield from to_confirming(case)
    yield minutes(6)
    if has_tried:
        case.step2(refused=LIVENESS)
        assert case.record is not None
        case.record.stay_open()
    yield hours(24)
    deadline_sweep.sweep_deadlines()


def asked(case: Case, reviewer: User) -> Story:
    yield from to_review(case)
    yield hours(1)
    case.ask(reviewer, "The surname on the ID ends in -bon. Did the customer sign with the same spelling?")


def mentioned(case: Case, author: User, named: User) -> Story:
    yield from to_review(case, scores=(74.1, 71.0))
    yield hours(1)
    text = f"@{named.username} Hair and glasses differ between ID and selfie. Could you look at it as well?"
    case.note(author, text)


def claimed(case: Case, reviewer: User) -> Story:
    yield from to_review(case)
    yield minutes(12)
    case.claim(reviewer)


def in_second_review(case: Case, project: Project, reviewer: User) -> Story:
    """Let the project require two reviewers; the second decision is missing."""
    yield from to_review(case, scores=(66.4, 72.0))
    yield minutes(40)
    Project.objects.filter(pk=project.pk).update(second_review=SecondReview.ALL)
    case.press_verdict(reviewer)
    Project.objects.filter(pk=project.pk).update(second_review=SecondReview.NONE)


def wants_selfie(case: Case, refused: tuple[str, ...], call_back: timedelta | None = None) -> Story:
    yield from to_confirming(case)
    for number, code in enumerate(refused):
        yield minutes(5)
        if number:
            case.new_selfie()
        case.step2(refused=code)
    if call_back is not None:
        case.call_back(call_back)


def wants_card(case: Case) -> Story:
    case.draft(is_sent_later=True)
    yield minutes(2)
    case.step1(refused=GLARE)


def draft(case: Case) -> Story:
    case.draft(is_sent_later=True)
    yield minutes(1)


def sends_step1(case: Case) -> Story:
    case.draft(is_sent_later=True)
    yield minutes(1)
    case.press_step1()


def sends_step2(case: Case) -> Story:
    yield from to_confirming(case)
    yield minutes(4)
    case.lose_step2()


def sends_decision(case: Case, reviewer: User) -> Story:
    yield from to_review(case)
    yield minutes(30)
    case.press_verdict(reviewer)
