"""Refusals by the vendor's application and by its gateway. Contract 1, 5.3, 7 and 9.

The application's table for the current version was not available, so its rows are keyed by words of the messages seen;
a row fits when its key occurs in the code or the message. The more particular key comes first.
"""

from argos.codes.advice import table

_OURS = "Nothing is wrong on your side. We have to put something right first."
_ADMIN = "Ask the administrator to look at the project's settings. Nothing the customer can do helps."
_LATER = "Please bear with us for a moment."
_START_AGAIN = "Start a fresh submission from this one's data."
_READ_BACK = "Ask the vendor now, and go by what its record says."

ERROR = table(
    (
        "already processed",
        "The vendor has processed this submission already.",
        "Your check is already with us.",
        _READ_BACK,
    ),
    (
        "had submitted another kyc",
        "This e-mail has an approved submission already.",
        "You have been checked before. We will use that result.",
        "Look for the customer's approved submission and use that one.",
    ),
    (
        "missing required parameters for identity verification",
        "A value that this country and ID type need is missing.",
        "I need one more value from your ID.",
        "Fill in every field marked as required and send again.",
    ),
    (
        "missing required parameters",
        "A required value is missing.",
        "I need one more value from you.",
        "Check country, e-mail and ID type, fill in what is missing and send again.",
    ),
    (
        "missing address data parameters",
        "The project collects addresses and none was sent.",
        "I need your address as well.",
        "Look up the address, or type it in, and send again.",
    ),
    (
        "invalid or missing an address image",
        "The project asks for a proof of address, and none was usable.",
        "I need a picture of a bill or bank statement with your name and address.",
        "Add a clear JPEG or PNG of the proof of address and send again.",
    ),
    (
        "invalid id type",
        "The ID type is not one the vendor takes.",
        "Let me choose your ID type again.",
        "Choose the ID type again and send. Tell the administrator when the right one is refused.",
    ),
    (
        "invalid email address",
        "The e-mail address is not written like one.",
        "Could you spell your e-mail address for me?",
        "Correct the e-mail address and send again.",
    ),
    (
        "id image processing error",
        "The vendor could not work on the ID image.",
        "We have to take your ID again.",
        "Take the ID again and send. Tell the administrator when it happens twice.",
    ),
    (
        "invalid id image",
        "The ID image is not one the vendor can use.",
        "We have to take your ID again.",
        "Take the ID again as a clear photograph and send.",
    ),
    (
        "invalid face image",
        "The selfie is not an image the vendor can use.",
        "We have to take your selfie again.",
        "Take a new selfie and send.",
    ),
    (
        "invalid submission id",
        "The vendor does not know this submission, or its time has run out.",
        "We have to start the check again.",
        f"{_READ_BACK} {_START_AGAIN}",
    ),
    (
        "invalid api key",
        "Step 2 was sent with another key than Step 1, or the key is wrong.",
        _OURS,
        _ADMIN,
    ),
    ("api-key is required", "The call carried no key.", _OURS, _ADMIN),
    ("failed to find the project", "The vendor does not know the project.", _OURS, _ADMIN),
    ("project not found", "The vendor does not know the project.", _OURS, _ADMIN),
    ("project is not found", "The vendor does not know the project.", _OURS, _ADMIN),
    (
        "admin is not registered",
        "The project's admin e-mail is not registered with the vendor.",
        _OURS,
        "Ask the administrator to correct the reviewer's admin e-mail in the project, then decide again.",
    ),
    (
        "admin is required",
        "The project has no admin e-mail to decide under.",
        _OURS,
        "Ask the administrator to set the reviewer's admin e-mail in the project, then decide again.",
    ),
    (
        "only submissions in pending status",
        "The submission is no longer pending at the vendor.",
        "Your check has moved on.",
        _READ_BACK,
    ),
    (
        "cannot be reviewed by client",
        "The vendor keeps the decision on this one to itself.",
        _LATER,
        "Wait for the vendor's decision. Ask the administrator to check who reviews in this project.",
    ),
    (
        "reject comment is required",
        "A rejection needs a comment.",
        _LATER,
        "Write why it is rejected and decide again.",
    ),
    ("invalid status", "The vendor did not understand the verdict.", _OURS, _ADMIN),
    (
        "decryption is failed",
        "The project has encryption switched on, which this portal does not speak.",
        _OURS,
        _ADMIN,
    ),
    (
        "invalid_bank_code",
        "The bank code is not one the vendor knows.",
        "Which bank is your account with?",
        "Choose the bank again. A wrong one counts as a failed check.",
    ),
    (
        "failed to parse the input data",
        "The vendor could not read what was sent.",
        _OURS,
        "Check the values for unusual characters and send again. Tell the administrator when it happens twice.",
    ),
    (
        "invalid data format",
        "The vendor could not read what was sent.",
        _OURS,
        "Check the values for unusual characters and send again. Tell the administrator when it happens twice.",
    ),
    (
        "data processing error",
        "The vendor failed while working on the data.",
        _LATER,
        f"{_READ_BACK} Send again when nothing was recorded.",
    ),
    ("delete process fail", "The vendor could not delete the submission.", _OURS, "Tell the administrator."),
    ("not exist", "The vendor does not have what was asked for.", _OURS, _READ_BACK),
)

GATEWAY = table(
    (
        "bad_request",
        "The vendor's gateway could not read the call.",
        _OURS,
        "Tell the administrator. Sending it again unchanged does not help.",
    ),
    (
        "forbidden_ip",
        "The vendor refuses calls from this server's address.",
        _OURS,
        "Ask the administrator to add this server's address to the project's allow list in the vendor's dashboard.",
    ),
    (
        "forbidden_key",
        "The vendor refuses the project's key, or the key may not make this call.",
        _OURS,
        "Ask the administrator to check the key, and with the vendor that it may call Step 1 and Step 2.",
    ),
    ("forbidden", "The vendor refuses this project's calls.", _OURS, _ADMIN),
    (
        "too_large",
        "What was sent is larger than the vendor takes.",
        "We have to take the pictures again.",
        "Take the images again, smaller: each must stay under 2 MB.",
    ),
    (
        "too_many_calls",
        "The vendor takes no more calls at the moment.",
        _LATER,
        "Nothing to do: it is sent again by itself.",
    ),
    (
        "undelivered",
        "The vendor could not be reached.",
        _LATER,
        "Nothing to do: it was not delivered, cost no try and is sent again by itself.",
    ),
    (
        "server_error",
        "The vendor failed, and does not say whether the call was processed.",
        _LATER,
        "Do not start again. The portal asks the vendor what it has and tells you.",
    ),
    (
        "unknown",
        "No readable reply came, so the call may or may not have been processed.",
        _LATER,
        "Do not start again. The portal asks the vendor what it has and tells you.",
    ),
    (
        "encrypted",
        "The vendor answered in its encrypted form, which this portal does not speak.",
        _OURS,
        "Ask the administrator to switch Secure Data Transmission off in the vendor's dashboard.",
    ),
    ("not_configured", "The project lacks a setting that this call needs.", _OURS, _ADMIN),
)
