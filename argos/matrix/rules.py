"""The Step 2 parameters that a document shows and requires: the four of every call, the issuer's row, the options."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from argos.matrix.options import ADDRESS_CODES, OCCUPANCY, Options
from argos.matrix.parameters import PARAMETERS, STEP2_PAGE, Case, Form, Parameter


@dataclass(frozen=True)
class IssuerRow:
    """One row of the vendor's Authentication table, with names spelled as in the input table."""

    countries: tuple[str, ...]
    id_type: str
    required: tuple[str, ...]
    source: str = STEP2_PAGE

    def is_for(self, country: str, id_type: str) -> bool:
        return country in self.countries and id_type == self.id_type


ISSUER_ROWS: tuple[IssuerRow, ...] = (
    IssuerRow(("KOR",), "government_id", ("name", "date_of_birth", "identity_number")),
    IssuerRow(("KOR",), "drivers_license", ("date_of_birth", "license_number", "serial_number")),
    IssuerRow(("KOR",), "passport", ("name", "date_of_birth", "document_number", "date_of_issue", "date_of_expiry")),
    IssuerRow(("KOR",), "residence_permit", ("identity_number", "date_of_issue")),
    IssuerRow(
        ("USA", "CAN", "MEX"),
        "drivers_license",
        ("name", "date_of_birth", "gender", "date_of_expiry", "date_of_issue", "document_number"),
    ),
)

# The page marks none of the five as required. Every address has these three; not every country has states and zip
# codes.
_STRUCTURED_REQUIRED = ("address_street", "address_city", "address_country")


@dataclass(frozen=True)
class FieldRule:
    """`one_of`: names of which one is enough, if `required` demands none of them."""

    name: str
    required: bool
    form: Form
    order: int
    choices: tuple[str, ...] = ()
    one_of: tuple[str, ...] = ()


# A document may carry these though no condition expects it; the other parameters are Korean, or not on an ID.
CARRIED = frozenset({"gender", "nationality", "document_number", "date_of_issue", "date_of_expiry"})


def rules_for(
    country: str, id_type: str, options: Options, *, id_type_unknown: bool = False, carried: Collection[str] = ()
) -> tuple[FieldRule, ...]:
    """Return the parameters that Step 2 shows for this document, in the order in which an agent fills them in.

    `carried`: the `document_fields` of Step 1 under Step 2's names ("data should be transmitted based on the Step 1
    response"). They add to the matrix and take nothing away.
    """
    case = Case(country.strip().upper(), id_type, options, id_type_unknown)
    required = required_names(case)
    wanted = required | (CARRIED & set(carried))
    shown = [parameter for parameter in PARAMETERS if parameter.is_shown(case) or parameter.name in wanted]
    return tuple(_rule(parameter, required, order) for order, parameter in enumerate(shown))


def required_names(case: Case) -> frozenset[str]:
    always = {parameter.name for parameter in PARAMETERS if parameter.always_required}
    return frozenset(always | _issuer_names(case) | _option_names(case))


def _rule(parameter: Parameter, required: Collection[str], order: int) -> FieldRule:
    return FieldRule(
        name=parameter.name,
        required=parameter.name in required,
        form=parameter.form,
        order=order,
        choices=parameter.choices,
        one_of=ADDRESS_CODES if parameter.name in ADDRESS_CODES else (),
    )


def _issuer_names(case: Case) -> set[str]:
    if not case.options.id_authentication:
        return set()
    return {name for row in ISSUER_ROWS if row.is_for(case.country, case.id_type) for name in row.required}


def _option_names(case: Case) -> set[str]:
    options = case.options
    demanded: Mapping[tuple[str, ...], bool] = {
        ("addressImage",): options.address_image,
        ("address_input",): options.typed_address_required,
        ("address_detail",): options.detail_required,
        _STRUCTURED_REQUIRED: options.structured_address and options.structured_address_required,
        OCCUPANCY: options.account_occupancy,
        ("idType",): case.id_type_unknown,
    }
    return {name for names, is_on in demanded.items() if is_on for name in names}
