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
from contextlib import contextmanager
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
from submissions.capture import drafts, images, submit
from submissions.capture.imaging.errors import UnusableImage
from submissions.models import ImageKind, Project, Status, Submission, User
from submissions.vendor_sync import worker
from tests.factories import by, make_project, make_team, make_user, reload
from tests.mistakes import CATALOGUE, Customer, Mistake, customer
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

    def _gather(self, customer: Customer) -> tuple[Submission, list[Problem]]:

        submission = drafts.create_draft(
            self.project,
            make_team(),
            by=by(self.agent),
            issuing_country=customer.country,
            id_type=customer.id_type,
            values={"email": customer.email, **customer.values},
        )
        problems = []
        for kind, content in ((ImageKind.ID_FRONT, customer.id_image), (ImageKind.SELFIE, customer.selfie)):
            try:
                if content is not None:
                    images.add_image(submission, kind, content, by=by(self.agent))
            except UnusableImage as unusable:
                problems.append(Problem(kind, unusable.code, unusable.message))
        return submission, problems

    def tries(self, email: str) -> int:
        return sum(len(kyc["attempts"]) for kyc in self.control.submissions() if kyc["email"] == email)


def judge(desk: Desk, mistake: Mistake, customer: Customer) -> Outcome:
    problems = desk.file(customer)
    named = {(problem.field, problem.code.partition("-")[0]) for problem in problems}
    found = any((mistake.field, code) in named for code in mistake.expects)
    return Outcome(mistake.what, found, bool(problems), desk.tries(customer.email))


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
    project = make_project(base_url=server.base_url)
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
        outcomes, stopped_clean, clean = [], 0, 0
        for number, (mistake, wrong, right) in enumerate(planted(CUSTOMERS, SEED)):
            outcomes.append(judge(here, mistake, wrong))
            if number % CLEAN_EVERY == 0:
                problems = here.file(replace(right, email=f"clean{number}@example.com"))
                stopped_clean, clean = stopped_clean + bool(problems), clean + 1
    for outcome in outcomes:
        if not outcome.found or outcome.spent:
            print("not found as expected:", outcome)
    report.add("kinds of mistake", len(CATALOGUE), "kinds", at_least=25)
    report.add("planted mistakes that spent a try", sum(o.spent > 0 for o in outcomes), "of 200", at_most=0)
    missed = sum(not o.found for o in outcomes)
    report.add("planted mistakes stopped by another finding than the expected", missed, "of 200", at_most=MISNAMED)
    report.add("customers without a mistake that were stopped", stopped_clean, f"of {clean}", at_most=0)
    return report.finish()


if __name__ == "__main__":
    sys.exit(measure())
