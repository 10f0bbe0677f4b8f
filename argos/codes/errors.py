"""Refusals by the vendor's application and by its gateway. Contract 1, 5.3, 7 and 9.

The application's table for the current version was not available, so its rows are keyed by words of the messages seen;
a row fits when its key occurs in the code or the message. The more particular key comes first.
"""

from argos.codes.advice import table
from argos.words import N_

_OURS = N_("Nothing is wrong on your side. We have to put something right first.")
_ADMIN = N_("Ask the administrator to look at the project's settings. Nothing the customer can do helps.")
_LATER = N_("Please bear with us for a moment.")
_READ_BACK = N_("Ask the vendor now, and go by what its record says.")

ERROR = table(
    (
        "already processed",
        N_("The vendor has processed this submission already."),
        N_("Your check is already with us."),
        _READ_BACK,
    ),
    (
        "had submitted another kyc",
        N_("This e-mail has an approved submission already."),
        N_("You have been checked before. We will use that result."),
        N_("Look for the customer's approved submission and use that one."),
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
        N_("Look up the address, or type it in, and send again."),
    ),
    (
        "invalid or missing an address image",
        N_("The project asks for a proof of address, and none was usable."),
        N_("I need a picture of a bill or bank statement with your name and address."),
        N_("Add a clear JPEG or PNG of the proof of address and send again."),
    ),
    (
        "invalid id type",
        N_("The ID type is not one the vendor takes."),
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
        N_("The vendor could not work on the ID image."),
        N_("We have to take your ID again."),
        N_("Take the ID again and send. Tell the administrator when it happens twice."),
    ),
    (
        "invalid id image",
        N_("The ID image is not one the vendor can use."),
        N_("We have to take your ID again."),
        N_("Take the ID again as a clear photograph and send."),
    ),
    (
        "invalid face image",
        N_("The selfie is not an image the vendor can use."),
        N_("We have to take your selfie again."),
        N_("Take a new selfie and send."),
    ),
    (
        "invalid submission id",
        N_("The vendor does not know this submission, or its time has run out."),
        N_("We have to start the check again."),
        N_("Ask the vendor now, and go by what its record says. Start a fresh submission from this one's data."),
    ),
    (
        "invalid api key",
        N_("Step 2 was sent with another key than Step 1, or the key is wrong."),
        _OURS,
        _ADMIN,
    ),
    ("api-key is required", N_("The call carried no key."), _OURS, _ADMIN),
    ("failed to find the project", N_("The vendor does not know the project."), _OURS, _ADMIN),
    ("project not found", N_("The vendor does not know the project."), _OURS, _ADMIN),
    ("project is not found", N_("The vendor does not know the project."), _OURS, _ADMIN),
    (
        "admin is not registered",
        N_("The project's admin e-mail is not registered with the vendor."),
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
        N_("The submission is no longer pending at the vendor."),
        N_("Your check has moved on."),
        _READ_BACK,
    ),
    (
        "cannot be reviewed by client",
        N_("The vendor keeps the decision on this one to itself."),
        _LATER,
        N_("Wait for the vendor's decision. Ask the administrator to check who reviews in this project."),
    ),
    (
        "reject comment is required",
        N_("A rejection needs a comment."),
        _LATER,
        N_("Write why it is rejected and decide again."),
    ),
    ("invalid status", N_("The vendor did not understand the verdict."), _OURS, _ADMIN),
    (
        "decryption is failed",
        N_("The project has encryption switched on, which this portal does not speak."),
        _OURS,
        _ADMIN,
    ),
    (
        "invalid_bank_code",
        N_("The bank code is not one the vendor knows."),
        N_("Which bank is your account with?"),
        N_("Choose the bank again. A wrong one counts as a failed check."),
    ),
    (
        "failed to parse the input data",
        N_("The vendor could not read what was sent."),
        _OURS,
        N_("Check the values for unusual characters and send again. Tell the administrator when it happens twice."),
    ),
    (
        "invalid data format",
        N_("The vendor could not read what was sent."),
        _OURS,
        N_("Check the values for unusual characters and send again. Tell the administrator when it happens twice."),
    ),
    (
        "data processing error",
        N_("The vendor failed while working on the data."),
        _LATER,
        N_("Ask the vendor now, and go by what its record says. Send again when nothing was recorded."),
    ),
    ("delete process fail", N_("The vendor could not delete the submission."), _OURS, N_("Tell the administrator.")),
    ("not exist", N_("The vendor does not have what was asked for."), _OURS, _READ_BACK),
)

GATEWAY = table(
    (
        "bad_request",
        N_("The vendor's gateway could not read the call."),
        _OURS,
        N_("Tell the administrator. Sending it again unchanged does not help."),
    ),
    (
        "forbidden_ip",
        N_("The vendor refuses calls from this server's address."),
        _OURS,
        N_("Ask the administrator to add this server's address to the project's allow list in the vendor's dashboard."),
    ),
    (
        "forbidden_key",
        N_("The vendor refuses the project's key, or the key may not make this call."),
        _OURS,
        N_("Ask the administrator to check the key, and with the vendor that it may call Step 1 and Step 2."),
    ),
    ("forbidden", N_("The vendor refuses this project's calls."), _OURS, _ADMIN),
    (
        "too_large",
        N_("What was sent is larger than the vendor takes."),
        N_("We have to take the pictures again."),
        N_("Take the images again, smaller: each must stay under 2 MB."),
    ),
    (
        "too_many_calls",
        N_("The vendor takes no more calls at the moment."),
        _LATER,
        N_("Nothing to do: it is sent again by itself."),
    ),
    (
        "undelivered",
        N_("The vendor could not be reached."),
        _LATER,
        N_("Nothing to do: it was not delivered, cost no try and is sent again by itself."),
    ),
    (
        "server_error",
        N_("The vendor failed, and does not say whether the call was processed."),
        _LATER,
        N_("Do not start again. The portal asks the vendor what it has and tells you."),
    ),
    (
        "unknown",
        N_("No readable reply came, so the call may or may not have been processed."),
        _LATER,
        N_("Do not start again. The portal asks the vendor what it has and tells you."),
    ),
    (
        "encrypted",
        N_("The vendor answered in its encrypted form, which this portal does not speak."),
        _OURS,
        N_("Ask the administrator to switch Secure Data Transmission off in the vendor's dashboard."),
    ),
    ("not_configured", N_("The project lacks a setting that this call needs."), _OURS, _ADMIN),
)
