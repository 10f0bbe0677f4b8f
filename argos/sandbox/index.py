"""The sandbox's own page: what it is, and which e-mail gets which outcome."""

from html import escape

from argos.sandbox.cases import REJECT_CODES, STEP1_CODES, TAGS

WORDS = {
    "glare": "Step 1: the first ID image has glare, the second is read",
    "badid": "Step 1: every ID image is refused; the third is rejected",
    "noocr": "Step 1 reads nothing: the agent types",
    "any": 'Step 1 says the ID type is "any"',
    "duplicate": "Step 1: an approved submission of this e-mail exists",
    "approved": "Step 2: approved at once",
    "rejected": "Step 2: rejected at once",
    "pending": "Step 2: pending (as without a tag)",
    "lowscore": "Step 2: pending with low scores",
    "liveness": "Step 2: the first selfie fails, the second is pending",
    "liveness2": "Step 2: two selfies fail, the third is pending",
    "reasons": "Step 2: the first selfie fails for two reasons, the second is pending",
    "mismatch": "Step 2: the face never matches; the third is rejected",
    "fail": "Step 2: liveness fails for ever; the third is rejected",
    "unreadexpiry": "Step 1: the ID carries an expiry date that is not read",
    "skipped": "GET: the record reports a skipped check of the ID (WarningOccurred)",
    "skippedother": "GET: the record reports a skipped check without a code",
    "signals": "GET: the record reports ids, scores, ages, OCR confidence and the IP address",
    "otherage": "GET: as signals, and the face looks 24 years older than the birth date says",
    "lowocr": "GET: as signals, and the date of birth is read with little confidence",
    "sharecoords": "GET: as signals, and the coordinates of the values read are shares of the image, as corners",
    "nocoords": "GET: as signals, without the coordinates of the values read",
    "altered": "GET: the record holds another name than was sent",
    "noselfie": "GET: the record holds no selfie",
    "amlclear": "Step 2: approved; the AML screening finds no match",
    "amlhit": "Step 2: approved; the AML screening reports Red Flag with the risk HIGH",
    "amllow": "Step 2: approved; the AML screening reports Red Flag with the risk LOW",
    "amllater": "Step 2: approved with no match; the monitoring reports a match right after it",
    "amlbefore": "Step 2: pending; the record has an AML match before the decision",
    "slow": "Step 2: the first call is answered after eight seconds",
    "lost": "Step 2: the first call is processed, its reply is lost",
}


def page() -> bytes:
    rows = "".join(f"<tr><td>name+{tag}@example.com</td><td>{escape(WORDS[tag])}</td></tr>" for tag in TAGS)
    rows += f"<tr><td>name+CODE@example.com</td><td>Step 1: first refused with {', '.join(STEP1_CODES)}</td></tr>"
    rows += f"<tr><td>name+CODE@example.com</td><td>Step 2: rejected with {', '.join(REJECT_CODES)}</td></tr>"
    return (
        "<!doctype html><html lang=en><title>ID check sandbox</title><h1>ID check sandbox</h1>"
        "<p>A stand-in for the vendor. Nothing leaves this machine. The applicant's e-mail chooses the outcome; "
        "tags can be joined: name+glare+approved@example.com.</p>"
        f"<table>{rows}</table></html>"
    ).encode()
