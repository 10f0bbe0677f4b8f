"""*Use sample pictures*: an ID and selfie for a draft, of the person whom the sandbox reads for its e-mail."""

import hashlib
import secrets

from django.http import QueryDict

from submissions.audit.events import Actor
from submissions.capture import images
from submissions.demo import scenarios
from submissions.demo.pictures import cards
from submissions.models import ImageKind, Submission

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
        "id_type": "passport",
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
    email = draft.values["email"]
    seed = _draw(email)
    gender = ("male", "female")[seed % 2]
    card = cards.id_card(seed, draft.issuing_country, draft.id_type, shown_on_card(email), gender)
    images.add_image(draft, ImageKind.ID_FRONT, card, by=by)
    images.add_image(draft, ImageKind.SELFIE, cards.selfie(seed, 1, gender), by=by)


def shown_on_card(email: str) -> dict[str, str]:
    """Return the values that the sandbox reads from a passport of this e-mail, under the names of Step 2."""
    draw = _draw(email)
    return {
        "name": f"{GIVEN[draw % len(GIVEN)]} {FAMILY[draw // 8 % len(FAMILY)]}",
        "date_of_birth": f"{1960 + draw // 64 % 40:04d}-{1 + draw // 4096 % 12:02d}-{1 + draw // 65536 % 28:02d}",
        "document_number": f"M{draw % 100_000_000:08d}",
        "date_of_issue": "2021-03-04",
        "date_of_expiry": "2031-03-03",
    }


def _draw(email: str) -> int:
    return int.from_bytes(hashlib.sha256(email.encode()).digest()[:6], "big")
