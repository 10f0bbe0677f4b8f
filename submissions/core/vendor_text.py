"""Sentences that several pages share, and translations of the English texts of `argos`."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from argos import codes
from argos.codes import Advice
from argos.errors import Throttled
from argos.matrix import Problem

A_SECOND = 1  # the wait that `rate_budget` reports if only the budget per second is used up


@dataclass(frozen=True)
class Words:
    """Text of an advice: what happened, what the customer should hear, and the next step."""

    what_happened: str
    say: str
    do: str


def advice_words(advice: Advice) -> Words:
    """Return the texts of an advice; for an unknown code, the vendor's own text unchanged."""
    happened = _(codes.VENDOR_SAYS) % {"text": advice.quoted} if advice.quoted else _(advice.what_happened)
    return Words(happened, _(advice.say), _(advice.do))


def budget_sentence(error: Throttled) -> str:
    """Return which part of our own budget is used up, for an administrator who tests a key."""
    if (error.retry_after or 0) > A_SECOND:
        return _("Daily request limit reached; ARGOS was not asked. Raise the limit, or wait until 00:00 UTC.")
    return _("Request limit per second reached; ARGOS was not asked. Try again in a moment.")


def translated_problems(problems: Iterable[Problem]) -> tuple[Problem, ...]:
    return tuple(replace(problem, template=_(problem.template)) for problem in problems)


def left_out(name: str, value: str) -> str:
    """Return the message about an invalid value of a filter."""
    if name == "country":
        message: str = _("“%(value)s” is no country that the portal knows. It was ignored.") % {"value": value[:60]}
        return message + " " + _("Type its three letters (KOR) or its name (South Korea).")
    return _("The filter “%(name)s” has no such value. It was ignored.") % {"name": name}
