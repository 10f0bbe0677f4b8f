"""One sample submission and the actions of users and ARGOS on it, through the functions that the pages call."""

import hashlib
from concurrent.futures import Future
from datetime import timedelta
from typing import Any

from django.db import transaction

from argos.replies import parse_review, parse_step1, parse_step2
from argos.replies.signals import parse_aml
from submissions.aml import results, reviews
from submissions.audit import events
from submissions.audit.events import Actor
from submissions.capture import callbacks, drafts, images, submit
from submissions.core import clock
from submissions.demo import samples
from submissions.demo.customers import Customer
from submissions.demo.vendor_record import VendorRecord, received
from submissions.models import AmlOutcome, AmlSource, Call, Image, ImageKind, Project, Submission, User, Verdict
from submissions.models.decision import UNDO_SECONDS
from submissions.outbox import ledger
from submissions.review import decisions, questions
from submissions.review.warnings import warnings_of
from submissions.review.workload import claims
from submissions.vendor_sync import replies

REPLY_AFTER = timedelta(seconds=6)
SIZES = {ImageKind.ID_FRONT: (1188, 786), ImageKind.SELFIE: (720, 960)}
PORTRAIT = [0.12, 0.25, 0.22, 0.37]  # of the drawn card, in shares of its sides


class Case:
    """`submission` is reloaded after each action; `record` is the sandbox's record, from the first Step 1 on.

    `pictures`: the card and the first selfie, which another thread draws.
    """

    submission: Submission
    record: VendorRecord | None = None

    def __init__(
        self, customer: Customer, project: Project, agent: User, pictures: "Future[tuple[bytes, bytes]]"
    ) -> None:
        self.customer, self.project, self.agent, self.pictures = customer, project, agent, pictures
        self.selfies = 1

    @property
    def by(self) -> Actor:
        return events.actor_for(self.agent)

    def draft(self, *, is_sent_later: bool = False) -> None:
        """`is_sent_later`: the sandbox answers its Step 1, so the card shows what the sandbox reads for the e-mail."""
        assert self.agent.team is not None
        values = {"email": self.customer.email, "customer_id": f"C-{2400 + self.customer.number}"}
        self.submission = drafts.create_draft(
            self.project,
            self.agent.team,
            by=self.by,
            issuing_country=self.customer.country,
            id_type=self.customer.id_type,
            values=values,
        )
        if is_sent_later:
            samples.attach(self.submission, by=self.by)
            return
        card, selfie = self.pictures.result()
        self._attach(ImageKind.ID_FRONT, card)
        self._attach(ImageKind.SELFIE, selfie)

    def new_selfie(self) -> None:
        self.selfies += 1
        self._attach(ImageKind.SELFIE, self.customer.selfie(self.selfies))

    def new_card(self) -> None:
        self._attach(ImageKind.ID_FRONT, self.customer.card())

    def _attach(self, kind: ImageKind, content: bytes) -> None:
        """Store a drawn picture like an upload, without the checks."""
        image = Image(submission=self.submission, kind=kind, size=len(content), created_by=self.agent)
        image.sha256 = hashlib.sha256(content).hexdigest()
        image.width, image.height = SIZES[kind]
        image.face_box = PORTRAIT if kind == ImageKind.ID_FRONT else []
        with images.stored(image, content), transaction.atomic():
            images.keep_image(image, by=self.by)

    def press_step1(self) -> None:
        submit.send_step1(self.submission, by=self.by, is_start_confirmed=True, is_last_confirmed=True)
        self._reload()

    def step1(self, refused: str = "") -> None:
        self.press_step1()
        self.record = self.record or VendorRecord(
            self.project.api_key, self.submission, self.customer.country, self.customer.id_type
        )
        with clock.shifted(REPLY_AFTER):
            call = self._leased()
            answer = self.record.refuse_id(call, refused) if refused else self.record.read_id(call, self._reading())
            assert replies.step1_answered(call, parse_step1(answer, received(answer)))
        self._reload()

    def _reading(self) -> dict[str, str]:
        return self.customer.reading

    def press_step2(self) -> None:
        submit.send_step2(self.submission, by=self.by, is_last_confirmed=True)
        self._reload()

    def step2(self, status: str = "pending", scores: tuple[float, float] = (91.2, 94.0), refused: str = "") -> None:
        self.press_step2()
        assert self.record is not None
        with clock.shifted(REPLY_AFTER):
            call = self._leased()
            if refused:
                answer = self.record.refuse_selfie(call, refused)
            else:
                answer = self.record.take_selfie(call, status, scores)
            assert replies.step2_answered(call, parse_step2(answer, received(answer)))
        self._reload()

    def lose_step2(self) -> None:
        """Lose a Step 2 before the sandbox gets it: the portal reads the record and settles it."""
        self.press_step2()
        with clock.shifted(REPLY_AFTER):
            assert ledger.mark_unknown(self._leased(), error="outcomeunknown")
        self._reload()

    def claim(self, reviewer: User) -> None:
        claims.claim(self.submission, by=events.actor_for(reviewer))

    def press_verdict(self, reviewer: User, reason_code: str = "", comment: str = "") -> None:
        """Approve, or reject where there is a reason, with every warning acknowledged."""
        verdict = Verdict.REJECTED if reason_code else Verdict.APPROVED
        self.claim(reviewer)
        self._reload()
        warned = [warning.code for warning in warnings_of(self.submission, reviewer)]
        by = events.actor_for(reviewer)
        decisions.decide(self.submission, verdict, by=by, reason_code=reason_code, comment=comment, ticked=warned)
        self._reload()

    def decide(self, reviewer: User, reason_code: str = "", comment: str = "") -> None:
        self.press_verdict(reviewer, reason_code, comment)
        assert self.record is not None
        with clock.shifted(timedelta(seconds=UNDO_SECONDS + 2)):
            call = self._leased()
            answer = self.record.review(call)
            assert replies.review_answered(call, parse_review(answer, received(answer)))
        self._reload()

    def screen(self, risk: str) -> None:
        """Report a possible match of the AML screening, which opens an AML review."""
        assert self.record is not None
        results.apply(self.submission, parse_aml(self.record.screen(risk)), AmlSource.RECORD)

    def decide_match(self, reviewer: User, reason: str) -> None:
        review = reviews.of(self.submission)[0]
        review.submission = self.submission
        seen = reviews.seen_of(review, reviews.verdicts_of(review))
        by = events.actor_for(reviewer)
        reviews.decide(review, AmlOutcome.FALSE_POSITIVE, by=by, reason=reason, seen=seen)

    def ask(self, reviewer: User, text: str) -> None:
        self.claim(reviewer)
        self._reload()
        questions.ask(self.submission, text, by=events.actor_for(reviewer))
        claims.release(self.submission, by=events.actor_for(reviewer))
        self._reload()

    def note(self, author: User, text: str) -> None:
        decisions.add_note(self.submission, text, by=events.actor_for(author))

    def call_back(self, after: timedelta) -> None:
        drafts.save_values(self.submission, {}, by=self.by, callback_at=clock.now() + after)
        self._reload()

    def pass_on(self) -> None:
        callbacks.pass_on(self.submission, by=self.by)

    def give_up(self, reason: str) -> None:
        drafts.give_up(self.submission, by=self.by, reason=reason)

    def _leased(self) -> Call:
        call = ledger.take_lease(clock.now())
        assert call is not None
        assert call.submission_id == self.submission.pk
        return call

    def _reload(self) -> None:
        rows: Any = Submission.objects.select_related("project", "team", "claimed_by")
        self.submission = rows.get(pk=self.submission.pk)
