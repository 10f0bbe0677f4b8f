"""Every action that records an event: a function creates the state that it needs and returns the action."""

from collections.abc import Callable
from datetime import date
from typing import Any

from argos.replies import TokenReply
from submissions.audit import events
from submissions.capture import callbacks, consent, drafts, images, phone_links, submit
from submissions.capture.restart import restart as restart_of
from submissions.core import clock
from submissions.liveform import links, removal
from submissions.models import (
    CallKind,
    ConsentText,
    ImageKind,
    LiveformLink,
    Role,
    Status,
    Submission,
    User,
    Verdict,
)
from submissions.outbox import gate, ledger, restore_hold
from submissions.privacy import erasure, retention
from submissions.review import decisions, questions
from submissions.review.workload import claims
from submissions.vendor_sync import reconcile
from tests import factories, pictures
from tests.factories import by, make_at, make_draft, make_project, make_user

Act = Callable[[], Any]
ACTIONS: dict[str, Callable[[], Act]] = {}


def action(make: Callable[[], Act]) -> Callable[[], Act]:
    ACTIONS[make.__name__] = make
    return make


def officer() -> User:
    return make_user(Role.OFFICER)


def manager() -> User:
    return make_user(Role.MANAGER)


def pending(claimed_by: User | None = None) -> Submission:
    submission = make_at(Status.PENDING)
    if claimed_by:
        claims.claim(submission, by=by(claimed_by))
    return submission


@action
def claim() -> Act:
    submission, who = pending(), officer()
    return lambda: claims.claim(factories.reload(submission), by=by(who))


@action
def claim_next() -> Act:
    pending()
    who = officer()
    return lambda: claims.claim_next(by=by(who))


@action
def reserve_next() -> Act:
    who = officer()
    held = pending(who)
    pending()
    return lambda: claims.reserve_next(by=by(who), besides=held)


@action
def release() -> Act:
    who = officer()
    held = pending(who)
    return lambda: claims.release(factories.reload(held), by=by(who), note="for the next one")


@action
def hand_over() -> Act:
    who, to = officer(), officer()
    held = pending(who)
    return lambda: claims.hand_over(factories.reload(held), to, by=by(who), note="please")


@action
def assign() -> Act:
    submission, to, who = pending(), officer(), manager()
    return lambda: claims.assign([submission.pk], to, by=by(who))


@action
def set_hold() -> Act:
    submission, who = make_at(Status.APPROVED), make_user(Role.ADMINISTRATOR)
    return lambda: retention.set_legal_hold(factories.reload(submission), by=by(who), reason="court file 7")


@action
def lift_legal_hold() -> Act:
    submission, who = make_at(Status.APPROVED), make_user(Role.ADMINISTRATOR)
    retention.set_legal_hold(submission, by=by(who), reason="court file 7")
    return lambda: retention.lift_legal_hold(factories.reload(submission), by=by(who), reason="closed")


@action
def end_relationship() -> Act:
    submission, who = make_at(Status.APPROVED), make_user(Role.ADMINISTRATOR)
    return lambda: retention.end_relationship(factories.reload(submission), date(2024, 5, 2), by=by(who))


@action
def ask_for_erasure() -> Act:
    submission, who = make_at(Status.APPROVED), make_user(Role.ADMINISTRATOR)
    told = {"why": "mistake", "reason": "letter", "at_vendor": True}
    return lambda: erasure.request_erasure(factories.reload(submission), by=by(who), **told)


@action
def erase() -> Act:
    submission = make_draft()
    return lambda: erasure.erase(factories.reload(submission), by=events.SYSTEM, why="retention")


@action
def stop() -> Act:
    who = manager()
    gate.why_closed(make_project())
    return lambda: gate.stop_sending(by=by(who), why="Maintenance")


@action
def resume_sending() -> Act:
    who = manager()
    gate.stop_sending(by=by(who), why="Maintenance")
    return lambda: gate.resume_sending(by=by(who))


@action
def begin_hold() -> Act:
    gate.why_closed(make_project())
    return lambda: restore_hold.begin(restore_hold.BY_HAND)


@action
def lift_hold() -> Act:
    who = make_user(Role.ADMINISTRATOR)
    restore_hold.begin(restore_hold.BY_HAND)
    return lambda: restore_hold.lift(by=by(who), why="compared both")


@action
def ask_agent() -> Act:
    who = officer()
    held = pending(who)
    return lambda: questions.ask(factories.reload(held), "Is it on the card?", by=by(who))


@action
def answer() -> Act:
    who = officer()
    held = pending(who)
    question = questions.ask(factories.reload(held), "Is it on the card?", by=by(who))
    return lambda: questions.answer(question, "Yes.", pictures.id_card_jpeg(), by=by(held.created_by))


@action
def decide() -> Act:
    who = officer()
    held = pending(who)
    return lambda: decisions.decide(
        factories.reload(held), Verdict.REJECTED, by=by(who), reason_code="other", comment="not the same person"
    )


@action
def undo() -> Act:
    who = officer()
    held = pending(who)
    decide_on = {"reason_code": "other", "comment": "not the same person"}
    decisions.decide(factories.reload(held), Verdict.REJECTED, by=by(who), **decide_on)
    return lambda: decisions.undo(factories.reload(held), by=by(who))


@action
def note() -> Act:
    submission, who = pending(), officer()
    return lambda: decisions.add_note(submission, f"see @{who.username}", by=by(who))


@action
def new_draft() -> Act:
    return make_draft_of(make_user(), make_project())


def make_draft_of(user: User, project: Any) -> Act:
    return lambda: make_draft(user, project, images=False)


@action
def save_values() -> Act:
    submission = make_draft()
    values = {"name": "Another Name"}
    return lambda: drafts.save_values(factories.reload(submission), values, by=by(submission.created_by))


@action
def add_image() -> Act:
    submission, content = make_draft(), pictures.selfie_jpeg()
    return lambda: images.add_image(submission, ImageKind.SELFIE, content, by=by(submission.created_by))


@action
def give_up() -> Act:
    submission = make_draft()
    return lambda: drafts.give_up(factories.reload(submission), by=by(submission.created_by), reason="left")


@action
def restart() -> Act:
    submission = make_at(Status.ABANDONED)
    return lambda: restart_of(factories.reload(submission), by=by(submission.created_by))


def consented() -> tuple[Submission, ConsentText]:
    submission = make_draft()
    return submission, ConsentText.objects.create(project=submission.project, version="1", text="I agree.")


@action
def record_consent() -> Act:
    submission, text = consented()
    return lambda: consent.record(submission, text, by=by(submission.created_by))


@action
def withdraw_consent() -> Act:
    submission, text = consented()
    consent.record(submission, text, by=by(submission.created_by))
    return lambda: consent.withdraw(factories.reload(submission), by=by(submission.created_by))


@action
def called_back() -> Act:
    submission = make_draft()
    Submission.objects.filter(pk=submission.pk).update(callback_at=clock.now())
    return lambda: callbacks.called_back(submission, by=by(submission.created_by))


@action
def pass_on() -> Act:
    submission = make_at(Status.APPROVED)
    return lambda: callbacks.pass_on(submission, by=by(submission.created_by))


@action
def send_step1() -> Act:
    submission = make_draft()
    return lambda: submit.send_step1(factories.reload(submission), by=by(submission.created_by))


@action
def take_back() -> Act:
    submission = make_at(Status.STEP1_SENDING)
    who = by(submission.created_by)
    return lambda: ledger.cancel_prepared(factories.reload(submission), (CallKind.STEP1,), by=who, why="taken_back")


@action
def send_step2() -> Act:
    submission = make_at(Status.CONFIRMING)
    factories.explain(submission)
    return lambda: submit.send_step2(factories.reload(submission), by=by(submission.created_by))


@action
def mark_unknown() -> Act:
    submission = make_at(Status.STEP1_SENDING)
    call = factories.claim_call(submission, CallKind.STEP1)
    return lambda: ledger.mark_unknown(call, error="cut")


@action
def settle_by_hand() -> Act:
    submission = make_at(Status.STEP1_SENDING)
    call = factories.claim_call(submission, CallKind.STEP1)
    ledger.mark_unknown(call, error="cut")
    return lambda: reconcile.release(call, by=by(submission.created_by), reason="the vendor says no")


@action
def make_link() -> Act:
    submission = make_draft()
    return lambda: phone_links.make(factories.reload(submission), ImageKind.SELFIE, by=by(submission.created_by))


@action
def revoke_link() -> Act:
    submission = make_draft()
    phone_links.make(submission, ImageKind.SELFIE, by=by(submission.created_by))
    return lambda: phone_links.revoke(submission, ImageKind.SELFIE, by=by(submission.created_by))


@action
def use_link() -> Act:
    submission, content = make_draft(), pictures.selfie_jpeg()
    link, _address = phone_links.make(submission, ImageKind.SELFIE, by=by(submission.created_by))
    told = {"address": None, "opening": None, "accepted": phone_links.digest(content)}
    return lambda: phone_links.store_upload(link, content, **told)


@action
def make_liveform_link() -> Act:
    submission = make_draft(project=factories.make_liveform_project())
    return lambda: links.make(factories.reload(submission), by=by(submission.created_by))


@action
def remove_liveform_token() -> Act:
    submission = make_at(Status.AT_LIVEFORM)
    LiveformLink.objects.update(expires_at=clock.now())
    link = LiveformLink.objects.to_remove().select_related("call__attempt", "submission").get()
    assert removal.prepare(link)
    call = factories.claim_call(submission, CallKind.UNTOKEN)
    return lambda: removal.removed(call, TokenReply(None, factories.received()))


@action
def withdraw_liveform_link() -> Act:
    submission = make_at(Status.AT_LIVEFORM)
    return lambda: links.withdraw(factories.reload(submission), by=by(submission.created_by))
