"""Retry codes: the vendor asks for another image, and an attempt is used (contract 5.1 and 5.2). Both lists are open.

The vendor's page for these is client-guide-1/getting-started-1/retry-error-reject-codes.
"""

from argos.codes.advice import table
from argos.codes.for_customers import (
    BARCODE,
    BOTTOM_LINES,
    CLEAR,
    FACE,
    LIVE_PERSON,
    NO_REFLECTION,
    ONE_ID,
    ORIGINAL,
    VALID_ID,
)
from argos.words import N_

_RETAKE = N_("Retake the ID with all four corners in the image. Check that this line is readable on the screen.")
_BOTH = N_("Take front and back again from the one ID in the customer's hand.")
_HOLD = N_("Retake the ID from the original. If the customer has only a copy, ask a manager.")

STEP1 = table(
    (
        "mrz_protocol_fail",
        N_("The lines of letters and arrows at the bottom of the ID could not be read in full."),
        BOTTOM_LINES,
        N_("Take the ID again with the bottom lines complete, sharp and without glare."),
    ),
    (
        "barcode_protocol_fail",
        N_("The barcode on the back of the licence could not be read."),
        BARCODE,
        N_("Take the back again, close and straight, with the barcode sharp to its edges."),
    ),
    ("invalid_back_document", N_("Front and back do not belong to the same ID."), ONE_ID, _BOTH),
    ("document_country_mismatch", N_("Front and back were issued by different countries."), ONE_ID, _BOTH),
    (
        "document_expired",
        N_("The ID has expired."),
        VALID_ID,
        N_("Ask for a valid ID. Sending this one again uses another attempt."),
    ),
    ("document_name_mismatch", N_("The names on front and back differ."), ONE_ID, _BOTH),
    ("document_dob_mismatch", N_("The dates of birth on front and back differ."), ONE_ID, _BOTH),
    ("missing_expiry_date", N_("The expiry date is missing or covered in the image."), CLEAR, _RETAKE),
    ("missing_issue_date", N_("The issue date is missing or covered in the image."), CLEAR, _RETAKE),
    ("missing_birth_date", N_("The date of birth is missing or covered in the image."), CLEAR, _RETAKE),
    (
        "missing_document_number",
        N_("The document number is missing or covered in the image."),
        CLEAR,
        _RETAKE,
    ),
    (
        "missing_personal_number",
        N_("The identity number is missing or covered in the image."),
        CLEAR,
        _RETAKE,
    ),
    ("missing_name", N_("The name is missing or covered in the image."), CLEAR, _RETAKE),
    (
        "glare_detected",
        N_("Light is reflected on the ID and hides part of it."),
        NO_REFLECTION,
        N_("Take the ID again without a bright spot. Switch the flash off."),
    ),
    ("recaptured_document", N_("The image shows an ID on a screen, not the original."), ORIGINAL, _HOLD),
    ("screen_detected", N_("The image was taken from a screen."), ORIGINAL, _HOLD),
)

STEP2 = table(
    (
        "face_compare_underscore",
        N_("The face on the selfie was not found to be the face on the ID."),
        FACE,
        N_(
            "Make sure that the customer is the person on the ID, then take a new selfie. "
            "Do not send the same one again."
        ),
    ),
    (
        "liveness_error",
        N_("ARGOS could not confirm a live person. See its message for the cause."),
        LIVE_PERSON,
        N_("Take a new selfie of the person, not of a photo, with a large face away from the borders."),
    ),
)
