"""The three values of the 1-won check, which staff or the customer enter."""

import re
from collections.abc import Mapping

from django.utils.translation import gettext as _

from argos.characters import normalise
from argos.matrix import Problem


def account_typed(posted: Mapping[str, str]) -> dict[str, str]:
    """Return the three values of the 1-won check."""
    return {name: normalise(posted.get(name, "")) for name in ("userName", "bankCode", "accountNumber")}


def account_problems(typed: Mapping[str, str], banks: Mapping[str, str]) -> list[Problem]:
    """Return the problems of the 1-won check's values before it is sent. `banks`: the project's list; empty: any."""
    found = []
    if not typed.get("userName"):
        found.append(Problem("userName", "missing", _("Enter the account holder's name.")))
    if not re.fullmatch("[0-9]{3}", typed.get("bankCode", "")):
        found.append(Problem("bankCode", "format", _("A bank code has three digits, for example 004.")))
    elif banks and typed["bankCode"] not in banks:
        found.append(Problem("bankCode", "choice", _("Choose a bank from the list.")))
    if not re.fullmatch("[0-9]+", typed.get("accountNumber", "")):
        found.append(Problem("accountNumber", "format", _("Digits only, without hyphens.")))
    return found
