"""All parameters of Step 1 and Step 2, one per row, with format and the condition that shows it.

`rules` says which of them a document *requires*; `formats` checks whether a value is valid. The vendor's page spells
some names differently in its Authentication table and its text; this table follows the input table.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from argos.matrix.options import GENDERS, ID_TYPES, STEP2_ID_TYPES, Options

STEP1_PAGE = "argos-kyc.gitbook.io/client-guide-1/getting-started-1/submit-via-api/post-submission-step-1"
STEP2_PAGE = "argos-kyc.gitbook.io/client-guide-1/getting-started-1/submit-via-api/post-submission-step-2"


class Form(StrEnum):
    REFERENCE = "reference"  # set by the portal, never typed
    STRING = "string"
    DATE = "date"  # YYYY-MM-DD
    FILE = "file"  # JPEG or PNG, 2 MB at most
    CHOICE = "choice"
    COUNTRY = "country"  # alpha-3
    EMAIL = "email"
    JSON = "json"  # a serialized object
    PLUS_CODE = "plus_code"  # Open Location Code, full
    SHORT_PLUS_CODE = "short_plus_code"  # short code and locality
    LICENSE = "license"  # Korean driver's licence
    SERIAL = "serial"  # six letters or digits
    DIGITS = "digits"  # three


@dataclass(frozen=True)
class Case:
    """The input of a condition: the document and the project's settings."""

    country: str
    id_type: str
    options: Options
    id_type_unknown: bool = False

    @property
    def is_korean(self) -> bool:
        return self.country == "KOR"


class Shown(StrEnum):
    """The condition under which a parameter appears, in words; `CONDITIONS` implements it."""

    ALWAYS = "always"
    RETRY = "only when Step 1 is repeated"
    KOREAN = "IDs issued by South Korea"
    KOREAN_LICENSE = "South Korean driver's licences"
    NUMBERED = "documents with a number of their own"
    ISSUED = "documents that carry an issue date"
    EXPIRING = "documents that carry an expiry date"
    ADDRESS_CODES = "projects that collect address codes"
    TYPED_ADDRESS = "projects that collect address codes or require the typed address"
    ADDRESS_DETAIL = "projects that collect address codes or require the address detail"
    STRUCTURED = "projects that collect a structured address"
    ADDRESS_IMAGE = "projects that collect an address document"
    OCCUPANCY = "projects with the 1-won account check"
    TYPE_UNKNOWN = 'universal mode, when Step 1 gave the ID type "any"'


_KOREAN_NUMBERED = ("government_id", "drivers_license", "residence_permit")  # by identity or licence number
_WITHOUT_DATES = ("aadhaar", "pancard")

CONDITIONS: Mapping[Shown, Callable[[Case], bool]] = {
    Shown.ALWAYS: lambda case: True,
    Shown.RETRY: lambda case: True,
    Shown.KOREAN: lambda case: case.is_korean,
    Shown.KOREAN_LICENSE: lambda case: case.is_korean and case.id_type == "drivers_license",
    Shown.NUMBERED: lambda case: not (case.is_korean and case.id_type in _KOREAN_NUMBERED),
    Shown.ISSUED: lambda case: case.id_type not in _WITHOUT_DATES,
    Shown.EXPIRING: lambda case: (
        case.id_type not in _WITHOUT_DATES and not (case.is_korean and case.id_type == "government_id")
    ),
    Shown.ADDRESS_CODES: lambda case: case.options.address_codes,
    Shown.TYPED_ADDRESS: lambda case: case.options.address_codes or case.options.typed_address_required,
    Shown.ADDRESS_DETAIL: lambda case: case.options.address_codes or case.options.detail_required,
    Shown.STRUCTURED: lambda case: case.options.structured_address,
    Shown.ADDRESS_IMAGE: lambda case: case.options.address_image,
    Shown.OCCUPANCY: lambda case: case.options.account_occupancy,
    Shown.TYPE_UNKNOWN: lambda case: case.id_type_unknown,
}


@dataclass(frozen=True)
class Parameter:
    name: str  # as it is sent
    form: Form
    shown: Shown
    always_required: bool = False
    choices: tuple[str, ...] = ()
    step: int = 2
    source: str = STEP2_PAGE

    @property
    def is_file(self) -> bool:
        return self.form is Form.FILE

    def is_shown(self, case: Case) -> bool:
        return CONDITIONS[self.shown](case)


PARAMETERS: tuple[Parameter, ...] = (
    Parameter("submissionId", Form.REFERENCE, Shown.ALWAYS, always_required=True),
    Parameter("faceImage", Form.FILE, Shown.ALWAYS, always_required=True),
    Parameter("idType", Form.CHOICE, Shown.TYPE_UNKNOWN, choices=STEP2_ID_TYPES),
    Parameter("name", Form.STRING, Shown.ALWAYS, always_required=True),
    Parameter("date_of_birth", Form.DATE, Shown.ALWAYS, always_required=True),
    Parameter("gender", Form.CHOICE, Shown.ALWAYS, choices=GENDERS),
    Parameter("nationality", Form.COUNTRY, Shown.ALWAYS),
    Parameter("identity_number", Form.STRING, Shown.KOREAN),
    Parameter("license_number", Form.LICENSE, Shown.KOREAN_LICENSE),
    Parameter("serial_number", Form.SERIAL, Shown.KOREAN_LICENSE),
    Parameter("document_number", Form.STRING, Shown.NUMBERED),
    Parameter("date_of_issue", Form.DATE, Shown.ISSUED),
    Parameter("date_of_expiry", Form.DATE, Shown.EXPIRING),
    Parameter("globalCode", Form.PLUS_CODE, Shown.ADDRESS_CODES),
    Parameter("compoundCode", Form.SHORT_PLUS_CODE, Shown.ADDRESS_CODES),
    Parameter("formatted_address", Form.STRING, Shown.ADDRESS_CODES),
    Parameter("address_input", Form.STRING, Shown.TYPED_ADDRESS),
    Parameter("address_detail", Form.STRING, Shown.ADDRESS_DETAIL),
    Parameter("address_street", Form.STRING, Shown.STRUCTURED),
    Parameter("address_city", Form.STRING, Shown.STRUCTURED),
    Parameter("address_state", Form.STRING, Shown.STRUCTURED),
    Parameter("address_country", Form.COUNTRY, Shown.STRUCTURED),
    Parameter("address_zipcode", Form.STRING, Shown.STRUCTURED),
    Parameter("addressImage", Form.FILE, Shown.ADDRESS_IMAGE),
    Parameter("userOccupancyCode", Form.DIGITS, Shown.OCCUPANCY),
    Parameter("userOccupancyName", Form.STRING, Shown.OCCUPANCY),
)


def _step1(name: str, form: Form, *, required: bool = False, choices: tuple[str, ...] = ()) -> Parameter:
    return Parameter(name, form, Shown.ALWAYS, required, choices, step=1, source=STEP1_PAGE)


STEP1_PARAMETERS: tuple[Parameter, ...] = (
    _step1("issuingCountry", Form.COUNTRY, required=True),
    _step1("idType", Form.CHOICE, required=True, choices=ID_TYPES),
    _step1("email", Form.EMAIL, required=True),
    _step1("idImage", Form.FILE, required=True),
    _step1("idBackImage", Form.FILE),
    Parameter("submissionId", Form.REFERENCE, Shown.RETRY, step=1, source=STEP1_PAGE),
    _step1("userid", Form.REFERENCE),
    _step1("cf1", Form.STRING),
    _step1("cf2", Form.STRING),
    _step1("cf3", Form.STRING),
    _step1("customOptions", Form.JSON),
)
