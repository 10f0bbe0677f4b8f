"""Refusals by the vendor's application and by its gateway (contract 1, 5.3, 7 and 9).

The table of the current version was not available, so the rows are keyed by words of the messages seen. A row matches
if its key occurs in the code or the message. The more specific key comes first.
"""

from argos.codes.advice import table
from argos.words import N_

_OURS = N_("We need to correct something on our side first. One moment, please.")
_ADMIN = N_("Ask an administrator to check the project settings. The customer cannot correct this.")
_LATER = N_("One moment, please.")
_READ_BACK = N_("Refresh the ARGOS status and follow its record.")

ERROR = table(
    (
        "already processed",
        N_("ARGOS has already processed this submission."),
        N_("Your check is already in progress."),
        _READ_BACK,
    ),
    (
        "had submitted another kyc",
        N_("This e-mail has an approved submission already."),
        N_("Your identity was already checked. We will use that result."),
        N_("Find the customer's approved submission and use it."),
    ),
    (
        "missing required parameters for identity verification",
        N_("A value that this country and ID type need is missing."),
        N_("I need one more value from your ID."),
        N_("Fill in every field marked as required and send again."),
    ),
    (
        "missing required parameters",
        N_("A required value is missing."),
        N_("I need one more value from you."),
        N_("Check country, e-mail and ID type, fill in what is missing and send again."),
    ),
    (
        "missing address data parameters",
        N_("The project collects addresses and none was sent."),
        N_("I need your address as well."),
        N_("Look up or enter the address, then send again."),
    ),
    (
        "invalid or missing an address image",
        N_("The project asks for a proof of address, and none was usable."),
        N_("We need a photo of a bill or bank statement with your name and address."),
        N_("Add a clear JPEG or PNG of the proof of address and send again."),
    ),
    (
        "invalid id type",
        N_("ARGOS does not accept this ID type."),
        N_("Let me choose your ID type again."),
        N_("Choose the ID type again and send. Tell the administrator when the right one is refused."),
    ),
    (
        "invalid email address",
        N_("The e-mail address is not written like one."),
        N_("Could you spell your e-mail address for me?"),
        N_("Correct the e-mail address and send again."),
    ),
    (
        "id image processing error",
        N_("ARGOS could not process the ID image."),
        N_("We need to take your ID again."),
        N_("Take the ID again and send. Tell the administrator when it happens twice."),
    ),
    (
        "invalid id image",
        N_("ARGOS cannot use the ID image."),
        N_("We need to take your ID again."),
        N_("Take the ID again as a clear photograph and send."),
    ),
    (
        "invalid face image",
        N_("ARGOS cannot use the selfie."),
        N_("We need to take the photo of your face again."),
        N_("Take a new selfie and send."),
    ),
    (
        "invalid submission id",
        N_("ARGOS has no record of this submission, or its limit has passed."),
        N_("We need to start the check again."),
        N_("Refresh the ARGOS status and follow its record, or start a new submission with this data."),
    ),
    (
        "invalid api key",
        N_("Step 2 was sent with another API key than Step 1, or the key is not accepted."),
        _OURS,
        _ADMIN,
    ),
    ("api-key is required", N_("The request had no API key."), _OURS, _ADMIN),
    ("failed to find the project", N_("ARGOS does not know the project."), _OURS, _ADMIN),
    ("project not found", N_("ARGOS does not know the project."), _OURS, _ADMIN),
    ("project is not found", N_("ARGOS does not know the project."), _OURS, _ADMIN),
    (
        "admin is not registered",
        N_("The project's admin e-mail is not registered with ARGOS."),
        _OURS,
        N_("Ask the administrator to correct the reviewer's admin e-mail in the project, then decide again."),
    ),
    (
        "admin is required",
        N_("The project has no admin e-mail to decide under."),
        _OURS,
        N_("Ask the administrator to set the reviewer's admin e-mail in the project, then decide again."),
    ),
    (
        "only submissions in pending status",
        N_("The submission is no longer pending at ARGOS."),
        N_("Your check has moved on."),
        _READ_BACK,
    ),
    (
        "cannot be reviewed by client",
        N_("ARGOS decides on this submission."),
        _LATER,
        N_("Wait for the decision of ARGOS. Ask an administrator to check who reviews in this project."),
    ),
    (
        "reject comment is required",
        N_("A rejection needs a comment."),
        _LATER,
        N_("Write why it is rejected and decide again."),
    ),
    ("invalid status", N_("ARGOS could not read the decision."), _OURS, _ADMIN),
    (
        "decryption is failed",
        N_("Secure Data Transmission is on in the project. The portal does not support it."),
        _OURS,
        _ADMIN,
    ),
    (
        "invalid_bank_code",
        N_("ARGOS does not know the bank code."),
        N_("Which bank is your account with?"),
        N_("Select the bank again. Another bank counts as a failed verification."),
    ),
    (
        "failed to parse the input data",
        N_("ARGOS could not read the request."),
        _OURS,
        N_("Check the values for unusual characters and send again. Tell the administrator when it happens twice."),
    ),
    (
        "invalid data format",
        N_("ARGOS could not read the request."),
        _OURS,
        N_("Check the values for unusual characters and send again. Tell the administrator when it happens twice."),
    ),
    (
        "data processing error",
        N_("ARGOS failed to process the data."),
        _LATER,
        N_("Refresh the ARGOS status and follow its record. Send again if it has no record."),
    ),
    ("delete process fail", N_("ARGOS could not delete the submission."), _OURS, N_("Tell the administrator.")),
    ("not exist", N_("ARGOS does not have the requested record."), _OURS, _READ_BACK),
)

GATEWAY = table(
    (
        "bad_request",
        N_("The ARGOS gateway could not read the request."),
        _OURS,
        N_("Tell the administrator. Sending it again unchanged does not help."),
    ),
    (
        "forbidden_ip",
        N_("ARGOS refuses requests from this server's address."),
        _OURS,
        N_("Ask an administrator to add this server's address to the project's allow list in the ARGOS dashboard."),
    ),
    (
        "forbidden_key",
        N_("ARGOS refuses the project's API key, or the key does not permit this request."),
        _OURS,
        N_("Ask an administrator to check the API key, and with ARGOS whether it permits Step 1 and Step 2."),
    ),
    ("forbidden", N_("ARGOS refuses this project's requests."), _OURS, _ADMIN),
    (
        "project_closed",
        N_("The project is closed or suspended at ARGOS. Open it in the ARGOS dashboard, then resume processing."),
        _LATER,
        N_("Nothing is lost and no attempt was used. Tell an administrator; send again when processing is resumed."),
    ),
    (
        "emergency_stop",
        N_("The emergency stop is on at ARGOS. End it in the ARGOS dashboard, then resume processing."),
        _LATER,
        N_("Nothing is lost and no attempt was used. Tell an administrator; send again when processing is resumed."),
    ),
    (
        "too_large",
        N_("The request is larger than ARGOS accepts."),
        N_("We need to take the photos again."),
        N_("Take the images again, smaller: each must stay under 2 MB."),
    ),
    (
        "too_many_calls",
        N_("ARGOS accepts no more requests at the moment."),
        _LATER,
        N_("No action needed. The portal sends it again automatically."),
    ),
    (
        "undelivered",
        N_("ARGOS is unavailable."),
        _LATER,
        N_("No action needed. It was not delivered and used no attempt. The portal sends it again automatically."),
    ),
    (
        "server_error",
        N_("ARGOS failed. It is unknown whether the request was processed."),
        _LATER,
        N_("Do not send again. The portal is checking with ARGOS."),
    ),
    (
        "unknown",
        N_("No readable reply. The request may have been processed."),
        _LATER,
        N_("Do not send again. The portal is checking with ARGOS."),
    ),
    (
        "encrypted",
        N_("ARGOS sent an encrypted reply. The portal does not support it."),
        _OURS,
        N_("Ask an administrator to switch Secure Data Transmission off in the ARGOS dashboard."),
    ),
    ("not_configured", N_("The project lacks a setting that this request needs."), _OURS, _ADMIN),
)
