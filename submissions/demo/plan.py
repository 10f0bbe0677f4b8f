"""The plan of the sample submissions: two weeks of ordinary days, then the open ones."""

import random
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

from submissions.demo import stories
from submissions.demo.case import Case
from submissions.demo.stories import FACE, GLARE, LIVENESS, Story, hours, minutes
from submissions.models import Project, User

DAYS = 13  # before today
REASONS = (
    ("id_image_invalidId", "The ID is a copy. Please ask for the original."),
    ("id_info_dataMismatch", "The date of birth differs from the ID."),
    ("own_suspected_fraud", "The portrait seems to be pasted over the ID."),
    ("id_image_badImage", "The number cannot be read on the picture."),
)


@dataclass(frozen=True)
class People:
    agent: User
    agent2: User
    officer: User
    officer2: User

    @classmethod
    def load(cls) -> "People":
        return cls(*(User.objects.get(username=name) for name in ("agent", "agent2", "officer", "officer2")))


@dataclass(frozen=True)
class Planned:
    """`ago`: how long before now it starts."""

    ago: timedelta
    agent: User
    tell: Callable[[Case], Story]


def plan(people: People, project: Project) -> list[Planned]:
    return [*_days(people), *_today(people), *_open(people, project)]


def _days(people: People) -> Iterator[Planned]:
    """Plan two to five a day, in office hours."""
    chance = random.Random(14)  # noqa: S311 (samples, not secrets)
    number = 0
    for day in range(DAYS, 0, -1):
        for _case in range(2 + (day * 5) % 3):
            ago = timedelta(days=day, hours=chance.uniform(-4, 4))
            agent = (people.agent, people.agent, people.agent2)[number % 3]
            yield Planned(ago, agent, _ordinary(number, people, chance))
            number += 1


def _ordinary(number: int, people: People, chance: random.Random) -> Callable[[Case], Story]:
    """Return a typical outcome: officers approve two thirds; the others end differently."""
    reviewer = (people.officer, people.officer2)[number % 2]
    after, scores = hours(chance.uniform(0.4, 6)), (round(chance.uniform(72, 97), 1), round(chance.uniform(62, 98), 1))
    others: dict[int, Callable[[Case], Story]] = {
        3: lambda case: stories.decided(case, reviewer, after, REASONS[number % len(REASONS)]),
        5: lambda case: stories.decided(case, reviewer, after, refused=(LIVENESS,)),
        7: lambda case: stories.decided_by_argos(case, "approved"),
        9: lambda case: stories.decided(case, reviewer, after, scores=(58.3, 47.0)),
        11: lambda case: stories.decided(case, reviewer, after, refused=(GLARE,)),
        13: lambda case: stories.decided_by_argos(case, "rejected"),
        15: stories.given_up,
        17: stories.failed_three_times,
        19: lambda case: stories.decided(case, reviewer, after, REASONS[number % len(REASONS)], (41.7, 88.0)),
        21: lambda case: stories.ran_out(case, has_tried=False),
        23: lambda case: stories.decided(case, reviewer, after, refused=(LIVENESS, FACE)),
    }
    return others.get(number % 25, lambda case: stories.decided(case, reviewer, after, scores=scores))


def _today(people: People) -> Iterator[Planned]:
    first, second = people.officer, people.officer2
    yield Planned(hours(6.5), people.agent, lambda case: stories.decided(case, second, hours(1)))
    yield Planned(hours(5), people.agent2, lambda case: stories.decided(case, first, hours(2)))
    yield Planned(hours(4), people.agent, lambda case: stories.decided_now(case, first, hours(1.4)))
    yield Planned(hours(3), people.agent, lambda case: stories.decided_now(case, first, hours(1), REASONS[0]))
    yield Planned(hours(2), people.agent2, lambda case: stories.decided_by_argos(case, "approved"))
    yield Planned(hours(5.5), people.agent, lambda case: stories.matched(case, first, "HIGH"))
    yield Planned(hours(7), people.agent2, lambda case: stories.matched(case, first, "LOW", (second,)))


def _open(people: People, project: Project) -> Iterator[Planned]:
    agent, agent2, first, second = people.agent, people.agent2, people.officer, people.officer2
    # Pending: past its target, then the nearest target first.
    yield Planned(hours(26), agent, stories.to_review)
    yield Planned(hours(21.4), agent2, lambda case: stories.to_review(case, scores=(83.0, 90.5)))
    yield Planned(hours(19.2), agent, lambda case: stories.to_review(case, refused=(LIVENESS,)))
    yield Planned(hours(12), agent2, lambda case: stories.to_review(case, scores=(58.3, 47.0)))
    yield Planned(hours(9), agent, lambda case: stories.asked(case, first))
    yield Planned(hours(7), agent, lambda case: stories.mentioned(case, second, first))
    yield Planned(hours(5), agent2, lambda case: stories.to_review(case, refused=(GLARE,)))
    yield Planned(minutes(70), agent, lambda case: stories.to_review(case, scores=(88.6, 91.0)))
    yield Planned(minutes(35), agent2, stories.to_review)
    yield Planned(minutes(32), agent, lambda case: stories.claimed(case, second))
    yield Planned(minutes(15), agent, lambda case: stories.to_review(case, scores=(69.2, 80.0)))
    yield Planned(hours(6), agent, lambda case: stories.in_second_review(case, project, second))
    yield Planned(hours(3.2), agent2, lambda case: stories.in_second_review(case, project, first))
    # Of the agents.
    yield Planned(hours(2.5), agent, stories.to_confirming)
    yield Planned(minutes(18), agent2, stories.to_confirming)
    yield Planned(hours(3), agent, lambda case: stories.wants_selfie(case, (LIVENESS,), hours(3.2)))
    yield Planned(minutes(75), agent, lambda case: stories.wants_selfie(case, (LIVENESS, FACE)))
    yield Planned(minutes(50), agent, stories.wants_card)
    yield Planned(hours(27), agent2, stories.draft)
    yield Planned(minutes(20), agent, stories.draft)
    yield Planned(hours(25), agent, lambda case: stories.ran_out(case, has_tried=True))
    # Being sent to ARGOS: the worker takes them when it starts. They are last, so that nothing else is answered.
    yield Planned(minutes(9), agent, stories.sends_step2)
    yield Planned(minutes(36), agent2, lambda case: stories.sends_decision(case, second))
    yield Planned(minutes(1.5), agent, stories.sends_step1)
