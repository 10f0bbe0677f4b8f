"""The data that each issuing country and ID type requires, and its format.

`parameters` lists all parameters, `rules` says which of them a document shows and requires, `clean` brings values into
the format that is sent, and `checks` finds problems (through `formats`, `signs` and `numbers`).
"""

from argos.matrix.checks import check_step1, check_step2
from argos.matrix.clean import clean_step1, clean_step2, step1_fields, step2_fields
from argos.matrix.countries import alpha_2, country_choices, country_code, is_country
from argos.matrix.misplaced import CONTACTS
from argos.matrix.options import (
    ADDRESS_CODES,
    GENDERS,
    ID_TYPES,
    STEP2_ID_TYPES,
    STRUCTURED_ADDRESS,
    Options,
    id_types_by_country,
    id_types_for,
)
from argos.matrix.parameters import PARAMETERS, STEP1_PARAMETERS, Case, Form, Parameter, Shown
from argos.matrix.problems import Problem
from argos.matrix.rules import CARRIED, ISSUER_ROWS, FieldRule, IssuerRow, rules_for
from argos.matrix.shapes import Shape, shape_of

__all__ = [
    "ADDRESS_CODES",
    "CARRIED",
    "CONTACTS",
    "GENDERS",
    "ID_TYPES",
    "ISSUER_ROWS",
    "PARAMETERS",
    "STEP1_PARAMETERS",
    "STEP2_ID_TYPES",
    "STRUCTURED_ADDRESS",
    "Case",
    "FieldRule",
    "Form",
    "IssuerRow",
    "Options",
    "Parameter",
    "Problem",
    "Shape",
    "Shown",
    "alpha_2",
    "check_step1",
    "check_step2",
    "clean_step1",
    "clean_step2",
    "country_choices",
    "country_code",
    "id_types_by_country",
    "id_types_for",
    "is_country",
    "rules_for",
    "shape_of",
    "step1_fields",
    "step2_fields",
]
