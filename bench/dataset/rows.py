"""Generate one submission as rows of the portal's tables, as text for COPY, encrypted and hashed by the portal's code.

The columns and default values of a table come from its model, so that a new column needs no change here.
"""

import json
import random
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from functools import cached_property
from typing import Any

from django.db import models

from bench.dataset.history import Life
from bench.dataset.people import Person, plain_columns
from bench.dataset.staff import Staff
from bench.stock.models import PlainSubmission
from submissions.core import encryption
from submissions.models import (
    Attempt,
    Call,
    CallKind,
    CallState,
    Capturer,
    Decision,
    Image,
    SearchHash,
    Source,
    Status,
    Submission,
    SubmissionKey,
)
from submissions.models.submission import REFERENCE_ALPHABET
from submissions.search import blind_index
from submissions.workflow import deadlines

NULL = "\\N"
TABLES: tuple[type[models.Model], ...] = (
    Submission,
    SubmissionKey,
    SearchHash,
    Capturer,
    Attempt,
    Call,
    Image,
    Decision,
    PlainSubmission,
)
READ_AGAIN = timedelta(hours=6)


class Template:
    """The columns of a model in order, and the text of its defaults; the database sets the automatic key."""

    def __init__(self, model: type[models.Model]) -> None:
        fields = [field for field in model._meta.concrete_fields if not isinstance(field, models.AutoField)]
        self.columns = [field.column for field in fields]
        self.at = {column: place for place, column in enumerate(self.columns)}
        self.defaults = [_default(field) for field in fields]

    def line(self, **values: Any) -> str:
        cells = list(self.defaults)
        for column, value in values.items():
            cells[self.at[column]] = text(value)
        return "\t".join(cells)


def _default(field: Any) -> str:
    if field.primary_key or (field.has_default() and callable(field.default) and field.default not in (list, dict)):
        return NULL
    if field.has_default():
        return text(field.get_default())
    return NULL if field.null else ""


def _json_text(value: Any) -> str:
    return json.dumps(value).replace("\\", "\\\\")


WRITERS: dict[type, Callable[[Any], str]] = {
    str: str,
    type(None): lambda value: NULL,
    bytes: lambda value: f"\\\\x{value.hex()}",
    datetime: datetime.isoformat,
    bool: lambda value: "t" if value else "f",
    list: _json_text,
    dict: _json_text,
}


def text(value: Any) -> str:
    """Return a value in COPY's text format. The generated values contain no tab, backslash or newline, but JSON may."""
    return WRITERS.get(type(value), str)(value)


TEMPLATES = {model: Template(model) for model in TABLES}
Row = tuple[type[models.Model], str]


class Filed:
    """One submission while its rows are generated."""

    def __init__(self, number: int, life: Life, person: Person, staff: Staff, chance: random.Random) -> None:
        self.number, self.life, self.person, self.staff, self.chance = number, life, person, staff, chance
        self.pk = self._id()
        self.key = encryption.new_data_key()
        self.project = staff.projects[number % len(staff.projects)]
        self.agent = chance.choice(staff.agents)
        self.officer = chance.choice(staff.officers)
        self.images = {name: self._id() for name in ("idImage", "faceImage")}
        self.hashes = {name: f"{chance.getrandbits(256):064x}" for name in self.images}

    def rows(self) -> Iterator[Row]:
        yield Submission, self._submission()
        yield SubmissionKey, TEMPLATES[SubmissionKey].line(submission_id=self.pk, wrapped=self._wrapped())
        yield Capturer, TEMPLATES[Capturer].line(submission_id=self.pk, user_id=self.agent.pk)
        yield PlainSubmission, self._plain()
        for kind, plain in blind_index.hashable(self.person.values):
            digest = encryption.search_digest(kind, plain)
            yield SearchHash, TEMPLATES[SearchHash].line(submission_id=self.pk, kind=kind, digest=digest)
        if self.life.step1 is not None:
            yield from self._images()
            yield from self._calls()
        if self.life.source == Source.REVIEWER:
            yield Decision, self._decision()

    def _id(self) -> str:
        """Return a random UUID; it does not have to be unguessable here."""
        digits = f"{self.chance.getrandbits(128):032x}"
        return f"{digits[:8]}-{digits[8:12]}-4{digits[13:16]}-a{digits[17:20]}-{digits[20:]}"

    def _encrypt(self, label: str, value: Any) -> bytes:
        return encryption.encrypt_json(self.key, label, value)

    def _wrapped(self) -> bytes:
        return encryption.wrap(f"submission.key:{self.pk}", self.key)

    def _submission(self) -> str:
        is_read = self.life.step1 is not None and self.life.status != Status.STEP1_RETRY
        encrypted = {"values_sealed": self._encrypt(f"submission.values:{self.pk}", self.person.values)}
        if is_read:
            encrypted["ocr_sealed"] = self._encrypt(f"submission.ocr:{self.pk}", self.person.read)
        return TEMPLATES[Submission].line(id=self.pk, **encrypted, **self.facts)

    @cached_property
    def facts(self) -> dict[str, Any]:
        """Return the data that is not personal: the same in the portal's row and in the comparison's."""
        life, person = self.life, self.person
        has_scores = life.tries > 0
        face = self.chance.choices((self.chance.uniform(70, 99), self.chance.uniform(20, 70)), (9, 1))[0]
        return {
            "reference": f"KP-{_letters(self.number)}",
            "project_id": self.project.pk,
            "team_id": self.agent.team_id,
            "status": life.status.value,
            "moves": 1 + life.tries * 2,
            "issuing_country": person.country,
            "id_type": person.id_type,
            "vendor_id": f"{self.number:024x}" if life.step1 else "",
            "vendor_status": life.status.value if life.decided and life.tries else "",
            "vendor_codes": list(life.codes),
            "vendor_count": max(0, life.tries - 1) if has_scores else None,
            "vendor_updated_at": life.decided or life.step2,
            "face_similarity": round(face, 2) if has_scores else None,
            "liveness": round(self.chance.uniform(40, 99), 2) if has_scores else None,
            "verification_result": "success" if has_scores else "",
            "retry_code": life.retry_code,
            "edited_count": int(self.number % 25 == 0),
            "step1_calls": 1 if life.step1 else 0,
            "selfies_sent": life.tries,
            "created_at": life.created,
            "updated_at": life.decided or life.step2 or life.created,
            "created_by_id": self.agent.pk,
            **self._clocks(),
        }

    def _clocks(self) -> dict[str, Any]:
        life = self.life
        target = deadlines.review_target(self.project, life.pending, life.step1) if life.pending else None
        is_open = life.decided is None and life.step1 is not None
        return {
            "step1_started_at": life.step1,
            "deadline_at": life.step1 + deadlines.RESULT_LIMIT if life.step1 else None,
            "first_step2_at": life.step2,
            "pending_at": life.pending,
            "target_at": target,
            "next_read_at": life.created + timedelta(days=2) + READ_AGAIN if is_open else None,
            "decided_at": life.decided,
            "decided_by_id": self.officer.pk if life.source == Source.REVIEWER else None,
            "source": str(life.source),
            "reason_code": life.reason,
        }

    def _plain(self) -> str:
        email, customer, name, number, born = plain_columns(self.person.values)
        kept = {name: value for name, value in self.facts.items() if name in TEMPLATES[PlainSubmission].at}
        readable = {"email": email, "customer_id": customer, "name": name, "document_number": number}
        notes = {"values": self.person.values, "ocr": self.person.read}
        return TEMPLATES[PlainSubmission].line(id=self.pk, date_of_birth=born, **notes, **readable, **kept)

    def _images(self) -> Iterator[Row]:
        for field, kind in (("idImage", "id_front"), ("faceImage", "selfie")):
            if field == "faceImage" and self.life.step2 is None:
                continue
            yield (
                Image,
                TEMPLATES[Image].line(
                    id=self.images[field],
                    submission_id=self.pk,
                    kind=kind,
                    name=f"{self.hashes[field][:2]}/{self.chance.getrandbits(128):032x}",
                    sha256=self.hashes[field],
                    size=640_000,
                    width=1600,
                    height=1200,
                    created_at=self.life.created,
                    created_by_id=self.agent.pk,
                ),
            )

    def _calls(self) -> Iterator[Row]:
        life, values = self.life, self.person.values
        assert life.step1 is not None
        userid = f"KP-{_letters(self.number)}-1"
        sent = {"userid": userid, "email": values["email"], "issuingCountry": self.person.country}
        yield from self._call(CallKind.STEP1, 1, sent, "idImage", life.step1, {"reviewOCRData": self.person.read})
        for number in range(1, life.tries + 1):
            assert life.step2 is not None
            is_last = number == life.tries
            at = life.step2 - timedelta(minutes=5 * (life.tries - number))
            told = "incomplete" if life.retry_code and not is_last else self._outcome()
            said = {"kycStatus": told, "faceSimilarityScore": 88.5, "livenessScore": 91, "retryCount": number - 1}
            yield from self._call(CallKind.STEP2, number, values, "faceImage", at, said)

    def _outcome(self) -> str:
        if self.life.pending:
            return "pending"
        is_decided = self.life.source == Source.VENDOR
        return self.life.status.value if is_decided else "incomplete"

    def _call(
        self, kind: CallKind, number: int, values: dict[str, str], field: str, at: datetime, said: dict[str, Any]
    ) -> Iterator[Row]:
        attempt, call = self._id(), self._id()
        yield (
            Attempt,
            TEMPLATES[Attempt].line(
                id=attempt,
                submission_id=self.pk,
                kind=kind.value,
                number=number,
                values_sealed=self._encrypt(f"attempt.values:{attempt}", values),
                images=[{"id": self.images[field], "field": field, "sha256": self.hashes[field]}],
                confirmed_by_id=self.agent.pk,
                created_at=at,
            ),
        )
        ended = at + timedelta(seconds=1.4)
        yield (
            Call,
            TEMPLATES[Call].line(
                id=call,
                submission_id=self.pk,
                attempt_id=attempt,
                kind=kind.value,
                state=CallState.ANSWERED.value,
                returns_to="draft" if kind == CallKind.STEP1 else "confirming",
                userid=values.get("userid", ""),
                not_before=at,
                urgency_at=at + deadlines.RESULT_LIMIT,
                prepared_at=at,
                prepared_by_id=self.agent.pk,
                sent_at=at,
                ended_at=ended,
                http_status=200,
                reply_sealed=self._encrypt(f"call.reply:{call}", {"body": json.dumps(said)}),
            ),
        )

    def _decision(self) -> str:
        return TEMPLATES[Decision].line(
            id=self._id(),
            submission_id=self.pk,
            reviewer_id=self.officer.pk,
            verdict=self.life.status.value,
            reason_code=self.life.reason,
            decided_at=self.life.decided,
        )


def _letters(number: int) -> str:
    """Return a reference's eight letters, spread so that consecutive ones look different; never the same twice."""
    spread = (number * 636_413_622_385 + 1_442_695_040_889) % 32**8
    return "".join(REFERENCE_ALPHABET[spread // 32**place % 32] for place in range(8))
