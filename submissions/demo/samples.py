"""*Use sample pictures*: an ID and selfie for a draft, of the person whom the sandbox reads for its e-mail."""

import hashlib
import secrets

from django.http import QueryDict

from submissions.audit.events import Actor
from submissions.capture import images
from submissions.demo import scenarios
from submissions.demo.pictures import cards
from submissions.models import ImageKind, Status, Submission

BUTTON = "sample_pictures"
# The names that the sandbox invents (`argos.sandbox.cases`). A test compares both.
GIVEN = ("Minjun", "Seoyeon", "Jiho", "Hana", "Alex", "Maria", "Noah", "Olivia")
FAMILY = ("Testcase", "Sample", "Specimen", "Example")


def are_asked(posted: QueryDict) -> bool:
    return BUTTON in posted and scenarios.are_offered()


def filled(posted: QueryDict) -> QueryDict:
    """Return the posted form of a new submission, with its empty fields filled if sample pictures are requested."""
    if not are_asked(posted):
        return posted
    values = {
        "email": f"sample.{secrets.token_hex(3)}@example.com",
        "issuing_country": "KOR",
        "id_type": "government_id" if posted.get("scenario") in scenarios.WITH_RESIDENT_NUMBER else "passport",
    }
    form = posted.copy()
    for name, value in values.items():
        if not form.get(name):
            form[name] = value
    return form


def attach(draft: Submission, *, by: Actor) -> None:
    """Store the drawn pictures like uploads; not for a project whose vendor is elsewhere."""
    if not scenarios.applies_to(draft.project):
        return
    card, selfie = drawn(draft.values["email"], draft.id_type, draft.issuing_country)
    images.add_image(draft, ImageKind.ID_FRONT, card, by=by)
    images.add_image(draft, ImageKind.SELFIE, selfie, by=by)


def retake_selfie(submission: Submission, *, by: Actor) -> None:
    """Store another drawn selfie of the same person, after ARGOS refused the one before."""
    if submission.status == Status.INCOMPLETE and scenarios.applies_to(submission.project):
        seed = _draw(submission.values["email"])
        images.add_image(submission, ImageKind.SELFIE, _selfie(seed, 1 + submission.tries_used), by=by)


def drawn(email: str, id_type: str, country: str) -> tuple[bytes, bytes]:
    """Return the card with the values that the sandbox reads for this e-mail, and the selfie of its person."""
    seed = _draw(email)
    card = cards.id_card(seed, country, id_type, shown_on_card(email, id_type, country), _gender(seed))
    return card, _selfie(seed, 1)


def _selfie(seed: int, number: int) -> bytes:
    return cards.selfie(seed, number, _gender(seed))


def _gender(seed: int) -> str:
    return ("male", "female")[seed % 2]


def shown_on_card(email: str, id_type: str, country: str = "KOR") -> dict[str, str]:
    """Return the values that the sandbox reads from this kind of ID for this e-mail, under the names of Step 2."""
    draw = _draw(email)
    year, month, day = 1960 + draw // 64 % 40, 1 + draw // 4096 % 12, 1 + draw // 65536 % 28
    name = f"{GIVEN[draw % len(GIVEN)]} {FAMILY[draw // 8 % len(FAMILY)]}"
    shown = {"name": name, "date_of_birth": f"{year:04d}-{month:02d}-{day:02d}"}
    if id_type in ("aadhaar", "pancard"):
        return shown
    if country == "KOR" and id_type in ("government_id", "residence_permit"):
        return {**shown, "identity_number": resident_number(year, month, day, draw), "date_of_issue": "2021-03-04"}
    if country == "KOR" and id_type == "drivers_license":
        serial = hashlib.sha256(name.encode()).hexdigest()[:6].upper()
        number = f"11-21-{draw % 1_000_000:06d}-{draw // 7 % 100:02d}"
        return {**shown, "license_number": number, "serial_number": serial, "date_of_issue": "2021-03-04"}
    number = f"M{draw % 100_000_000:08d}"
    return {**shown, "document_number": number, "date_of_issue": "2021-03-04", "date_of_expiry": "2031-03-03"}


def resident_number(year: int, month: int, day: int, draw: int) -> str:
    """Return a resident number with a valid check digit that nobody has: area codes 96 to 99 are unused."""
    century = (1 if year < 2000 else 3) + draw % 2
    body = f"{year % 100:02d}{month:02d}{day:02d}{century}9{6 + draw % 4}{draw // 16 % 1000:03d}"
    total = sum(int(digit) * weight for digit, weight in zip(body, (2, 3, 4, 5, 6, 7, 8, 9, 2, 3, 4, 5), strict=True))
    return f"{body[:6]}-{body[6:]}{(11 - total % 11) % 10}"


def _draw(email: str) -> int:
    return int.from_bytes(hashlib.sha256(email.encode()).digest()[:6], "big")
