"""Sentences that several pages say, and those that `argos` marks in English, in the reader's language."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from argos import codes
from argos.codes import Advice
from argos.errors import Throttled
from argos.matrix import Problem

A_SECOND = 1  # what `budget` says to wait where only the second's calls are used up


@dataclass(frozen=True)
class Words:
    """What happened, what to tell the customer, what to do next."""

    what_happened: str
    say: str
    do: str


def advice_words(advice: Advice) -> Words:
    """An unknown code shows the vendor's own text as it came."""
    happened = _(codes.VENDOR_SAYS) % {"text": advice.quoted} if advice.quoted else _(advice.what_happened)
    return Words(happened, _(advice.say), _(advice.do))


def budget_sentence(error: Throttled) -> str:
    """Which part of our own budget is used up, for whoever tries a key."""
    if (error.retry_after or 0) > A_SECOND:
        return _(
            "Today's calls are used up, so the vendor was not asked. Raise the calls a UTC day, or wait for 00:00 UTC."
        )
    return _("This second's calls are used up, so the vendor was not asked. Try again in a moment.")


def translated_problems(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(replace(problem, template=_(problem.template)) for problem in problems)


def left_out(name: str, value: str) -> str:
    """Of a filter's value that means nothing."""
    if name == "country":
        told: str = _("“%(value)s” is no country that is known here, so it was left out.") % {"value": value[:60]}
        return told + " " + _("Type its three letters (KOR) or its name (South Korea).")
    return _("The filter “%(name)s” has no such value and was left out.") % {"name": name}
