"""Retry codes: the vendor wants another image, and a try is spent. Contract 5.1 and 5.2; both lists are open-ended.

The vendor's own page for these is client-guide-1/getting-started-1/retry-error-reject-codes.
"""

from argos.codes.advice import table

_CLEAR = "Please lay the ID flat in good light and hold the camera still, so that every line is sharp."
_RETAKE = "Take the ID again with all four corners in the picture, then check that this line can be read on the screen."
_ONE_ID = "Please show the front and the back of the same ID."
_BOTH = "Take front and back again from the one ID in the customer's hand."
_PHYSICAL = "We need the ID itself, not a picture of it on a screen or on paper."
_HOLD = "Take the ID again from the real card. If the customer has only a copy, stop here and ask a manager."

STEP1 = table(
    (
        "mrz_protocol_fail",
        "The lines of letters and arrows at the bottom of the ID could not be read in full.",
        "Please show the whole page, with the two printed lines at the bottom.",
        "Take the ID again with the bottom lines complete, sharp and without glare.",
    ),
    (
        "barcode_protocol_fail",
        "The barcode on the back of the licence could not be read.",
        "Please show the back of the licence, with the whole barcode.",
        "Take the back again, close and straight, with the barcode sharp to its edges.",
    ),
    ("invalid_back_document", "Front and back do not belong to the same ID.", _ONE_ID, _BOTH),
    ("document_country_mismatch", "Front and back were issued by different countries.", _ONE_ID, _BOTH),
    (
        "document_expired",
        "The ID has expired.",
        "This ID is no longer valid. Do you have another one that is?",
        "Ask for a valid ID. Do not send this one again: it would cost another try.",
    ),
    ("document_name_mismatch", "The names on front and back differ.", _ONE_ID, _BOTH),
    ("document_dob_mismatch", "The dates of birth on front and back differ.", _ONE_ID, _BOTH),
    ("missing_expiry_date", "The expiry date was not found on the picture, or is covered.", _CLEAR, _RETAKE),
    ("missing_issue_date", "The issue date was not found on the picture, or is covered.", _CLEAR, _RETAKE),
    ("missing_birth_date", "The date of birth was not found on the picture, or is covered.", _CLEAR, _RETAKE),
    ("missing_document_number", "The document number was not found on the picture, or is covered.", _CLEAR, _RETAKE),
    ("missing_personal_number", "The identity number was not found on the picture, or is covered.", _CLEAR, _RETAKE),
    ("missing_name", "The name was not found on the picture, or is covered.", _CLEAR, _RETAKE),
    (
        "glare_detected",
        "Light is reflected on the ID and hides part of it.",
        "Please tilt the ID a little, so that no lamp or window shines on it.",
        "Take the ID again without a bright spot. Switch the flash off.",
    ),
    ("recaptured_document", "The picture shows an ID on a screen, not the ID itself.", _PHYSICAL, _HOLD),
    ("screen_detected", "The picture was taken from a screen.", _PHYSICAL, _HOLD),
)

STEP2 = table(
    (
        "face_compare_underscore",
        "The face on the selfie was not found to be the face on the ID.",
        "Please look straight into the camera, in even light, without glasses, hat or mask.",
        "Make sure that the customer is the person on the ID, then take a new selfie. Do not send the same one again.",
    ),
    (
        "liveness_error",
        "The vendor could not tell that a live person stood before the camera. The message says what disturbed it.",
        "Please take the selfie again yourself: whole face, some space around it, even light.",
        "Take a new selfie of the person, not of a picture, with the face large and clear of the borders.",
    ),
)
