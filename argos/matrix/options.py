"""The settings of a vendor project that decide the content of Step 1 and Step 2, and the vendor's fixed choices."""

from dataclasses import dataclass

GENDERS = ("male", "female")
ADDRESS_CODES = ("globalCode", "compoundCode", "formatted_address")
STRUCTURED_ADDRESS = ("address_street", "address_city", "address_state", "address_country", "address_zipcode")
OCCUPANCY = ("userOccupancyCode", "userOccupancyName")
NOT_ON_THE_ID = frozenset({*STRUCTURED_ADDRESS, *OCCUPANCY})

# The values of Step 1; `universal` only in a project with universal mode, and never at Step 2.
ID_TYPES = (
    "passport",
    "government_id",
    "drivers_license",
    "residence_permit",
    "visa",
    "vehicle_registration_certificate",
    "aadhaar",
    "pancard",
    "universal",
)
STEP2_ID_TYPES = tuple(id_type for id_type in ID_TYPES if id_type != "universal")


@dataclass(frozen=True)
class Options:
    """The independent settings of the vendor's dashboard or of the company's own policy."""

    address_codes: bool = False  # at least one of globalCode, compoundCode, formatted_address
    address_image: bool = False
    structured_address: bool = False
    structured_address_required: bool = True  # the page marks its fields neither required nor optional
    typed_address_required: bool = False
    detail_required: bool = False
    id_authentication: bool = True  # the Authentication table's rows
    account_occupancy: bool = False  # Korean 1-won check
    # The page says "3-digit" and gives the example "123test": the three digits alone, or the text as entered.
    occupancy_code_as_given: bool = False
    universal_mode: bool = False
    # With a space at Step 2, as the vendor's page prints it; with underscores at Step 1.
    vehicle_certificate_value: str = "vehicle_registration certificate"


def id_types_for(country: str, options: Options) -> tuple[str, ...]:
    """Return the ID types that Step 1 takes for an issuing country ("": not chosen yet), in the order of the form."""
    missing = set() if country == "IND" else {"aadhaar", "pancard"}
    if country == "KOR" or not options.universal_mode:
        missing.add("universal")
    return tuple(id_type for id_type in ID_TYPES if id_type not in missing)


def id_types_by_country(options: Options) -> dict[str, tuple[str, ...]]:
    """Return the ID types by issuing country; "" is every country without types of its own."""
    return {country: id_types_for(country, options) for country in ("", "KOR", "IND")}
