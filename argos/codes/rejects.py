"""Reject codes: the vendor's final no, in `kyc.commentCode` and in the webhook. Contract 5.4; an open-ended list."""

from argos.codes.advice import table

_CLOSED = "Close this one. A fresh submission may be started"
_OTHER_ID = f"{_CLOSED} with another picture of the ID."
_POLICY = "Close this one. Company policy decides this: do not try again with the same person."
_DUPLICATE = "Look for the customer's other submission and use that one. Ask an officer when there is none."
_NEUTRAL = "We could not complete the check. We will tell you what comes next."
_NEW_ADDRESS = f"{_CLOSED} with another proof of address."

REJECT = table(
    (
        "id_image_invalidImage",
        "No ID was found on the picture.",
        "The picture did not show your ID. We need to take it again.",
        _OTHER_ID,
    ),
    (
        "id_image_invalidId",
        "The ID is not one that is accepted.",
        "We cannot accept this ID. Do you have another one?",
        f"{_CLOSED} with a valid ID.",
    ),
    (
        "id_image_error",
        "The ID image did not reach the vendor whole.",
        "Something went wrong on the way. We need to take your ID again.",
        _OTHER_ID,
    ),
    (
        "id_image_badImage",
        "The ID image could not be read.",
        "The picture of your ID was not clear enough. We need to take it again.",
        _OTHER_ID,
    ),
    (
        "id_info_dataMismatch",
        "The confirmed data differ from what the ID says.",
        "Something we entered is not what your ID says. Let us go through it again.",
        f"{_CLOSED}; read every value back to the customer from the ID.",
    ),
    ("id_info_blacklist", "The issuing country is not accepted by the project's policy.", _NEUTRAL, _POLICY),
    ("id_info_notOfAge", "The person is younger than the project's policy allows.", _NEUTRAL, _POLICY),
    ("duplicate_user", "The same person has been identified before.", _NEUTRAL, _DUPLICATE),
    (
        "duplicated_user_PII_exact",
        "The same personal data belong to an earlier submission.",
        _NEUTRAL,
        _DUPLICATE,
    ),
    ("duplicated_face", "The same face belongs to an earlier submission.", _NEUTRAL, _DUPLICATE),
    (
        "too_many_retry",
        "All tries were used and none was accepted.",
        "The check did not work this time. We can start again from the beginning.",
        f"{_CLOSED}: in better light, with a new selfie, after checking that ID and person match.",
    ),
    ("blacklistCountry", "The issuing country is not accepted by the project's policy.", _NEUTRAL, _POLICY),
    ("under_ageLimit", "The person is younger than the project's policy allows.", _NEUTRAL, _POLICY),
    (
        "invalid_acceptedID",
        "This type of ID is not accepted by the project.",
        "We cannot accept this kind of ID. Do you have another one?",
        f"{_CLOSED} with an ID type that the project accepts.",
    ),
    (
        "no-date-of-birth",
        "The ID carries no date of birth.",
        "We need an ID that shows your date of birth.",
        f"{_CLOSED} with an ID that shows it.",
    ),
    (
        "expired_id",
        "The ID has expired.",
        "This ID is no longer valid. Do you have another one that is?",
        f"{_CLOSED} with a valid ID.",
    ),
    (
        "automatic_verification_fail",
        "The images or data were not good enough for the automatic check.",
        "The pictures were not clear enough. We need to take them again.",
        f"{_CLOSED} with better pictures of ID and face.",
    ),
    (
        "address_image_invalidImage",
        "The proof of address does not show full name and address.",
        "We need a bill, bank statement or certificate with your full name and address on it.",
        _NEW_ADDRESS,
    ),
    (
        "address_image_error",
        "The proof of address did not reach the vendor whole.",
        "Something went wrong on the way. We need your proof of address again.",
        _NEW_ADDRESS,
    ),
    (
        "address_image_badImage",
        "The proof of address could not be read.",
        "The picture of your proof of address was not clear enough.",
        _NEW_ADDRESS,
    ),
    (
        "address_info_expiredDocument",
        "The proof of address is more than six months old.",
        "We need a proof of address from the last six months.",
        _NEW_ADDRESS,
    ),
    (
        "address_info_dataMismatch",
        "The address entered differs from the proof of address.",
        "The address we entered is not the one on your document. Let us go through it again.",
        f"{_CLOSED}; copy the address from the document.",
    ),
    (
        "timeout",
        "The 24 hours ran out before there was a result.",
        "The check took too long and has to start again. I am sorry for the trouble.",
        f"{_CLOSED} from this one's data.",
    ),
    (
        "other",
        "A reviewer rejected it and wrote down why.",
        _NEUTRAL,
        "Read the reviewer's comment. Ask an officer when it does not say what to do.",
    ),
)
