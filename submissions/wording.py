"""The vendor package's sentences in the reader's language: `argos` marks them in English, here they are said."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from argos import codes
from argos.codes import Advice
from argos.matrix import Problem


@dataclass(frozen=True)
class Words:
    """What happened, what to tell the customer, what to do next."""

    what_happened: str
    say: str
    do: str


def of_advice(advice: Advice) -> Words:
    """An unknown code shows the vendor's own text as it came."""
    happened = _(codes.VENDOR_SAYS) % {"text": advice.quoted} if advice.quoted else _(advice.what_happened)
    return Words(happened, _(advice.say), _(advice.do))


def of_problems(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(replace(problem, template=_(problem.template)) for problem in problems)
