"""The vendor's tables, written from its pages: ID types, parameters, and the data that each document must send.

They are not taken from the client's tables, so that a misreading on either side shows.
"""

STEP1_ID_TYPES = frozenset(
    {
        "passport",
        "government_id",
        "drivers_license",
        "residence_permit",
        "visa",
        "vehicle_registration_certificate",
        "aadhaar",
        "pancard",
        "universal",
    }
)
# Step 2's page prints a space where Step 1's prints an underscore; it is unknown which one the vendor accepts.
STEP2_VEHICLE = ("vehicle_registration certificate", "vehicle_registration_certificate")
STEP2_ID_TYPES = STEP1_ID_TYPES - {"universal", "vehicle_registration_certificate"}

STEP1_PARAMETERS = frozenset(
    {"issuingCountry", "email", "idType", "submissionId", "userid", "cf1", "cf2", "cf3", "customOptions"}
)
STEP1_FILES = frozenset({"idImage", "idBackImage"})
STEP2_PARAMETERS = frozenset(
    {
        *("submissionId", "name", "date_of_birth", "gender", "nationality", "identity_number", "license_number"),
        *("document_number", "serial_number", "date_of_issue", "date_of_expiry", "address_street", "address_city"),
        *("address_state", "address_country", "address_zipcode", "globalCode", "compoundCode", "formatted_address"),
        *("address_input", "address_detail", "userOccupancyCode", "userOccupancyName", "idType"),
    }
)
STEP2_FILES = frozenset({"faceImage", "addressImage"})
DATES = ("date_of_birth", "date_of_issue", "date_of_expiry")
ADDRESS_CODES = ("globalCode", "compoundCode", "formatted_address")
ALWAYS = frozenset({"name", "date_of_birth"})  # beside submissionId and faceImage

# "Authentication Input Data" of the Step 2 page, spelled as its input table spells the parameters.
_NORTH_AMERICAN_LICENCE = frozenset(
    {"name", "date_of_birth", "gender", "date_of_expiry", "date_of_issue", "document_number"}
)
AUTHENTICATION = {
    ("KOR", "government_id"): frozenset({"name", "date_of_birth", "identity_number"}),
    ("KOR", "drivers_license"): frozenset({"date_of_birth", "license_number", "serial_number"}),
    ("KOR", "passport"): frozenset({"name", "date_of_birth", "document_number", "date_of_issue", "date_of_expiry"}),
    ("KOR", "residence_permit"): frozenset({"identity_number", "date_of_issue"}),
    ("USA", "drivers_license"): _NORTH_AMERICAN_LICENCE,
    ("CAN", "drivers_license"): _NORTH_AMERICAN_LICENCE,
    ("MEX", "drivers_license"): _NORTH_AMERICAN_LICENCE,
}
MAX_IMAGE = 2 * 1024 * 1024  # Assumption: whether "2mb" means 2,000,000 is unknown.
