"""Turn typed values into the values that are sent: trimmed, in one spelling, under the vendor's names, without empties.

A value that cannot be normalized stays as typed, so that the check beside its field can explain the problem.
"""

import re
import unicodedata
from collections.abc import Callable, Mapping

from argos.characters import normalise
from argos.matrix.countries import country_code
from argos.matrix.options import Options
from argos.matrix.parameters import PARAMETERS, STEP1_PARAMETERS, Form, Parameter
from argos.replies.reading import iso_date

LICENSE_DIGITS = re.compile(r"([0-9]{2})([0-9]{2})([0-9]{6})([0-9]{2})")
LICENSE_REGION = re.compile(r"([가-힣]{2})([0-9]{2})([0-9]{6})([0-9]{2})")
THREE_DIGITS = re.compile(r"([0-9]{3})(?![0-9]).*", re.DOTALL)
_OCCUPANCY_CODE = "userOccupancyCode"
_GENDERS = {"m": "male", "f": "female"}
_VEHICLE_CERTIFICATE = "vehicle_registration_certificate"


def clean_step1(values: Mapping[str, str]) -> dict[str, str]:
    return _clean(values, STEP1_PARAMETERS)


def clean_step2(values: Mapping[str, str]) -> dict[str, str]:
    """Return the filled text parameters of Step 2; files are not among them."""
    return _clean(values, PARAMETERS)


def step1_fields(values: Mapping[str, str]) -> dict[str, str]:
    """Return exactly the text parts of the Step 1 call."""
    return clean_step1(values)


def step2_fields(values: Mapping[str, str], options: Options) -> dict[str, str]:
    """Return exactly the text parts of the Step 2 call."""
    fields = clean_step2(values)
    if fields.get("idType") == _VEHICLE_CERTIFICATE:
        fields["idType"] = options.vehicle_certificate_value
    if options.occupancy_code_as_given and fields.get(_OCCUPANCY_CODE):
        fields[_OCCUPANCY_CODE] = _single_spaced(normalise(values[_OCCUPANCY_CODE]))
    return fields


def _clean(values: Mapping[str, str], parameters: tuple[Parameter, ...]) -> dict[str, str]:
    tidied = {parameter.name: _tidy(parameter, values.get(parameter.name)) for parameter in parameters}
    return {name: value for name, value in tidied.items() if value}


def _tidy(parameter: Parameter, value: str | None) -> str:
    if not value or parameter.is_file:
        return ""
    tidied = _tidier_of(parameter)(normalise(value))
    # Removing spaces or changing case can separate a letter from its accent.
    return unicodedata.normalize("NFC", tidied).strip()


def _tidier_of(parameter: Parameter) -> Callable[[str], str]:
    return _BY_NAME.get(parameter.name) or _BY_FORM.get(parameter.form) or _single_spaced


def _single_spaced(value: str) -> str:
    return " ".join(value.split())


def _unspaced(value: str) -> str:
    return "".join(value.split())


def _date(value: str) -> str:
    return iso_date(_single_spaced(value))


def _choice(value: str) -> str:
    spelled = _single_spaced(value).casefold()
    return _GENDERS.get(spelled, spelled)


def _id_type(value: str) -> str:
    spelled = _single_spaced(value).casefold()
    return _VEHICLE_CERTIFICATE if spelled.replace(" ", "_") == _VEHICLE_CERTIFICATE else spelled


def _license(value: str) -> str:
    """Return both forms of a licence number with the hyphens of the vendor's examples."""
    bare = _unspaced(value).replace("-", "")
    matched = LICENSE_DIGITS.fullmatch(bare) or LICENSE_REGION.fullmatch(bare)
    return "-".join(matched.groups()) if matched else _single_spaced(value)


def _occupancy_code(value: str) -> str:
    """Return the three digits of the code. The bank shows them in front of a name ("123test")."""
    matched = THREE_DIGITS.fullmatch(value)
    return matched.group(1) if matched else value


def _upper(value: str) -> str:
    return _unspaced(value).upper()


_BY_NAME: Mapping[str, Callable[[str], str]] = {
    "idType": _id_type,
    "identity_number": _upper,
    "document_number": lambda value: _single_spaced(value).upper(),
    "submissionId": str.strip,
    "userid": str.strip,
}
_BY_FORM: Mapping[Form, Callable[[str], str]] = {
    Form.DATE: _date,
    Form.COUNTRY: lambda value: country_code(_single_spaced(value)),
    Form.CHOICE: _choice,
    Form.LICENSE: _license,
    Form.SERIAL: _upper,
    Form.PLUS_CODE: _upper,
    Form.DIGITS: _occupancy_code,
    Form.EMAIL: _unspaced,
    Form.JSON: str.strip,
}
