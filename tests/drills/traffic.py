"""Agents and officers who use the domain's own actions, each in a thread with its own seeded random choices."""

import hashlib
import io
import random
import threading
import time
import traceback
import uuid
from collections.abc import Callable

from django.db import DatabaseError, close_old_connections, connection
from PIL import Image as Picture

from submissions.capture import drafts, submit
from submissions.core import clock
from submissions.models import Image, ImageKind, Project, Role, Status, Submission, Team, User, Verdict
from submissions.models.submission import FINAL
from submissions.review import decisions
from submissions.review.warnings import warnings_of
from submissions.review.workload import claims
from submissions.workflow.deadlines import DeadlinePassed
from submissions.workflow.permissions import NotAllowed
from submissions.workflow.transitions import StaleSubmission
from tests.drills.records import MARK
from tests.factories import VALUES, by, make_team, make_user

# The sandbox's behaviour for each (docs/sandbox.md, Cases), and its weight: 2.4 selfies on average.
CASES = {
    "fail": 3,
    "mismatch": 1,
    "liveness2": 4,
    "liveness": 2,
    "glare+liveness": 1,
    "pending": 1,
    "approved": 1,
    "rejected": 1,
}
DOUBLE_PRESSES = 0.1
IDLE = 0.25
LOOKS_AGAIN_AFTER = 2.0  # seconds, after a refused action
FACTS = (
    StaleSubmission,
    NotAllowed,
    DeadlinePassed,
    submit.NotReady,
    submit.VendorDown,
    submit.NoAttemptLeft,
    submit.UnconfirmedLastAttempt,
    claims.ClaimedByOther,
    decisions.CommentMissing,
    decisions.WarningsOpen,
)


def tiny_jpeg() -> bytes:
    file = io.BytesIO()
    Picture.new("RGB", (64, 48), (120, 140, 130)).save(file, "JPEG")
    return file.getvalue()


PICTURE = tiny_jpeg()


class Workforce:
    """The users and their submissions. `admits`: whether new customers come."""

    def __init__(
        self,
        project: Project,
        seed: int,
        *,
        agents: int = 4,
        officers: int = 2,
        hold: int = 15,
        cases: dict[str, int] | None = None,
    ) -> None:
        self.project, self.hold, self.cases = project, hold, cases or CASES
        self.created: dict[uuid.UUID, str] = {}  # with their references
        self.broken: list[str] = []
        self.admits, self.is_open, self.is_paused = True, True, False
        team = make_team()
        self.people: list[Person] = [Agent(self, team, random.Random(f"{seed} agent {n}")) for n in range(agents)]
        self.people += [Officer(self, random.Random(f"{seed} officer {n}")) for n in range(officers)]

    def start(self) -> None:
        """Start the users; a second call changes nothing."""
        for person in self.people:
            if person.ident is None:
                person.start()

    def pause(self) -> None:
        """Stop all users and close their database connections."""
        self.is_paused = True
        while any(not person.rests for person in self.people if person.is_alive()):
            time.sleep(IDLE)

    def resume(self) -> None:
        self.is_paused = False

    def close(self) -> None:
        self.is_open = False
        for person in self.people:
            if person.ident is not None:
                person.join(timeout=30)


class Person(threading.Thread):
    user: User

    def __init__(self, workforce: Workforce, draw: random.Random) -> None:
        super().__init__(daemon=True)
        self.workforce, self.draw = workforce, draw
        self.rests = False

    def run(self) -> None:
        while self.workforce.is_open:
            self.rests = self.workforce.is_paused
            if self.rests:
                connection.close()
                time.sleep(IDLE)
                continue
            try:
                acted = self.act()
            except DatabaseError:
                close_old_connections()
                acted = False
            except Exception:  # an error of the drill or of the product, never an injected fault
                self.workforce.broken.append(traceback.format_exc())
                acted = False
            if not acted:
                time.sleep(IDLE)
        connection.close()

    def act(self) -> bool:
        """Look once at the waiting submissions; return whether the user did anything."""
        raise NotImplementedError


class Agent(Person):
    def __init__(self, workforce: Workforce, team: Team, draw: random.Random) -> None:
        super().__init__(workforce, draw)
        self.user = make_user(Role.AGENT, team=team)
        self.mine: set[uuid.UUID] = set()
        self.again_at: dict[uuid.UUID, float] = {}

    def act(self) -> bool:
        rows = list(Submission.objects.filter(pk__in=self.mine).select_related("project", "team"))
        self.mine = {row.pk for row in rows if row.status not in FINAL}
        now = time.monotonic()
        ready = [row for row in rows if row.status in PRESSES and self.again_at.get(row.pk, 0) < now]
        acted = [self._press(row) for row in ready if not self.workforce.is_paused]
        if self.workforce.admits and len(self.mine) < self.workforce.hold:
            self._admit()
            return True
        return any(acted)

    def _admit(self) -> None:
        tags = "+".join(self.draw.choices(list(self.workforce.cases), weights=list(self.workforce.cases.values())))
        email = f"drill{self.draw.randrange(10**9)}+{tags}@example.com"
        submission = drafts.create_draft(
            self.workforce.project,
            self.user.team or make_team(),
            by=by(self.user),
            issuing_country="KOR",
            id_type="passport",
            values={"email": email, "customer_id": f"C-{self.draw.randrange(10**9)}"},
        )
        attach(submission, ImageKind.ID_FRONT, self.user, self.draw)
        self.workforce.created[submission.pk] = submission.reference
        self.mine.add(submission.pk)
        self._press(submission)

    def _press(self, submission: Submission) -> bool:
        kind, send = PRESSES[Status(submission.status)]
        if submission.status != Status.DRAFT:
            attach(submission, kind, self.user, self.draw)
        if submission.status == Status.CONFIRMING:
            self._type_what_was_not_read(submission)
        presses = [submission]
        if self.draw.random() < DOUBLE_PRESSES:
            presses.append(Submission.objects.select_related("project", "team").get(pk=submission.pk))
        taken = together([lambda row=row: send(row, by=by(self.user), is_last_confirmed=True) for row in presses])
        if not any(taken):
            self.again_at[submission.pk] = time.monotonic() + LOOKS_AGAIN_AFTER
        return any(taken)

    def _type_what_was_not_read(self, submission: Submission) -> None:
        missing = {name: text for name, text in VALUES.items() if not submission.values.get(name)}
        if missing:
            drafts.save_values(submission, missing, by=by(self.user))


PRESSES: dict[Status, tuple[ImageKind, Callable[..., object]]] = {
    Status.DRAFT: (ImageKind.ID_FRONT, submit.send_step1),
    Status.STEP1_RETRY: (ImageKind.ID_FRONT, submit.send_step1),
    Status.CONFIRMING: (ImageKind.SELFIE, submit.send_step2),
    Status.INCOMPLETE: (ImageKind.SELFIE, submit.send_step2),
}


class Officer(Person):
    def __init__(self, workforce: Workforce, draw: random.Random) -> None:
        super().__init__(workforce, draw)
        self.user = make_user(Role.OFFICER)

    def act(self) -> bool:
        actor = by(self.user)
        held = Submission.objects.filter(claimed_by=self.user, claimed_until__gte=clock.now(), status=Status.PENDING)
        submission = held.select_related("project", "team").first() or claims.claim_next(by=actor)
        if submission is None:
            return False
        verdict = Verdict.REJECTED if self.draw.random() < 0.3 else Verdict.APPROVED
        comment = "As drilled." if verdict == Verdict.REJECTED else ""
        corrections = {MARK: f"Drill {self.draw.randrange(10**12)}"}
        ticked = [warning.code for warning in warnings_of(submission, self.user)]
        reason = "other" if comment else ""

        def decide(row: Submission) -> object:
            told = {"comment": comment, "reason_code": reason, "corrections": corrections, "ticked": ticked}
            return decisions.decide(row, verdict, by=actor, **told)

        rows = [submission]
        if self.draw.random() < DOUBLE_PRESSES:
            rows.append(Submission.objects.select_related("project", "team").get(pk=submission.pk))
        return any(together([lambda row=row: decide(row) for row in rows]))


def together(presses: list[Callable[[], object]]) -> list[bool]:
    """Act twice at the same moment, as two users or a double click; return which were accepted."""
    if len(presses) == 1:
        return [_take(presses[0])]
    taken: list[bool] = []

    def press(act: Callable[[], object]) -> None:
        try:
            taken.append(_take(act))
        except DatabaseError:
            taken.append(False)
        finally:
            connection.close()

    threads = [threading.Thread(target=press, args=(act,)) for act in presses]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return taken


def _take(press: Callable[[], object]) -> bool:
    try:
        press()
    except FACTS:
        return False
    return True


def attach(submission: Submission, kind: ImageKind, user: User, draw: random.Random) -> Image:
    """Attach a unique picture, so that the vendor's records identify the action of each call."""
    content = PICTURE + draw.randbytes(16)
    submission.images.filter(kind=kind, is_current=True).update(is_current=False)
    digest = hashlib.sha256(content).hexdigest()
    image = Image(submission=submission, kind=kind, sha256=digest, size=len(content), created_by=user)
    image.width, image.height = 64, 48
    image.store(content)
    image.save(force_insert=True)
    return image
