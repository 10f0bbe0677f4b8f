"""Check a Step 1 or Step 2 call before it is sent, because a refused call can use an attempt.

`rules` gives the requirements, `formats` checks single values, `signs` the characters of names and numbers, `numbers`
national numbers. This module compares values with each other and with today.
"""

from collections.abc import Collection, Iterator, Mapping
from datetime import date
from itertools import chain

from argos.matrix.clean import clean_step1, clean_step2
from argos.matrix.formats import format_problem, parse_date
from argos.matrix.misplaced import CONTACTS, check_misplaced
from argos.matrix.numbers import check_indian_number, check_korean_number
from argos.matrix.options import ADDRESS_CODES, NOT_ON_THE_ID, Options
from argos.matrix.parameters import PARAMETERS, STEP1_PARAMETERS, Form, Parameter
from argos.matrix.problems import Problem
from argos.matrix.rules import FieldRule, rules_for
from argos.matrix.signs import check_signs
from argos.words import N_

_OLDEST_YEARS = 120
_YOUNGEST_YEARS = 13  # the vendor's own policy; projects may differ, so it is a warning


def check_step1(values: Mapping[str, str], files: Collection[str], options: Options) -> tuple[Problem, ...]:
    """Return the problems of a Step 1 call. `files`: the names of the image parameters that are present."""
    filled = clean_step1(values)
    missing = (
        _missing(parameter.name, parameter.form)
        for parameter in STEP1_PARAMETERS
        if parameter.always_required and parameter.name not in {*filled, *files}
    )
    return tuple(chain(missing, _malformed(STEP1_PARAMETERS, filled), _id_type_problems(filled, options)))


def check_step2(
    values: Mapping[str, str],
    files: Collection[str],
    country: str,
    id_type: str,
    options: Options,
    *,
    today: date,
    latest_day: date | None = None,
    id_type_unknown: bool = False,
) -> tuple[Problem, ...]:
    """Return the problems of a Step 2 call. `id_type`: of Step 1; if that is "any", the type in `values` counts.

    `today`: the local date that decides whether an ID has expired. A date after `latest_day` (or `today`) is in the
    future.
    """
    latest_day = latest_day or today
    filled = clean_step2(values)
    document = filled.get("idType", id_type) if id_type_unknown else id_type
    rules = rules_for(country, document, options, id_type_unknown=id_type_unknown)
    malformed = list(_malformed(PARAMETERS, filled))
    reported = {problem.field for problem in malformed}
    well_formed = {name: value for name, value in filled.items() if name not in reported}
    office = {name: values[name] for name in CONTACTS if values.get(name)}
    return tuple(
        chain(
            _missing_of(rules, {*filled, *files}, options),
            malformed,
            _date_problems(filled, today, latest_day),
            _number_problems(well_formed, country, document, latest_day),
            check_misplaced(well_formed, office, country.strip().upper(), document, today),
        )
    )


def _missing_of(rules: tuple[FieldRule, ...], present: Collection[str], options: Options) -> Iterator[Problem]:
    for rule in rules:
        if rule.required and rule.name not in present:
            yield _missing(rule.name, rule.form)
    if options.address_codes and not any(name in present for name in ADDRESS_CODES):
        yield Problem(
            ADDRESS_CODES[0],
            "one_of",
            N_("Enter a Plus Code or the formatted address, or look up the address."),
        )


def _missing(name: str, form: Form) -> Problem:
    if form is Form.FILE:
        return Problem(name, "missing", N_("This image is needed. Take it or choose a file."))
    if form is Form.REFERENCE:
        return Problem(name, "missing", N_("ARGOS has assigned no ID yet. Send Step 1 first."))
    if name in NOT_ON_THE_ID:
        return Problem(name, "missing", N_("This is required and is not on the ID. Enter it."))
    return Problem(name, "missing", N_("This is needed for this ID. Copy it from the document."))


def _malformed(parameters: tuple[Parameter, ...], filled: Mapping[str, str]) -> Iterator[Problem]:
    for parameter in parameters:
        wrong = format_problem(parameter, filled[parameter.name]) if parameter.name in filled else None
        if wrong:
            code, template, *params = wrong
            yield Problem(parameter.name, code, template, params=tuple(params))


def _id_type_problems(filled: Mapping[str, str], options: Options) -> Iterator[Problem]:
    id_type, country = filled.get("idType"), filled.get("issuingCountry")
    if id_type == "universal" and not options.universal_mode:
        yield Problem("idType", "choice", N_("Automatic detection is not enabled for this project. Select an ID type."))
    elif id_type == "universal" and country == "KOR":
        yield Problem(
            "idType", "choice", N_("South Korean IDs are not recognised by themselves. Choose the type of the ID.")
        )
    elif id_type in ("aadhaar", "pancard") and country not in (None, "IND"):
        yield Problem("issuingCountry", "mismatch", N_("Aadhaar and PAN cards are issued by India (IND)."), "warning")


def _date_problems(filled: Mapping[str, str], today: date, latest_day: date) -> Iterator[Problem]:
    born = parse_date(filled.get("date_of_birth", ""))
    issued = parse_date(filled.get("date_of_issue", ""))
    expires = parse_date(filled.get("date_of_expiry", ""))
    if born:
        yield from _birth_problems(born, today, latest_day)
    if issued:
        yield from _issue_problems(issued, born, latest_day)
    if expires:
        yield from _expiry_problems(expires, issued, born, today)


def _birth_problems(born: date, today: date, latest_day: date) -> Iterator[Problem]:
    years = max(0, today.year - born.year - ((today.month, today.day) < (born.month, born.day)))
    if born > latest_day:
        yield Problem("date_of_birth", "future", N_("This date of birth is in the future. Check the year."))
    elif years > _OLDEST_YEARS:
        yield Problem(
            "date_of_birth",
            "age",
            N_("This date means an age of %(years)d years. Check the year."),
            params=(("years", years),),
        )
    elif years < _YOUNGEST_YEARS:
        yield Problem(
            "date_of_birth",
            "age",
            N_("The customer is %(years)d years old. ARGOS may reject customers under an age limit."),
            "warning",
            (("years", years),),
        )


def _issue_problems(issued: date, born: date | None, latest_day: date) -> Iterator[Problem]:
    if issued > latest_day:
        yield Problem("date_of_issue", "future", N_("This date of issue is in the future. Check the year."))
    elif born and issued < born:
        yield Problem("date_of_issue", "order", N_("The ID cannot be issued before the birth. Compare both dates."))


def _expiry_problems(expires: date, issued: date | None, born: date | None, today: date) -> Iterator[Problem]:
    if issued and expires <= issued:
        yield Problem("date_of_expiry", "order", N_("The ID cannot expire before it is issued. Compare both dates."))
    elif born and expires <= born:
        yield Problem("date_of_expiry", "order", N_("The ID cannot expire before the birth. Compare both dates."))
    elif expires < today:
        yield Problem(
            "date_of_expiry",
            "expired",
            N_("The ID has expired, and ARGOS may reject it. Ask for a valid ID, or enter a reason."),
            "warning",
        )


def _number_problems(readable: Mapping[str, str], country: str, id_type: str, latest_day: date) -> Iterator[Problem]:
    """Check well-formed values only, so that a malformed one does not get two messages."""
    if country.strip().upper() == "KOR":
        yield from check_korean_number(readable, latest_day)
    yield from check_indian_number(readable, id_type)
    yield from check_signs(readable)
