"""Sentences that several pages share, and translations of the English texts of `argos`."""

from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.utils.translation import gettext as _

from argos import codes
from argos.codes import Advice
from argos.errors import Throttled
from argos.matrix import Problem

ARGOS = "ARGOS"  # as the portal's texts name it
A_SECOND = 1  # the wait that `rate_budget` reports if only the budget per second is used up


@dataclass(frozen=True)
class Words:
    """Text of an advice: what happened, what the customer should hear, and the next step."""

    what_happened: str
    say: str
    do: str


def named(text: object, vendor_name: str) -> str:
    """Return a text of the portal with a project's name for ARGOS.

    Call it before the words of people and of ARGOS are filled in, which stay as they are. The texts themselves say
    ARGOS, because many are read without a project too. Their translations need no particle after the name.
    """
    return str(text).replace(ARGOS, vendor_name)


def shared(names: Iterable[str]) -> str:
    """Return the name for ARGOS that all projects have, else ARGOS: for a page of several projects."""
    different = set(names)
    return different.pop() if len(different) == 1 else ARGOS


def advice_words(advice: Advice, vendor_name: str = ARGOS) -> Words:
    """Return the texts of an advice; for an unknown code, the vendor's own text unchanged."""
    happened = named(_(codes.VENDOR_SAYS if advice.quoted else advice.what_happened), vendor_name)
    happened = happened % {"text": advice.quoted} if advice.quoted else happened
    return Words(happened, _(advice.say), named(_(advice.do), vendor_name))


def budget_sentence(error: Throttled) -> str:
    """Return which part of our own budget is used up, for an administrator who tests a key."""
    if (error.retry_after or 0) > A_SECOND:
        return _("Daily request limit reached; ARGOS was not asked. Raise the limit, or wait until 00:00 UTC.")
    return _("Request limit per second reached; ARGOS was not asked. Try again in a moment.")


def translated_problems(problems: Iterable[Problem], vendor_name: str) -> tuple[Problem, ...]:
    return tuple(replace(problem, template=named(_(problem.template), vendor_name)) for problem in problems)


def left_out(name: str, value: str) -> str:
    """Return the message about an invalid value of a filter."""
    if name == "country":
        message: str = _("“%(value)s” is no country that the portal knows. It was ignored.") % {"value": value[:60]}
        return message + " " + _("Type its three letters (KOR) or its name (South Korea).")
    return _("The filter “%(name)s” has no such value. It was ignored.") % {"name": name}
