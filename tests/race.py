"""Run concurrent actions on a database of its own: `python -m tests.race` prints the results as JSON.

It is a process of its own, because its rows are committed and events cannot be deleted from the tests' database.
"""

import json
import threading
import time
from collections.abc import Callable
from typing import Any

import django

WAITING, PEOPLE = 6, 8
ERASURES = 6
CALLS = 24  # more threads than the candidates of one query


def main() -> None:
    django.setup()
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    told = {**claims_at_once(), **links_at_once(), **presses_at_once(), **invitations_at_once()}
    told |= assignments_at_once()
    print(json.dumps({**told, **calls_at_once(), **erasures_at_once(), **exports_at_once()}))


def claims_at_once() -> dict[str, Any]:
    """Let every officer press "claim next"."""
    from submissions.models import Role, Status, Submission
    from submissions.review.workload import claims
    from tests.factories import by, make_at, make_user

    for _each in range(WAITING):
        make_at(Status.PENDING)
    officers = [make_user(Role.OFFICER) for _each in range(PEOPLE)]
    got = at_once([lambda officer=officer: claims.claim_next(by=by(officer)) for officer in officers])
    held = Submission.objects.filter(claimed_by__isnull=False).count()
    return {"taken": [str(found.pk) if found else "" for found in got], "held": held}


def assignments_at_once() -> dict[str, Any]:
    """Let several workers assign the same submissions; the cap holds and each has one event."""
    from submissions.models import Event, Project, Role, Status, Submission, User
    from submissions.review.workload import automatic
    from tests.factories import make_at, make_project, make_user

    project = make_project(assigns_automatically=True, assigned_at_most=2)
    for _each in range(WAITING):
        make_at(Status.PENDING, project=project)
    User.objects.filter(role=Role.OFFICER).update(is_active=False)
    officers = [make_user(Role.OFFICER) for _each in range(2)]
    got = at_once([automatic.run] * PEOPLE)
    loads = [Submission.objects.filter(assigned_to=officer).count() for officer in officers]
    Project.objects.filter(pk=project.pk).update(assigns_automatically=False)
    kind = Event.objects.filter(kind="assigned", purpose="automatic")
    return {"assigned": [sum(one for one in got if isinstance(one, int)), loads, kind.count()]}


def links_at_once() -> dict[str, Any]:
    """Let every agent create a link for one item, then send the last link's picture as often."""
    from submissions.capture import phone_links
    from submissions.models import ImageKind, PhoneLink
    from tests.factories import by, make_draft
    from tests.pictures import selfie_jpeg

    submission = make_draft(images=False)
    makers = [lambda: phone_links.make(submission, ImageKind.SELFIE, by=by(submission.created_by))] * PEOPLE
    made = at_once(makers)
    unspent = list(PhoneLink.objects.unspent())
    how: dict[str, Any] = {"address": None, "opening": None, "accepted": ""}
    content = selfie_jpeg()
    links = [
        phone_links.PhoneLink.objects.select_related("submission").get(pk=unspent[0].pk) for _each in range(PEOPLE)
    ]
    came = at_once([lambda link=link: phone_links.store_upload(link, content, **how) for link in links])
    return {
        "made": [type(one).__name__ for one in made],
        "unspent": len(unspent),
        "came": sorted(type(one).__name__ for one in came),
        "images": submission.images.count(),
    }


def invitations_at_once() -> dict[str, Any]:
    """Start one link on many phones, press Submit twice, and revoke a link while its customer submits."""
    from submissions.invitations import hand_over, links
    from submissions.models import Event, Invitation
    from tests.factories import by, make_draft

    phone = hand_over.customer(None)

    def submitted(agent_revokes: bool) -> tuple[list[str], int]:
        submission = make_draft()
        invitation, _url = links.create(submission, by=by(submission.created_by))
        links.start(invitation, by=phone)
        submission.images.update(invitation=invitation)
        rows = [Invitation.objects.select_related("submission__project").get(pk=invitation.pk) for _each in range(2)]
        press = [lambda row=row: hand_over.submit(row, by=phone) for row in rows]
        revoke = [lambda: links.revoke(submission, by=by(submission.created_by))] * agent_revokes
        got = at_once([*press, *revoke])
        done = Event.objects.filter(kind="invitation_submitted", submission_id=submission.pk).count()
        return sorted(type(one).__name__ for one in got), done

    submission = make_draft()
    invitation, _url = links.create(submission, by=by(submission.created_by))
    started = at_once([lambda: links.start(invitation, by=phone)] * PEOPLE)
    return {
        "phones": sorted(type(one).__name__ for one in started),
        "submits": submitted(agent_revokes=False),
        "revoked": [submitted(agent_revokes=True) for _each in range(WAITING)],
    }


def calls_at_once() -> dict[str, Any]:
    """Let as many threads as there are prepared calls claim the most urgent one, once each."""
    from submissions.capture import submit
    from submissions.models import Status, Switch
    from submissions.outbox import ledger
    from tests.factories import by, explain, make_at, make_project, make_user

    agent, project = make_user(), make_project()
    made = [make_at(Status.CONFIRMING, agent, project) for _each in range(CALLS)]
    for submission in made:
        explain(submission)
        submit.send_step2(submission, by=by(agent))
    ticked = Switch.read().tick
    got = at_once([ledger.take_lease] * CALLS)
    sent = [str(getattr(call, "pk", call)) for call in got]
    return {"sent": sent, "ticks": Switch.read().tick - ticked}


def erasures_at_once() -> dict[str, Any]:
    """Erase submissions while somebody requests the vendor's deletion or sets a legal hold."""
    from submissions.audit import erasure_journal
    from submissions.audit.events import SYSTEM
    from submissions.models import Role, Status
    from submissions.privacy import erasure, retention
    from tests.factories import by, make_at, make_user, reload

    admin = by(make_user(Role.ADMINISTRATOR))
    made = [make_at(Status.APPROVED) for _each in range(ERASURES)]
    write = erasure_journal.write

    def write_slowly(*args: Any) -> bool:
        time.sleep(0.2)  # let the others act in between, if they can
        return write(*args)

    erasure_journal.write = write_slowly
    at_vendor = {"why": "mistake", "reason": "asked by phone", "at_vendor": True}
    acts: list[Callable[[], Any]] = [
        lambda one=one: erasure.erase(reload(one), by=SYSTEM, why="mistake") for one in made
    ]
    acts += [lambda one=one: erasure.request_erasure(reload(one), by=admin, **at_vendor) for one in made[::2]]
    acts += [
        lambda one=one: retention.set_legal_hold(reload(one), by=admin, reason="court file 7") for one in made[1::2]
    ]
    errors = {type(error).__name__ for error in at_once(acts) if isinstance(error, Exception)}
    after = [reload(one) for one in made]
    return {
        "erased_and_asked": sum(bool(one.erased_at and one.calls.filter(kind="delete").exists()) for one in after),
        "kept_and_journaled": sum(not one.erased_at and erasure_journal.entry_of(one) is not None for one in after),
        "erased_or_kept": sum(bool(one.erased_at or one.legal_hold_at or one.erasure_asked_at) for one in after),
        "refusals": sorted(errors - {"OnLegalHold", "StillRunning", "StaleSubmission"}),
    }


def exports_at_once() -> dict[str, Any]:
    """Let one user request many exports."""
    from submissions.models import Export, Role
    from submissions.reporting.exports import create
    from tests.factories import by, make_user

    who = by(make_user(Role.OFFICER))
    told = {"by": who, "reason": "monthly", "is_open": False}
    at_once([lambda: create.request_export("list", "csv", "", **told)] * PEOPLE)
    return {"exports": Export.objects.filter(owner=who.user).count()}


def presses_at_once() -> dict[str, Any]:
    """Press each button that creates a unique row twice at the same moment; return the second press's exceptions."""
    from submissions.capture import account_check, submit
    from submissions.core import clock
    from submissions.models import Call, CallState, Role, Status, Verdict
    from submissions.review import decisions, questions
    from submissions.review.workload import claims
    from tests.factories import by, explain, make_at, make_draft, make_project, make_user, reload

    agent, officer = make_user(), by(make_user(Role.OFFICER))
    account = make_at(Status.CONFIRMING, agent, make_project(has_account_occupancy=True))
    draft, confirming = make_draft(agent), make_at(Status.CONFIRMING, agent)
    explain(confirming)
    asked, decided = make_at(Status.PENDING, agent), make_at(Status.PENDING, agent)
    for submission in (asked, decided):
        claims.claim(submission, by=officer)
    deposit = {"holder": "Kim", "bank_code": "004", "account_number": "123"}
    rejected = {"reason_code": "other", "comment": "not the same person"}
    buttons: dict[str, Callable[[Any], Any]] = {
        "account": lambda _: account_check.prepare(reload(account), by=by(agent), **deposit),
        "step1": lambda _: submit.send_step1(reload(draft), by=by(agent)),
        "step2": lambda _: submit.send_step2(reload(confirming), by=by(agent)),
        "ask": lambda _: questions.ask(reload(asked), "On the card?", by=officer),
        "decide": lambda _: decisions.decide(reload(decided), Verdict.REJECTED, by=officer, **rejected),
    }
    raised = {}
    for name, press in buttons.items():
        got = at_once([lambda press=press: press(None)] * 2)
        raised[name] = sorted(type(one).__name__ for one in got if isinstance(one, Exception))
    Call.objects.open().update(
        state=CallState.CANCELLED, ended_at=clock.now()
    )  # so that the next race has no calls of this one
    return {"pressed_twice": raised}


def at_once(acts: list[Callable[[], Any]]) -> list[Any]:
    """Run all simultaneously; return each result or exception."""
    start, got = threading.Barrier(len(acts)), list[Any]()
    threads = [threading.Thread(target=_press, args=(act, start, got)) for act in acts]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=120)
    return got


def _press(act: Callable[[], Any], start: threading.Barrier, got: list[Any]) -> None:
    from django.db import connection

    try:
        start.wait()
        got.append(act())
    except Exception as error:
        got.append(error)
    finally:
        connection.close()


if __name__ == "__main__":
    main()
