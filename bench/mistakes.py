"""Submit customers with one planted mistake each to the sandbox, and count the mistakes that still used an attempt.

Everything is the portal's own (intake, checks, the two steps, the ledger, HTTP); the sandbox's records show what used
an attempt. tests/mistakes.py and docs/mistakes.md list the planted mistakes and the finding expected for each. No
finding is overridden.
"""
# ruff: noqa: E402 (Django is set up before the imports that need it)

import os
import random
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace

import django

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
django.setup()

from django.db import connection
from django.test.utils import setup_test_environment, teardown_test_environment

from argos.matrix import Problem
from argos.sandbox.knobs import Project as Key
from argos.sandbox.server import serve
from argos.sandbox.state import State
from bench.report import Report
from submissions.audit.events import Actor
from submissions.capture import drafts, images, submit
from submissions.capture.imaging.errors import UnusableImage
from submissions.invitations import hand_over, links
from submissions.models import ImageKind, Invitation, Project, Status, Submission, User
from submissions.vendor_sync import worker
from tests.factories import by, make_project, make_team, make_user, reload
from tests.mistakes import CATALOGUE, DATA, Customer, Mistake, customer
from tests.sandbox import Control

CUSTOMERS = 200
CLEAN_EVERY = 4
MISNAMED = 4  # two in a hundred: a defective picture is stopped, but the message is about another defect
SEED = 20_260
KEY = "sandbox-key-standard"


@dataclass(frozen=True)
class Outcome:
    """`found`: by the expected finding. `stopped`: by any finding. `spent`: attempts in the vendor's record."""

    what: str
    found: bool
    stopped: bool
    spent: int


@dataclass
class Desk:
    """An agent at a project of the sandbox."""

    project: Project
    agent: User
    control: Control

    def file(self, customer: Customer) -> list[Problem]:
        """Submit as an agent does who overrides nothing, until a finding stops it or the selfie has been sent."""

        self.control.ocr(customer.email, **customer.reading())
        submission, problems = self._gather(customer)
        if problems:
            return problems
        for press in (submit.send_step1, submit.send_step2):
            try:
                press(submission, by=by(self.agent))
            except submit.NotReady as stopped:
                return list(stopped.problems)
            assert worker.send_next()
            submission = reload(submission)
            assert submission.status != Status.DRAFT, submission.notice
        return []

    def file_alone(self, customer: Customer) -> list[Problem]:
        """Let the customer do it alone with an invitation: the portal sends what is clean, nobody looks.

        The customer is stubborn: after each finding they send the same photo anyway, and confirm what they typed.
        """
        self.control.ocr(customer.email, **customer.reading())
        phone = hand_over.customer(None)
        invitation, _url = links.create(self._draft(customer), by=by(self.agent))
        links.start(invitation, by=phone)
        for kind, content in _pictures(customer):
            try:
                _insist(invitation, kind, content, by=phone)
            except UnusableImage as unusable:
                return [Problem(kind, unusable.code, unusable.message)]
        with suppress(hand_over.NotAsked):  # a passport has no back
            hand_over.leave_out_back(invitation, by=phone)
        for _step in range(2):
            with suppress(hand_over.NotAsked):
                hand_over.enter(invitation, customer.values, by=phone)
            try:
                hand_over.submit(invitation, by=phone)
            except hand_over.NotAsked:
                return [Problem("submit", "incomplete", "the page asks for something else")]
            if not worker.send_next():
                invitation.refresh_from_db()
                return [Problem("submit", invitation.stopped, "a person looks at it")]
            while worker.send_next():  # Step 2, where Step 1 was sent with it
                pass
            invitation = Invitation.objects.select_related("submission__project").get(pk=invitation.pk)
            if invitation.submission.status != Status.CONFIRMING:
                break
        return []

    def _draft(self, customer: Customer, **values: str) -> Submission:
        return drafts.create_draft(
            self.project,
            make_team(),
            by=by(self.agent),
            issuing_country=customer.country,
            id_type=customer.id_type,
            values={"email": customer.email, **values},
        )

    def _gather(self, customer: Customer) -> tuple[Submission, list[Problem]]:

        submission = self._draft(customer, **customer.values)
        problems = []
        for kind, content in _pictures(customer):
            try:
                images.add_image(submission, kind, content, by=by(self.agent))
            except UnusableImage as unusable:
                problems.append(Problem(kind, unusable.code, unusable.message))
        return submission, problems

    def tries(self, email: str) -> int:
        return sum(len(kyc["attempts"]) for kyc in self.control.submissions() if kyc["email"] == email)


def _pictures(customer: Customer) -> list[tuple[ImageKind, bytes]]:
    made = ((ImageKind.ID_FRONT, customer.id_image), (ImageKind.SELFIE, customer.selfie))
    return [(kind, content) for kind, content in made if content is not None]


def _insist(invitation: Invitation, kind: ImageKind, content: bytes, *, by: Actor) -> None:
    """Send the picture, and again in spite of the findings."""
    try:
        hand_over.keep_picture(invitation, kind, content, by=by, opening=None, accepted="")
    except hand_over.Advised as advised:
        hand_over.keep_picture(invitation, kind, content, by=by, opening=None, accepted=advised.sha256)


def judge(desk: Desk, mistake: Mistake, customer: Customer) -> Outcome:
    return _outcome(mistake, desk.file(customer), desk.tries(customer.email))


def judge_alone(desk: Desk, mistake: Mistake, customer: Customer) -> Outcome | None:
    """Return what became of the mistake; None if the phone's page does not ask for the value."""
    problems = desk.file_alone(customer)
    values = Submission.objects.latest("created_at").values
    if mistake.area == DATA and mistake.field in customer.values and values.get(mistake.field) is None:
        return None
    return _outcome(mistake, problems, desk.tries(customer.email))


def _outcome(mistake: Mistake, problems: list[Problem], tries: int) -> Outcome:
    named = {(problem.field, problem.code.partition("-")[0]) for problem in problems}
    found = any((mistake.field, code) in named for code in mistake.expects)
    return Outcome(mistake.what, found, bool(problems), tries)


def planted(count: int, seed: int) -> Iterator[tuple[Mistake, Customer, Customer]]:
    """Return (mistake, customer with it, the same without): every kind in turn, customers at random."""

    chance = random.Random(seed)
    for number in range(count):
        mistake = CATALOGUE[number % len(CATALOGUE)]
        clean = customer(mistake.document, number, chance)
        yield mistake, mistake.plant(clean, chance), clean


@contextmanager
def desk() -> Iterator[Desk]:
    """Create the agent on a temporary database, with the sandbox as a separate server."""

    setup_test_environment()
    connection.creation.create_test_db(verbosity=0)
    state = State()
    state.projects[KEY] = Key(key=KEY)
    server = serve(state)
    project = make_project(base_url=server.base_url, sends_clean_steps=True)
    project.api_key = KEY
    project.save()
    try:
        yield Desk(project, make_user(), Control(server.control_url))
    finally:
        server.shutdown()
        teardown_test_environment()


def measure() -> int:

    report = Report(f"{CUSTOMERS} customers with one planted mistake each, of {len(CATALOGUE)} kinds")
    with desk() as here:
        outcomes, alone, stopped_clean, clean = [], [], 0, 0
        for number, (mistake, wrong, right) in enumerate(planted(CUSTOMERS, SEED)):
            outcomes.append(judge(here, mistake, wrong))
            alone.append(judge_alone(here, mistake, replace(wrong, email=f"alone-{wrong.email}")))
            if number % CLEAN_EVERY == 0:
                problems = here.file(replace(right, email=f"clean{number}@example.com"))
                stopped_clean, clean = stopped_clean + bool(problems), clean + 1
    for outcome in outcomes:
        if not outcome.found or outcome.spent:
            print("not found as expected:", outcome)
    report.add("kinds of mistake", len(CATALOGUE), "kinds", at_least=25)
    report.add("planted mistakes that spent a try", sum(o.spent > 0 for o in outcomes), "of 200", at_most=0)
    made = [outcome for outcome in alone if outcome is not None]
    spent = sum(outcome.spent > 0 for outcome in made)
    report.add("the same by customers alone at the phone", spent, f"of {len(made)} that its page allows", at_most=0)
    missed = sum(not o.found for o in outcomes)
    report.add("planted mistakes stopped by another finding than the expected", missed, "of 200", at_most=MISNAMED)
    report.add("customers without a mistake that were stopped", stopped_clean, f"of {clean}", at_most=0)
    return report.finish()


if __name__ == "__main__":
    sys.exit(measure())
