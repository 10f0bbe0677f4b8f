"""Reject codes: the vendor's final rejection, in `kyc.commentCode` and in the webhook (contract 5.4).

The list is open.
"""

from argos.codes.advice import table
from argos.words import N_

_OTHER_ID = N_("Start a new submission with another image of the ID.")
_POLICY = N_("Company policy. Do not start another submission for this person.")
_DUPLICATE = N_("Find the customer's other submission and use it. If there is none, ask a compliance officer.")
_NEUTRAL = N_("We could not complete the check. We will contact you about the next step.")
_NEW_ADDRESS = N_("Start a new submission with another proof of address.")

REJECT = table(
    (
        "id_image_invalidImage",
        N_("No ID was found in the image."),
        N_("Your ID was not in the photo. We need to take it again."),
        _OTHER_ID,
    ),
    (
        "id_image_invalidId",
        N_("The ID is not one that is accepted."),
        N_("We cannot accept this ID. Do you have another one?"),
        N_("Start a new submission with a valid ID."),
    ),
    (
        "id_image_error",
        N_("The ID image did not reach ARGOS completely."),
        N_("A technical problem occurred. We need to take your ID again."),
        _OTHER_ID,
    ),
    (
        "id_image_badImage",
        N_("The ID image could not be read."),
        N_("The photo of your ID was not clear. We need a new one."),
        _OTHER_ID,
    ),
    (
        "id_info_dataMismatch",
        N_("The confirmed details differ from the ID."),
        N_("What we entered differs from your ID. Let us check it together."),
        N_("Start a new submission and confirm every value of the ID with the customer."),
    ),
    ("id_info_blacklist", N_("The issuing country is not accepted by the project's policy."), _NEUTRAL, _POLICY),
    ("id_info_notOfAge", N_("The person is younger than the project's policy allows."), _NEUTRAL, _POLICY),
    ("duplicate_user", N_("The same person has been identified before."), _NEUTRAL, _DUPLICATE),
    (
        "duplicated_user_PII_exact",
        N_("The same personal data belong to an earlier submission."),
        _NEUTRAL,
        _DUPLICATE,
    ),
    ("duplicated_face", N_("The same face belongs to an earlier submission."), _NEUTRAL, _DUPLICATE),
    (
        "too_many_retry",
        N_("All attempts were used and no image was accepted."),
        N_("The check did not work this time. We can start again."),
        N_("Check that ID and person match, then start a new submission in better light with a new selfie."),
    ),
    ("blacklistCountry", N_("The issuing country is not accepted by the project's policy."), _NEUTRAL, _POLICY),
    ("under_ageLimit", N_("The person is younger than the project's policy allows."), _NEUTRAL, _POLICY),
    (
        "invalid_acceptedID",
        N_("This type of ID is not accepted by the project."),
        N_("We cannot accept this type of ID. Do you have another?"),
        N_("Start a new submission with an ID type that the project accepts."),
    ),
    (
        "no-date-of-birth",
        N_("The ID carries no date of birth."),
        N_("We need an ID that shows your date of birth."),
        N_("Start a new submission with an ID that shows it."),
    ),
    (
        "expired_id",
        N_("The ID has expired."),
        N_("This ID is no longer valid. Do you have another one that is?"),
        N_("Start a new submission with a valid ID."),
    ),
    (
        "automatic_verification_fail",
        N_("The images or data were not good enough for the automatic check."),
        N_("The photos were not clear enough. We need to take them again."),
        N_("Start a new submission with clearer images of the ID and the face."),
    ),
    (
        "address_image_invalidImage",
        N_("The proof of address does not show full name and address."),
        N_("We need a document with your full name and address."),
        _NEW_ADDRESS,
    ),
    (
        "address_image_error",
        N_("The proof of address did not reach ARGOS completely."),
        N_("A technical problem occurred. We need your proof of address again."),
        _NEW_ADDRESS,
    ),
    (
        "address_image_badImage",
        N_("The proof of address could not be read."),
        N_("The photo of your proof of address was not clear."),
        _NEW_ADDRESS,
    ),
    (
        "address_info_expiredDocument",
        N_("The proof of address is more than six months old."),
        N_("We need a document from the last 6 months."),
        _NEW_ADDRESS,
    ),
    (
        "address_info_dataMismatch",
        N_("The address entered differs from the proof of address."),
        N_("The address differs from your document. Let us check it together."),
        N_("Start a new submission and enter the address as shown on the document."),
    ),
    (
        "timeout",
        N_("The 24 hours ran out before there was a result."),
        N_("The time limit passed. We are sorry; we can start again."),
        N_("Start a new submission with this data."),
    ),
    (
        "other",
        N_("A reviewer rejected it and wrote down why."),
        _NEUTRAL,
        N_("Read the reviewer's comment. Ask a compliance officer if the next step is unclear."),
    ),
)
