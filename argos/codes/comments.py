"""The vendor's own text for each reject code (contract 5.4), sent as `rejectComment` when a reviewer uses the code."""

from collections.abc import Mapping

from argos.words import N_

REJECT_COMMENTS: Mapping[str, str] = {
    "id_image_invalidImage": N_("ID document not detected. Please take a clear picture of your ID document."),
    "id_image_invalidId": N_("Invalid ID document. Please resubmit with a valid ID document."),
    "id_image_error": N_("Failed to upload the ID image. Please retry the KYC process."),
    "id_image_badImage": N_("Unable to read the ID image. Please ensure the image is clear and resubmit."),
    "id_info_dataMismatch": N_("Entered information does not match the ID document."),
    "id_info_blacklist": N_("KYC is not accepted from country as per policy."),
    "id_info_notOfAge": N_("KYC is not accepted for individuals under 13 years old."),
    "duplicate_user": N_("A user has been duplicated as a result of identification."),
    "duplicated_face": N_("A duplicate user has been identified through face matching."),
    "too_many_retry": N_("Multiple invalid KYC attempts detected."),
    "blacklistCountry": N_("KYC is not accepted from country as per policy."),
    "under_ageLimit": N_("KYC is not accepted for individuals under 13 years old."),
    "invalid_acceptedID": N_(
        "Invalid ID type. Please resubmit with a valid ID document. Refer to the submission page for accepted IDs."
    ),
    "no-date-of-birth": N_("There is no date of birth information on the ID."),
    "expired_id": N_("ID cards have already expired."),
    "address_image_invalidImage": N_(
        "Invalid proof of address. It must include your full name and address. "
        "Examples: utility bill, bank statement, residency certificate."
    ),
    "address_image_error": N_("Failed to upload the proof of address image. Please retry."),
    "address_image_badImage": N_(
        "Unable to read the proof of address image. Please ensure the image is clear and resubmit."
    ),
    "address_info_expiredDocument": N_("Proof of address is expired. It must be issued within the last 6 months."),
    "address_info_dataMismatch": N_("Entered information does not match the proof of address."),
}
